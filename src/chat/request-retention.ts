import { setImmediate } from "node:timers/promises";
import type { Store } from "../storage/store.ts";

/** Deleted in one statement: on SQLite the whole server waits for it. */
const DELETED_AT_ONCE = 1_000;

/** Forgets the requests whose repetition nobody would take for the same one any more. */
export async function forgetRequestKeys({ store }: { store: Store }, now: Date): Promise<void> {
  while ((await store.requestKeys.forget(now, DELETED_AT_ONCE)) === DELETED_AT_ONCE) await setImmediate();
}
