import { setImmediate } from "node:timers/promises";
import type { Store } from "../../storage/store.ts";

/** Steps and runs deleted in one transaction: on SQLite the whole server waits for it. */
const DELETED_AT_ONCE = 1_000;
const DAY_MS = 86_400_000;

/** Deletes runs with their steps when they ended long enough ago; open ones stay, however old. */
export async function forgetRuns(
  { store: { workflowRuns } }: { store: Pick<Store, "workflowRuns"> },
  { now, keepDays }: { now: Date; keepDays: number },
): Promise<void> {
  const before = new Date(now.getTime() - keepDays * DAY_MS);
  while ((await workflowRuns.forget(before, DELETED_AT_ONCE)) === DELETED_AT_ONCE) await setImmediate();
}
