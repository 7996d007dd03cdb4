import { useAddress } from "../../parts/address.ts";
import { type FeedbackFilter, PERIODS, type Period } from "./data.ts";

const KEYS = ["rating", "agentId", "channel", "family", "category", "hasComment", "rater"] as const;
type Key = (typeof KEYS)[number] | "period";

/** The filter of the page, as it stands in its address: it can be kept, sent and gone back to. */
export function useFilter() {
  const [parameters, change, clear] = useAddress();
  const given = KEYS.flatMap((key) => {
    const value = parameters.get(key);
    return value === null || value === "" ? [] : [[key, value] as const];
  });
  const period = (Object.keys(PERIODS) as Period[]).find((known) => known === parameters.get("period"));
  const filter: FeedbackFilter = { ...Object.fromEntries(given), ...(period !== undefined && { period }) };
  return {
    filter,
    isNarrowed: Object.keys(filter).length > 0,
    set: (key: Key, value: string | undefined) => change({ [key]: value }),
    clear,
  };
}
