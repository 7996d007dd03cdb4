/** Stretches of time that end now. */
export const PERIODS = ["day", "week", "month", "quarter"] as const;
export type Period = (typeof PERIODS)[number];

const DAYS: Record<Period, number> = { day: 1, week: 7, month: 30, quarter: 90 };
const HOUR_MS = 3_600_000;

export const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the server is asked for: a day by the hour, the rest by whole days of the person's clock. */
export function stretchOf(period: Period, now: Date): { from: string; until: string; step: "hour" | "day" } {
  const until = now.toISOString();
  if (period === "day") {
    return { from: new Date(now.getTime() - 23 * HOUR_MS).toISOString(), until, step: "hour" };
  }
  const first = new Date(now.getFullYear(), now.getMonth(), now.getDate() - DAYS[period] + 1);
  return { from: first.toISOString(), until, step: "day" };
}
