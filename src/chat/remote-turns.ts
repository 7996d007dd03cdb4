import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../domain/errors.ts";
import type { TurnId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { FOLLOWED, Followers } from "./followers.ts";
import { Following, PATIENCE_MS, type StoredTurn, unreachable } from "./following.ts";
import { readWord } from "./log-words.ts";
import type { RunningTurns } from "./running-turns.ts";
import type { TurnLog } from "./turn-log.ts";

const STOP = "turn.stop";
const FIRST_LOOK_MS = 25;
const LONGEST_LOOK_MS = 250;

/**
 * Turns on other nodes of the same store: stopping and following them from here, and letting other nodes stop and
 * follow those that run here.
 */
export class RemoteTurns {
  readonly #store: Pick<Store, "bus" | "turns" | "exchanges">;
  readonly #running: RunningTurns;
  readonly #followed = new Map<TurnId, Following>();

  constructor(store: Pick<Store, "bus" | "turns" | "exchanges">, running: RunningTurns) {
    this.#store = store;
    this.#running = running;
    const { bus } = store;
    new Followers(bus, (turnId) => running.find(turnId)?.log);
    bus.listen(STOP, ({ text }) => void running.stop(Number(text) as TurnId));
    bus.listen(FOLLOWED, ({ text, from }) => {
      const word = readWord(text);
      for (const following of this.#followed.values()) {
        if (following.name === word.follower) following.hear(word, from);
      }
    });
  }

  /**
   * Stops a stored turn, wherever it runs. Resolves when its end is stored. Rejects with `conversation_busy` when its
   * node neither stops it nor is taken for dead in time.
   */
  async stop(turnId: TurnId): Promise<void> {
    const { bus, turns } = this.#store;
    const deadline = performance.now() + PATIENCE_MS;
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LONGEST_LOOK_MS)) {
      // Every time: it may have been on its way to run here.
      if (await this.#running.stop(turnId)) return;
      await bus.tell({ topic: STOP, text: String(turnId) });
      await delay(wait);
      const running = await turns.stillRunning([turnId]);
      if (running.size === 0) return;
      if (performance.now() > deadline) throw unreachable();
    }
  }

  /**
   * Follows a stored turn that runs on another node. Resolves with a log that has everything which had happened before,
   * and goes on to its end or until `signal` aborts; with undefined when the turn has ended. When the node dies the log
   * ends as the turn is stored. Rejects with `conversation_busy` when the node says nothing and is not taken for dead in
   * time, and with the signal's reason.
   */
  async follow(turn: StoredTurn, signal: AbortSignal): Promise<TurnLog | undefined> {
    signal.throwIfAborted();
    const following = this.#followed.get(turn.turnId) ?? this.#begin(turn);
    const leave = following.enter();
    const gone = Promise.withResolvers<never>();
    const onAbort = () => {
      leave();
      gone.reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    // Nobody may be waiting any more when the reader leaves.
    gone.promise.catch(() => {});
    return Promise.race([following.isCaughtUp, gone.promise]);
  }

  /** Interrupts turns that run here although others have closed them, taking this process for dead. */
  async cutClosed(): Promise<void> {
    const generating = this.#running.generating();
    const running = await this.#store.turns.stillRunning([...generating.keys()]);
    for (const [turnId, interrupt] of generating) if (!running.has(turnId)) interrupt();
  }

  /** Ends what is followed from here. */
  close(): void {
    const reason = new DomainError("shutting_down", "the server is stopping");
    for (const following of this.#followed.values()) following.giveUp(reason);
  }

  #begin(turn: StoredTurn): Following {
    const following = new Following({
      store: this.#store,
      turn,
      findLog: () => this.#running.find(turn.turnId)?.log,
      onEnd: () => {
        if (this.#followed.get(turn.turnId) === following) this.#followed.delete(turn.turnId);
      },
    });
    this.#followed.set(turn.turnId, following);
    return following;
  }
}
