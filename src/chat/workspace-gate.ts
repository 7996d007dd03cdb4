import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { DomainError } from "../domain/errors.ts";
import { type MonthUsage, monthOf, type WorkspaceLimits } from "../domain/governance.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { LimitStore } from "../storage/store.ts";

/** How long what was read holds. So long changes of limits, and what turns use meanwhile, may go unseen. */
const FRESH_MS = 5_000;
/** Workspaces of which something is remembered; beyond, the longest known is forgotten. */
const KNOWN_LIMIT = 10_000;

interface LimitsStore {
  limits: Pick<LimitStore, "find" | "usage">;
}

interface Reading {
  limits: WorkspaceLimits;
  usage: MonthUsage | undefined;
  month: number;
  readAt: number;
}

interface Known {
  reading: Promise<Reading>;
  running: number;
  perMinute?: { points: number; limiter: RateLimiterMemory };
}

/**
 * Holds turns against what their workspace may use. Turns of a minute and at once are counted in this process; budgets
 * are those of all nodes together, as of the last few seconds.
 */
export class WorkspaceGate {
  readonly #store: LimitsStore;
  readonly #now: () => Date;
  readonly #known = new Map<WorkspaceId, Known>();

  constructor({ store, now = () => new Date() }: { store: LimitsStore; now?: () => Date }) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * Lets one turn in and resolves with the function that says it has ended. Rejects with `budget_exhausted`,
   * `too_many_turns` or `rate_limited` (with the seconds to wait).
   */
  async enter(workspaceId: WorkspaceId): Promise<() => void> {
    const known = this.#knownOf(workspaceId);
    const { limits, usage } = await this.#readingOf(workspaceId, known);
    if (usage !== undefined) refuseWhenSpent(limits, usage);
    const { turnsAtOnce, turnsPerMinute } = limits;
    if (turnsAtOnce !== undefined && known.running >= turnsAtOnce) {
      throw new DomainError(
        "too_many_turns",
        `more than ${turnsAtOnce} turns running at once in the workspace`,
      );
    }
    known.running += 1;
    const leave = () => {
      known.running -= 1;
    };
    try {
      if (turnsPerMinute !== undefined) await consume(known, workspaceId, turnsPerMinute);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Rejects with `budget_exhausted` where nothing may ask a model any more. */
  async requireBudget(workspaceId: WorkspaceId): Promise<void> {
    const { limits, usage } = await this.#readingOf(workspaceId, this.#knownOf(workspaceId));
    if (usage !== undefined) refuseWhenSpent(limits, usage);
  }

  #knownOf(workspaceId: WorkspaceId): Known {
    const known = this.#known.get(workspaceId);
    if (known !== undefined) return known;
    if (this.#known.size >= KNOWN_LIMIT) this.#forgetOldest();
    const made: Known = { reading: this.#read(workspaceId), running: 0 };
    this.#known.set(workspaceId, made);
    return made;
  }

  #forgetOldest(): void {
    for (const [id, { running }] of this.#known) {
      if (running > 0) continue;
      this.#known.delete(id);
      return;
    }
  }

  /** What was read last, if it is fresh; those who come at once read once. */
  async #readingOf(workspaceId: WorkspaceId, known: Known): Promise<Reading> {
    const before = known.reading;
    const reading = await before.catch(() => undefined);
    const now = this.#now();
    const isFresh =
      reading !== undefined && now.getTime() - reading.readAt < FRESH_MS && reading.month === monthOf(now);
    if (isFresh) return reading;
    if (known.reading === before) known.reading = this.#read(workspaceId);
    return known.reading;
  }

  async #read(workspaceId: WorkspaceId): Promise<Reading> {
    const now = this.#now();
    const month = monthOf(now);
    const limits = await this.#store.limits.find(workspaceId);
    const hasBudget = limits.tokensPerMonth !== undefined || limits.costPerMonth !== undefined;
    const usage = hasBudget ? await this.#store.limits.usage(workspaceId, month) : undefined;
    return { limits, usage, month, readAt: now.getTime() };
  }
}

function refuseWhenSpent({ tokensPerMonth, costPerMonth }: WorkspaceLimits, usage: MonthUsage): void {
  if (tokensPerMonth !== undefined && usage.tokens >= tokensPerMonth) {
    throw new DomainError(
      "budget_exhausted",
      `the workspace has used its ${tokensPerMonth} tokens of this month`,
    );
  }
  if (costPerMonth === undefined) return;
  const { amount, currency } = costPerMonth;
  const spent = usage.costs.find((cost) => cost.currency === currency)?.amount ?? 0;
  if (spent >= amount) {
    throw new DomainError(
      "budget_exhausted",
      `the workspace has spent its ${amount} ${currency} of this month`,
    );
  }
}

async function consume(known: Known, workspaceId: WorkspaceId, points: number): Promise<void> {
  if (known.perMinute?.points !== points) {
    known.perMinute = { points, limiter: new RateLimiterMemory({ points, duration: 60 }) };
  }
  try {
    await known.perMinute.limiter.consume(workspaceId);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new DomainError("rate_limited", `more than ${points} turns a minute in the workspace`, {
      retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000)),
    });
  }
}
