import type { ModelPart } from "../chat-model.ts";

/** Source: OpenAI API reference, `usage`. Every field may be missing or null on compatible servers. */
export interface WireUsage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
}

/** Undefined when nothing was counted. */
export function convertUsage(
  usage: WireUsage | null | undefined,
): Extract<ModelPart, { type: "usage" }> | undefined {
  const input = usage?.prompt_tokens;
  const output = usage?.completion_tokens;
  if (typeof input !== "number" && typeof output !== "number") return undefined;
  return { type: "usage", inputTokens: input ?? 0, outputTokens: output ?? 0 };
}
