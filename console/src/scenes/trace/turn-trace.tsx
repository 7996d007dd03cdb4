import { Link } from "react-router";
import { ErrorState } from "../../parts/error-state.tsx";
import { Duration, Figure, Money } from "../../parts/figures.tsx";
import { Loading } from "../../parts/loading.tsx";
import { useWords } from "../../text/words.ts";
import { useTrace } from "./data.ts";
import { Facts } from "./facts.tsx";
import { traceWords } from "./text.ts";
import { TraceSteps } from "./trace-steps.tsx";

/** How the answer of a turn came to be: what it cost, and its steps. */
export function TurnTrace({ turnId }: { turnId: string }) {
  const t = useWords(traceWords);
  const { data: trace, error, refetch } = useTrace(turnId);
  if (trace === undefined) {
    return error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />;
  }
  const { usage, model, agent, workflowRunId, steps } = trace;
  return (
    <div className="turn-trace">
      <Facts
        facts={[
          [t("modelName"), model],
          [t("version"), agent.versionId ?? t("draft")],
          [t("inputTokens"), <Figure key="in" value={usage.inputTokens} />],
          [t("outputTokens"), <Figure key="out" value={usage.outputTokens} />],
          [t("firstToken"), <Duration key="first" milliseconds={usage.firstTokenMs} />],
          [t("duration"), <Duration key="all" milliseconds={usage.latencyMs} />],
          [
            t("cost"),
            usage.currency !== "" && <Money key="cost" amount={usage.cost} currency={usage.currency} />,
          ],
        ]}
      />
      {workflowRunId !== null && <Link to={`/work_flow?execute_id=${workflowRunId}`}>{t("openRun")}</Link>}
      <TraceSteps steps={steps} />
    </div>
  );
}
