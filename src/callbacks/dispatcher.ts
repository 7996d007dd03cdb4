import { setImmediate } from "node:timers/promises";
import type { Attempt, Endpoint } from "../domain/endpoint.ts";
import type { EndpointId } from "../domain/ids.ts";
import { callbackAttemptEnded, callbackAttemptStarted, watchCallbacks } from "../log/callback-metrics.ts";
import { callbackLog } from "../log/logger.ts";
import type { Claim, NewDelivery, Store } from "../storage/store.ts";
import { STANDARD_LIMITS } from "./budgets.ts";
import { Claims } from "./claims.ts";
import type { Emitter } from "./emit.ts";
import { type Finished, type Writing, write } from "./finish.ts";
import { Lanes } from "./lanes.ts";
import { nextState, verdictOf } from "./outcome.ts";
import { Results } from "./results.ts";
import { Rhythm } from "./rhythm.ts";
import { Roster } from "./roster.ts";
import { type Clock, STANDARD_DELAYS_MS } from "./schedule.ts";
import { cutForSpace, type SendingServices, type Sent, send } from "./sending.ts";
import { Wakes } from "./wakes.ts";

/** How often the store is asked for what nobody told of: guests and other nodes write, words get lost. */
const RESCAN_MS = 5_000;
/** How often it is looked who shares the work, and whose work has to be taken over. */
const NODES_MS = 1_000;
/** A node that has said nothing for so long hangs. */
const HANG_MS = 15_000;
const LANES_PER_CLAIM = 64;
/** Until it is looked again whether the store takes results. */
const RESULT_PAUSE_MS = 500;
/** Results that may wait for a store that refuses them before nothing more is begun. */
const RESULT_LIMIT = 2_000;
/** How long results may still be written after the last attempt has ended. */
const LAST_RESULTS_MS = 5_000;

interface Work {
  readonly endpointId: EndpointId;
  readonly controller: AbortController;
  isCutForSpace: boolean;
  /** Resolves when nothing is on the wire any more. */
  readonly over: Promise<void>;
}

/** What an attempt said of its endpoint. */
type Learned = Pick<Finished, "health" | "news">;

export interface DispatcherServices extends SendingServices {
  store: Store;
  emitter: Pick<Emitter, "prepare">;
}

/**
 * Sends what is due: asks the lanes what may be begun, claims it, makes the attempts and writes what came of them. One
 * timer for all that is due later; with nothing to send it only looks at the store every few seconds.
 */
export class Dispatcher {
  readonly #services: DispatcherServices;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #lanes: Lanes;
  readonly #roster: Roster;
  readonly #claims: Claims;
  readonly #wakes: Wakes;
  readonly #results: Results<Writing>;
  readonly #work = new Map<number, Work>();
  readonly #rescans: Rhythm;
  readonly #rhythms: Rhythm[];
  #timer: NodeJS.Timeout | undefined;
  #pumping: Promise<void> | undefined;
  #isRunning = false;
  #unwatch = () => {};

  constructor(services: DispatcherServices, { random }: { random: () => number }) {
    const { store, clock } = services;
    this.#services = services;
    this.#clock = clock;
    this.#random = random;
    this.#lanes = new Lanes({ clock, limits: STANDARD_LIMITS, random });
    this.#roster = new Roster(store, this.#lanes);
    this.#claims = new Claims({ store, clock, lanes: this.#lanes, roster: this.#roster });
    this.#results = new Results((group) => this.#write(group));
    this.#wakes = new Wakes(store, {
      due: (id, atMs) => this.#due(id, atMs),
      changed: async (id) => {
        await this.#obey(id);
      },
    });
    this.#rescans = new Rhythm("callback rescan", RESCAN_MS, () => this.#rescan());
    this.#rhythms = [
      this.#rescans,
      ...(store.engine === "postgres" ? [new Rhythm("callback nodes", NODES_MS, () => this.#nodes())] : []),
    ];
  }

  async start(): Promise<void> {
    const { store } = this.#services;
    await store.outbox.takeBack({ now: this.#now(), isOwnStart: true, hangMs: HANG_MS });
    this.#isRunning = true;
    await this.#roster.readNodes();
    this.#unwatch = watchCallbacks({
      counts: () => ({ ...this.#lanes.counts, unstored: this.#results.size }),
      waiting: () => store.outbox.counts(),
    });
    this.#wakes.start();
    await this.#rescan();
    for (const rhythm of this.#rhythms) rhythm.start();
  }

  /** Begins nothing more. Resolves when nothing is on the wire, after `graceMs` by force. */
  async drain(graceMs: number): Promise<void> {
    this.#isRunning = false;
    clearTimeout(this.#timer);
    this.#wakes.stop();
    await Promise.all(this.#rhythms.map((rhythm) => rhythm.stop()));
    await this.#pumping;
    const tooLong = setTimeout(() => this.#cut(() => true), graceMs);
    await Promise.all([...this.#work.values()].map(({ over }) => over));
    clearTimeout(tooLong);
  }

  /** Writes what came of the last attempts. What is finished later is not stored any more. */
  async close(): Promise<void> {
    await this.#results.close(LAST_RESULTS_MS);
    this.#unwatch();
  }

  /** These are stored; other nodes are told of theirs. */
  wake(deliveries: readonly Pick<NewDelivery, "endpointId" | "state" | "dueAt">[]): void {
    for (const { endpointId, state, dueAt } of deliveries) {
      if (state === "pending") this.#wakeOne(endpointId, dueAt.getTime());
    }
  }

  /** These have something to send now. */
  wakeEndpoints(ids: readonly EndpointId[]): void {
    for (const id of ids) this.#wakeOne(id, this.#clock.now());
  }

  isOwn(id: EndpointId): boolean {
    return this.#roster.ownerOf(id) === this.#services.store.node;
  }

  #wakeOne(id: EndpointId, atMs: number): void {
    if (this.isOwn(id)) this.#due(id, atMs);
    else this.#wakes.tell(this.#roster.ownerOf(id), id);
  }

  async endpointChanged(id: EndpointId): Promise<void> {
    await this.#obey(id);
    await this.#wakes.tellChanged(id);
  }

  /** Writes what came of an attempt that was made beside the lanes. Resolves when it is stored. */
  finish(finished: Finished): Promise<void> {
    return this.#results.add(finished);
  }

  /** A claim beside the lanes that may have been made, and that nobody works on: it is given back. */
  doubt(token: string): void {
    this.#claims.doubt(token);
    this.#rescans.hurry();
  }

  /** An endpoint answered beside the lanes. Nothing is learned when another node looks after it. */
  learnSuccess(id: EndpointId): Learned {
    return this.#lanes.learnSuccess(id) ?? {};
  }

  /** Does as the endpoint is now, whatever it was. */
  async #obey(id: EndpointId): Promise<void> {
    const endpoint = await this.#roster.read(id);
    this.#lanes.pause(id, false);
    if (endpoint?.state === "active") {
      this.#due(id, this.#clock.now());
      return;
    }
    const cut = this.#cut((work) => work.endpointId === id);
    await Promise.all(cut.map(({ over }) => over));
  }

  #cut(isMeant: (work: Work) => boolean): Work[] {
    const meant = [...this.#work.values()].filter(isMeant);
    for (const { controller } of meant) controller.abort();
    return meant;
  }

  #due(id: EndpointId, atMs: number): void {
    if (!this.#isRunning) return;
    if (this.#lanes.has(id)) {
      this.#lanes.due(id, atMs);
      this.#pump();
    } else if (this.#roster.endpoint(id) === undefined) {
      this.#meet(id, atMs);
    }
  }

  /** An endpoint that was made since the last look. */
  #meet(id: EndpointId, atMs: number): void {
    this.#roster.read(id).then(
      () => {
        if (!this.#lanes.has(id)) return;
        this.#lanes.due(id, atMs);
        this.#pump();
      },
      (error: unknown) => callbackLog.warn({ endpointId: id, err: error }, "endpoint could not be read"),
    );
  }

  #pump(): void {
    this.#pumping ??= this.#claimAll()
      .catch((error: unknown) => callbackLog.error({ err: error }, "dispatching failed"))
      .finally(() => {
        this.#pumping = undefined;
        this.#arm();
      });
  }

  async #claimAll(): Promise<void> {
    // Whoever wakes many lanes in one go is done first.
    await Promise.resolve();
    while (this.#isRunning && this.#results.size < RESULT_LIMIT) {
      const grants = this.#lanes.grants(LANES_PER_CLAIM);
      if (grants.length === 0) return;
      await this.#claims.take(grants, (claim) => this.#begin(claim));
      await setImmediate();
      this.#cutForSpace();
    }
  }

  #begin(claim: Claim): void {
    const { delivery } = claim;
    const endpoint = this.#roster.endpoint(delivery.endpointId);
    const isWanted = endpoint?.state === "active" && this.#isRunning;
    const isHeldBack = this.#lanes.isHeldBack(delivery.endpointId);
    const key = isWanted ? this.#lanes.start(delivery.endpointId) : undefined;
    if (endpoint === undefined || key === undefined) {
      this.#giveBack(claim);
      return;
    }
    callbackAttemptStarted({
      lane: isHeldBack ? "slow" : "fast",
      lagSeconds: (this.#clock.now() - delivery.dueAt.getTime()) / 1_000,
    });
    const controller = new AbortController();
    const sending = send(this.#services, claim, endpoint, { signal: controller.signal });
    const over = sending.then((sent) => this.#ended(key, claim, endpoint, sent));
    this.#work.set(key, { endpointId: endpoint.id, controller, isCutForSpace: false, over });
  }

  #ended(key: number, claim: Claim, endpointBefore: Endpoint, result: Sent): void {
    const { delivery, token } = claim;
    const sent = this.#work.get(key)?.isCutForSpace === true ? cutForSpace(result) : result;
    this.#work.delete(key);
    const { outcome, attempt } = sent;
    callbackAttemptEnded(attempt);
    logAttempt(attempt);
    const learned: Learned = this.#lanes.end(key, verdictOf(outcome, delivery.trigger)) ?? {};
    const endpoint = this.#roster.endpoint(delivery.endpointId) ?? endpointBefore;
    const now = this.#now();
    const state = nextState(outcome, delivery, {
      delaysMs: endpoint.retryDelaysMs ?? STANDARD_DELAYS_MS,
      nowMs: now.getTime(),
      scale: this.#clock.scale,
      random: this.#random(),
    });
    const isGone = outcome.kind === "gone" && state.to === "held";
    const news = isGone ? "gone" : learned.news;
    if (news === "gone" || news === "disable") this.#lanes.pause(endpoint.id, true);
    this.#store({
      delivery,
      result: { deliveryId: delivery.id, endpointId: endpoint.id, token, attempt, ...state, now },
      ...learned,
      ...(news !== undefined && { news }),
      endpoint,
    });
    this.#pump();
  }

  #giveBack({ delivery, token }: Claim): void {
    const { id: deliveryId, endpointId, dueAt, lastError } = delivery;
    const given = { deliveryId, endpointId, token, to: "pending", dueAt } as const;
    this.#store({ delivery, result: { ...given, isFailure: false, lastError, now: this.#now() } });
  }

  /** When it is stored, what comes after it is due. */
  #store(finished: Finished): void {
    const { result, delivery } = finished;
    this.#results.add(finished).then(
      () => {
        if (delivery.orderKey !== "") this.#due(delivery.endpointId, this.#clock.now());
        else if (result.to === "pending" && result.dueAt !== undefined) {
          this.#due(delivery.endpointId, result.dueAt.getTime());
        }
      },
      // The next start takes the delivery back; `close` has said how many there are.
      () => undefined,
    );
  }

  async #write(group: readonly Writing[]): Promise<void> {
    const { emissions, disabled } = await write(this.#services, group);
    if (emissions.length > 0) await this.#services.store.flushed();
    for (const id of disabled) {
      callbackLog.warn({ endpointId: id }, "endpoint disabled");
      this.endpointChanged(id).catch((error: unknown) =>
        callbackLog.warn({ endpointId: id, err: error }, "endpoint could not be read"),
      );
    }
    for (const { deliveries } of emissions) this.wake(deliveries);
  }

  async #rescan(): Promise<void> {
    const { outbox } = this.#services.store;
    await this.#claims.settleDoubts();
    await this.#roster.readAll();
    const ids = this.#lanes.ids;
    if (ids.length > 0) {
      for (const [id, dueAt] of await outbox.nextDue(ids)) {
        if (this.#roster.endpoint(id)?.state === "disabled") await this.#hold(id);
        else this.#lanes.due(id, dueAt.getTime());
      }
    }
    this.#pump();
  }

  /** For what was emitted by those who had read the endpoint before it was disabled. */
  async #hold(id: EndpointId): Promise<void> {
    await this.#services.store.transaction(async (inside) => {
      const endpoint = await inside.endpoints.findToChange(id);
      if (endpoint?.state === "disabled") await inside.outbox.hold(id);
    });
  }

  async #nodes(): Promise<void> {
    const { outbox } = this.#services.store;
    if (await this.#roster.readNodes()) await this.#rescan();
    const back = await outbox.takeBack({ now: this.#now(), isOwnStart: false, hangMs: HANG_MS });
    for (const id of back) this.#due(id, this.#clock.now());
    if (this.#lanes.ids.length > 0) this.#lanes.setElsewhere(await outbox.leasedElsewhere());
    this.#pump();
  }

  /** Waits for the next thing to do, whatever it is. */
  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#isRunning) return;
    const wakeMs = this.#results.size < RESULT_LIMIT ? this.#lanes.nextWakeMs() : RESULT_PAUSE_MS;
    if (wakeMs === undefined) return;
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.ceil(wakeMs), RESCAN_MS));
  }

  #look(): void {
    this.#cutForSpace();
    this.#pump();
  }

  #cutForSpace(): void {
    for (const key of this.#lanes.age()) {
      const work = this.#work.get(key);
      if (work === undefined) continue;
      work.isCutForSpace = true;
      work.controller.abort();
    }
  }

  #now(): Date {
    return new Date(this.#clock.now());
  }
}

function logAttempt({ deliveryId, endpointId, number, outcome, errorCode }: Attempt): void {
  const fields = { deliveryId, endpointId, attempt: number, outcome, errorCode };
  if (outcome === "ok") callbackLog.debug(fields, "delivered");
  else callbackLog.info(fields, "attempt to deliver failed");
}
