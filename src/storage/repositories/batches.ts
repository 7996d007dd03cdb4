import { setImmediate } from "node:timers/promises";

/** Rows changed in one statement: on SQLite the whole server waits for it. */
export const BATCH = 2_000;

/** Until a batch is not full any more; others get their turn in between. Resolves with how many there were. */
export async function inBatches(change: (limit: number) => Promise<number>): Promise<number> {
  for (let total = 0; ; ) {
    const count = await change(BATCH);
    total += count;
    if (count < BATCH) return total;
    await setImmediate();
  }
}
