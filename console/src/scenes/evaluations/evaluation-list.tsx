import { Link } from "react-router";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type Evaluation, useEvaluations } from "./data.ts";
import { SideName } from "./side-name.tsx";
import { StateMark } from "./state-mark.tsx";
import { evaluationWords } from "./text.ts";

export function EvaluationList({ setId }: { setId: string }) {
  const t = useWords(evaluationWords);
  return (
    <Section title={t("evaluations")} isFlush>
      <DataList
        query={useEvaluations(setId)}
        label={t("evaluations")}
        itemKey={({ id }) => id}
        empty={<EmptyState title={t("noEvaluations")} hint={t("noEvaluationsHint")} />}
        columns={[
          {
            key: "when",
            title: t("when"),
            render: ({ id, createdAt }) => (
              <Link to={`/evaluations/${setId}/reports/${id}`}>
                <Time at={createdAt} />
              </Link>
            ),
          },
          { key: "sides", title: t("candidate"), render: ({ candidate }) => <SideName side={candidate} /> },
          { key: "baseline", title: t("baseline"), render: ({ baseline }) => <SideName side={baseline} /> },
          { key: "state", title: t("state"), render: (evaluation) => <StateMark evaluation={evaluation} /> },
          { key: "better", title: t("better"), render: betterOf, align: "end", width: "150px" },
        ]}
        actions={({ id }) => <Link to={`/evaluations/${setId}/reports/${id}`}>{t("openReport")}</Link>}
      />
    </Section>
  );
}

function betterOf({ totals }: Evaluation) {
  return totals === null ? "–" : `${totals.better.draft} : ${totals.better.baseline}`;
}
