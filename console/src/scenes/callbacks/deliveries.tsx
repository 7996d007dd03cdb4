import { App, Button, Checkbox } from "antd";
import { type ReactNode, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useTellFailure } from "../../parts/tell-failure.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { useEndpointChoices } from "./data.ts";
import { type Delivery, useDeliveries, useResend } from "./delivery-data.ts";
import { DeliveryFilters, filterOf } from "./delivery-filters.tsx";
import { DeliveryTag } from "./marks.tsx";
import { callbackWords } from "./text.ts";

/** What is sent to whom, and what became of it. */
export function Deliveries({ areas }: { areas: ReactNode }) {
  const t = useWords(callbackWords);
  const { workspaceId } = useWorkspace();
  const [search] = useSearchParams();
  const filter = filterOf(search);
  const query = new URLSearchParams({ workspaceId, ...filter });
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={<ApiPeek calls={[{ path: `/api/deliveries?${query}` }]} />}
      />
      {areas}
      <Section isFlush>
        <DeliveryFilters />
        <Found key={query.toString()} filter={filter} />
      </Section>
    </>
  );
}

/** What the filters find; some of it can be chosen. */
function Found({ filter }: { filter: ReturnType<typeof filterOf> }) {
  const t = useWords(callbackWords);
  const deliveries = useDeliveries(filter);
  const nameOf = useEndpointNames();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choose = (id: string, isOn: boolean) => {
    const next = new Set(chosen);
    if (isOn) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  return (
    <>
      <Bulk filter={filter} chosen={chosen} onDone={() => setChosen(new Set())} />
      <DataList
        query={deliveries}
        label={t("deliveries")}
        itemKey={({ id }) => id}
        columns={[
          {
            key: "event",
            title: t("event"),
            width: "34%",
            render: (delivery) => (
              <Pick delivery={delivery} isChosen={chosen.has(delivery.id)} onChoose={choose} />
            ),
          },
          { key: "endpoint", title: t("endpoint"), render: ({ endpointId }) => nameOf(endpointId) },
          { key: "state", title: t("state"), render: (delivery) => <State delivery={delivery} /> },
          {
            key: "attempts",
            title: t("attempts"),
            align: "end",
            render: ({ attemptCount }) => attemptCount,
          },
          {
            key: "created",
            title: t("created"),
            width: "130px",
            render: ({ createdAt }) => <Time at={createdAt} />,
          },
        ]}
        empty={<EmptyState title={t("deliveriesEmpty")} hint={t("deliveriesEmptyHint")} />}
      />
    </>
  );
}

/** What an endpoint is called; one that is not known by its id. */
export function useEndpointNames(): (endpointId: string) => ReactNode {
  const endpoints = useEndpointChoices();
  return (endpointId) => {
    const endpoint = endpoints.data?.find(({ id }) => id === endpointId);
    if (endpoint === undefined) return <span className="callbacks-code">{endpointId}</span>;
    return <Link to={`/callbacks/endpoints/${endpointId}`}>{endpoint.name}</Link>;
  };
}

function Pick({
  delivery: { id, eventType, wireId, trigger },
  isChosen,
  onChoose,
}: {
  delivery: Delivery;
  isChosen: boolean;
  onChoose(id: string, isOn: boolean): void;
}) {
  const t = useWords(callbackWords);
  return (
    <div className="callbacks-pick">
      <Checkbox
        aria-label={t("select", { name: wireId })}
        checked={isChosen}
        disabled={trigger === "sync"}
        onChange={({ target }) => onChoose(id, target.checked)}
      />
      <div>
        <Link to={`/callbacks/deliveries/${id}`}>{eventType}</Link>
        <div className="callbacks-muted">
          <span className="callbacks-code">{wireId}</span>
          {trigger !== "event" && ` · ${t(`trigger_${trigger}`)}`}
        </div>
      </div>
    </div>
  );
}

function State({ delivery: { state, lastError, dueAt, attemptCount } }: { delivery: Delivery }) {
  const t = useWords(callbackWords);
  return (
    <div className="callbacks-health">
      <DeliveryTag state={state} />
      {lastError !== "" && state !== "delivered" && <span className="callbacks-code">{lastError}</span>}
      {state === "pending" && attemptCount > 0 && dueAt !== null && Date.parse(dueAt) > Date.now() && (
        <span className="callbacks-muted">
          {t("due")} <Time at={dueAt} />
        </span>
      )}
    </div>
  );
}

function Bulk({
  filter,
  chosen,
  onDone,
}: {
  filter: ReturnType<typeof filterOf>;
  chosen: ReadonlySet<string>;
  onDone(): void;
}) {
  const t = useWords(callbackWords);
  const { message } = App.useApp();
  const tellFailure = useTellFailure();
  const resend = useResend();
  const send = async (which: Parameters<typeof resend.mutateAsync>[0]) => {
    const { items, refused } = await resend.mutateAsync(which);
    const [first] = refused;
    if (items.length > 0 || first === undefined) void message.success(t("resent", { count: items.length }));
    if (first !== undefined) {
      void message.warning(t("refused", { count: refused.length, reason: first.reason }), 6);
    }
    onDone();
  };
  const isGivenUp = filter.state === "exhausted";
  if (chosen.size === 0 && !isGivenUp) return null;
  return (
    <div className="callbacks-bulk">
      {chosen.size > 0 && (
        <>
          <span role="status">{t("selected", { count: chosen.size })}</span>
          <Button
            size="small"
            type="primary"
            loading={resend.isPending}
            onClick={() => void send({ ids: [...chosen] }).catch(tellFailure)}
          >
            {t("resendSelected")}
          </Button>
        </>
      )}
      {isGivenUp && (
        <ConfirmButton
          size="small"
          question={t("resendAllQuestion")}
          explanation={t("resendAllHint")}
          onConfirm={() => send(filter)}
        >
          {t("resendAll")}
        </ConfirmButton>
      )}
    </div>
  );
}
