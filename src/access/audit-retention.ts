import { setImmediate } from "node:timers/promises";
import type { Store } from "../storage/store.ts";

/** Deleted in one statement: on SQLite the whole server waits for it. */
const DELETED_AT_ONCE = 1_000;
const DAY_MS = 86_400_000;

/** Deletes what the audit log has kept long enough. */
export async function forgetAuditEntries(
  { store: { audit } }: { store: Pick<Store, "audit"> },
  { now, keepDays }: { now: Date; keepDays: number },
): Promise<void> {
  const before = new Date(now.getTime() - keepDays * DAY_MS);
  while ((await audit.forget(before, DELETED_AT_ONCE)) === DELETED_AT_ONCE) await setImmediate();
}
