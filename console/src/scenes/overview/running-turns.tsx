import { App, Button } from "antd";
import { Link } from "react-router";
import { useMay } from "../../api/session.ts";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type RunningTurn, useRunningTurns, useStopTurn } from "./data.ts";
import { useFamilyName } from "./names.ts";
import { overviewWords } from "./text.ts";

/** What is being answered now, with a button that ends it. */
export function RunningTurns() {
  const t = useWords(overviewWords);
  const { data, error, isPending, refetch } = useRunningTurns();
  if (isPending) {
    return (
      <Section title={t("running")}>
        <Loading />
      </Section>
    );
  }
  if (data === undefined) {
    return (
      <Section title={t("running")}>
        <ErrorState error={error ?? new Error()} onRetry={() => void refetch()} />
      </Section>
    );
  }
  if (data.items.length === 0) {
    return (
      <Section title={t("running")}>
        <p className="overview-quiet">{t("nothingRuns")}</p>
      </Section>
    );
  }
  return (
    <Section title={t("running")} description={t("runningHint")} isFlush>
      <div className="data-list">
        <table aria-label={t("running")}>
          <thead>
            <tr>
              {[t("agent"), t("user"), t("family"), t("node"), t("since")].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
              <th scope="col" data-align="end">
                {t("written")}
              </th>
              <th scope="col">
                <span className="visually-hidden">{t("stop")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((turn) => (
              <RunningRow key={turn.id} turn={turn} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function RunningRow({ turn }: { turn: RunningTurn }) {
  const t = useWords(overviewWords);
  const familyName = useFamilyName();
  return (
    <tr>
      <td data-title={t("agent")}>
        <Link to={`/conversations/${turn.conversationId}`}>{turn.agentName}</Link>
      </td>
      <td data-title={t("user")} className="overview-user">
        {turn.userId}
      </td>
      <td data-title={t("family")}>{familyName(turn.family)}</td>
      <td data-title={t("node")}>{turn.node}</td>
      <td data-title={t("since")}>
        <Time at={turn.startedAt} />
      </td>
      <td data-align="end" data-title={t("written")}>
        {t("characters", { count: turn.textLength })}
      </td>
      <td className="data-list-actions">
        <StopButton turn={turn} />
      </td>
    </tr>
  );
}

function StopButton({ turn }: { turn: RunningTurn }) {
  const t = useWords(overviewWords);
  const { message } = App.useApp();
  const mayStop = useMay("member");
  const stop = useStopTurn();
  if (!mayStop) return null;
  return (
    <Button
      size="small"
      danger
      loading={stop.isPending}
      aria-label={t("stopOf", { agent: turn.agentName, user: turn.userId || t("nobody") })}
      onClick={() =>
        stop.mutate(turn.id, {
          onSuccess: ({ isStopped }) => void message.success(isStopped ? t("stopped") : t("alreadyEnded")),
          onError: (error) => void message.error(t("notStopped", { reason: error.message })),
        })
      }
    >
      {t("stop")}
    </Button>
  );
}
