import type { EndpointId } from "../domain/ids.ts";

export interface BudgetLimits {
  /** Attempts of less than `slowAfterMs`. */
  fast: number;
  /** Attempts that have taken longer. */
  slow: number;
  slowAfterMs: number;
  /** Fast attempts of one tenant. */
  tenant: number;
}

export const STANDARD_LIMITS: BudgetLimits = { fast: 512, slow: 2_048, slowAfterMs: 2_000, tenant: 64 };

interface Running {
  key: number;
  lane: EndpointId;
  tenant: string;
  startedAt: number;
}

/**
 * What attempts under way are charged to. They begin in the fast budget and are moved to the slow one when they take
 * long, so that endpoints that hang never fill the fast one for long. Times are steady milliseconds.
 */
export class Budgets {
  readonly #limits: BudgetLimits;
  /** Oldest first. */
  readonly #fast = new Map<number, Running>();
  readonly #tenants = new Map<string, number>();
  /** By lane, oldest first. */
  readonly #slow = new Map<EndpointId, Map<number, Running>>();
  #slowCount = 0;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
  }

  start(key: number, lane: EndpointId, tenant: string, steadyMs: number): void {
    this.#fast.set(key, { key, lane, tenant, startedAt: steadyMs });
    this.#tenants.set(tenant, (this.#tenants.get(tenant) ?? 0) + 1);
  }

  /** Does nothing for one that was cut. */
  end(key: number, lane: EndpointId): void {
    if (this.#leaveFast(key)) return;
    const slow = this.#slow.get(lane);
    if (slow?.delete(key) !== true) return;
    this.#slowCount -= 1;
    if (slow.size === 0) this.#slow.delete(lane);
  }

  /**
   * Moves what has taken too long for the fast budget. `slowed`: their lanes. `cut`: attempts that must end now because
   * the slow budget is full, the oldest of the lane with the most; they are no longer charged to anything.
   */
  age(steadyMs: number): { slowed: EndpointId[]; cut: number[] } {
    const slowed: EndpointId[] = [];
    const cut: number[] = [];
    for (const running of this.#fast.values()) {
      if (steadyMs - running.startedAt < this.#limits.slowAfterMs) break;
      this.#leaveFast(running.key);
      const slow = this.#slow.get(running.lane) ?? new Map<number, Running>();
      this.#slow.set(running.lane, slow.set(running.key, running));
      this.#slowCount += 1;
      slowed.push(running.lane);
      if (this.#slowCount > this.#limits.slow) cut.push(this.#cutGreediest());
    }
    return { slowed, cut };
  }

  /** How many more attempts of the tenant may begin. */
  room(tenant: string): number {
    const ofTenant = this.#limits.tenant - (this.#tenants.get(tenant) ?? 0);
    return Math.max(0, Math.min(this.fastRoom, ofTenant));
  }

  get fastRoom(): number {
    return this.#limits.fast - this.#fast.size;
  }

  get counts(): { fast: number; slow: number } {
    return { fast: this.#fast.size, slow: this.#slowCount };
  }

  /** When `age` has something to do; undefined: nothing is fast. */
  get nextAgeAt(): number | undefined {
    for (const oldest of this.#fast.values()) return oldest.startedAt + this.#limits.slowAfterMs;
    return undefined;
  }

  #leaveFast(key: number): boolean {
    const running = this.#fast.get(key);
    if (running === undefined) return false;
    this.#fast.delete(key);
    const left = (this.#tenants.get(running.tenant) ?? 0) - 1;
    if (left > 0) this.#tenants.set(running.tenant, left);
    else this.#tenants.delete(running.tenant);
    return true;
  }

  #cutGreediest(): number {
    let greediest = new Map<number, Running>();
    for (const slow of this.#slow.values()) if (slow.size > greediest.size) greediest = slow;
    const [oldest] = greediest.values();
    if (oldest === undefined) throw new Error("the slow budget is full of nothing");
    this.end(oldest.key, oldest.lane);
    return oldest.key;
  }
}
