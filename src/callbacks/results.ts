import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../domain/errors.ts";
import { callbackResultsStored } from "../log/callback-metrics.ts";
import { callbackLog } from "../log/logger.ts";

/** How long a result waits for others. */
const GROUP_MS = 5;
const GROUP_LIMIT = 500;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

interface Waiting<Result> {
  result: Result;
  stored: () => void;
  lost: (error: Error) => void;
}

/**
 * Writes what came of attempts, many at once, in the order they ended. What the store refuses stays here and is written
 * again, with pauses and in smaller groups, so that one that can never be written does not keep the others.
 */
export class Results<Result> {
  readonly #write: (results: Result[]) => Promise<void>;
  #waiting: Waiting<Result>[] = [];
  #writing: Promise<void> | undefined;
  #isGivenUp = false;

  constructor(write: (results: Result[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when it is stored; rejects with `shutting_down` when it was not before `close`. */
  add(result: Result): Promise<void> {
    if (this.#isGivenUp) return Promise.reject(tooLate());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ result, stored: resolve, lost: reject });
    this.#writing ??= this.#writeAll();
    return promise;
  }

  /** How many are not stored yet. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Resolves when everything is stored or `withinMs` are over; afterwards nothing is written any more. */
  async close(withinMs: number): Promise<void> {
    const hurry = new AbortController();
    const timeIsUp = delay(withinMs, undefined, { signal: hurry.signal }).catch(() => undefined);
    await Promise.race([this.#writing, timeIsUp]);
    hurry.abort();
    this.#isGivenUp = true;
    if (this.size > 0) callbackLog.error({ results: this.size }, "results of attempts are lost");
    for (const { lost } of this.#waiting.splice(0)) lost(tooLate());
  }

  async #writeAll(): Promise<void> {
    await delay(GROUP_MS);
    let limit = GROUP_LIMIT;
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#waiting.length > 0 && !this.#isGivenUp) {
      const group = this.#waiting.slice(0, limit);
      try {
        await this.#write(group.map(({ result }) => result));
      } catch (error) {
        callbackLog.warn({ err: error, results: this.size }, "results could not be stored");
        if (group.length === 1) this.#waiting.push(...this.#waiting.splice(0, 1));
        limit = Math.ceil(group.length / 2);
        await delay(pauseMs);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        continue;
      }
      this.#waiting.splice(0, this.#isGivenUp ? 0 : group.length);
      callbackResultsStored(group.length);
      for (const { stored } of group) stored();
      limit = GROUP_LIMIT;
      pauseMs = FIRST_PAUSE_MS;
    }
    this.#writing = undefined;
  }
}

function tooLate(): DomainError {
  return new DomainError("shutting_down", "the server stopped before this was stored");
}
