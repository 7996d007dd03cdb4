import type { TurnEvent } from "../domain/turn-event.ts";

/**
 * Turns a model's deltas into well-formed blocks: opens a text or reasoning block before its first delta and
 * closes it before anything else happens, so that blocks never overlap and none is left open.
 */
export class EventBlocks {
  readonly #emit: (event: TurnEvent) => void;
  #open: "text" | "reasoning" | undefined;

  constructor(emit: (event: TurnEvent) => void) {
    this.#emit = emit;
  }

  text(delta: string): void {
    this.#enter("text");
    this.#emit({ type: "text-delta", text: delta });
  }

  reasoning(delta: string): void {
    this.#enter("reasoning");
    this.#emit({ type: "reasoning-delta", text: delta });
  }

  /** Closes what is open. */
  close(): void {
    if (this.#open === "text") this.#emit({ type: "text-end" });
    else if (this.#open === "reasoning") this.#emit({ type: "reasoning-end" });
    this.#open = undefined;
  }

  /** Emits an event that stands outside blocks. */
  between(event: TurnEvent): void {
    this.close();
    this.#emit(event);
  }

  #enter(block: "text" | "reasoning"): void {
    if (this.#open === block) return;
    this.close();
    this.#open = block;
    this.#emit(block === "text" ? { type: "text-start" } : { type: "reasoning-start" });
  }
}
