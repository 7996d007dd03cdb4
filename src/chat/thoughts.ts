import type { ToolCall } from "../models/chat-model.ts";
import type { EventBlocks } from "./event-blocks.ts";
import type { PendingCall } from "./generation-state.ts";
import { argumentsText, type ToolRequest } from "./tools.ts";

/** A thought that has begun. */
type Begun = Pick<PendingCall, "position" | "thoughtLatencyMs">;

/** Tells the calls of tools as thoughts: each begins, and ends whatever happens. */
export class Thoughts {
  /** Milliseconds the model took for the step that is being worked off; those of its first thought. */
  thinkingMs = 0;
  /** Of the last one that began, from 1. */
  position = 0;
  readonly #blocks: EventBlocks;

  constructor(blocks: EventBlocks) {
    this.#blocks = blocks;
  }

  begin(call: ToolCall, kind: ToolRequest["kind"]): Begun {
    const thoughtLatencyMs = this.thinkingMs;
    this.thinkingMs = 0;
    this.position += 1;
    this.#blocks.between({
      type: "thought-start",
      position: this.position,
      thought: "",
      skill: kind === "knowledge" || kind === "workflow" ? kind : "tool",
      tool: call.name,
      input: argumentsText(call),
    });
    return { position: this.position, thoughtLatencyMs };
  }

  end({ position, thoughtLatencyMs }: Begun, observation: string, toolLatencyMs: number): void {
    this.#blocks.between({
      type: "thought-end",
      position,
      observation,
      latencyMs: thoughtLatencyMs + toolLatencyMs,
      toolLatencyMs,
      thoughtLatencyMs,
    });
  }
}
