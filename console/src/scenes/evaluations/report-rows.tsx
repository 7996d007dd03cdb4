import { Alert, Button, Tag } from "antd";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Duration, Money } from "../../parts/figures.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Markdown } from "../../parts/markdown/markdown.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Evaluation, type EvaluationRow, useRows } from "./data.ts";
import { SideName } from "./side-name.tsx";
import { evaluationWords } from "./text.ts";

/** Every question that is done, with both answers beside each other. */
export function ReportRows({ evaluation }: { evaluation: Evaluation }) {
  const t = useWords(evaluationWords);
  const common = useWords(commonWords);
  const query = useRows(evaluation.id, evaluation.done);
  if (query.isPending) return <Loading />;
  if (query.data === undefined) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  const rows = query.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0) return <EmptyState title={t("noRows")} />;
  return (
    <section aria-label={t("rows")}>
      {rows.map((row) => (
        <RowCard key={row.number} row={row} evaluation={evaluation} />
      ))}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.hasNextPage && (
        <div className="evaluation-more">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {common("loadMore")}
          </Button>
        </div>
      )}
    </section>
  );
}

function RowCard({ row, evaluation }: { row: EvaluationRow; evaluation: Evaluation }) {
  const t = useWords(evaluationWords);
  return (
    <article className="evaluation-row">
      <header>
        <h2>{t("number", { number: row.number })}</h2>
        <WinnerMark winner={row.winner} />
      </header>
      <p className="evaluation-question">{row.question}</p>
      {row.expected !== null && (
        <p className="evaluation-expected">
          <strong>{t("expectedShort")}</strong> {row.expected}
        </p>
      )}
      <div className="evaluation-sides">
        <SideView side={row.draft} name={evaluation.candidate} isBetter={row.winner === "draft"} />
        {row.baseline === null ? (
          <div className="evaluation-side">{t("noRecorded")}</div>
        ) : (
          <SideView side={row.baseline} name={evaluation.baseline} isBetter={row.winner === "baseline"} />
        )}
      </div>
    </article>
  );
}

function WinnerMark({ winner }: Pick<EvaluationRow, "winner">) {
  const t = useWords(evaluationWords);
  if (winner === null) return null;
  if (winner === "tie") return <Tag>{t("winnerTie")}</Tag>;
  return winner === "draft" ? (
    <Tag color="success">{t("winnerDraft")}</Tag>
  ) : (
    <Tag color="warning">{t("winnerBaseline")}</Tag>
  );
}

function SideView({
  side,
  name,
  isBetter,
}: {
  side: EvaluationRow["draft"];
  name: string;
  isBetter: boolean;
}) {
  const t = useWords(evaluationWords);
  const { answer, failure, judgement, totalMs, inputTokens, outputTokens, cost, currency, model } = side;
  return (
    <div className="evaluation-side" data-better={isBetter}>
      <h3>
        <SideName side={name} />
      </h3>
      {failure !== null && <Alert type="error" showIcon title={failure} />}
      {answer === "" ? failure === null && <p>{t("noAnswer")}</p> : <Markdown text={answer} />}
      {judgement !== null && (
        <p className="evaluation-verdict">
          {judgement.score !== undefined && <strong>{t("points", { score: judgement.score })}</strong>}{" "}
          {judgement.reason ?? judgement.problem}
        </p>
      )}
      <p className="evaluation-figures">
        {totalMs > 0 && <Duration milliseconds={totalMs} />}
        <span>{`${inputTokens} + ${outputTokens} tokens`}</span>
        {currency !== "" && <Money amount={cost} currency={currency} />}
        {model !== "" && <span>{model}</span>}
      </p>
    </div>
  );
}
