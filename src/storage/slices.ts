import { setImmediate } from "node:timers/promises";

/**
 * Lets long searches through a slice at a time, in the order of asking: on SQLite the whole server waits for each, and
 * gets its turn before the next, however many search.
 */
export class Slices {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const slice = this.#last.then(work);
    this.#last = slice.then(
      () => setImmediate(),
      () => setImmediate(),
    );
    return slice;
  }
}
