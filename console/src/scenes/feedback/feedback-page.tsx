import { Button, Dropdown } from "antd";
import { useState } from "react";
import { useMay, useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { AddToSet } from "./add-to-set.tsx";
import { type Addition, asBody, queryOf, type RatedTurn, useRatedTurns } from "./data.ts";
import { FeedbackFilters } from "./feedback-filters.tsx";
import { RatedTurnCard } from "./rated-turn.tsx";
import { feedbackWords } from "./text.ts";
import { useFilter } from "./use-filter.ts";
import "./feedback.css";

/** What people thought of answers. */
export function FeedbackPage() {
  const t = useWords(feedbackWords);
  const mayAdd = useMay("member");
  const filtering = useFilter();
  const { filter } = filtering;
  const [adding, setAdding] = useState<{ what: Addition["what"]; agentId: string | undefined }>();
  const { workspaceId } = useWorkspace();
  const asked = new URLSearchParams({ workspaceId, ...queryOf(filter) }).toString();
  const addAll = () => setAdding({ what: { filter: asBody(filter) }, agentId: filter.agentId });
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <ApiPeek calls={[{ path: `/api/rated-turns?${asked}&order=newest` }]} />
            <ExportButton asked={asked} />
            {mayAdd && (
              <Button type="primary" onClick={addAll}>
                {t("addAll")}
              </Button>
            )}
          </>
        }
      />
      <FeedbackFilters {...filtering} />
      <RatedTurns
        query={useRatedTurns(filter)}
        isNarrowed={filtering.isNarrowed}
        onAdd={
          mayAdd
            ? (rated) => setAdding({ what: { turnId: rated.turnId }, agentId: rated.agentId })
            : undefined
        }
      />
      <AddToSet what={adding?.what} agentId={adding?.agentId} onClose={() => setAdding(undefined)} />
    </>
  );
}

/** Downloads what the filter finds, all of it. */
function ExportButton({ asked }: { asked: string }) {
  const t = useWords(feedbackWords);
  const link = (format: string, words: string) => (
    <a href={`/api/rated-turns/export?${asked}&format=${format}`} download>
      {words}
    </a>
  );
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "jsonl", label: link("jsonl", t("exportJsonl")) },
          { key: "csv", label: link("csv", t("exportCsv")) },
        ],
      }}
    >
      <Button>{t("export")}</Button>
    </Dropdown>
  );
}

function RatedTurns({
  query,
  isNarrowed,
  onAdd,
}: {
  query: ReturnType<typeof useRatedTurns>;
  isNarrowed: boolean;
  onAdd: ((rated: RatedTurn) => void) | undefined;
}) {
  const t = useWords(feedbackWords);
  const common = useWords(commonWords);
  if (query.isPending) return <Loading />;
  if (query.data === undefined) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0 && !query.hasNextPage) {
    return isNarrowed ? (
      <EmptyState title={t("noMatch")} />
    ) : (
      <EmptyState title={t("empty")} hint={t("emptyHint")} />
    );
  }
  return (
    <>
      <ul className="feedback-list" aria-label={t("list")}>
        {items.map((rated) => (
          <li key={`${rated.turnId} ${rated.rater}`}>
            <RatedTurnCard rated={rated} onAdd={onAdd && (() => onAdd(rated))} />
          </li>
        ))}
      </ul>
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.hasNextPage && (
        <div className="feedback-more">
          {items.length === 0 && <p>{t("searching")}</p>}
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {common("loadMore")}
          </Button>
        </div>
      )}
    </>
  );
}
