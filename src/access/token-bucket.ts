import { DomainError } from "../domain/errors.ts";

/** How many keys are watched before those that are full again are forgotten. */
const TIDY_AT = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Lets `perSecond` requests of each key through and `burst` at once, in this process's memory: every node counts for
 * itself.
 */
export class TokenBuckets {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string | number, Bucket>();

  constructor(options: { perSecond: number; burst: number; nowMs?: () => number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Counts one request. Throws `rate_limited` when there is no room for it. */
  take(key: string | number): void {
    const nowMs = this.#nowMs();
    if (this.#buckets.size >= TIDY_AT) this.#tidy(nowMs);
    const tokens = this.#tokensOf(this.#buckets.get(key), nowMs);
    if (tokens < 1) {
      const retryAfterSeconds = Math.max(1, Math.ceil((1 - tokens) / this.#perSecond));
      throw new DomainError("rate_limited", "too many requests; try again later", { retryAfterSeconds });
    }
    this.#buckets.set(key, { tokens: tokens - 1, atMs: nowMs });
  }

  #tokensOf(bucket: Bucket | undefined, nowMs: number): number {
    if (bucket === undefined) return this.#burst;
    return Math.min(this.#burst, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * this.#perSecond);
  }

  #tidy(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokensOf(bucket, nowMs) >= this.#burst) this.#buckets.delete(key);
    }
  }
}
