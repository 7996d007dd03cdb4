import type { TurnId } from "../domain/ids.ts";
import { chatLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";
import type { TurnLog } from "./turn-log.ts";

const INTERVAL_MS = 200;
/** UTF-16 units of new text after which a checkpoint does not wait for the interval (about 4 kB). */
const UNSAVED_LIMIT = 2_000;
/**
 * After each write there is none for so many times as long as it took: a text is stored whole every time. One that
 * failed may have waited long for a broken network, and is tried again at once.
 */
const REST_FACTOR = 4;
/** The longest such pause: a write that took minutes was hung, with its process or the database, and is no measure. */
const REST_LIMIT_MS = 5_000;

interface Watched {
  log: TurnLog;
  /** Number of events and length of the text at the last checkpoint. */
  storedEvents: number;
  storedLength: number;
}

/**
 * Stores the text so far of all running turns, together, at least every 250 ms or 4 kB, so that a crash keeps
 * what was shown. Texts of megabytes are stored more rarely, so that little of the time is spent on it.
 * A failing store is logged and tried again at the next interval; a turn fails only when it cannot be closed.
 */
export class Checkpoints {
  readonly #store: Pick<Store, "turns">;
  readonly #watched = new Map<TurnId, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #isWriting = false;
  #restUntilMs = 0;

  constructor(store: Pick<Store, "turns">) {
    this.#store = store;
  }

  /** Begins to store the turn's text. */
  add(turnId: TurnId, log: TurnLog): void {
    this.#watched.set(turnId, { log, storedEvents: 0, storedLength: 0 });
    this.#timer ??= setInterval(() => void this.#write(), INTERVAL_MS);
  }

  /** Call after text was added; writes early when much is unsaved. */
  noteText(turnId: TurnId): void {
    const watched = this.#watched.get(turnId);
    if (watched !== undefined && lengthOf(watched.log) - watched.storedLength >= UNSAVED_LIMIT) {
      void this.#write();
    }
  }

  /** Stops storing the turn's text; whoever closes the turn stores the rest. */
  remove(turnId: TurnId): void {
    this.#watched.delete(turnId);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #write(): Promise<void> {
    const startedAtMs = performance.now();
    if (this.#isWriting || startedAtMs < this.#restUntilMs) return;
    this.#isWriting = true;
    const texts = [];
    for (const [turnId, watched] of this.#watched) {
      if (watched.log.length === watched.storedEvents) continue;
      watched.storedEvents = watched.log.length;
      const length = lengthOf(watched.log);
      if (length === 0) continue;
      watched.storedLength = length;
      texts.push({ turnId, text: watched.log.text, reasoning: watched.log.reasoning });
    }
    try {
      if (texts.length > 0) await this.#store.turns.checkpoint(texts);
      const nowMs = performance.now();
      this.#restUntilMs = nowMs + Math.min((nowMs - startedAtMs) * REST_FACTOR, REST_LIMIT_MS);
    } catch (error) {
      for (const { turnId } of texts) {
        const watched = this.#watched.get(turnId);
        if (watched !== undefined) watched.storedEvents = 0;
      }
      chatLog.error({ err: error }, "checkpoint failed");
    } finally {
      this.#isWriting = false;
    }
  }
}

function lengthOf(log: TurnLog): number {
  return log.text.length + log.reasoning.length;
}
