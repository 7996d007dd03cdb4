import type { ModelPart } from "../chat-model.ts";
import { usagePart } from "../usage.ts";
import type { FinishPart } from "./language-model.ts";

/** Undefined when nothing was counted. Input includes cached tokens, output includes reasoning. */
export function convertUsage(usage: FinishPart["usage"]): Extract<ModelPart, { type: "usage" }> | undefined {
  return usagePart(usage.inputTokens.total, usage.outputTokens.total);
}
