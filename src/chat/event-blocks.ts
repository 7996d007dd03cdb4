import type { TurnEvent } from "../domain/turn-event.ts";

/**
 * Turns a model's deltas into well-formed blocks: opens a text or reasoning block before its first delta and
 * closes it before anything else happens, so that blocks never overlap and none is left open. NUL characters are
 * dropped: PostgreSQL cannot store them.
 */
export class EventBlocks {
  readonly #emit: (event: TurnEvent) => void;
  #open: "text" | "reasoning" | undefined;

  constructor(emit: (event: TurnEvent) => void) {
    this.#emit = emit;
  }

  text(delta: string): void {
    this.#add("text", delta);
  }

  reasoning(delta: string): void {
    this.#add("reasoning", delta);
  }

  /** Closes what is open; `said`: what the text was. */
  close(said?: { text: string; nodeId?: string }): void {
    if (this.#open === "text") this.#emit({ type: "text-end", ...(said !== undefined && { said }) });
    else if (this.#open === "reasoning") this.#emit({ type: "reasoning-end" });
    this.#open = undefined;
  }

  /** Emits an event that stands outside blocks. */
  between(event: TurnEvent): void {
    this.close();
    this.#emit(event);
  }

  #add(block: "text" | "reasoning", delta: string): void {
    const text = delta.replaceAll("\0", "");
    if (text === "") return;
    if (this.#open !== block) {
      this.close();
      this.#open = block;
      this.#emit({ type: `${block}-start` });
    }
    this.#emit({ type: `${block}-delta`, text });
  }
}
