import { z } from "zod";
import type { CallerTool, ModelParameters } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";

/** Most messages and tools of one request, and the longest text of a message, in UTF-16 units. */
const MESSAGE_LIMIT = 2_000;
const TOOL_LIMIT = 128;
const TEXT_LIMIT = 1_000_000;
/** Longest id of a tool call: some model servers write into it what the model thought. */
const CALL_ID_LIMIT = 20_000;

const Text = z
  .string()
  .max(TEXT_LIMIT)
  .refine((text) => !text.includes("\u0000"), { error: "contains the character U+0000" })
  .transform((text) => text.toWellFormed());

const TextPart = z.object({ type: z.literal("text"), text: Text });

/** Text, or parts that are nothing but text: joined. */
const PlainContent = z.union([
  Text,
  z.array(TextPart).transform((parts) => parts.map((part) => part.text).join("")),
]);

const ImagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.object({
    url: z.string().refine((url) => /^(https?:\/\/|data:image\/)/i.test(url), {
      error: "must be an http, https or data address",
    }),
  }),
});

const UserContent = z.union([
  Text.transform((text) => ({ text, imageUrls: [] as string[] })),
  z.array(z.discriminatedUnion("type", [TextPart, ImagePart])).transform((parts) => ({
    text: parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n"),
    imageUrls: parts.flatMap((part) => (part.type === "image_url" ? [part.image_url.url] : [])),
  })),
]);

const ToolName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, { error: "must be 1 to 64 letters, digits, _ and -" });

const ToolCall = z.object({
  id: z.string().min(1).max(CALL_ID_LIMIT),
  type: z.literal("function").default("function"),
  function: z.object({ name: ToolName, arguments: Text }),
});

/** Source: OpenAI API reference, "Create chat completion", `messages`. */
const Message = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer"]), content: PlainContent }),
  z.object({ role: z.literal("user"), content: UserContent }),
  z.object({
    role: z.literal("assistant"),
    content: PlainContent.nullish().transform((text) => text ?? ""),
    tool_calls: z.array(ToolCall).max(TOOL_LIMIT).nullish(),
  }),
  z.object({
    role: z.literal("tool"),
    content: PlainContent,
    tool_call_id: z.string().min(1).max(CALL_ID_LIMIT),
  }),
]);

export type WireMessage = z.output<typeof Message>;

const Tool = z.object({
  type: z.literal("function"),
  function: z.object({
    name: ToolName,
    description: Text.nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** Fields that change what comes back and that no agent here can honour: anything but these values is refused. */
const HARMLESS: Record<string, (value: unknown) => boolean> = {
  n: (value) => value === 1,
  stop: (value) => Array.isArray(value) && value.length === 0,
  logprobs: (value) => value === false,
  top_logprobs: (value) => value === 0,
  logit_bias: (value) => typeof value === "object" && value !== null && Object.keys(value).length === 0,
  store: (value) => value === false,
  parallel_tool_calls: (value) => value === true,
  modalities: (value) => Array.isArray(value) && value.every((modality) => modality === "text"),
  tool_choice: (value) => value === "auto" || value === "none",
  audio: () => false,
  functions: () => false,
  function_call: () => false,
  web_search_options: () => false,
};

/** Source: OpenAI API reference, "Create chat completion". Fields that are not here are ignored. */
const CompletionRequest = z.object({
  model: z.string().min(1).max(200),
  messages: z.array(Message).min(1).max(MESSAGE_LIMIT),
  /** Opaque; counts for the limits of one user. */
  user: Text.nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(Tool).max(TOOL_LIMIT).nullish(),
  tool_choice: z.string().nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  response_format: z
    .object({ type: z.enum(["text", "json_object"], { error: 'must be "text" or "json_object"' }) })
    .nullish(),
});

export type CompletionRequest = z.output<typeof CompletionRequest>;

/**
 * Reads the body. Throws `not_supported` naming a field that cannot be honoured, `request_invalid` naming every field
 * at fault.
 */
export function readRequest(body: unknown): CompletionRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new DomainError("request_invalid", "the request body must be a JSON object");
  }
  for (const [field, isHarmless] of Object.entries(HARMLESS)) {
    const value: unknown = Reflect.get(body, field);
    if (value === undefined || value === null || isHarmless(value)) continue;
    throw new DomainError("not_supported", `agents of this server cannot honour this value of "${field}"`, {
      field,
    });
  }
  const result = CompletionRequest.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const field = result.error.issues[0]?.path.join(".");
  throw new DomainError("request_invalid", problems.join("; "), field === undefined ? {} : { field });
}

/** The caller's tools; none when it says that none may be called. */
export function callerTools({ tools, tool_choice: choice }: CompletionRequest): CallerTool[] {
  if (choice === "none") return [];
  return (tools ?? []).map(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? "",
    parameters: parameters ?? { type: "object", properties: {} },
  }));
}

/** What the request wants of the model, over what the agent says. */
export function modelParameters(request: CompletionRequest): ModelParameters {
  const maxOutputTokens = request.max_completion_tokens ?? request.max_tokens;
  return {
    ...given("maxOutputTokens", maxOutputTokens),
    ...given("temperature", request.temperature),
    ...given("topP", request.top_p),
    ...given("presencePenalty", request.presence_penalty),
    ...given("frequencyPenalty", request.frequency_penalty),
    ...(request.response_format?.type === "json_object" ? { responseFormat: "json" as const } : {}),
  };
}

function given<Key extends string>(key: Key, value: number | null | undefined): { [K in Key]?: number } {
  return value === undefined || value === null ? {} : ({ [key]: value } as { [K in Key]: number });
}
