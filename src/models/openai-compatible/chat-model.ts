import type { ModelParameters } from "../../domain/agent.ts";
import { type ChatRequest, type ClosableChatModel, ModelError, type ModelPart } from "../chat-model.ts";
import { connectionError } from "../connection-error.ts";
import { type ConfiguredTimeouts, openConnections } from "../connections.ts";
import { probeModel } from "../probe.ts";
import { defaultRetryPolicy, type RetryPolicy, retryBeforeFirstPart } from "../retry.ts";
import { statusError } from "../vendor-failure.ts";
import { CompletionStream } from "./completion-stream.ts";
import { convertMessages } from "./convert-messages.ts";
import { prepareTools } from "./prepare-tools.ts";

export interface OpenAiCompatibleOptions {
  name: string;
  /** Up to and without `/chat/completions`; usually ends in `/v1`. */
  baseUrl: string;
  /** Sent as a bearer token. Absent: none is sent. */
  apiKey?: string | undefined;
  /** The vendor's name of the model. */
  model: string;
  prices?: { input: number; output: number; currency: string } | undefined;
  /** Used where a request leaves a parameter out. */
  parameters?: ModelParameters | undefined;
  timeouts?: ConfiguredTimeouts | undefined;
  retry?: Partial<RetryPolicy> | undefined;
  /** Sent with every request; may hold secrets. */
  headers?: Record<string, string> | undefined;
  /** Merged into every request body, over our own fields. */
  extraBody?: Record<string, unknown> | undefined;
  /** False for servers that refuse `stream_options`; they then report no usage. Default true. */
  includeUsage?: boolean | undefined;
  /** Field that takes the output limit; OpenAI's reasoning models want `max_completion_tokens`. */
  maxTokensField?: "max_tokens" | "max_completion_tokens" | undefined;
}

/**
 * Any server that speaks OpenAI's chat completions.
 * Source: OpenAI API reference, "Create chat completion", streamed.
 */
export function openAiCompatibleModel(options: OpenAiCompatibleOptions): ClosableChatModel {
  const policy = { ...defaultRetryPolicy, ...options.retry };
  const base = new URL(options.baseUrl);
  const path = base.pathname.replace(/\/+$/, "");
  const headers = requestHeaders(options);
  const secrets = [options.apiKey ?? "", ...Object.values(options.headers ?? {})];
  const connections = openConnections(options.timeouts);

  const stream = (request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelPart> => {
    const body = JSON.stringify(requestBody(options, request));
    const start = (): CompletionStream => {
      const completion = new CompletionStream(signal, secrets);
      const target = { origin: base.origin, path: `${path}/chat/completions${base.search}` };
      connections.dispatch({ ...target, method: "POST", headers, body }, completion);
      return completion;
    };
    return retryBeforeFirstPart(start, policy, signal);
  };

  const listsModel = async (signal: AbortSignal): Promise<boolean> => {
    const target = { origin: base.origin, path: `${path}/models${base.search}` };
    const response = await connections.request({ ...target, method: "GET", headers, signal });
    const body = await response.body.text();
    const status = response.statusCode;
    if (status === 401 || status === 403) throw statusError({ status, body }, secrets);
    return status === 200 && namesModel(body, options.model);
  };

  return {
    name: options.name,
    ...(options.prices === undefined ? {} : { prices: options.prices }),
    stream,
    check: async (signal) => {
      try {
        if (await listsModel(signal)) return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ModelError || !(error instanceof Error)) throw error;
        throw connectionError(error, false);
      }
      // Many servers list nothing, or not every model they serve: one token tells.
      await probeModel(stream, signal);
    },
    close: () => connections.destroy(),
  };
}

function requestHeaders({ apiKey, headers }: OpenAiCompatibleOptions): Record<string, string> {
  const given = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    "content-type": "application/json",
    accept: "text/event-stream, application/json",
    "user-agent": "antiphon",
    ...(apiKey === undefined || apiKey === "" ? {} : { authorization: `Bearer ${apiKey}` }),
    ...Object.fromEntries(given),
  };
}

/** OpenAI's API has no `top_k` and refuses fields it does not know; servers that have it take it as `extraBody`. */
function requestBody(options: OpenAiCompatibleOptions, request: ChatRequest): Record<string, unknown> {
  const parameters = { ...options.parameters, ...request.parameters };
  return {
    model: options.model,
    messages: convertMessages(request.messages),
    stream: true,
    stream_options: options.includeUsage === false ? undefined : { include_usage: true },
    temperature: parameters.temperature,
    top_p: parameters.topP,
    presence_penalty: parameters.presencePenalty,
    frequency_penalty: parameters.frequencyPenalty,
    response_format: parameters.responseFormat === "json" ? { type: "json_object" } : undefined,
    [options.maxTokensField ?? "max_tokens"]: parameters.maxOutputTokens,
    tools: prepareTools(request.tools),
    ...options.extraBody,
  };
}

/** Whether the text is a list of models with this one. Source: OpenAI API reference, "List models". */
function namesModel(body: string, model: string): boolean {
  try {
    const list: { data?: { id?: unknown }[] | null } | null = JSON.parse(body);
    return list?.data?.some((entry) => entry?.id === model) === true;
  } catch {
    // Not a list: the server has none.
    return false;
  }
}
