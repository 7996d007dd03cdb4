import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type Endpoint, useEndpoints } from "./data.ts";
import { EndpointDialog } from "./endpoint-dialog.tsx";
import { HealthTag } from "./marks.tsx";
import { callbackWords } from "./text.ts";

/** Where events are sent, and how that goes. */
export function Endpoints({ areas }: { areas: ReactNode }) {
  const t = useWords(callbackWords);
  const { workspaceId } = useWorkspace();
  const endpoints = useEndpoints();
  const [isMaking, setMaking] = useState(false);
  const make = (
    <Button type="primary" onClick={() => setMaking(true)}>
      {t("newEndpoint")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <ApiPeek calls={[{ path: `/api/endpoints?kind=workspace&workspaceId=${workspaceId}` }]} />
            {make}
          </>
        }
      />
      {areas}
      <Section isFlush>
        <DataList
          query={endpoints}
          label={t("endpoints")}
          itemKey={({ id }) => id}
          columns={[
            {
              key: "name",
              title: t("endpoint"),
              width: "36%",
              render: (endpoint) => <Name endpoint={endpoint} />,
            },
            { key: "health", title: t("health"), render: (endpoint) => <Health endpoint={endpoint} /> },
            {
              key: "success",
              title: t("lastSuccess"),
              width: "140px",
              render: ({ health }) => <Time at={health.lastSuccessAt} />,
            },
            {
              key: "waiting",
              title: t("waiting"),
              width: "170px",
              render: ({ counts }) => <Counts counts={counts} />,
            },
          ]}
          empty={<EmptyState title={t("noEndpoints")} hint={t("noEndpointsHint")} action={make} />}
        />
      </Section>
      {isMaking && <EndpointDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function Name({ endpoint: { id, name, url, kind } }: { endpoint: Endpoint }) {
  const t = useWords(callbackWords);
  return (
    <div>
      <Link to={`/callbacks/endpoints/${id}`}>{name}</Link>
      <div className="callbacks-muted">
        {t(`kind_${kind}`)} · <span className="callbacks-code">{url}</span>
      </div>
    </div>
  );
}

/** Its state in a word, and since when it is so. */
export function Health({ endpoint }: { endpoint: Endpoint }) {
  const t = useWords(callbackWords);
  const { health, state, stateReason } = endpoint;
  return (
    <div className="callbacks-health">
      <HealthTag endpoint={endpoint} />
      {health.failingSince !== null && (
        <span className="callbacks-muted">
          {t("failingSince")} <Time at={health.failingSince} /> ·{" "}
          {t("failures", { count: health.consecutiveFailures })}
        </span>
      )}
      {state === "active" && isAhead(health.nextTryAt) && (
        <span className="callbacks-muted">
          {t("nextTry")} <Time at={health.nextTryAt} />
        </span>
      )}
      {stateReason !== "" && <span className="callbacks-muted">{stateReason}</span>}
    </div>
  );
}

function isAhead(at: string | null): boolean {
  return at !== null && Date.parse(at) > Date.now();
}

/** Where counting stops. */
const COUNT_LIMIT = 500;

export function Counts({ counts }: { counts: Endpoint["counts"] }) {
  const t = useWords(callbackWords);
  const { pending, held, failed } = counts;
  const shown = (count: number) => (count >= COUNT_LIMIT ? `${COUNT_LIMIT}+` : String(count));
  const parts = [
    ...(pending > 0 ? [t("pendingCount", { amount: shown(pending) })] : []),
    ...(held > 0 ? [t("heldCount", { amount: shown(held) })] : []),
    ...(failed > 0 ? [t("failedCount", { amount: shown(failed) })] : []),
  ];
  if (parts.length === 0) return <span className="callbacks-muted">{t("nothingWaits")}</span>;
  return <span>{parts.join(" · ")}</span>;
}
