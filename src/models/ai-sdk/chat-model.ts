import { fetch } from "undici";
import type { ModelParameters } from "../../domain/agent.ts";
import { type ChatRequest, type ClosableChatModel, ModelError, type ModelPart } from "../chat-model.ts";
import { type ConfiguredTimeouts, openConnections } from "../connections.ts";
import { probeModel } from "../probe.ts";
import { defaultRetryPolicy, type RetryPolicy, retryBeforeFirstPart } from "../retry.ts";
import { streamError } from "../vendor-failure.ts";
import { convertError, requestIdIn } from "./convert-error.ts";
import { convertMessages } from "./convert-messages.ts";
import { convertUsage } from "./convert-usage.ts";
import {
  type CallOptions,
  type FinishPart,
  type LanguageModel,
  loadLanguageModel,
  type StreamPart,
} from "./language-model.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { prepareTools } from "./prepare-tools.ts";

/** Longest id of a request that is told. */
const ID_LENGTH = 200;

export interface AiSdkOptions {
  name: string;
  /** `anthropic`, `google`, or the name of another installed `@ai-sdk/*` package. */
  provider: string;
  apiKey?: string | undefined;
  /** Absent: the vendor's own address. */
  baseUrl?: string | undefined;
  /** The vendor's name of the model. */
  model: string;
  prices?: { input: number; output: number; currency: string } | undefined;
  /** Used where a request leaves a parameter out. */
  parameters?: ModelParameters | undefined;
  timeouts?: ConfiguredTimeouts | undefined;
  retry?: Partial<RetryPolicy> | undefined;
  /** Sent with every request; may hold secrets. */
  headers?: Record<string, string> | undefined;
}

/**
 * A vendor with an API of its own, through the vendor's `@ai-sdk/*` package, used at the level of one call.
 * Rejects when the package is not installed or too old, saying what to do.
 */
export async function aiSdkModel(options: AiSdkOptions): Promise<ClosableChatModel> {
  const connections = openConnections(options.timeouts);
  const policy = { ...defaultRetryPolicy, ...options.retry };
  const secrets = [options.apiKey ?? "", ...Object.values(options.headers ?? {})];
  const languageModel = await loadLanguageModel(options.provider, options.model, {
    // Empty rather than absent: an absent key would be looked for in the environment.
    apiKey: options.apiKey ?? "",
    ...(options.baseUrl === undefined ? {} : { baseURL: options.baseUrl }),
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    // The same standard in two declarations: undici's own, and the one of Node's types.
    fetch: ((url: string, init: object) =>
      fetch(url, { ...init, dispatcher: connections })) as unknown as typeof globalThis.fetch,
  });

  const stream = (request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelPart> => {
    const call = callOptions(options, request);
    return retryBeforeFirstPart(() => completion(languageModel, call, secrets, signal), policy, signal);
  };

  return {
    name: options.name,
    ...(options.prices === undefined ? {} : { prices: options.prices }),
    stream,
    check: (signal) => probeModel(stream, signal),
    close: () => connections.destroy(),
  };
}

/** The packages leave out what their vendor's API does not have. */
function callOptions(options: AiSdkOptions, request: ChatRequest): CallOptions {
  const parameters = { ...options.parameters, ...request.parameters };
  const { temperature, topP, topK = 0, maxOutputTokens, presencePenalty, frequencyPenalty } = parameters;
  return {
    prompt: convertMessages(request.messages),
    ...prepareTools(request.tools),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === 0 ? {} : { topK }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    ...(parameters.responseFormat === "json" ? { responseFormat: { type: "json" } } : {}),
  };
}

/** One attempt. Whatever ends it, the connection is closed unless the answer was whole. */
async function* completion(
  languageModel: LanguageModel,
  call: CallOptions,
  secrets: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<ModelPart, void, undefined> {
  const connection = new AbortController();
  const close = (): void => connection.abort(signal.reason);
  signal.addEventListener("abort", close, { once: true });
  let hasAnswered = false;
  try {
    const { stream, response } = await languageModel.doStream({ ...call, abortSignal: connection.signal });
    hasAnswered = true;
    yield* convertParts(stream, requestIdIn(response?.headers), secrets, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    throw convertError(thrown, hasAnswered, secrets);
  } finally {
    signal.removeEventListener("abort", close);
    connection.abort();
  }
}

async function* convertParts(
  stream: ReadableStream<StreamPart>,
  requestId: string | undefined,
  secrets: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<ModelPart, void, undefined> {
  const reader = stream.getReader();
  let finish: FinishPart | undefined;
  let id = requestId;
  for (;;) {
    const { value: part, done } = await reader.read();
    signal.throwIfAborted();
    if (done) break;
    if (part.type === "finish") finish = part;
    else if (part.type === "response-metadata") id ??= part.id;
    else if (part.type === "error") throw streamError(part.error, secrets, undefined);
    else {
      const converted = convertPart(part);
      if (converted !== undefined) yield converted;
    }
  }
  const reason = finish === undefined ? undefined : mapFinishReason(finish.finishReason);
  if (finish === undefined || reason === undefined) {
    throw new ModelError("broken", "the model's server ended its answer early");
  }
  const usage = convertUsage(finish.usage);
  if (usage !== undefined) yield usage;
  yield { type: "finish", reason, ...(id !== undefined && { requestId: id.slice(0, ID_LENGTH) }) };
}

/** Undefined for what has no place in our parts: starts and ends, sources, files, calls the vendor ran itself. */
function convertPart(part: StreamPart): ModelPart | undefined {
  switch (part.type) {
    case "text-delta":
    case "reasoning-delta":
      return part.delta === "" ? undefined : { type: part.type, text: part.delta };
    case "tool-call":
      if (part.providerExecuted === true) return undefined;
      return { type: "tool-call", id: part.toolCallId, name: part.toolName, arguments: part.input || "{}" };
    default:
      return undefined;
  }
}
