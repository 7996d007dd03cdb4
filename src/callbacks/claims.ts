import { randomUUID } from "node:crypto";
import type { EndpointId } from "../domain/ids.ts";
import { callbackLog } from "../log/logger.ts";
import type { Claim, Store } from "../storage/store.ts";
import type { Grant, Lanes } from "./lanes.ts";
import type { Roster } from "./roster.ts";
import type { Clock } from "./schedule.ts";

/** How much longer than its deadline an attempt is this node's. */
const LEASE_SLACK_MS = 10_000;
/** After the store failed. */
const FAILURE_PAUSE_MS = 500;
/** For how long after its failure a claim may still be made. */
const DOUBT_MS = 60_000;
const SETTLE_EVERY_MS = 1_000;
/** Until what is overdue and could not be claimed is looked at again, if nothing happens before. */
const BLOCKED_PAUSE_MS = 1_000;

interface ClaimServices {
  store: Pick<Store, "outbox">;
  clock: Clock;
  lanes: Lanes;
  roster: Roster;
}

/** Takes from the store what the lanes may begin. */
export class Claims {
  readonly #store: Pick<Store, "outbox">;
  readonly #clock: Clock;
  readonly #lanes: Lanes;
  readonly #roster: Roster;
  /** Claims whose answer was lost: their tokens, and since when (steady milliseconds). They may have been made. */
  readonly #doubtful = new Map<string, number>();
  #settledAt = Number.NEGATIVE_INFINITY;

  constructor({ store, clock, lanes, roster }: ClaimServices) {
    this.#store = store;
    this.#clock = clock;
    this.#lanes = lanes;
    this.#roster = roster;
  }

  /**
   * Claims what was granted, hands each claim to `begin` at once and tells the lanes what comes after it. When the store
   * fails, the lanes are told to try again soon.
   */
  async take(grants: readonly Grant[], begin: (claim: Claim) => void): Promise<void> {
    const nowMs = this.#clock.now();
    let claims: Claim[];
    try {
      await this.settleDoubts();
      claims = await this.#claim(grants, new Date(nowMs));
    } catch (error) {
      callbackLog.warn({ err: error }, "deliveries could not be claimed");
      for (const { endpointId } of grants) this.#lanes.due(endpointId, nowMs + FAILURE_PAUSE_MS);
      return;
    }
    const counts = new Map<EndpointId, number>();
    for (const claim of claims) {
      const { endpointId } = claim.delivery;
      counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1);
      begin(claim);
    }
    const drained: EndpointId[] = [];
    for (const { endpointId, room } of grants) {
      if ((counts.get(endpointId) ?? 0) < room) drained.push(endpointId);
      else this.#lanes.due(endpointId, nowMs);
    }
    await this.#lookAhead(drained, nowMs);
  }

  /** Nobody works on a claim with this token, and it may have been made. */
  doubt(token: string): void {
    this.#doubtful.set(token, this.#clock.steady());
  }

  /** Gives back what claims took whose answer was lost; also those that the store makes a while after it failed. */
  async settleDoubts(): Promise<void> {
    const steadyMs = this.#clock.steady();
    if (this.#doubtful.size === 0 || steadyMs < this.#settledAt + SETTLE_EVERY_MS) return;
    const doubts = [...this.#doubtful];
    await this.#store.outbox.giveBack(doubts.map(([token]) => token));
    this.#settledAt = steadyMs;
    for (const [token, since] of doubts) {
      if (steadyMs - since > DOUBT_MS) this.#doubtful.delete(token);
    }
  }

  async #claim(lanes: readonly Grant[], now: Date): Promise<Claim[]> {
    const token = randomUUID();
    try {
      return await this.#store.outbox.claim({ lanes, now, token, leaseMs: this.#leaseMs(lanes) });
    } catch (error) {
      this.doubt(token);
      throw error;
    }
  }

  #leaseMs(grants: readonly Grant[]): number {
    const timeouts = grants.map(({ endpointId }) => this.#roster.endpoint(endpointId)?.timeoutMs ?? 0);
    return Math.max(...timeouts) + LEASE_SLACK_MS;
  }

  /** When the lanes have something to send next. What is overdue and was not claimed waits for something else. */
  async #lookAhead(ids: readonly EndpointId[], claimedAtMs: number): Promise<void> {
    if (ids.length === 0) return;
    try {
      const next = await this.#store.outbox.nextDue(ids);
      for (const [id, dueAt] of next) {
        const atMs = dueAt.getTime();
        this.#lanes.due(id, atMs > claimedAtMs ? atMs : claimedAtMs + BLOCKED_PAUSE_MS);
      }
    } catch (error) {
      callbackLog.warn({ err: error }, "due times could not be read");
      for (const id of ids) this.#lanes.due(id, claimedAtMs + FAILURE_PAUSE_MS);
    }
  }
}
