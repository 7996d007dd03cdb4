import { setTimeout as delay } from "node:timers/promises";
import type { Outbox, Store } from "../storage/store.ts";

/** Rows that are deleted in one transaction. */
const BATCH = 500;
/** Between two batches, so that nobody waits long behind them. */
const PAUSE_MS = 20;
const DAY_MS = 86_400_000;

/** Days that things are kept. */
export interface Keeping {
  /** Events, and of deliveries that are over their attempts and the bodies of those that were given up. */
  eventDays: number;
  /** Bodies of what was delivered. */
  deliveredBodyDays: number;
}

/** Deletes what has been kept long enough, a little at a time, until nothing is left or `signal` ends it. */
export async function forgetOld(
  outbox: Pick<Outbox, "forget">,
  { eventDays, deliveredBodyDays, nowMs, signal }: Keeping & { nowMs: number; signal: AbortSignal },
): Promise<void> {
  const before = {
    events: new Date(nowMs - eventDays * DAY_MS),
    deliveredBodies: new Date(nowMs - deliveredBodyDays * DAY_MS),
  };
  while (!signal.aborted && (await outbox.forget(before, BATCH)) > 0) await delay(PAUSE_MS);
}

/** Deletes feedback callbacks of other servers that were kept long enough. */
export async function forgetReceivedFeedback(
  { store: { receivedFeedback } }: { store: Pick<Store, "receivedFeedback"> },
  { now, keepDays }: { now: Date; keepDays: number },
): Promise<void> {
  const before = new Date(now.getTime() - keepDays * DAY_MS);
  while ((await receivedFeedback.forget(before, BATCH)) === BATCH) await delay(PAUSE_MS);
}
