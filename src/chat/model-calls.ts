import type { ModelCallMessage, ModelCallRequest, ModelCallResult, TurnEvent } from "../domain/turn-event.ts";
import {
  type ChatMessage,
  type ChatModel,
  type ChatRequest,
  ModelError,
  type ModelPart,
  type ToolCall,
} from "../models/chat-model.ts";

/** What is kept of one text, and of all messages of a call together, in UTF-16 units: three bytes each at most. */
const TEXT_LIMIT = 1_500;
const MESSAGES_LIMIT = 5_000;
/** Messages, and calls of tools, kept of one call of a model. */
const ITEM_LIMIT = 20;
const ARGUMENTS_LIMIT = 500;

/** What a call came to. */
interface Outcome {
  text: string;
  calls: readonly ToolCall[];
  inputTokens: number;
  outputTokens: number;
  cost: number;
  currency: string;
}

/** One call of a model as the turn's trace tells it. */
export class ModelCall {
  readonly #position: number;
  readonly #startedAt = performance.now();
  #firstTokenMs: number | undefined;
  #finish: Extract<ModelPart, { type: "finish" }> | undefined;
  #error: unknown;

  /** `position`: of the call in its turn, from 1. */
  constructor(position: number) {
    this.#position = position;
  }

  /** `told`: how many of its messages the calls before have told. */
  start(model: ChatModel, { messages, tools }: ChatRequest, told: number): TurnEvent {
    return {
      type: "model-call-start",
      position: this.#position,
      model: model.name,
      ...summary(messages, told),
      tools: tools.length,
    };
  }

  note(part: ModelPart): void {
    if (part.type === "finish") this.#finish = part;
    else if (part.type !== "usage") this.#firstTokenMs ??= performance.now() - this.#startedAt;
  }

  failed(error: unknown): void {
    this.#error = error;
  }

  end({ text, calls, ...used }: Outcome): TurnEvent {
    const error = this.#error instanceof ModelError ? this.#error : undefined;
    const requestId = this.#finish?.requestId ?? error?.requestId;
    return {
      type: "model-call-end",
      position: this.#position,
      output: beginning(text, TEXT_LIMIT),
      outputLength: text.length,
      calls: calls.slice(0, ITEM_LIMIT).map((call) => ({
        name: call.name,
        arguments: beginning(call.arguments, ARGUMENTS_LIMIT),
      })),
      ...(this.#finish !== undefined && { finishReason: this.#finish.reason }),
      ...(requestId !== undefined && { requestId }),
      ...used,
      ...(this.#firstTokenMs !== undefined && { firstTokenMs: Math.round(this.#firstTokenMs) }),
      latencyMs: Math.round(performance.now() - this.#startedAt),
      ...(error !== undefined && { error: failureOf(error) }),
    };
  }
}

function failureOf({ message, detail, status }: ModelError): NonNullable<ModelCallResult["error"]> {
  return { message, detail, ...(status !== undefined && { status }) };
}

/** What was not told before: the first message, which holds the prompt, and as many of the last ones as there is room for. */
function summary(
  messages: readonly ChatMessage[],
  told: number,
): Pick<ModelCallRequest, "messages" | "otherMessages"> {
  const fresh = messages.slice(told);
  const [first, ...rest] = fresh;
  if (first === undefined) return { messages: [], otherMessages: messages.length };
  const kept = [describe(first)];
  let length = kept[0]?.text.length ?? 0;
  const last: ModelCallMessage[] = [];
  for (const message of rest.reverse()) {
    const described = describe(message);
    length += described.text.length;
    if (length > MESSAGES_LIMIT || last.length === ITEM_LIMIT) break;
    last.push(described);
  }
  kept.push(...last.reverse());
  return { messages: kept, otherMessages: messages.length - kept.length };
}

function describe(message: ChatMessage): ModelCallMessage {
  const { role, text } = message;
  const images = message.role === "user" ? message.imageUrls.length : 0;
  const tools = toolsOf(message).slice(0, ITEM_LIMIT);
  return {
    role,
    text: beginning(text, TEXT_LIMIT),
    length: text.length,
    ...(images > 0 && { images }),
    ...(tools.length > 0 && { tools }),
  };
}

function toolsOf(message: ChatMessage): string[] {
  if (message.role === "assistant") return message.toolCalls.map(({ name }) => name);
  return message.role === "tool" ? [message.toolName] : [];
}

function beginning(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit).toWellFormed();
}
