import { randomUUID } from "node:crypto";
import { estimateTokens } from "../domain/token-estimate.ts";
import type { ChatMessage, ChatModel, ChatRequest, ToolCall } from "../models/chat-model.ts";
import type { EventBlocks } from "./event-blocks.ts";
import type { GenerationTally } from "./generation-state.ts";

/**
 * Streams one completion into the blocks and counts what it cost, also when it breaks off. Resolves with its text and
 * the tool calls the model made, in order. Rejects with what the model throws.
 */
export async function streamCompletion(
  model: ChatModel,
  request: ChatRequest,
  blocks: EventBlocks,
  tally: GenerationTally,
  signal: AbortSignal,
): Promise<{ text: string; calls: ToolCall[] }> {
  const calls: ToolCall[] = [];
  let text = "";
  let reasoning = "";
  let inputTokens: number | undefined;
  let outputTokens: number | undefined;
  let hasAnswered = false;
  try {
    for await (const part of model.stream(request, signal)) {
      hasAnswered = true;
      if (part.type === "text-delta") {
        text += part.text;
        blocks.text(part.text);
      } else if (part.type === "reasoning-delta") {
        reasoning += part.text;
        blocks.reasoning(part.text);
      } else if (part.type === "tool-call") {
        calls.push({ id: unusedId(calls, part.id), name: part.name, arguments: part.arguments });
      } else if (part.type === "usage") {
        inputTokens = part.inputTokens;
        outputTokens = part.outputTokens;
      } else tally.finishReason = part.reason;
    }
  } finally {
    if (hasAnswered) {
      count(tally, model, {
        inputTokens: inputTokens ?? estimateInput(request.messages),
        outputTokens: outputTokens ?? estimateTokens(text) + estimateTokens(reasoning),
      });
    }
  }
  blocks.close();
  return { text, calls };
}

/** Some models give every call of a step the same id, or none: what answers a call could not be told from the others. */
function unusedId(calls: ToolCall[], id: string): string {
  return id === "" || calls.some((call) => call.id === id) ? `call_${randomUUID()}` : id;
}

function estimateInput(messages: ChatMessage[]): number {
  return messages.reduce((sum, message) => sum + estimateTokens(message.text), 0);
}

function count(
  tally: GenerationTally,
  model: ChatModel,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): void {
  tally.inputTokens += inputTokens;
  tally.outputTokens += outputTokens;
  if (model.prices === undefined) return;
  const { input, output, currency } = model.prices;
  tally.cost += (inputTokens * input + outputTokens * output) / 1_000_000;
  tally.currency = currency;
}
