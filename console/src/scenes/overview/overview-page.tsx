import { Alert, Segmented, Tag } from "antd";
import { useCallback, useState } from "react";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { Breakdown } from "./breakdown.tsx";
import {
  type Filter,
  GROUPS,
  type Group,
  type Question,
  type Statistics,
  statisticsQuery,
  useStatistics,
} from "./data.ts";
import { FirstSteps } from "./first-steps.tsx";
import { useFamilyName } from "./names.ts";
import { OverTime } from "./over-time.tsx";
import { PERIODS, type Period } from "./period.ts";
import { RunningTurns } from "./running-turns.tsx";
import { overviewWords } from "./text.ts";
import { Tiles } from "./tiles.tsx";
import "../../parts/data-list.css";
import "./overview.css";

/** What agents do, and how well: numbers of a period beside those of the one before, and what runs now. */
export function OverviewPage() {
  const t = useWords(overviewWords);
  const [question, setQuestion] = useState<Question>({ period: "week", group: "agent", filter: {} });
  const { data, error, isPending, refetch } = useStatistics(question);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={<Calls question={question} />} />
      <div className="overview-controls">
        <Segmented
          aria-label={t("period")}
          value={question.period}
          onChange={(period) => setQuestion({ ...question, period })}
          options={PERIODS.map((value: Period) => ({ value, label: t(value) }))}
        />
        <Filters filter={question.filter} onChange={(filter) => setQuestion({ ...question, filter })} />
      </div>
      {isPending && <Loading />}
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <Numbers {...data} question={question} onQuestion={setQuestion} />}
      <RunningTurns />
    </>
  );
}

function Calls({ question }: { question: Question }) {
  const { workspaceId } = useWorkspace();
  const query = statisticsQuery(question, workspaceId, new Date());
  const calls = [
    { path: `/api/statistics?${new URLSearchParams(query)}` },
    { path: `/api/running-turns?workspaceId=${workspaceId}` },
  ];
  return <ApiPeek calls={calls} />;
}

function Filters({ filter, onChange }: { filter: Filter; onChange(filter: Filter): void }) {
  const t = useWords(overviewWords);
  const chosen = GROUPS.flatMap((group) => {
    const value = filter[group];
    return value === undefined ? [] : [{ group, ...value }];
  });
  if (chosen.length === 0) return null;
  return (
    <ul className="pieces overview-filters" aria-label={t("filters")}>
      {chosen.map(({ group, name }) => (
        <li key={group}>
          <Tag
            closable={{ "aria-label": t("showAll", { name }) }}
            onClose={() => {
              const { [group]: _, ...rest } = filter;
              onChange(rest);
            }}
          >
            {t(group)}: {name}
          </Tag>
        </li>
      ))}
    </ul>
  );
}

function Numbers({
  statistics,
  answered: { group, period, filter },
  question,
  onQuestion,
}: {
  statistics: Statistics;
  answered: Question;
  /** What is asked now; its answer may be on its way. */
  question: Question;
  onQuestion(question: Question): void;
}) {
  const t = useWords(overviewWords);
  const groupName = useGroupName(group, statistics);
  if (isEmpty(statistics)) {
    if (Object.keys(filter).length === 0) return <FirstSteps />;
    return (
      <Section>
        <EmptyState title={t("firstTitle")} hint={t("firstFilteredHint")} />
      </Section>
    );
  }
  return (
    <>
      {statistics.countedUntil !== null && (
        <Alert type="info" showIcon title={t("counting")} className="overview-note" />
      )}
      <Tiles statistics={statistics} />
      <OverTime statistics={statistics} step={period === "day" ? "hour" : "day"} groupName={groupName} />
      <Breakdown
        statistics={statistics}
        group={group}
        wanted={question.group}
        groupName={groupName}
        onGroup={(next) => onQuestion({ ...question, group: next })}
        onChoose={(key, name) =>
          onQuestion({ ...question, filter: { ...question.filter, [group]: { key, name } } })
        }
      />
    </>
  );
}

function useGroupName(group: Group, { groups }: Statistics): (key: string) => string {
  const t = useWords(overviewWords);
  const familyName = useFamilyName();
  return useCallback(
    (key) => {
      if (group === "family") return familyName(key);
      const name = groups.find((candidate) => candidate.key === key)?.name ?? key;
      return name === "" ? t("unknown") : name;
    },
    [group, groups, familyName, t],
  );
}

function isEmpty({ totals: { turns, likes, dislikes } }: Statistics): boolean {
  return turns === 0 && likes === 0 && dislikes === 0;
}
