import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";

/** How much one app key and one user may ask for. 0 means no limit. Counted per node. */
export interface TurnLimits {
  turnsPerMinutePerKey: number;
  turnsPerMinutePerUser: number;
  concurrentTurnsPerKey: number;
  concurrentTurnsPerUser: number;
}

/** Counts turns against the limits. */
export class TurnGate {
  readonly #limits: TurnLimits;
  readonly #perKey: RateLimiterMemory | undefined;
  readonly #perUser: RateLimiterMemory | undefined;
  readonly #running = new Map<string, number>();

  constructor(limits: TurnLimits) {
    this.#limits = limits;
    this.#perKey = perMinute(limits.turnsPerMinutePerKey);
    this.#perUser = perMinute(limits.turnsPerMinutePerUser);
  }

  /**
   * Lets one turn in and returns the function that says it has ended. An empty user is nobody in particular: only the
   * key's limits count.
   * Rejects with `rate_limited` (with the seconds to wait) or `too_many_turns`.
   */
  async enter(agentId: AgentId, userId: string): Promise<() => void> {
    const key = String(agentId);
    const user = `${key}/${userId}`;
    this.#refuseWhenFull(key, this.#limits.concurrentTurnsPerKey, "for this app key");
    const isKnown = userId !== "";
    if (isKnown) this.#refuseWhenFull(user, this.#limits.concurrentTurnsPerUser, "for this user");
    this.#count(key, 1);
    this.#count(user, 1);
    const leave = () => {
      this.#count(key, -1);
      this.#count(user, -1);
    };
    try {
      if (isKnown) await consume(this.#perUser, user, "for this user");
      await consume(this.#perKey, key, "for this app key");
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  #refuseWhenFull(name: string, limit: number, whose: string): void {
    if (limit > 0 && (this.#running.get(name) ?? 0) >= limit) {
      throw new DomainError("too_many_turns", `more than ${limit} turns running at once ${whose}`);
    }
  }

  #count(name: string, change: 1 | -1): void {
    const count = (this.#running.get(name) ?? 0) + change;
    if (count === 0) this.#running.delete(name);
    else this.#running.set(name, count);
  }
}

function perMinute(points: number): RateLimiterMemory | undefined {
  return points > 0 ? new RateLimiterMemory({ points, duration: 60 }) : undefined;
}

async function consume(limiter: RateLimiterMemory | undefined, name: string, whose: string): Promise<void> {
  if (limiter === undefined) return;
  try {
    await limiter.consume(name);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new DomainError("rate_limited", `more than ${limiter.points} turns a minute ${whose}`, {
      retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
    });
  }
}
