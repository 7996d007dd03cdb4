import type { ModelPart } from "../chat-model.ts";
import type { FinishPart } from "./language-model.ts";

/** Undefined when nothing was counted. Input includes cached tokens, output includes reasoning. */
export function convertUsage(usage: FinishPart["usage"]): Extract<ModelPart, { type: "usage" }> | undefined {
  const inputTokens = usage.inputTokens.total;
  const outputTokens = usage.outputTokens.total;
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return { type: "usage", inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 };
}
