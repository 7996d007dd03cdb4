import type { EndpointHealth } from "../domain/endpoint.ts";
import type { EndpointId } from "../domain/ids.ts";

/** How many failures in a row make people be told. */
const FAILING_AT = 4;
/** How long an endpoint may fail without one success. */
const DISABLE_AFTER_MS = 120 * 3_600_000;

/** What an attempt says about its endpoint that somebody should hear. */
export type HealthNews = "failing" | "recovered" | "disable";

export function newHealth(endpointId: EndpointId): EndpointHealth {
  return { endpointId, consecutiveFailures: 0 };
}

/** Of an endpoint that somebody enables: how long it has failed counts from its next failure. */
export function givenTime({ failingSince, ...health }: EndpointHealth): EndpointHealth {
  return health;
}

/** The breaker is not touched here. `scale` is the clock's. */
export function afterAttempt(
  before: EndpointHealth,
  isOk: boolean,
  nowMs: number,
  scale: number,
): { health: EndpointHealth; news?: HealthNews } {
  const now = new Date(nowMs);
  if (isOk) {
    const { failingSince, ...rest } = before;
    const health = { ...rest, consecutiveFailures: 0, lastAttemptAt: now, lastSuccessAt: now };
    return before.consecutiveFailures >= FAILING_AT ? { health, news: "recovered" } : { health };
  }
  const failingSince = before.failingSince ?? now;
  const consecutiveFailures = before.consecutiveFailures + 1;
  const health = { ...before, failingSince, consecutiveFailures, lastAttemptAt: now };
  if (nowMs - failingSince.getTime() >= DISABLE_AFTER_MS * scale) return { health, news: "disable" };
  return consecutiveFailures === FAILING_AT ? { health, news: "failing" } : { health };
}
