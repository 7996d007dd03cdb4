import type { ModelParameters } from "../domain/agent.ts";
import type { Passage } from "../domain/knowledge.ts";
import type { ModelDefinition } from "../domain/model-definition.ts";

/** Answers a list of messages with a stream of parts. One implementation per provider. */
export interface ChatModel {
  /** Name in the configuration. */
  readonly name: string;
  /** Money per million tokens; absent: unknown. */
  readonly prices?: { input: number; output: number; currency: string };
  /**
   * Streams one completion. The stream ends after exactly one `finish`; a failure before or after the first
   * part is thrown from the iteration as a `ModelError`. Aborting `signal` closes the connection to the model's
   * server at once and ends the iteration by throwing the signal's reason. Nothing is retried after the first
   * part. Leaving the iteration early also closes the connection.
   */
  stream(request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
  /** Asks the provider whether it is reachable and knows the model. Rejects with a `ModelError`. */
  check(signal: AbortSignal): Promise<void>;
}

/** A chat model that holds sockets. `close()` destroys them; streams still running end with an error. */
export interface ClosableChatModel extends ChatModel {
  close(): Promise<void>;
}

export interface ChatRequest {
  /** System first, if any; then user, assistant and tool messages as they happened. */
  messages: ChatMessage[];
  /** Empty: the model may call no tool. */
  tools: ToolDescription[];
  parameters: ModelParameters;
  /** What was retrieved for the question, best first; already written into the system message as text. */
  passages: Passage[];
  /** What is asked for; absent: an answer. A model that is no language model gives no `suggestions`. */
  purpose?: "answer" | "suggestions";
}

export type ChatMessage =
  | { role: "system"; text: string }
  | { role: "user"; text: string; imageUrls: string[] }
  | { role: "assistant"; text: string; toolCalls: ToolCall[] }
  /** The result of the call with this id. */
  | { role: "tool"; toolCallId: string; toolName: string; text: string };

export interface ToolCall {
  id: string;
  name: string;
  /** JSON text as the model wrote it; may be invalid JSON. */
  arguments: string;
}

export interface ToolDescription {
  name: string;
  description: string;
  /** JSON Schema of an object. */
  parameters: Record<string, unknown>;
}

/** One piece of a completion. Deltas are never empty. A tool call comes whole, when its arguments are complete. */
export type ModelPart =
  | { type: "text-delta"; text: string }
  | { type: "reasoning-delta"; text: string }
  | ({ type: "tool-call" } & ToolCall)
  /** Totals of this completion; the last one counts. */
  | { type: "usage"; inputTokens: number; outputTokens: number }
  | {
      type: "finish";
      reason: FinishReason;
      /** The vendor's id of the request. Absent: it gave none. */
      requestId?: string;
    };

export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "other";

/**
 * Why a model did not answer.
 * `timeout`: no (further) bytes in time. `unreachable`: no connection. `refused`: the server said no (4xx).
 * `overloaded`: 429 or 5xx. `broken`: the stream ended early or made no sense.
 */
export type ModelFailure = "timeout" | "unreachable" | "refused" | "overloaded" | "broken";

/** `message` is safe to show to the caller: no keys, no addresses. The vendor's own words, clipped, are in `detail`. */
export class ModelError extends Error {
  readonly failure: ModelFailure;
  /** HTTP status of the model's server, if it answered. */
  readonly status: number | undefined;
  /** What the vendor said, at most 500 characters; for logs of operators, not for end users. */
  readonly detail: string;
  /** The vendor's id of the request, if it gave one. */
  readonly requestId: string | undefined;
  /** How long the vendor asked to wait before the next attempt. */
  readonly retryAfterMs: number | undefined;

  constructor(
    failure: ModelFailure,
    message: string,
    options: {
      status?: number | undefined;
      detail?: string | undefined;
      requestId?: string | undefined;
      retryAfterMs?: number | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ModelError";
    this.failure = failure;
    this.status = options.status;
    this.detail = (options.detail ?? "").slice(0, 500);
    this.requestId = options.requestId;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The models there are, by name. */
export interface ModelCatalog {
  /** The named model, or the default one for undefined. Undefined when there is no such model. */
  find(name: string | undefined): ChatModel | undefined;
  /** In the order of the configuration, then those that were added. */
  readonly names: string[];
}

/** A catalog to which models are added while it is used. */
export interface ChangingCatalog extends ModelCatalog {
  /** Name of the model of agents that name none. Undefined: there is no model. */
  readonly defaultName: string | undefined;
  /**
   * Offers these beside the configured models, in the place of those that were offered before; whatever runs on those
   * runs to its end. Resolves with what keeps models from being offered, by name; those are left out.
   */
  offer(
    definitions: readonly ModelDefinition[],
    defaultName: string | undefined,
  ): Promise<Map<string, string>>;
  /** Opens a model to try it, outside the catalog; whoever opens it closes it. Rejects when that is not possible. */
  open(definition: ModelDefinition): Promise<ChatModel | ClosableChatModel>;
}
