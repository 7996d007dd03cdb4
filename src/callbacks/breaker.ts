import type { EndpointHealth } from "../domain/endpoint.ts";
import { jitterMs } from "./schedule.ts";

type Breaker = NonNullable<EndpointHealth["breaker"]>;

const FIRST_BACKOFF_MS = 30_000;
const LONGEST_BACKOFF_MS = 15 * 60_000;
const CONSECUTIVE_LIMIT = 5;
const WINDOW_MS = 5 * 60_000;
const WINDOW_PARTS = 10;
const WINDOW_LEAST = 10;
const WINDOW_SHARE = 0.7;

/** `closed`: send. `open`: send nothing yet. `half-open`: one may try. */
export type BreakerPosition = "closed" | "open" | "half-open";

/** A breaker from the future, left by a clock that was set back, counts as half-open. */
export function breakerPosition(breaker: Breaker | undefined, nowMs: number): BreakerPosition {
  if (breaker === undefined) return "closed";
  return nowMs < breaker.until.getTime() && nowMs >= breaker.openedAt.getTime() ? "open" : "half-open";
}

/** A breaker that opens, for twice as long as `before`. `random` is 0 to 1. */
export function openBreaker(
  before: Breaker | undefined,
  nowMs: number,
  { scale, random }: { scale: number; random: number },
): Breaker {
  const backoffMs =
    before === undefined ? FIRST_BACKOFF_MS : Math.min(before.backoffMs * 2, LONGEST_BACKOFF_MS);
  return {
    openedAt: new Date(nowMs),
    until: new Date(nowMs + (backoffMs + jitterMs(backoffMs, random)) * scale),
    backoffMs,
  };
}

/** What came of the latest attempts at one endpoint: whether it is time to open its breaker. */
export class RecentFaults {
  readonly #partMs: number;
  #parts: { since: number; total: number; faults: number }[] = [];
  #consecutive = 0;

  constructor(scale: number) {
    this.#partMs = (WINDOW_MS * scale) / WINDOW_PARTS;
  }

  /** `isFault`: no answer, or one that says the server is broken. */
  add(isFault: boolean, nowMs: number): void {
    this.#consecutive = isFault ? this.#consecutive + 1 : 0;
    const since = Math.floor(nowMs / this.#partMs);
    let part = this.#parts.at(-1);
    if (part?.since !== since) {
      part = { since, total: 0, faults: 0 };
      this.#parts = [...this.#parts.filter((old) => Math.abs(since - old.since) < WINDOW_PARTS), part];
    }
    part.total += 1;
    if (isFault) part.faults += 1;
  }

  /** Five faults in a row, or seven tenths of at least ten attempts within five minutes. */
  get isTooMany(): boolean {
    if (this.#consecutive >= CONSECUTIVE_LIMIT) return true;
    const total = this.#parts.reduce((sum, part) => sum + part.total, 0);
    const faults = this.#parts.reduce((sum, part) => sum + part.faults, 0);
    return total >= WINDOW_LEAST && faults >= total * WINDOW_SHARE;
  }

  clear(): void {
    this.#parts = [];
    this.#consecutive = 0;
  }
}
