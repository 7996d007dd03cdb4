/**
 * The time the engine goes by. `scale` shortens every plan: delays of the schedule and their jitter, `Retry-After`, how
 * long a breaker stays open and what it looks back on, when an endpoint is cold or is disabled. With `50 / 60_000` a
 * minute of a schedule takes 50 ms. Deadlines of attempts, leases, rates and the engine's own rhythm stay real, so
 * that faults meet real timeouts.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, as due times are stored; may jump. */
  now(): number;
  /** Milliseconds that never jump, for everything that lasts. */
  steady(): number;
  scale: number;
}

export const realClock: Clock = { now: Date.now, steady: () => performance.now(), scale: 1 };

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Milliseconds before each further attempt; ten attempts within 75.6 hours. Source: the Standard Webhooks schedule. */
export const STANDARD_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** Longest wait that a receiver may ask for, where its kind says nothing else. */
const RETRY_AFTER_LIMIT_MS = 10 * HOUR_MS;
const JITTER_SHARE = 0.1;
const LEAST_JITTER_MS = 2 * SECOND_MS;
const MOST_JITTER_MS = 15 * MINUTE_MS;

/**
 * Milliseconds until the next attempt; undefined: that was the last one. `failureCount` is 1 after the first failure.
 * A receiver's wish can only make it later. `random` is 0 to 1.
 */
export function retryDelayMs(retry: {
  failureCount: number;
  delaysMs: readonly number[];
  retryAfterMs?: number | undefined;
  random: number;
}): number | undefined {
  const delayMs = retry.delaysMs[retry.failureCount - 1];
  if (delayMs === undefined) return undefined;
  return Math.max(delayMs + jitterMs(delayMs, retry.random), retry.retryAfterMs ?? 0);
}

/** Only ever adds: up to a tenth, at least up to 2 seconds, at most 15 minutes. `random` is 0 to 1. */
export function jitterMs(delayMs: number, random: number): number {
  return random * Math.min(Math.max(delayMs * JITTER_SHARE, LEAST_JITTER_MS), MOST_JITTER_MS);
}

/**
 * What a `Retry-After` header asks for, in milliseconds, at most `limitMs`: seconds or an HTTP date. Undefined for
 * anything else and for what is past.
 */
export function retryAfterMs(
  header: string | undefined,
  nowMs: number,
  limitMs = RETRY_AFTER_LIMIT_MS,
): number | undefined {
  const text = header?.trim() ?? "";
  const askedMs = /^\d{1,15}$/.test(text) ? Number(text) * SECOND_MS : dateMs(text) - nowMs;
  return askedMs > 0 ? Math.min(askedMs, limitMs) : undefined;
}

/** `NaN` for what is no HTTP date. */
function dateMs(text: string): number {
  return /^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
}
