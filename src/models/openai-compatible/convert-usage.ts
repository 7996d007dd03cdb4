import type { ModelPart } from "../chat-model.ts";
import { usagePart } from "../usage.ts";

/** Source: OpenAI API reference, `usage`. On compatible servers any field may be missing, null or no number. */
export interface WireUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
}

/** Undefined when nothing was counted. */
export function convertUsage(usage: WireUsage): Extract<ModelPart, { type: "usage" }> | undefined {
  return usagePart(usage.prompt_tokens, usage.completion_tokens);
}
