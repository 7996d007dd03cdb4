import { randomUUID } from "node:crypto";
import { estimateTokens } from "../domain/token-estimate.ts";
import type { ChatMessage, ChatModel, ChatRequest, ToolCall } from "../models/chat-model.ts";
import type { EventBlocks } from "./event-blocks.ts";
import type { GenerationTally } from "./generation-state.ts";
import { ModelCall } from "./model-calls.ts";

/**
 * Streams one completion into the blocks and counts what it cost, also when it breaks off. Resolves with its text and
 * the tool calls the model made, in order. Rejects with what the model throws.
 */
export async function streamCompletion(
  model: ChatModel,
  request: ChatRequest,
  {
    blocks,
    tally,
    position,
    told,
    signal,
  }: {
    blocks: EventBlocks;
    tally: GenerationTally;
    /** Of the call in its turn, from 1. */
    position: number;
    /** How many of the messages the calls before have told. */
    told: number;
    signal: AbortSignal;
  },
): Promise<{ text: string; calls: ToolCall[] }> {
  const calls: ToolCall[] = [];
  let text = "";
  let reasoning = "";
  let inputTokens: number | undefined;
  let outputTokens: number | undefined;
  let hasAnswered = false;
  const asked = new ModelCall(position);
  blocks.between(asked.start(model, request, told));
  try {
    for await (const part of model.stream(request, signal)) {
      hasAnswered = true;
      asked.note(part);
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
  } catch (error) {
    asked.failed(error);
    throw error;
  } finally {
    const used = {
      inputTokens: inputTokens ?? (hasAnswered ? estimateInput(request.messages) : 0),
      outputTokens: outputTokens ?? estimateTokens(text) + estimateTokens(reasoning),
    };
    const price = costOf(model, used);
    if (hasAnswered) count(tally, { ...used, ...price });
    blocks.between(asked.end({ text, calls, ...used, ...price }));
  }
  return { text, calls };
}

/** Some models give every call of a step the same id, or none: what answers a call could not be told from the others. */
function unusedId(calls: ToolCall[], id: string): string {
  return id === "" || calls.some((call) => call.id === id) ? `call_${randomUUID()}` : id;
}

function estimateInput(messages: ChatMessage[]): number {
  return messages.reduce((sum, message) => sum + estimateTokens(message.text), 0);
}

interface Used {
  inputTokens: number;
  outputTokens: number;
}

interface Price {
  cost: number;
  /** Empty: the model has no prices. */
  currency: string;
}

function costOf({ prices }: ChatModel, { inputTokens, outputTokens }: Used): Price {
  if (prices === undefined) return { cost: 0, currency: "" };
  const { input, output, currency } = prices;
  return { cost: (inputTokens * input + outputTokens * output) / 1_000_000, currency };
}

function count(tally: GenerationTally, { inputTokens, outputTokens, cost, currency }: Used & Price): void {
  tally.inputTokens += inputTokens;
  tally.outputTokens += outputTokens;
  tally.cost += cost;
  if (currency !== "") tally.currency = currency;
}
