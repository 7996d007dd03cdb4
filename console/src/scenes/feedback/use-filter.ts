import { useSearchParams } from "react-router";
import type { FeedbackFilter } from "./data.ts";

export type Period = "day" | "week" | "month";

const DAY_MS = 86_400_000;
const PERIODS: Record<Period, number> = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };
const KEYS = ["rating", "agentId", "channel", "family", "category", "hasComment", "rater"] as const;
type Key = (typeof KEYS)[number] | "period";

/** The filter of the page, as it stands in its address: it can be kept, sent and gone back to. */
export function useFilter() {
  const [parameters, setParameters] = useSearchParams();
  const period =
    PERIODS[parameters.get("period") as Period] === undefined ? undefined : parameters.get("period");
  const given = KEYS.flatMap((key) => {
    const value = parameters.get(key);
    return value === null || value === "" ? [] : [[key, value] as const];
  });
  const filter: FeedbackFilter = {
    ...Object.fromEntries(given),
    ...(period !== undefined && { since: sinceOf(period as Period) }),
  };
  const set = (key: Key, value: string | undefined) =>
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === undefined || value === "") next.delete(key);
        else next.set(key, value);
        return next;
      },
      { replace: true },
    );
  return {
    filter,
    period: period as Period | undefined,
    isNarrowed: Object.keys(filter).length > 0,
    set,
    clear: () => setParameters({}, { replace: true }),
  };
}

/** By whole minutes, so that the question asked of the server stays the same for a while. */
function sinceOf(period: Period): string {
  return new Date(Math.floor((Date.now() - PERIODS[period]) / 60_000) * 60_000).toISOString();
}
