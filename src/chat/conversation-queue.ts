import { DomainError } from "../domain/errors.ts";
import type { ConversationId } from "../domain/ids.ts";

/** What happens to a question while another is being answered in the same conversation. */
export interface BusyRule {
  /** `queue`: it waits for its turn. `refuse`: it is refused at once with `conversation_busy`. */
  busy: "queue" | "refuse";
  /** Longest wait; then `conversation_busy`. */
  queueTimeoutMs: number;
  /** Questions that may wait in one conversation; more are refused. */
  queueLimit: number;
}

/** Lets one turn run in a conversation at a time, in the order of asking. One per process. */
export class ConversationQueue {
  readonly #rule: BusyRule;
  /** The waiting, first come first; present while a turn runs in the conversation. */
  readonly #waiting = new Map<ConversationId, (() => void)[]>();

  constructor(rule: BusyRule) {
    this.#rule = rule;
  }

  /** Whether a turn holds the conversation, so that `take` would wait or refuse. */
  isTaken(id: ConversationId): boolean {
    return this.#waiting.has(id);
  }

  /**
   * Resolves when the conversation is free, with the function that frees it again. Rejects with
   * `conversation_busy` by the rule or because it may not wait, or with the reason of `signal` when it aborts while
   * waiting.
   */
  async take(id: ConversationId, signal: AbortSignal, mayWait = true): Promise<() => void> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) this.#waiting.set(id, []);
    else if (mayWait) await this.#wait(waiting, signal);
    else throw conversationBusy();
    return () => {
      const next = this.#waiting.get(id)?.shift();
      if (next === undefined) this.#waiting.delete(id);
      else next();
    };
  }

  #wait(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
    if (this.#rule.busy === "refuse" || waiting.length >= this.#rule.queueLimit) throw conversationBusy();
    return new Promise((resolve, reject) => {
      const leave = (error: unknown) => {
        waiting.splice(waiting.indexOf(enter), 1);
        settle();
        reject(error);
      };
      const enter = () => {
        settle();
        resolve();
      };
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      };
      const onAbort = () => leave(signal.reason);
      const timer = setTimeout(() => leave(conversationBusy()), this.#rule.queueTimeoutMs);
      signal.addEventListener("abort", onAbort);
      waiting.push(enter);
      if (signal.aborted) onAbort();
    });
  }
}

/** The refusal of a question to a conversation that is answering another. */
function conversationBusy(): DomainError {
  return new DomainError("conversation_busy", "the conversation is answering another question", {
    retryAfterSeconds: 1,
  });
}
