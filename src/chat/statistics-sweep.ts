import { setImmediate } from "node:timers/promises";
import { appLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";

/** Turns are counted when so long has passed since they ended: until then their end may still be on its way. */
const SETTLED_MS = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hours that are looked at again, one at a time, for turns whose end came later than they were counted. */
const VERIFIED_HOURS = 48;
/** Two years and some, so that any month can be compared with that of the year before. */
const KEPT_DAYS = 800;

/** Counts what has happened into the statistics. Several nodes may do it at once: each turn is counted by one. */
export class StatisticsSweep {
  readonly #store: Store;
  #verified = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Counts all that is not counted yet. */
  async count(now: Date): Promise<void> {
    const { statistics } = this.#store;
    const until = new Date(now.getTime() - SETTLED_MS);
    while (await statistics.countTurns(until)) await setImmediate();
    while (await statistics.countFeedback()) await setImmediate();
  }

  /** Looks at one more of the last hours, and forgets what is old. */
  async lookAfter(now: Date): Promise<void> {
    const { statistics } = this.#store;
    this.#verified = (this.#verified % VERIFIED_HOURS) + 1;
    const hour = Math.floor(now.getTime() / HOUR_MS) - this.#verified;
    if ((await statistics.verify(hour)) === "corrected") {
      appLog.info({ hour: new Date(hour * HOUR_MS) }, "counted turns that were stored late");
    }
    await statistics.forget(new Date(now.getTime() - KEPT_DAYS * DAY_MS));
  }
}
