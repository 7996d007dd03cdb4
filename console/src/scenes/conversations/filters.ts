import { useMemo } from "react";
import { useAddress } from "../../parts/address.ts";

/** What conversations are looked for by, as it stands in the address of the page. */
export interface Filters {
  text: string;
  user: string;
  agent: string;
  family: string;
  rating: string;
  state: string;
  period: string;
}

export const FAMILIES = ["hiagent", "coze", "insight", "openai", "share", "trigger", "console"] as const;
export const RATINGS = ["like", "dislike", "rated", "commented"] as const;
export const STATES = ["failed", "running", "held", "trials"] as const;
export const PERIODS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const;

/** The channel where people try drafts, which is listed only when it is asked for. */
export const TRIALS = "draft";

export type Period = keyof typeof PERIODS;

const NAMES = ["text", "user", "agent", "family", "rating", "state", "period"] as const;

/** The filters of the address, and what changes one of them; every one empty where it is not set. */
export function useFilters() {
  const [parameters, change, clear] = useAddress();
  const filters = useMemo(
    () => Object.fromEntries(NAMES.map((name) => [name, parameters.get(name) ?? ""])) as unknown as Filters,
    [parameters],
  );
  return {
    filters,
    change: (changes: Partial<Filters>) => change(changes),
    clear,
    isNarrowed: NAMES.some((name) => filters[name] !== ""),
  };
}

/** What the console API is asked for. A period counts from `now`. */
export function queryOf(filters: Filters, workspaceId: string, now: number) {
  const { text, user, agent, family, rating, state, period } = filters;
  const length = PERIODS[period as Period];
  return {
    workspaceId,
    ...(text.trim() !== "" && { text: text.trim() }),
    ...(user.trim() !== "" && { userPrefix: user.trim() }),
    ...(agent !== "" && { agentId: agent }),
    ...(family !== "" && { family }),
    ...ratingOf(rating),
    ...stateOf(state),
    ...(length !== undefined && { since: new Date(now - length).toISOString() }),
  };
}

function ratingOf(rating: string) {
  if (rating === "like" || rating === "dislike") return { rating } as const;
  if (rating === "rated") return { rating: "any" } as const;
  return rating === "commented" ? ({ rating: "any", hasComment: "true" } as const) : {};
}

function stateOf(state: string) {
  if (state === "failed" || state === "running") return { status: state } as const;
  if (state === "held") return { isHeld: "true" } as const;
  return state === "trials" ? { channel: TRIALS } : {};
}
