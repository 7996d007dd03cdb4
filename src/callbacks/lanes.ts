import type { EndpointHealth } from "../domain/endpoint.ts";
import type { EndpointId } from "../domain/ids.ts";
import { breakerPosition, openBreaker, RecentFaults } from "./breaker.ts";
import { type BudgetLimits, Budgets } from "./budgets.ts";
import { afterAttempt, givenTime, type HealthNews } from "./health.ts";
import type { Clock } from "./schedule.ts";

/** What the scheduler knows of an endpoint. */
export interface LaneSettings {
  id: EndpointId;
  /** Whose share of the fast budget it uses. */
  tenant: string;
  maxInFlight: number;
  ratePerSecond?: number;
  /** False: nothing is sent, whatever is due. */
  isActive: boolean;
}

/** How many deliveries of an endpoint may be begun now. */
export interface Grant {
  endpointId: EndpointId;
  room: number;
}

/**
 * What an attempt says about its endpoint. `fault`: no answer, or one that says the server is broken. `refusal`: the
 * server is there, or was not asked. `none`: nothing.
 */
export type LaneVerdict = "ok" | "fault" | "refusal" | "none";

/** An endpoint that had no success for so long begins anew, with one attempt at a time. */
const COLD_AFTER_MS = 10 * 60_000;
/** The share of a second's rate that may be sent at once. */
const BURST_SHARE = 0.1;

interface Lane {
  settings: LaneSettings;
  health: EndpointHealth;
  readonly recent: RecentFaults;
  /** Milliseconds since the epoch; absent: nothing is known to wait. */
  dueAt?: number;
  isPaused: boolean;
  inFlight: number;
  /** Attempts that other nodes began while the endpoint was theirs. */
  elsewhere: number;
  /** Steady milliseconds before which nothing is begun. */
  quietUntil: number;
  /** Most attempts at once for now: grows with quick successes. */
  window: number;
  tokens: number;
  tokensAt: number;
}

interface Running {
  lane: Lane;
  startedAt: number;
}

/**
 * Decides what is begun when: a lane for each endpoint, visited in turn, limited by the endpoint's own cap and rate, by
 * how it has been lately, and by two budgets over all. Holds no timer and does no I/O; the dispatcher tells it what
 * happens and asks what to do.
 */
export class Lanes {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #limits: BudgetLimits;
  readonly #budgets: Budgets;
  readonly #lanes = new Map<EndpointId, Lane>();
  /** Those with something due now or later, the next to visit first. */
  readonly #waiting = new Set<Lane>();
  readonly #running = new Map<number, Running>();
  /** Deleted ones that still have attempts under way: they count when the lane comes back. */
  readonly #leaving = new Map<EndpointId, Lane>();
  #lastKey = 0;

  constructor(options: { clock: Clock; limits: BudgetLimits; random: () => number }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#limits = options.limits;
    this.#budgets = new Budgets(options.limits);
  }

  /** Adds a lane, or changes its settings; what is known of its health stays. `quietMs`: before it begins. */
  set(settings: LaneSettings, health: EndpointHealth, quietMs = 0): void {
    const lane = this.#lanes.get(settings.id);
    if (lane !== undefined) {
      if (settings.isActive && !lane.settings.isActive) {
        lane.window = 1;
        lane.health = givenTime(lane.health);
      }
      lane.settings = settings;
      return;
    }
    const steadyMs = this.#clock.steady();
    const leaving = this.#leaving.get(settings.id);
    this.#leaving.delete(settings.id);
    if (leaving !== undefined) {
      this.#lanes.set(settings.id, Object.assign(leaving, { settings, health, isPaused: false }));
      return;
    }
    this.#lanes.set(settings.id, {
      settings,
      health,
      recent: new RecentFaults(this.#clock.scale),
      isPaused: false,
      inFlight: 0,
      elsewhere: 0,
      quietUntil: steadyMs + quietMs,
      window: settings.maxInFlight,
      tokens: burst(settings.ratePerSecond ?? 0),
      tokensAt: steadyMs,
    });
  }

  /** Attempts under way may still end. */
  delete(id: EndpointId): void {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return;
    this.#lanes.delete(id);
    this.#waiting.delete(lane);
    delete lane.dueAt;
    if (lane.inFlight > 0) this.#leaving.set(id, lane);
  }

  /** Whatever its settings say: while a change of them is on its way, nothing is begun. */
  pause(id: EndpointId, isPaused: boolean): void {
    const lane = this.#lanes.get(id);
    if (lane !== undefined) lane.isPaused = isPaused;
  }

  /** Fewer attempts at once than the endpoint would be given: it is new, slow, or was broken. */
  isHeldBack(id: EndpointId): boolean {
    const lane = this.#lanes.get(id);
    return lane !== undefined && lane.window < lane.settings.maxInFlight;
  }

  has(id: EndpointId): boolean {
    return this.#lanes.has(id);
  }

  get ids(): EndpointId[] {
    return [...this.#lanes.keys()];
  }

  /** Something is due in the lane then, if not earlier. */
  due(id: EndpointId, atMs: number): void {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return;
    lane.dueAt = Math.min(lane.dueAt ?? atMs, atMs);
    this.#waiting.add(lane);
  }

  /** How many attempts other nodes still make, by endpoint; none for those left out. */
  setElsewhere(counts: ReadonlyMap<EndpointId, number>): void {
    for (const [id, lane] of this.#lanes) lane.elsewhere = counts.get(id) ?? 0;
  }

  /**
   * What may be begun now, at most for `limit` lanes. Their due times are forgotten: tell them again when there was
   * more than there was room, or what comes later.
   */
  grants(limit: number): Grant[] {
    const now = this.#clock.now();
    const steadyMs = this.#clock.steady();
    const granted = new Map<string, number>();
    const pressed = new Set<string>();
    const grants: Grant[] = [];
    let fastRoom = this.#budgets.fastRoom;
    for (const lane of this.#waiting) {
      if (grants.length === limit) break;
      if (this.#waitMs(lane, now, steadyMs) > 0) continue;
      const { tenant, id } = lane.settings;
      const wanted = Math.min(this.#room(lane, now), this.#tokens(lane, steadyMs));
      if (wanted <= 0) continue;
      if (fastRoom <= 0) {
        for (const each of this.#budgets.tenants) pressed.add(each);
        break;
      }
      const tenantRoom = this.#budgets.room(tenant) - (granted.get(tenant) ?? 0);
      const room = Math.min(wanted, tenantRoom, fastRoom);
      if (room <= 0) {
        pressed.add(tenant);
        continue;
      }
      grants.push({ endpointId: id, room });
      granted.set(tenant, (granted.get(tenant) ?? 0) + room);
      fastRoom -= room;
      delete lane.dueAt;
      this.#waiting.delete(lane);
    }
    this.#budgets.press(pressed);
    return grants;
  }

  /** Charges an attempt; the result names it. Undefined: the lane is gone. */
  start(id: EndpointId): number | undefined {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return undefined;
    const steadyMs = this.#clock.steady();
    const key = ++this.#lastKey;
    lane.inFlight += 1;
    if (lane.settings.ratePerSecond !== undefined) lane.tokens = this.#refilled(lane, steadyMs) - 1;
    lane.tokensAt = steadyMs;
    this.#budgets.start(key, id, lane.settings.tenant, steadyMs);
    this.#running.set(key, { lane, startedAt: steadyMs });
    return key;
  }

  /** Looks after attempts that take long. Returns those that have to be cut short now. */
  age(): number[] {
    const { slowed, cut } = this.#budgets.age(this.#clock.steady());
    for (const id of slowed) {
      const lane = this.#lanes.get(id);
      if (lane !== undefined) lane.window = 1;
    }
    return cut;
  }

  /** An attempt is over. Undefined: it says nothing about its endpoint. */
  end(key: number, verdict: LaneVerdict): { health: EndpointHealth; news?: HealthNews } | undefined {
    const running = this.#running.get(key);
    if (running === undefined) return undefined;
    const { lane, startedAt } = running;
    this.#running.delete(key);
    this.#budgets.end(key, lane.settings.id);
    lane.inFlight -= 1;
    if (lane.inFlight === 0) this.#leaving.delete(lane.settings.id);
    if (verdict === "none") return undefined;
    const isQuick = this.#clock.steady() - startedAt < this.#limits.slowAfterMs;
    return this.#learn(lane, verdict, isQuick);
  }

  /** A success that was not one of the lane's own attempts. Undefined: there is no such lane. */
  learnSuccess(id: EndpointId): { health: EndpointHealth; news?: HealthNews } | undefined {
    const lane = this.#lanes.get(id);
    return lane && this.#learn(lane, "ok", false);
  }

  health(id: EndpointId): EndpointHealth | undefined {
    return this.#lanes.get(id)?.health;
  }

  /** Milliseconds until something may be begun or must be looked at; undefined: not before something else happens. */
  nextWakeMs(): number | undefined {
    const now = this.#clock.now();
    const steadyMs = this.#clock.steady();
    const agesAt = this.#budgets.nextAgeAt;
    let wakeMs = agesAt === undefined ? Number.POSITIVE_INFINITY : agesAt - steadyMs;
    for (const lane of this.#waiting) {
      if (this.#room(lane, now) <= 0 || this.#budgets.room(lane.settings.tenant) <= 0) continue;
      wakeMs = Math.min(wakeMs, this.#waitMs(lane, now, steadyMs));
    }
    return wakeMs === Number.POSITIVE_INFINITY ? undefined : Math.max(0, wakeMs);
  }

  get counts(): { fast: number; slow: number; openBreakers: number } {
    const now = this.#clock.now();
    let openBreakers = 0;
    for (const lane of this.#lanes.values()) {
      if (breakerPosition(lane.health.breaker, now) === "open") openBreakers += 1;
    }
    return { ...this.#budgets.counts, openBreakers };
  }

  #learn(lane: Lane, verdict: "ok" | "fault" | "refusal", isQuick: boolean) {
    const now = this.#clock.now();
    const before = lane.health.breaker;
    const position = breakerPosition(before, now);
    const wasCold = this.#isCold(lane, now);
    const { health, news } = afterAttempt(lane.health, verdict === "ok", now, this.#clock.scale);
    lane.health = health;
    lane.recent.add(verdict === "fault", now);
    if (verdict === "fault") {
      if (position === "half-open" || (position === "closed" && lane.recent.isTooMany)) {
        const { scale } = this.#clock;
        lane.health = { ...health, breaker: openBreaker(before, now, { scale, random: this.#random() }) };
        lane.recent.clear();
        lane.window = 1;
      }
    } else {
      if (before !== undefined && (verdict === "ok" || position === "half-open")) {
        const { breaker, ...closed } = health;
        lane.health = closed;
        lane.recent.clear();
        lane.window = 1;
      }
      if (wasCold) lane.window = 1;
      if (verdict === "ok" && isQuick) lane.window = Math.min(lane.window * 2, lane.settings.maxInFlight);
    }
    return { health: lane.health, ...(news !== undefined && { news }) };
  }

  #room(lane: Lane, now: number): number {
    if (!lane.settings.isActive || lane.isPaused) return 0;
    const underWay = lane.inFlight + lane.elsewhere;
    if (breakerPosition(lane.health.breaker, now) === "half-open") return underWay === 0 ? 1 : 0;
    const cap = this.#isCold(lane, now) ? 1 : Math.min(lane.window, lane.settings.maxInFlight);
    return cap - underWay;
  }

  #isCold({ health }: Lane, now: number): boolean {
    const { lastSuccessAt } = health;
    return lastSuccessAt === undefined || now - lastSuccessAt.getTime() > COLD_AFTER_MS * this.#clock.scale;
  }

  /** Milliseconds until the lane may begin something, were there room. */
  #waitMs(lane: Lane, now: number, steadyMs: number): number {
    const { breaker } = lane.health;
    const openMs =
      breaker !== undefined && breakerPosition(breaker, now) === "open" ? breaker.until.getTime() - now : 0;
    return Math.max(
      (lane.dueAt ?? now) - now,
      openMs,
      lane.quietUntil - steadyMs,
      this.#tokenWaitMs(lane, steadyMs),
    );
  }

  #tokens(lane: Lane, steadyMs: number): number {
    if (lane.settings.ratePerSecond === undefined) return Number.POSITIVE_INFINITY;
    return Math.floor(this.#refilled(lane, steadyMs));
  }

  #tokenWaitMs(lane: Lane, steadyMs: number): number {
    const rate = lane.settings.ratePerSecond;
    if (rate === undefined) return 0;
    return Math.max(0, Math.ceil(((1 - this.#refilled(lane, steadyMs)) * 1_000) / rate));
  }

  #refilled(lane: Lane, steadyMs: number): number {
    const rate = lane.settings.ratePerSecond ?? 0;
    return Math.min(burst(rate), lane.tokens + ((steadyMs - lane.tokensAt) * rate) / 1_000);
  }
}

function burst(ratePerSecond: number): number {
  return Math.max(1, ratePerSecond * BURST_SHARE);
}
