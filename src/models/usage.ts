import type { ModelPart } from "./chat-model.ts";

/**
 * The usage part of what a vendor counted. A count that is no number, below zero or beyond every real one counts as
 * missing, a broken one is rounded up: stores keep whole numbers. Undefined when nothing was counted.
 */
export function usagePart(
  input: unknown,
  output: unknown,
): Extract<ModelPart, { type: "usage" }> | undefined {
  const inputTokens = tokenCount(input);
  const outputTokens = tokenCount(output);
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return { type: "usage", inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 };
}

function tokenCount(count: unknown): number | undefined {
  if (typeof count !== "number") return undefined;
  const whole = Math.ceil(count);
  return Number.isSafeInteger(whole) && whole >= 0 ? whole : undefined;
}
