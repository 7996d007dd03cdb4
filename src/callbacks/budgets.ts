import type { EndpointId } from "../domain/ids.ts";

export interface BudgetLimits {
  /** Attempts of less than `slowAfterMs`. */
  fast: number;
  /** Attempts that have taken longer. */
  slow: number;
  slowAfterMs: number;
  /** The same while others wait for room in the fast budget. */
  pressedAfterMs: number;
  /** Fast attempts of one tenant. */
  tenant: number;
}

export const STANDARD_LIMITS: BudgetLimits = {
  fast: 512,
  slow: 2_048,
  slowAfterMs: 2_000,
  pressedAfterMs: 250,
  tenant: 64,
};

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
  /** The same by tenant. */
  readonly #tenants = new Map<string, Map<number, Running>>();
  readonly #pressed = new Set<string>();
  /** By lane, oldest first. */
  readonly #slow = new Map<EndpointId, Map<number, Running>>();
  #slowCount = 0;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
  }

  start(key: number, lane: EndpointId, tenant: string, steadyMs: number): void {
    const running = { key, lane, tenant, startedAt: steadyMs };
    this.#fast.set(key, running);
    const ofTenant = this.#tenants.get(tenant) ?? new Map<number, Running>();
    this.#tenants.set(tenant, ofTenant.set(key, running));
  }

  /** Does nothing for one that was cut. */
  end(key: number, lane: EndpointId): void {
    if (this.#leaveFast(key)) return;
    const slow = this.#slow.get(lane);
    if (slow?.delete(key) !== true) return;
    this.#slowCount -= 1;
    if (slow.size === 0) this.#slow.delete(lane);
  }

  /** Somebody waits for a place that these tenants take up: their attempts count as slow earlier. */
  press(tenants: Iterable<string>): void {
    this.#pressed.clear();
    for (const tenant of tenants) this.#pressed.add(tenant);
  }

  /** Whose attempts take up the places of all. */
  get tenants(): Iterable<string> {
    return this.#tenants.keys();
  }

  /**
   * Moves what has taken too long for the fast budget. `slowed`: their lanes. `cut`: attempts that must end now because
   * the slow budget is full, the oldest of the lane with the most; they are no longer charged to anything.
   */
  age(steadyMs: number): { slowed: EndpointId[]; cut: number[] } {
    const old = overdue(this.#fast, steadyMs - this.#limits.slowAfterMs);
    for (const tenant of this.#pressed) {
      old.push(...overdue(this.#tenants.get(tenant), steadyMs - this.#limits.pressedAfterMs));
    }
    const slowed: EndpointId[] = [];
    const cut: number[] = [];
    for (const running of old) {
      if (!this.#leaveFast(running.key)) continue;
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
    const ofTenant = this.#limits.tenant - (this.#tenants.get(tenant)?.size ?? 0);
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
    const times = [oldestStart(this.#fast) + this.#limits.slowAfterMs];
    for (const tenant of this.#pressed) {
      times.push(oldestStart(this.#tenants.get(tenant)) + this.#limits.pressedAfterMs);
    }
    const next = Math.min(...times);
    return Number.isFinite(next) ? next : undefined;
  }

  #leaveFast(key: number): boolean {
    const running = this.#fast.get(key);
    if (running === undefined) return false;
    this.#fast.delete(key);
    const ofTenant = this.#tenants.get(running.tenant);
    ofTenant?.delete(key);
    if (ofTenant?.size === 0) this.#tenants.delete(running.tenant);
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

/** Those that began by then, of some in the order they began. */
function overdue(running: ReadonlyMap<number, Running> | undefined, byMs: number): Running[] {
  const found = [];
  for (const one of running?.values() ?? []) {
    if (one.startedAt > byMs) break;
    found.push(one);
  }
  return found;
}

/** Infinity: there is none. */
function oldestStart(running: ReadonlyMap<number, Running> | undefined): number {
  for (const { startedAt } of running?.values() ?? []) return startedAt;
  return Number.POSITIVE_INFINITY;
}
