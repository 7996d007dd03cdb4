import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { Button } from "antd";
import type { ReactNode } from "react";
import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";
import { ErrorState } from "./error-state.tsx";
import { Loading } from "./loading.tsx";
import "./data-list.css";

/** One page of a list of the console API. */
export interface ListPage<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface Column<Item> {
  key: string;
  title: string;
  render(item: Item): ReactNode;
  /** Numbers stand at the end of their column. */
  align?: "start" | "end";
  /** Such as `30%` or `120px`. */
  width?: string;
}

/**
 * A list of any length that is fetched page by page: a table where there is room, cards where there is not. The first
 * column names the item.
 */
export function DataList<Item>({
  query,
  columns,
  itemKey,
  label,
  empty,
  actions,
}: {
  /** Made by `useInfiniteQuery` with `nextCursor` as the parameter of the next page. */
  query: UseInfiniteQueryResult<InfiniteData<ListPage<Item>>>;
  columns: Column<Item>[];
  itemKey(item: Item): string;
  /** Says to screen readers what the list is of. */
  label: string;
  empty: ReactNode;
  /** What can be done with one item, at the end of its row. */
  actions?: (item: Item) => ReactNode;
}) {
  const t = useWords(commonWords);
  if (query.isPending) return <Loading />;
  if (query.data === undefined) {
    return <ErrorState error={query.error ?? new Error()} onRetry={() => void query.refetch()} />;
  }
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return empty;
  return (
    <div className="data-list">
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, title, align = "start", width }) => (
              <th key={key} scope="col" data-align={align} style={width === undefined ? {} : { width }}>
                {title}
              </th>
            ))}
            {actions !== undefined && (
              <th scope="col">
                <span className="visually-hidden">{t("actions")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={itemKey(item)}>
              {columns.map(({ key, title, align = "start", render }) => (
                <td key={key} data-align={align} data-title={title}>
                  {render(item)}
                </td>
              ))}
              {actions !== undefined && <td className="data-list-actions">{actions(item)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.hasNextPage && (
        <div className="data-list-more">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("loadMore")}
          </Button>
        </div>
      )}
    </div>
  );
}
