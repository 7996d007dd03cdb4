import { setImmediate } from "node:timers/promises";
import type { Store } from "../storage/store.ts";

/** Deleted in one statement: on SQLite the whole server waits for it. */
const DELETED_AT_ONCE = 1_000;
const DAY_MS = 86_400_000;

/** Deletes triggers that have started nothing when they were kept long enough; those of turns stay with them. */
export async function forgetTriggers(
  { store: { triggers } }: { store: Pick<Store, "triggers"> },
  { now, keepDays }: { now: Date; keepDays: number },
): Promise<void> {
  const before = new Date(now.getTime() - keepDays * DAY_MS);
  while ((await triggers.forget(before, DELETED_AT_ONCE)) === DELETED_AT_ONCE) await setImmediate();
}
