import { Button, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { Answered } from "../../parts/answered.tsx";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Endpoint, useDeleteEndpoint, useEndpoint } from "./data.ts";
import { EndpointDialog } from "./endpoint-dialog.tsx";
import { EndpointSecrets } from "./endpoint-secrets.tsx";
import { EndpointState } from "./endpoint-state.tsx";
import { Counts, Health } from "./endpoints.tsx";
import { Replays } from "./replays.tsx";
import { TestEvent } from "./test-event.tsx";
import { callbackWords } from "./text.ts";

/** One endpoint: how it does, what it gets, its secrets, its replays. */
export function EndpointPage() {
  const { endpointId = "" } = useParams();
  return (
    <Answered query={useEndpoint(endpointId)} isWholePage>
      {(endpoint) => <Shown key={endpointId} endpoint={endpoint} />}
    </Answered>
  );
}

function Shown({ endpoint }: { endpoint: Endpoint }) {
  const t = useWords(callbackWords);
  const navigate = useNavigate();
  const remove = useDeleteEndpoint(endpoint.id);
  const [open, setOpen] = useState<"edit" | "test">();
  return (
    <>
      <PageHeader
        title={endpoint.name}
        description={<span className="callbacks-code">{endpoint.url}</span>}
        breadcrumb={<Link to="/callbacks">{t("title")}</Link>}
        actions={
          <>
            <ApiPeek
              calls={[
                { path: `/api/endpoints/${endpoint.id}` },
                {
                  method: "POST",
                  path: `/api/endpoints/${endpoint.id}/test`,
                  body: { type: endpoint.eventTypes[0] ?? "turn.completed" },
                },
              ]}
            />
            <EndpointState endpoint={endpoint} />
            <ConfirmButton
              danger
              question={t("deleteQuestion", { name: endpoint.name })}
              explanation={t("deleteHint")}
              onConfirm={async () => {
                await remove.mutateAsync();
                void navigate("/callbacks");
              }}
            >
              {t("deleteEndpoint")}
            </ConfirmButton>
            <Button onClick={() => setOpen("edit")}>{t("edit")}</Button>
            <Button type="primary" disabled={endpoint.state !== "active"} onClick={() => setOpen("test")}>
              {t("sendTest")}
            </Button>
          </>
        }
      />
      <Section
        title={t("health")}
        actions={<Link to={`/callbacks/deliveries?endpointId=${endpoint.id}`}>{t("itsDeliveries")}</Link>}
      >
        <dl className="callbacks-facts">
          <dt>{t("state")}</dt>
          <dd>
            <Health endpoint={endpoint} />
          </dd>
          <dt>{t("lastSuccess")}</dt>
          <dd>
            <Time at={endpoint.health.lastSuccessAt} />
          </dd>
          <dt>{t("waiting")}</dt>
          <dd>
            <Counts counts={endpoint.counts} />
          </dd>
        </dl>
      </Section>
      <Section title={t("facts")}>
        <Facts endpoint={endpoint} />
      </Section>
      <EndpointSecrets endpoint={endpoint} />
      <Replays endpoint={endpoint} />
      {open === "edit" && <EndpointDialog endpoint={endpoint} onClose={() => setOpen(undefined)} />}
      {open === "test" && <TestEvent endpoint={endpoint} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Facts({ endpoint }: { endpoint: Endpoint }) {
  const t = useWords(callbackWords);
  const common = useWords(commonWords);
  const { kind, eventTypes, agentIds, headerNames, timeoutMs, maxInFlight, ratePerSecond } = endpoint;
  const facts: [string, ReactNode][] = [
    [t("kind"), t(`kind_${kind}`)],
    [t("events"), <EventTags key="events" types={eventTypes} />],
    [t("agents"), agentIds.length === 0 ? t("agentsAll") : agentIds.join(", ")],
    ...(headerNames.length > 0 ? ([[t("headers"), headerNames.join(", ")]] as [string, string][]) : []),
    ...(endpoint.feedback === null
      ? []
      : ([[t("ratings"), endpoint.feedback.ratings.map((rating) => t(`rating_${rating}`)).join(", ")]] as [
          string,
          string,
        ][])),
    [t("timeout"), timeoutMs],
    [t("atOnce"), maxInFlight],
    [t("rate"), ratePerSecond ?? t("rateNone")],
    [t("inOrder"), endpoint.isOrdered ? common("yes") : common("no")],
  ];
  return (
    <dl className="callbacks-facts">
      {facts.map(([name, value]) => (
        <div key={name} className="callbacks-fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function EventTags({ types }: { types: string[] }) {
  return (
    <div className="callbacks-tags">
      {types.map((type) => (
        <Tag key={type}>{type}</Tag>
      ))}
    </div>
  );
}
