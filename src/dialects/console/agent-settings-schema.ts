import { z } from "zod";
import { httpHeaders, webAddress } from "../../config/file-values.ts";
import { isPlainTemplate, TEMPLATE_WORDS } from "../../config/template.ts";
import { ACTION_TOOLS } from "../../domain/agent.ts";
import { TRIGGER_TYPES } from "../../domain/trigger.ts";
import {
  plainId,
  plainInteger,
  plainList,
  plainName,
  plainNumber,
  plainText,
  withoutTwins,
} from "./plain-values.ts";

const SCHEMA_TEXT_LIMIT = 50_000;

const template = (most: number) =>
  plainText(most).refine(isPlainTemplate, {
    error:
      "is no valid template: {{ name }} stands for a variable, {% if name %} chooses; there are no loops, calls and assignments",
  });

const toolName = z
  .string({ error: "must be a text" })
  .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "must be 1 to 64 letters, digits, _ or -" });

const parameters = z
  .record(z.string(), z.unknown(), { error: "must be an object" })
  .refine((schema) => schema["type"] === "object" || Object.keys(schema).length === 0, {
    error: 'must be a JSON Schema with "type": "object"',
  })
  .refine((schema) => JSON.stringify(schema).length <= SCHEMA_TEXT_LIMIT, {
    error: `longer than ${SCHEMA_TEXT_LIMIT} characters`,
  })
  .describe("JSON Schema (object) of the arguments.");

const modelParameters = z
  .strictObject({
    temperature: plainNumber(0, 2),
    topP: plainNumber(0, 1),
    topK: plainInteger(0, 1_000_000),
    maxOutputTokens: plainInteger(1, 1_000_000),
    presencePenalty: plainNumber(-2, 2),
    frequencyPenalty: plainNumber(-2, 2),
    responseFormat: z.enum(["text", "markdown", "json"]),
    currentTime: z.boolean().describe("Tell the model the current time."),
    guardPrompt: z.boolean().describe("Tell the model to keep its prompt to itself."),
    cache: z.enum(["closed", "prefix"]),
    api: z.enum(["chat", "responses"]),
    extra: z
      .record(plainText(64, 1), plainText(1_000))
      .refine((pairs) => Object.keys(pairs).length <= 50, { error: "more than 50" }),
  })
  .partial()
  .describe("What is left out is the model's own.");

const variable = z
  .strictObject({
    key: z
      .string({ error: "must be a text" })
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, {
        error: "must be 1 to 64 letters, digits and _, beginning with no digit",
      })
      .refine((key) => !TEMPLATE_WORDS.has(key), { error: "is a word of the template language" }),
    name: plainName,
    description: plainText(1_000),
    required: z.boolean(),
    type: z.enum(["text", "paragraph", "enum"]),
    choices: plainList(plainText(200, 1), 200),
    maxLength: plainInteger(1, 100_000).nullable(),
    defaultValue: plainText(100_000).nullable(),
  })
  .check(({ value, issues }) => {
    const wrong = (field: string, message: string) =>
      issues.push({ code: "custom", input: value, path: [field], message });
    const { type, choices, defaultValue } = value;
    if (type === "enum" && choices.length === 0) wrong("choices", "must not be empty");
    if (type !== "enum" && choices.length > 0) wrong("choices", "is only for enum");
    if (type === "enum" && defaultValue !== null && !choices.includes(defaultValue)) {
      wrong("defaultValue", "must be one of the choices");
    }
  });

const callerTool = z.strictObject({
  name: toolName,
  description: plainText(4_000, 1),
  parameters,
});

const httpTool = z.strictObject({
  ...callerTool.shape,
  title: plainText(100),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  url: webAddress.refine((url) => !/^https?:\/\/[^/?#]*\{/.test(url), {
    error: "cannot have {argument} places in its host",
  }),
  headers: httpHeaders.describe(
    "Values are shown as `(hidden)`; put back like that they stay as they are, for the same host.",
  ),
  timeoutMs: plainInteger(100, 300_000),
});

const shortcut = z.strictObject({
  id: plainText(64, 1),
  name: plainName,
  command: z
    .string()
    .regex(/^\/\S{1,49}$/, { error: "must be a slash and 1 to 49 characters without spaces" }),
  description: plainText(1_000),
  template: plainText(10_000, 1),
  icon: plainText(2_000),
  components: plainList(
    z.strictObject({
      name: plainName,
      description: plainText(1_000),
      type: z.enum(["text", "select", "file"]),
      defaultValue: plainText(10_000),
      isHidden: z.boolean(),
      options: plainList(plainText(200, 1), 200),
    }),
    20,
  ),
});

const agentEvent = z.strictObject({
  id: z.uuid({ error: "must be a UUID" }),
  name: plainName,
  description: plainText(1_000),
  variables: plainList(
    z.strictObject({
      name: z.string().regex(/^[\p{L}_][\p{L}\p{N}_]{0,63}$/u, {
        error: "must be letters, digits and _, beginning with no digit",
      }),
      type: z.enum(["string", "number", "boolean", "datetime", "date", "time", "array", "object"]),
    }),
    50,
  ),
  limit: plainInteger(1, 1_000_000).nullable(),
});

const handover = z.strictObject({
  message: plainText(2_000, 1).nullable(),
  idleMinutes: plainInteger(0, 525_600).nullable(),
  releaseCommand: plainText(100, 1).nullable(),
});

/** Everything about an agent that its maker decides, but for the graph of a workflow. Null: there is none. */
export const agentSettings = z.strictObject({
  description: plainText(2_000),
  model: plainText(100, 1).nullable().describe("Name of a model. Null: the installation's default."),
  modelParameters,
  prompt: template(200_000).describe("Template of the system prompt; sees the variables."),
  promptPrefix: z.strictObject({ fixed: template(20_000), dynamic: template(20_000) }).nullable(),
  opening: z.strictObject({
    message: plainText(10_000),
    questions: plainList(plainText(1_000, 1), 50),
  }),
  variables: plainList(variable, 100).check(withoutTwins(({ key }) => key, "key")),
  suggestions: z.boolean(),
  suggestionPrompt: plainText(5_000).nullable(),
  knowledge: z.strictObject({
    baseIds: plainList(plainId, 150).check(withoutTwins((id) => id, "")),
    mode: z.enum(["automatic", "tool"]),
    strategy: z.enum(["semantic", "hybrid", "full-text"]).nullable(),
    topK: plainInteger(1, 50),
    scoreThreshold: plainNumber(0, 1),
    pairThreshold: plainNumber(0, 1),
  }),
  tools: plainList(httpTool, 64).check(withoutTwins(({ name }) => name, "name")),
  callerTools: plainList(callerTool, 64).check(withoutTwins(({ name }) => name, "name")),
  plugins: plainList(z.strictObject({ pluginId: plainText(64), toolId: plainText(64) }), 200),
  workflows: plainList(plainText(64, 1), 200).describe("Ids of workflows that the model may run."),
  shortcuts: plainList(shortcut, 50).check(withoutTwins(({ id }) => id, "id")),
  handoffs: plainList(z.strictObject({ agentId: plainId, description: plainText(2_000, 1) }), 50).check(
    withoutTwins(({ agentId }) => agentId, "agentId"),
  ),
  actions: plainList(z.enum(ACTION_TOOLS), ACTION_TOOLS.length),
  handover: handover.nullable(),
  triggers: plainList(z.enum(TRIGGER_TYPES), TRIGGER_TYPES.length).nullable(),
  events: plainList(agentEvent, 100).check(withoutTwins(({ name }) => name, "name")),
  responder: plainId.nullable().describe("The workflow that answers in place of prompt and model."),
  mergeWindowMs: plainInteger(0, 10_000),
  needsDislikeComment: z.boolean(),
  historyLimitTokens: plainInteger(0, 10_000_000),
  historyLimitExchanges: plainInteger(0, 1_000).nullable(),
  stepLimit: plainInteger(1, 100),
  icon: plainText(2_000),
  iconFileId: plainId.nullable(),
  background: plainText(2_000),
});

export type WireSettings = z.output<typeof agentSettings>;

/** What a change may bring: any of them, each as a whole. */
export const changedSettings = agentSettings.partial();
