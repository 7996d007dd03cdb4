import { z } from "zod";
import { isPlainTemplate } from "../../config/template.ts";
import type { AgentSettings, ModelParameters } from "../../domain/agent.ts";
import type { FileId, KnowledgeBaseId } from "../../domain/ids.ts";
import type { ModelCatalog } from "../../models/chat-model.ts";
import { modelNameOf } from "./models.ts";
import { wireBoolean, wireId, wireInteger, wireText } from "./wire.ts";

const template = (limit: number) =>
  wireText(limit).refine(isPlainTemplate, {
    error:
      "is no valid template: {{name}} stands for a variable, names are letters, digits and _; there are no loops",
  });

const integer = (least: number, most: number) =>
  wireInteger.refine((value) => value >= least && value <= most, {
    error: `must be ${least} to ${most}`,
  });
const decimal = (least: number, most: number) => z.number().min(least).max(most);
const reference = z
  .union([z.string(), z.number()], { error: "must be an id" })
  .transform(String)
  .pipe(wireText(64));

export const botName = wireText(20);

/** Fields of an agent that its maker may give. Source: spec page §3; limits that it does not name are ours. */
export const botFields = {
  description: wireText(500).optional(),
  icon_file_id: wireId<FileId>().optional(),
  prompt_info: z
    .object({
      prompt: template(20_000).optional(),
      prompt_mode: z.enum(["standard", "prefix"]).optional(),
      prefix_prompt_info: z
        .object({ prefix_prompt: template(20_000).optional(), dynamic_prompt: template(20_000).optional() })
        .optional(),
    })
    .optional(),
  onboarding_info: z
    .object({
      prologue: wireText(300).optional(),
      suggested_questions: z.array(wireText(50)).max(50).optional(),
    })
    .optional(),
  knowledge: z
    .object({
      dataset_ids: z.array(wireId<KnowledgeBaseId>()).max(150).optional(),
      auto_call: wireBoolean.optional(),
      search_strategy: z.literal([0, 1, 20], { error: "must be 0, 1 or 20" }).optional(),
    })
    .optional(),
  plugin_id_list: z
    .object({
      id_list: z
        .array(z.object({ plugin_id: reference, api_id: reference.optional() }))
        .max(200)
        .optional(),
    })
    .optional(),
  workflow_id_list: z
    .object({
      ids: z
        .array(z.object({ id: reference }))
        .max(200)
        .optional(),
    })
    .optional(),
  model_info_config: z
    .object({
      model_id: reference.pipe(wireText(100)),
      temperature: decimal(0, 2).optional(),
      top_p: decimal(0, 1).optional(),
      top_k: integer(0, 1_000_000).optional(),
      max_tokens: integer(1, 1_000_000).optional(),
      context_round: integer(0, 1_000).optional(),
      response_format: z.enum(["text", "markdown", "json"]).optional(),
      presence_penalty: decimal(-2, 2).optional(),
      frequency_penalty: decimal(-2, 2).optional(),
      sp_current_time: wireBoolean.optional(),
      sp_anti_leak: wireBoolean.optional(),
      cache_type: z.enum(["closed", "prefix"]).optional(),
      api_mode: z.enum(["chat_api", "responses_api"]).optional(),
      parameters: z
        .record(wireText(64), wireText(1_000))
        .refine((parameters) => Object.keys(parameters).length <= 50, { error: "more than 50 pairs" })
        .optional(),
    })
    .optional(),
  suggest_reply_info: z
    .object({
      reply_mode: z.enum(["enable", "disable", "customized"]).optional(),
      customized_prompt: wireText(5_000).optional(),
    })
    .optional(),
};

export type BotFields = z.output<z.ZodObject<typeof botFields>>;

/**
 * The settings with what was given put in, however deep; what was not given stays. Throws `request_invalid` for a
 * model that is not configured.
 */
export function changedSettings(
  before: AgentSettings,
  fields: BotFields,
  models: Pick<ModelCatalog, "names">,
): AgentSettings {
  const { icon_file_id, onboarding_info, plugin_id_list, workflow_id_list } = fields;
  const { promptPrefix, suggestionPrompt, model, historyLimitExchanges, ...others } = before;
  return {
    ...others,
    ...given({ description: fields.description }),
    ...(icon_file_id === undefined ? {} : { icon: "", iconFileId: icon_file_id }),
    ...changedPrompt(before, fields.prompt_info),
    opening: {
      message: onboarding_info?.prologue ?? before.opening.message,
      questions: onboarding_info?.suggested_questions ?? before.opening.questions,
    },
    knowledge: changedKnowledge(before.knowledge, fields.knowledge),
    ...given({
      plugins: plugin_id_list?.id_list?.map(({ plugin_id, api_id }) => ({
        pluginId: plugin_id,
        toolId: api_id ?? "",
      })),
      workflows: workflow_id_list?.ids?.map(({ id }) => id),
    }),
    ...changedModel(before, fields.model_info_config, models),
    ...changedSuggestions(before, fields.suggest_reply_info),
  };
}

/** Mode `prefix` keeps the parts before the prompt, `standard` drops them. */
function changedPrompt(
  { prompt, promptPrefix }: AgentSettings,
  fields: BotFields["prompt_info"],
): Pick<AgentSettings, "prompt" | "promptPrefix"> {
  const changed = { prompt: fields?.prompt ?? prompt };
  const mode = fields?.prompt_mode;
  const prefix = fields?.prefix_prompt_info;
  if (mode === "standard" || (mode === undefined && prefix === undefined && promptPrefix === undefined)) {
    return changed;
  }
  const fixed = prefix?.prefix_prompt ?? promptPrefix?.fixed ?? "";
  const dynamic = prefix?.dynamic_prompt ?? promptPrefix?.dynamic ?? "";
  return { ...changed, promptPrefix: { fixed, dynamic } };
}

const STRATEGIES = { 0: "semantic", 1: "hybrid", 20: "full-text" } as const;

function changedKnowledge(
  before: AgentSettings["knowledge"],
  fields: BotFields["knowledge"],
): AgentSettings["knowledge"] {
  if (fields === undefined) return before;
  const { dataset_ids, auto_call, search_strategy } = fields;
  return {
    ...before,
    ...given({
      baseIds: dataset_ids && [...new Set(dataset_ids)],
      strategy: search_strategy === undefined ? undefined : STRATEGIES[search_strategy],
    }),
    ...(auto_call === undefined ? {} : { mode: auto_call ? "automatic" : "tool" }),
  };
}

const APIS = { chat_api: "chat", responses_api: "responses" } as const;

function changedModel(
  { model, modelParameters, historyLimitExchanges }: AgentSettings,
  fields: BotFields["model_info_config"],
  models: Pick<ModelCatalog, "names">,
): Pick<AgentSettings, "model" | "modelParameters" | "historyLimitExchanges"> {
  if (fields === undefined) return { ...given({ model, historyLimitExchanges }), modelParameters };
  const parameters: ModelParameters = given({
    temperature: fields.temperature,
    topP: fields.top_p,
    topK: fields.top_k,
    maxOutputTokens: fields.max_tokens,
    presencePenalty: fields.presence_penalty,
    frequencyPenalty: fields.frequency_penalty,
    responseFormat: fields.response_format,
    currentTime: fields.sp_current_time,
    guardPrompt: fields.sp_anti_leak,
    cache: fields.cache_type,
    api: fields.api_mode === undefined ? undefined : APIS[fields.api_mode],
    extra: fields.parameters && { ...modelParameters.extra, ...fields.parameters },
  });
  return {
    model: modelNameOf(models, fields.model_id),
    ...given({ historyLimitExchanges: fields.context_round ?? historyLimitExchanges }),
    modelParameters: { ...modelParameters, ...parameters },
  };
}

function changedSuggestions(
  { suggestions, suggestionPrompt }: AgentSettings,
  fields: BotFields["suggest_reply_info"],
): Pick<AgentSettings, "suggestions" | "suggestionPrompt"> {
  const mode = fields?.reply_mode;
  const prompt = fields?.customized_prompt ?? suggestionPrompt;
  return {
    suggestions: mode === undefined ? suggestions : mode !== "disable",
    ...given({ suggestionPrompt: mode === "enable" ? undefined : prompt }),
  };
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
