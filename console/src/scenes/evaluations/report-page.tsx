import { Progress } from "antd";
import { Link, useParams } from "react-router";
import { useMay } from "../../api/session.ts";
import { Answered } from "../../parts/answered.tsx";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useLanguage, useWords } from "../../text/words.ts";
import { type Evaluation, useEvaluation, useEvaluationSet, useStopEvaluation } from "./data.ts";
import { ReportRows } from "./report-rows.tsx";
import { ReportTotals } from "./report-totals.tsx";
import { SideName } from "./side-name.tsx";
import { StateMark } from "./state-mark.tsx";
import { evaluationWords } from "./text.ts";

/** What came of one evaluation; as it comes while it runs. */
export function ReportPage() {
  const { evaluationId = "" } = useParams();
  return (
    <Answered query={useEvaluation(evaluationId)} isWholePage>
      {(evaluation) => <ReportView key={evaluationId} evaluation={evaluation} />}
    </Answered>
  );
}

function ReportView({ evaluation }: { evaluation: Evaluation }) {
  const t = useWords(evaluationWords);
  const [language] = useLanguage();
  const mayStop = useMay("member");
  const stopping = useStopEvaluation(evaluation.id);
  const set = useEvaluationSet(evaluation.setId);
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(evaluation.createdAt),
  );
  const path = `/api/evaluations/${evaluation.id}`;
  const isRunning = evaluation.state === "running";
  return (
    <>
      <PageHeader
        title={t("reportOf", { date })}
        description={
          <>
            <StateMark evaluation={evaluation} /> <SideName side={evaluation.candidate} /> {" ↔ "}
            <SideName side={evaluation.baseline} />
            {evaluation.judge !== null && ` · ${t("judge")} ${evaluation.judge}`}
          </>
        }
        breadcrumb={
          <>
            <Link to="/evaluations">{t("title")}</Link>
            {" / "}
            <Link to={`/evaluations/${evaluation.setId}`}>{set.data?.name ?? "…"}</Link>
          </>
        }
        actions={
          <>
            <ApiPeek calls={[{ path }, { path: `${path}/rows` }]} />
            {isRunning && mayStop && (
              <ConfirmButton
                danger
                question={t("stopQuestion")}
                explanation={t("stopHint")}
                onConfirm={() => stopping.mutateAsync(undefined)}
              >
                {t("stop")}
              </ConfirmButton>
            )}
          </>
        }
      />
      {isRunning && (
        <Section>
          <Progress
            aria-label={t("progress", { done: evaluation.done, total: evaluation.total })}
            percent={Math.round((100 * evaluation.done) / evaluation.total)}
            status="active"
          />
        </Section>
      )}
      {evaluation.failure !== null && (
        <ErrorState error={new Error(evaluation.failure)} title={t("failed")} />
      )}
      {evaluation.totals !== null && <ReportTotals totals={evaluation.totals} evaluation={evaluation} />}
      <ReportRows evaluation={evaluation} />
    </>
  );
}
