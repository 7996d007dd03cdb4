import { Badge, Button, Checkbox } from "antd";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Duration } from "../../parts/figures.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { useEndpointChoices, useEventTypes } from "./data.ts";
import { useEndpointNames } from "./deliveries.tsx";
import type { AttemptLine } from "./delivery-data.ts";
import { Choice } from "./delivery-filters.tsx";
import { OutcomeTag } from "./marks.tsx";
import { callbackWords } from "./text.ts";
import { TAIL_LIMIT, useTail } from "./use-tail.ts";

/** Attempts as they end. */
export function LiveTail({ areas }: { areas: ReactNode }) {
  const t = useWords(callbackWords);
  const { workspaceId } = useWorkspace();
  const [endpointId, setEndpoint] = useState<string>();
  const [type, setType] = useState<string>();
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [isPaused, setPaused] = useState(false);
  const tail = useTail({ endpointId, isPaused });
  const endpoints = useEndpointChoices();
  const types = useEventTypes();
  const shown = tail.attempts.filter(
    (attempt) =>
      (type === undefined || attempt.eventType === type) && (!onlyFailed || attempt.outcome !== "ok"),
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("liveHint")}
        actions={<ApiPeek calls={[{ path: `/api/deliveries/tail?workspaceId=${workspaceId}` }]} />}
      />
      {areas}
      <Section isFlush>
        <div className="callbacks-live-head">
          <Choice
            label={t("endpoint")}
            any={t("anyEndpoint")}
            value={endpointId}
            options={(endpoints.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            onChange={setEndpoint}
          />
          <Choice
            label={t("event")}
            any={t("anyType")}
            value={type}
            options={(types.data ?? []).map((each) => ({ value: each.type, label: each.type }))}
            onChange={setType}
          />
          <Checkbox checked={onlyFailed} onChange={({ target }) => setOnlyFailed(target.checked)}>
            {t("onlyFailed")}
          </Checkbox>
          <Listening isOpen={tail.isOpen} isPaused={isPaused} heldBack={tail.heldBack} />
          <Button onClick={() => setPaused(!isPaused)}>{isPaused ? t("resume") : t("pause")}</Button>
          <Button onClick={tail.clear}>{t("clear")}</Button>
        </div>
        {shown.length === 0 ? (
          <EmptyState title={t("liveEmpty")} hint={t("liveEmptyHint")} />
        ) : (
          <Attempts attempts={shown} />
        )}
        {tail.attempts.length >= TAIL_LIMIT && (
          <p className="callbacks-muted callbacks-note">{t("liveBounded", { count: TAIL_LIMIT })}</p>
        )}
      </Section>
    </>
  );
}

function Listening({ isOpen, isPaused, heldBack }: { isOpen: boolean; isPaused: boolean; heldBack: number }) {
  const t = useWords(callbackWords);
  if (isPaused) {
    const more = heldBack > 0 ? ` · ${t("pausedCount", { count: heldBack })}` : "";
    return <Badge className="callbacks-live-state" status="warning" text={`${t("pausedLive")}${more}`} />;
  }
  return (
    <Badge status={isOpen ? "processing" : "default"} text={isOpen ? t("listening") : t("connecting")} />
  );
}

function Attempts({ attempts }: { attempts: AttemptLine[] }) {
  const t = useWords(callbackWords);
  const nameOf = useEndpointNames();
  return (
    <div className="data-list">
      <table aria-label={t("liveTitle")}>
        <thead>
          <tr>
            {(["event", "endpoint", "result", "took", "when"] as const).map((key) => (
              <th key={key} scope="col">
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <tr key={attempt.id}>
              <td>
                <Link to={`/callbacks/deliveries/${attempt.deliveryId}`}>{attempt.eventType}</Link>
                <div className="callbacks-muted">{t("attempt", { number: attempt.number })}</div>
              </td>
              <td data-title={t("endpoint")}>{nameOf(attempt.endpointId)}</td>
              <td data-title={t("result")}>
                <OutcomeTag attempt={attempt} />
              </td>
              <td data-title={t("took")}>
                {attempt.totalMs === null ? "–" : <Duration milliseconds={attempt.totalMs} />}
              </td>
              <td data-title={t("when")}>
                <Time at={attempt.startedAt} isExact />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
