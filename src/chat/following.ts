import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../domain/errors.ts";
import type { ConversationId, TurnId } from "../domain/ids.ts";
import { chatLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";
import { FOLLOW, type FollowRequest } from "./followers.ts";
import { BatchReader, type LogBatch, type LogWord } from "./log-words.ts";
import { type Ending, restOfTurn } from "./rest-of-turn.ts";
import { TurnLog } from "./turn-log.ts";

/** How often the turn's node is told that somebody still follows; it answers each time. */
const RENEWAL_MS = 1_000;
/** The same until it answers for the first time. */
const FIRST_RENEWAL_MS = 250;
/** After so long without an answer it is looked up in the store whether the turn still runs. */
const SILENCE_MS = 1_500;
/**
 * How long readers wait for the end of a turn that another node has taken over, which is told whole then; after that they
 * are sent away to ask again.
 */
const MOVED_MS = 8_000;
/** For so long the rest of a turn that has ended well is asked for: its node keeps the log for followers. */
const LAST_WORDS_MS = 4_000;
/** How long a node may neither answer nor be taken for dead: longer than it takes to notice that it hangs. */
export const PATIENCE_MS = 25_000;

/** A stored turn as its readers know it. */
export interface StoredTurn {
  turnId: TurnId;
  conversationId: ConversationId;
  userId: string;
}

export interface FollowingParts {
  store: Pick<Store, "bus" | "turns" | "exchanges">;
  turn: StoredTurn;
  /** The log of the turn if it runs here after all. */
  findLog: () => TurnLog | undefined;
  /** Called once, when there is nothing more to follow or nobody who reads. */
  onEnd: () => void;
}

/** A turn of another node, as it is read here: a copy of its log that grows with it. */
export class Following {
  readonly name = randomUUID();
  readonly #parts: FollowingParts;
  readonly #caughtUp = Promise.withResolvers<TurnLog | undefined>();
  readonly #ending = new AbortController();
  readonly #batches = new BatchReader();
  #readers = 0;
  #log: TurnLog | undefined;
  /** How long the log was when it was first heard of. */
  #firstLength = 0;
  #heardAtMs = performance.now();
  /** The node that tells it. Nobody else's log can go on with this copy: a turn that waited may go on elsewhere. */
  #node: number | undefined;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    // Whoever waits for it may have gone.
    this.#caughtUp.promise.catch(() => {});
    void this.#keepAsking();
  }

  /** Resolves when the log has everything that had happened before; with undefined when the turn has ended. */
  get isCaughtUp(): Promise<TurnLog | undefined> {
    return this.#caughtUp.promise;
  }

  /** One more reader. Call the result, once, when it leaves: without readers nothing is followed. */
  enter(): () => void {
    this.#readers += 1;
    return () => {
      this.#readers -= 1;
      if (this.#readers === 0) this.#end();
    };
  }

  hear(word: LogWord, from: number): void {
    this.#node ??= from;
    if (from !== this.#node) {
      if (this.#hasMoved()) this.#tellMoved();
      return;
    }
    this.#heardAtMs = performance.now();
    const batch = this.#batches.add(word);
    if (batch === "incomplete") void this.#ask(true);
    else if (batch !== undefined) this.#take(batch);
  }

  /** Sends the readers away, whatever the turn does. */
  giveUp(reason: DomainError): void {
    if (this.#log === undefined) this.#caughtUp.reject(reason);
    else this.#endLog(this.#log, { code: "interrupted", message: reason.message });
    this.#end();
  }

  #take(batch: LogBatch): void {
    if (this.#log === undefined && batch.position === 0) {
      this.#log = new TurnLog(batch.before);
      this.#firstLength = batch.length;
    }
    const log = this.#log;
    if (log === undefined || batch.position > log.length) {
      void this.#ask(true);
      return;
    }
    for (const event of batch.events.slice(log.length - batch.position)) log.append(event);
    if (log.length >= this.#firstLength) this.#caughtUp.resolve(log);
    if (log.isEnded) this.#end();
  }

  async #keepAsking(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#ask(false);
      const pauseMs = this.#log === undefined ? FIRST_RENEWAL_MS : RENEWAL_MS;
      // It rejects when nobody follows any more; the loop ends then.
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
      const silentMs = performance.now() - this.#heardAtMs;
      if (signal.aborted || (this.#log !== undefined && silentMs < SILENCE_MS)) continue;
      if (this.#log === undefined && silentMs >= SILENCE_MS) this.#node = undefined;
      await this.#look();
      if (silentMs > PATIENCE_MS) this.giveUp(unreachable());
    }
  }

  async #ask(isLost: boolean): Promise<void> {
    const { store, turn } = this.#parts;
    const position = this.#log?.length ?? 0;
    const request: FollowRequest = { follower: this.name, turnId: turn.turnId, position, isLost };
    await store.bus.tell({ topic: FOLLOW, text: JSON.stringify(request) });
  }

  /** The turn's node says nothing: the turn may have ended, or begun to run here. */
  async #look(): Promise<void> {
    const { store, turn, findLog } = this.#parts;
    const { turnId, conversationId, userId } = turn;
    const here = findLog();
    if (here !== undefined) {
      if (this.#log !== undefined) {
        if (this.#hasMoved()) this.#tellMoved();
        return;
      }
      this.#caughtUp.resolve(here);
      this.#end();
      return;
    }
    const heardAtMs = this.#heardAtMs;
    try {
      if ((await store.turns.stillRunning([turnId])).size > 0) return;
      const exchange = await store.exchanges.ofTurn(conversationId, userId, turnId);
      const answer = exchange?.answers.find((candidate) => candidate.turn.id === turnId);
      if (this.#heardAtMs !== heardAtMs) return;
      const mayBeTold = answer !== undefined && answer.turn.status !== "interrupted";
      if (this.#log === undefined) this.#caughtUp.resolve(undefined);
      else if (mayBeTold && performance.now() - heardAtMs < LAST_WORDS_MS) return;
      else this.#endLog(this.#log, answer ?? { code: "interrupted", message: "the answer was deleted" });
      this.#end();
    } catch (error) {
      chatLog.warn({ err: error, turnId }, "a followed turn could not be looked up");
    }
  }

  #hasMoved(): boolean {
    return performance.now() - this.#heardAtMs >= MOVED_MS;
  }

  /** Another node has taken the turn over: its log does not go on with this copy. */
  #tellMoved(): void {
    this.giveUp(
      new DomainError("conversation_busy", "another node goes on with this answer; ask for it again"),
    );
  }

  #endLog(log: TurnLog, ending: Ending): void {
    if (log.isEnded) return;
    for (const event of restOfTurn(log, ending)) log.append(event);
    this.#caughtUp.resolve(log);
  }

  #end(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#parts.onEnd();
  }
}

/** The refusal when the node that makes an answer neither answers nor is taken for dead in time. */
export function unreachable(): DomainError {
  return new DomainError("conversation_busy", "the node that makes this answer does not answer", {
    retryAfterSeconds: 5,
  });
}
