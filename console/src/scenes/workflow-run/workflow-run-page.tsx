import { Alert, Tag } from "antd";
import { Link, useSearchParams } from "react-router";
import { ApiError } from "../../api/client.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Duration, Figure, Money } from "../../parts/figures.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { Facts } from "../trace/facts.tsx";
import { ValueBlock } from "../trace/value-block.tsx";
import { type Run, useRun } from "./data.ts";
import { StepList } from "./step-list.tsx";
import { workflowRunWords } from "./text.ts";
import "../trace/trace.css";

/** One run of a workflow, node by node; where the debug address of a run leads (`execute_id`). */
export function WorkflowRunPage() {
  const t = useWords(workflowRunWords);
  const [search] = useSearchParams();
  const runId = search.get("execute_id") ?? "";
  const { data: run, error, refetch } = useRun(runId);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={runId !== "" && <ApiPeek calls={[{ path: `/api/workflow-runs/${runId}` }]} />}
      />
      {runId === "" && <EmptyState title={t("noRun")} hint={t("noRunHint")} />}
      {runId !== "" && run === undefined && error === null && <Loading />}
      {run === undefined && error !== null && (
        <ErrorState
          error={error}
          title={error instanceof ApiError && error.status === 404 ? t("notFound") : undefined}
          onRetry={() => void refetch()}
        />
      )}
      {run !== undefined && <RunShown run={run} />}
    </>
  );
}

const COLORS = {
  running: "processing",
  waiting: "warning",
  completed: "success",
  failed: "error",
  cancelled: "default",
} as const;

function RunShown({ run }: { run: Run }) {
  const t = useWords(workflowRunWords);
  const { usage, error } = run;
  return (
    <>
      <Section
        title={t("summary")}
        actions={
          run.conversationId !== null && (
            <Link to={`/conversations/${run.conversationId}`}>{t("conversation")}</Link>
          )
        }
      >
        <div className="turn-trace">
          <Facts
            facts={[
              [
                t("status"),
                <Tag key="status" color={COLORS[run.status]}>
                  {t(run.status)}
                </Tag>,
              ],
              [t("begun"), <Time key="begun" at={run.createdAt} isExact />],
              [t("duration"), <Duration key="duration" milliseconds={run.activeMs} />],
              [t("inputTokens"), <Figure key="in" value={usage.inputTokens} />],
              [t("outputTokens"), <Figure key="out" value={usage.outputTokens} />],
              [
                t("cost"),
                usage.currency !== "" && <Money key="cost" amount={usage.cost} currency={usage.currency} />,
              ],
              [t("version"), run.versionId ?? t("draft")],
              [t("channel"), run.dialect],
              [t("user"), run.userId],
            ]}
          />
          {error !== null && (
            <Alert
              type="error"
              showIcon
              title={t("failure")}
              description={`${error.code}: ${error.message}`}
            />
          )}
          {run.interrupts.map(({ stepId, text, title }) => (
            <Alert
              key={stepId}
              type="warning"
              showIcon
              title={t("waitsFor", { text: text === "" ? title : text })}
            />
          ))}
          <ValueBlock name={t("input")} value={run.input} />
          <ValueBlock name={t("output")} value={run.output} />
          <ValueBlock name={t("answer")} value={run.answer} />
        </div>
      </Section>
      <Section title={t("steps")}>
        <StepList steps={run.steps} />
      </Section>
    </>
  );
}
