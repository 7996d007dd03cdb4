import { randomUUID } from "node:crypto";
import { estimateTokens } from "../../domain/token-estimate.ts";
import { NO_RUN_USAGE, type RunUsage } from "../../domain/workflow-run.ts";
import {
  type ChatMessage,
  type ChatModel,
  type ChatRequest,
  ModelError,
  type ToolCall,
} from "../../models/chat-model.ts";
import { NodeError } from "../node-error.ts";
import type { NodeCall } from "../node-kind.ts";

/** Longest text of one completion, in UTF-16 units. */
const TEXT_LIMIT = 1_000_000;

/** What a model said, whole. */
export interface Completion {
  text: string;
  reasoning: string;
  /** In order, each with an id of its own. */
  calls: ToolCall[];
}

/** The model of this name, or the installation's first. Throws a `NodeError` with `model_unknown`. */
export function modelOf({ services }: Pick<NodeCall, "services">, name: string | undefined): ChatModel {
  const model = services.models.find(name);
  if (model !== undefined) return model;
  throw new NodeError("model_unknown", name === undefined ? "no model is configured" : `no model "${name}"`);
}

/** What was said in the conversation before, of so many questions and their answers. */
export async function saidBefore(
  { host }: Pick<NodeCall, "host">,
  exchanges: number,
): Promise<ChatMessage[]> {
  if (exchanges === 0) return [];
  const messages = await host.history(exchanges * 2);
  return messages.map(({ role, text }) =>
    role === "user" ? { role, text, imageUrls: [] } : { role, text, toolCalls: [] },
  );
}

/**
 * Asks a model once, and counts what it cost, also when it breaks off. Rejects with a `NodeError`, or with the reason of
 * the signal.
 */
export async function complete(
  call: Pick<NodeCall, "count" | "signal">,
  model: ChatModel,
  request: ChatRequest,
  onText: (text: string) => void = () => {},
): Promise<Completion> {
  const said: Completion = { text: "", reasoning: "", calls: [] };
  let used: { inputTokens: number; outputTokens: number } | undefined;
  let hasAnswered = false;
  const { signal } = call;
  try {
    for await (const part of model.stream(request, signal)) {
      hasAnswered = true;
      if (part.type === "text-delta") {
        said.text += part.text;
        onText(part.text);
      } else if (part.type === "reasoning-delta") said.reasoning += part.text;
      else if (part.type === "tool-call") said.calls.push(withOwnId(part, said.calls));
      else if (part.type === "usage") used = part;
      if (said.text.length + said.reasoning.length > TEXT_LIMIT) {
        throw new NodeError("model_failed", `the model wrote more than ${TEXT_LIMIT} characters`);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ModelError ? nodeError(error) : error;
  } finally {
    if (hasAnswered) call.count(usageOf(model, used ?? estimate(request, said)));
  }
  return said;
}

function nodeError(error: ModelError): NodeError {
  const { failure, message } = error;
  return new NodeError(failure === "timeout" ? "model_timeout" : "model_failed", message, {
    isPassing: failure !== "refused",
    cause: error,
  });
}

/** Some models give every call the same id, or none: what answers a call could not be told from the others. */
function withOwnId({ id, name, arguments: text }: ToolCall, calls: ToolCall[]): ToolCall {
  const isTaken = id === "" || calls.some((call) => call.id === id);
  return { id: isTaken ? `call_${randomUUID()}` : id, name, arguments: text };
}

function estimate({ messages }: ChatRequest, said: Completion) {
  return {
    inputTokens: messages.reduce((sum, { text }) => sum + estimateTokens(text), 0),
    outputTokens: estimateTokens(said.text) + estimateTokens(said.reasoning),
  };
}

function usageOf(
  { prices }: ChatModel,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): RunUsage {
  const counted = { ...NO_RUN_USAGE, inputTokens, outputTokens };
  if (prices === undefined) return counted;
  const { input, output, currency } = prices;
  return { ...counted, cost: (inputTokens * input + outputTokens * output) / 1_000_000, currency };
}
