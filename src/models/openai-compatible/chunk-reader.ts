import { randomUUID } from "node:crypto";
import { type FinishReason, ModelError, type ModelPart, type ToolCall } from "../chat-model.ts";
import { convertUsage, type WireUsage } from "./convert-usage.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/**
 * A chunk of a streamed completion, or a whole completion, which only says `message` for `delta`.
 * Source: OpenAI API reference, "chat.completion.chunk"; `reasoning_content`: DeepSeek API reference;
 * `reasoning`: OpenRouter and vLLM. Any field may be missing or null.
 */
interface WireChunk {
  id?: unknown;
  choices?: (WireChoice | null)[] | null;
  usage?: WireUsage | null;
  /** Unverified: also an array or a plain string. */
  error?: unknown;
  /** vLLM's error object has no `error` around it. */
  message?: unknown;
}

interface WireChoice {
  delta?: WireDelta | null;
  message?: WireDelta | null;
  finish_reason?: string | null;
}

interface WireDelta {
  content?: string | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
  tool_calls?: (WireToolCallDelta | null)[] | null;
}

interface WireToolCallDelta {
  index?: number | null;
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | null;
}

/** A tool call in the making. `index` is the vendor's, undefined where it sends none. */
interface OpenToolCall extends ToolCall {
  index: number | undefined;
}

/** Names and arguments of all calls together may be this long: they are kept until the model has written them all. */
const maxCallCharacters = 4_000_000;
const maxIdCharacters = 200;
/** What a call counts beside its text. */
const callCharacters = 1_000;

/** Turns the events of one completion into parts. */
export class ChunkReader {
  #id = "";
  #finishReason: FinishReason | undefined;
  #usage: Extract<ModelPart, { type: "usage" }> | undefined;
  readonly #toolCalls: OpenToolCall[] = [];
  #callCharacters = 0;
  readonly #fail: (error: unknown) => ModelError;

  /** `fail` makes the error for an error object inside the stream. */
  constructor(fail: (error: unknown) => ModelError) {
    this.#fail = fail;
  }

  /** True once the model said why it stopped; only the usage may still follow. */
  get isAnswered(): boolean {
    return this.#finishReason !== undefined;
  }

  /** Appends the parts of one chunk, JSON text, to `parts`. Throws a `ModelError` for what is not a chunk. */
  read(data: string, parts: ModelPart[]): void {
    const chunk = parseChunk(data);
    if (chunk.error !== undefined && chunk.error !== null) throw this.#fail(chunk.error);
    if (!chunk.choices && typeof chunk.message === "string") throw this.#fail(chunk);
    if (this.#id === "") this.#id = textOf(chunk.id);
    if (chunk.usage) this.#usage = convertUsage(chunk.usage) ?? this.#usage;
    const choice = chunk.choices?.[0];
    if (!choice) return;
    const delta = choice.delta ?? choice.message;
    if (delta) this.#readDelta(delta, parts);
    if (choice.finish_reason) this.#finishReason = mapFinishReason(choice.finish_reason);
  }

  /**
   * Appends what ends the completion: tool calls, usage, finish. An end mark without a reason is a stop. Where the
   * response named no request, the completion's own id does.
   */
  finish(parts: ModelPart[], requestId = this.#id): void {
    for (const { id, name, arguments: text } of this.#toolCalls) {
      parts.push({ type: "tool-call", id, name, arguments: text === "" ? "{}" : text });
    }
    if (this.#usage !== undefined) parts.push(this.#usage);
    const reason = this.#finishReason ?? "stop";
    // Some servers say "stop" after a tool call.
    const isCall = this.#toolCalls.length > 0 && (reason === "stop" || reason === "other");
    parts.push({
      type: "finish",
      reason: isCall ? "tool-calls" : reason,
      ...(requestId !== "" && { requestId: requestId.slice(0, maxIdCharacters) }),
    });
  }

  #readDelta(delta: WireDelta, parts: ModelPart[]): void {
    const reasoning = delta.reasoning_content || delta.reasoning;
    if (typeof reasoning === "string" && reasoning !== "") {
      parts.push({ type: "reasoning-delta", text: reasoning });
    }
    const text = delta.content;
    if (typeof text === "string" && text !== "") parts.push({ type: "text-delta", text });
    if (delta.tool_calls) for (const call of delta.tool_calls) if (call) this.#readToolCall(call);
  }

  #readToolCall(piece: WireToolCallDelta): void {
    const id = textOf(piece.id);
    const name = textOf(piece.function?.name);
    const text = argumentsText(piece.function?.arguments);
    const call = this.#openCall(piece.index, id, name);
    this.#countCharacters(name.length + text.length + (call === undefined ? callCharacters : 0));
    if (call === undefined) {
      this.#toolCalls.push({
        index: piece.index ?? undefined,
        id: id === "" ? `call_${randomUUID()}` : id,
        name,
        arguments: text,
      });
      return;
    }
    if (call.name === "") call.name = name;
    call.arguments += text;
  }

  #countCharacters(more: number): void {
    this.#callCharacters += more;
    if (this.#callCharacters <= maxCallCharacters) return;
    throw new ModelError("broken", "the model's server sent tool calls that are too long");
  }

  /**
   * The call this piece continues, if any: by index; where the vendor sends none, by id; a piece without either
   * continues the last call unless it brings a name. An index used again with another id and a name is a new
   * call: some servers number every parallel call 0.
   */
  #openCall(index: number | null | undefined, id: string, name: string): OpenToolCall | undefined {
    const last = this.#toolCalls.at(-1);
    if (typeof index === "number") {
      const call = this.#toolCalls.findLast((candidate) => candidate.index === index);
      const isAnother = id !== "" && name !== "" && call !== undefined && call.id !== id;
      return isAnother ? undefined : call;
    }
    if (id !== "") return this.#toolCalls.find((candidate) => candidate.id === id);
    return name === "" ? last : undefined;
  }
}

function parseChunk(data: string): WireChunk {
  let chunk: unknown;
  try {
    chunk = JSON.parse(data);
  } catch (cause) {
    throw new ModelError("broken", "the model's server sent a chunk that is not JSON", {
      detail: data.slice(0, 200),
      cause,
    });
  }
  if (typeof chunk === "object" && chunk !== null) return chunk;
  throw new ModelError("broken", "the model's server sent a chunk that is not an object", {
    detail: data.slice(0, 200),
  });
}

function textOf(wire: unknown): string {
  return typeof wire === "string" ? wire : "";
}

/** A string by the reference; servers that send the parsed object are understood. */
function argumentsText(wire: unknown): string {
  if (typeof wire === "string") return wire;
  return wire === undefined || wire === null ? "" : JSON.stringify(wire);
}
