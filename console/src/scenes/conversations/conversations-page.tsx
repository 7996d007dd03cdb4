import { useQueryClient } from "@tanstack/react-query";
import { Button, Card } from "antd";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Time } from "../../parts/time.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { ConversationList } from "./conversation-list.tsx";
import { type ConversationPage, useConversations, useNewer, useUnderWay } from "./data.ts";
import { FilterBar } from "./filter-bar.tsx";
import { type Filters, queryOf, useFilters } from "./filters.ts";
import { conversationWords } from "./text.ts";
import "./conversations.css";

/** Conversations of the workspace, found by what one knows of them. */
export function ConversationsPage() {
  const t = useWords(conversationWords);
  const { workspaceId } = useWorkspace();
  const filtering = useFilters();
  const { filters, isNarrowed } = filtering;
  const asked = new URLSearchParams(
    Object.entries(queryOf(filters, workspaceId, Date.now())).map(([name, value]) => [name, String(value)]),
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={<ApiPeek calls={[{ path: `/api/conversations?${asked}` }]} />}
      />
      <FilterBar {...filtering} />
      <Found filters={filters} isNarrowed={isNarrowed} />
    </>
  );
}

function Found({ filters, isNarrowed }: { filters: Filters; isNarrowed: boolean }) {
  const t = useWords(conversationWords);
  const query = useConversations(filters);
  const known = query.data?.pages.flatMap((page) => page.items) ?? [];
  const underWay = useUnderWay(known);
  if (query.isPending) return <Loading />;
  if (query.data === undefined) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  const { pages } = query.data;
  const items = [...new Map(known.map((item) => [item.id, underWay?.get(item.id) ?? item])).values()];
  const isEnd = !query.hasNextPage;
  return (
    <div
      aria-busy={query.isPlaceholderData}
      className={query.isPlaceholderData ? "conversations-old" : undefined}
    >
      <Newer filters={filters} newest={items[0]?.activeAt} loadedAt={query.dataUpdatedAt} />
      {items.length === 0 && isEnd ? (
        <EmptyState
          title={isNarrowed ? t("noMatch") : t("empty")}
          hint={isNarrowed ? t("noMatchHint") : t("emptyHint")}
        />
      ) : (
        <Card styles={{ body: { padding: 0 } }}>
          {items.length > 0 && <ConversationList items={items} />}
          {query.isError && <ErrorState error={query.error} onRetry={() => void query.fetchNextPage()} />}
          {!isEnd && <More query={query} last={pages.at(-1)} />}
        </Card>
      )}
    </div>
  );
}

/** Goes on; where the server stopped looking before the page was full, it says how far it came. */
function More({
  query,
  last,
}: {
  query: ReturnType<typeof useConversations>;
  last: ConversationPage | undefined;
}) {
  const t = useWords(conversationWords);
  const common = useWords(commonWords);
  const isShort = last !== undefined && last.items.at(-1)?.activeAt !== last.searchedUntil;
  return (
    <div className="conversations-more">
      {isShort && last?.searchedUntil != null && (
        <p role="status">
          {t("searchedUntil")} <Time at={last.searchedUntil} isExact />
        </p>
      )}
      <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {isShort ? t("goOn") : common("loadMore")}
      </Button>
    </div>
  );
}

/** Says that there is something new, without moving what is being read. */
function Newer({
  filters,
  newest,
  loadedAt,
}: {
  filters: Filters;
  newest: string | undefined;
  loadedAt: number;
}) {
  const t = useWords(conversationWords);
  const queryClient = useQueryClient();
  const after = newest === undefined ? loadedAt : Date.parse(newest) + 1;
  const { data } = useNewer(filters, new Date(after).toISOString());
  const show = () => {
    window.scrollTo({ top: 0 });
    return queryClient.resetQueries({ queryKey: ["conversation-list"] });
  };
  return (
    <div className="conversations-newer" aria-live="polite">
      {data !== undefined && data.count > 0 && (
        <Button type="primary" shape="round" onClick={() => void show()}>
          {data.isMore ? t("newerMany") : t("newer", { count: data.count })}
        </Button>
      )}
    </div>
  );
}
