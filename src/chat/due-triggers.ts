import { setTimeout as delay } from "node:timers/promises";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Rhythm } from "../callbacks/rhythm.ts";
import { toDomainError } from "../domain/errors.ts";
import type { TriggerId } from "../domain/ids.ts";
import type { TriggerRecord } from "../domain/trigger.ts";
import { chatLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";
import { mayPass, type StartServices, startTriggered, type Verdict } from "./trigger-start.ts";
import type { RunningTurn } from "./turns.ts";

const DUE_TOPIC = "triggers-due";
/** How often due triggers are looked for that nobody told of, and those of dead nodes are freed. */
const LOOK_MS = 2_000;
/** Before the next attempt to start a turn that was refused for now; doubled each time. */
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;
/** Turns that triggers may start in one conversation. Source: spec page of Insight §14, "Guards". */
const TURNS_PER_MINUTE = 60;

/**
 * Starts what is due, wherever it was accepted: each trigger once, of a conversation one after the other. At most
 * `atOnce` are being started or run here; what is more waits in the store, for other nodes too.
 */
export class DueTriggers {
  readonly #services: StartServices & { store: Store };
  readonly #looking: Rhythm;
  readonly #freeing: Rhythm;
  /** Counted per node. */
  readonly #perMinute = new RateLimiterMemory({ points: TURNS_PER_MINUTE, duration: 60 });
  readonly #ending = new AbortController();
  readonly #starting = new Set<Promise<unknown>>();
  /** Claimed and not decided yet. */
  readonly #inHand = new Set<TriggerId>();
  #room: number;
  #timer: NodeJS.Timeout | undefined;
  #leave = () => {};

  constructor(services: StartServices & { store: Store }, atOnce: number) {
    this.#services = services;
    this.#room = atOnce;
    this.#looking = new Rhythm("due triggers", LOOK_MS, () => this.#look(), chatLog);
    this.#freeing = new Rhythm("abandoned triggers", LOOK_MS, () => this.#free(), chatLog);
  }

  /** Takes back what an earlier process of this node was starting, then begins. */
  async start(): Promise<void> {
    await this.#services.store.triggers.takeBack({ inHand: this.#inHand });
    this.#leave = this.#services.store.bus.listen(DUE_TOPIC, () => this.#looking.hurry());
    this.#freeing.start();
    this.#looking.hurry();
  }

  /** Starts nothing any more; what is due stays so. Turns that run are left alone. */
  async stop(): Promise<void> {
    this.#leave();
    this.#ending.abort();
    await Promise.all([this.#looking.stop(), this.#freeing.stop()]);
    clearTimeout(this.#timer);
    await Promise.all(this.#starting);
    await this.#tellOthers();
  }

  /** There is something due that was not there before. */
  wake(): void {
    this.#looking.hurry();
    if (this.#room === 0) void this.#tellOthers();
  }

  #tellOthers(): Promise<void> {
    return this.#services.store.bus.tell({ topic: DUE_TOPIC, text: "" });
  }

  async #free(): Promise<void> {
    const { triggers } = this.#services.store;
    if ((await triggers.takeBack({ inHand: this.#inHand })) > 0) this.#looking.hurry();
  }

  async #look(): Promise<void> {
    const { triggers } = this.#services.store;
    const { signal } = this.#ending;
    while (this.#room > 0 && !signal.aborted) {
      const claimed = await triggers.claim({ now: new Date(), limit: this.#room });
      if (claimed.length === 0) break;
      for (const record of claimed) this.#begin(record);
    }
    clearTimeout(this.#timer);
    if (signal.aborted) return;
    const nextAt = await triggers.nextDueAt();
    const waitMs = nextAt === undefined ? LOOK_MS : nextAt.getTime() - Date.now();
    if (waitMs > 0 && waitMs < LOOK_MS) this.#timer = setTimeout(() => this.#looking.hurry(), waitMs);
  }

  /** Room is there again when the turn has ended. */
  #begin(record: TriggerRecord): void {
    this.#room -= 1;
    this.#inHand.add(record.id);
    const starting = this.#start(record).finally(() => {
      this.#inHand.delete(record.id);
      this.#starting.delete(starting);
    });
    this.#starting.add(starting);
    void starting
      .then((turn) => turn?.ended)
      .finally(() => {
        this.#room += 1;
        this.#looking.hurry();
      });
  }

  /** Tries until it is decided; gives it back when the process ends before. Never rejects. */
  async #start(record: TriggerRecord): Promise<RunningTurn | undefined> {
    const { signal } = this.#ending;
    let verdict = await this.#refusal(record);
    for (let waitMs = FIRST_RETRY_MS; !signal.aborted; waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS)) {
      try {
        const begun = verdict ?? (await startTriggered(this.#services, record, signal));
        if ("turnId" in begun) return begun;
        if ("waitsUntil" in begun) {
          await this.#postpone(record, begun.waitsUntil);
          return undefined;
        }
        verdict = begun;
        await this.#settle(record, verdict);
        return undefined;
      } catch (error) {
        const { code } = toDomainError(error);
        if (code === "request_repeated") return undefined;
        if (signal.aborted || code === "shutting_down") break;
        if (!mayPass(error)) {
          chatLog.error({ triggerId: record.id, err: error }, "trigger failed");
          verdict = { state: "failed", reason: code };
        }
      }
      await delay(waitMs, undefined, { signal }).catch(() => {});
    }
    await this.#giveBack(record);
    return undefined;
  }

  async #refusal({ conversationId }: TriggerRecord): Promise<Verdict | undefined> {
    try {
      await this.#perMinute.consume(conversationId);
      return undefined;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return { state: "failed", reason: "too_many_turns" };
    }
  }

  /** Nothing was started that would count. */
  async #postpone({ id, conversationId }: TriggerRecord, dueAt: Date): Promise<void> {
    await this.#perMinute.reward(conversationId, 1);
    await this.#services.store.triggers.settle(id, { state: "due", reason: "", dueAt });
  }

  async #settle({ id }: TriggerRecord, verdict: Verdict): Promise<void> {
    await this.#services.store.triggers.settle(id, verdict);
    if (verdict.state === "failed")
      chatLog.warn({ triggerId: id, reason: verdict.reason }, "trigger started nothing");
  }

  /** What cannot be given back is freed by the next start, or by another node. */
  async #giveBack({ id }: TriggerRecord): Promise<void> {
    try {
      await this.#services.store.triggers.settle(id, { state: "due", reason: "" });
    } catch (error) {
      chatLog.warn({ triggerId: id, err: error }, "trigger not given back");
    }
  }
}
