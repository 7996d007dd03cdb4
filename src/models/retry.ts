import { setTimeout as delay } from "node:timers/promises";
import { ModelError, type ModelPart } from "./chat-model.ts";

export interface RetryPolicy {
  /** Further attempts after the first. 0: none. */
  retries: number;
  /** Wait before the first further attempt, doubled for each next one; the half of it is random. */
  baseDelayMs: number;
  /** No wait is longer, whatever the server asks for. */
  maxDelayMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { retries: 2, baseDelayMs: 250, maxDelayMs: 10_000 };

/**
 * The parts of the first attempt that yields one. Only an attempt that failed before its first part is
 * repeated, and only when the failure is `unreachable` or `overloaded`. Aborting ends the wait in between.
 */
export async function* retryBeforeFirstPart(
  start: () => AsyncIterator<ModelPart>,
  policy: RetryPolicy,
  signal: AbortSignal,
): AsyncGenerator<ModelPart, void, undefined> {
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    const parts = start();
    let first: IteratorResult<ModelPart>;
    try {
      first = await parts.next();
    } catch (error) {
      if (attempt >= policy.retries || !isWorthRetrying(error)) throw error;
      await pause(retryDelayMs(attempt, error.retryAfterMs, policy, Math.random()), signal);
      continue;
    }
    yield* rest(first, parts);
    return;
  }
}

/** Milliseconds to wait after the failed attempt number `attempt`, from 0. `random` is in [0, 1). */
export function retryDelayMs(
  attempt: number,
  retryAfterMs: number | undefined,
  policy: RetryPolicy,
  random: number,
): number {
  const backoffMs = policy.baseDelayMs * 2 ** attempt * (0.5 + random / 2);
  return Math.min(policy.maxDelayMs, Math.max(backoffMs, retryAfterMs ?? 0));
}

/** Milliseconds asked for by a `Retry-After` header: seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function isWorthRetrying(error: unknown): error is ModelError {
  return error instanceof ModelError && (error.failure === "unreachable" || error.failure === "overloaded");
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // A timer rejects only when it is aborted; what is thrown is the caller's own reason.
    signal.throwIfAborted();
  }
}

async function* rest(
  first: IteratorResult<ModelPart>,
  parts: AsyncIterator<ModelPart>,
): AsyncGenerator<ModelPart, void, undefined> {
  try {
    for (let result = first; result.done !== true; result = await parts.next()) yield result.value;
  } finally {
    await parts.return?.();
  }
}
