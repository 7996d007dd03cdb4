import { setTimeout as delay } from "node:timers/promises";

/**
 * Runs `check` until it neither throws nor returns false, at most `withinMs`; resolves with what it returned.
 * Rejects with the last failure. The only way tests wait; how long something may take is asserted on its own.
 */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      const result = await check();
      if (result !== false) return result;
      throw new Error(`still false: ${check.toString().slice(0, 200)}`);
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await delay(10);
  }
}
