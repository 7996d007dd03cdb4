import { type InvalidateOptions, type InvalidateQueryFilters, QueryClient } from "@tanstack/react-query";

/**
 * The library takes a first answer that is still on its way for a fresh one. It may have been read before the change
 * that made it invalid, and would then be shown for as long as it does not go stale: here it is asked for once more.
 */
export class AskingAgain extends QueryClient {
  override async invalidateQueries(
    filters: InvalidateQueryFilters = {},
    options: InvalidateOptions = {},
  ): Promise<void> {
    const early = this.getQueryCache()
      .findAll({ ...filters, fetchStatus: "fetching" })
      .filter(({ state }) => state.data === undefined);
    await super.invalidateQueries(filters, options);
    const again = early
      .filter(({ state }) => state.status === "success")
      .map(({ queryKey }) => super.invalidateQueries({ ...filters, queryKey, exact: true }, options));
    await Promise.all(again);
  }
}
