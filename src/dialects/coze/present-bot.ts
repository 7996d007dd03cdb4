import type { Agent, AgentSettings, AgentVersion, ModelParameters, Shortcut } from "../../domain/agent.ts";
import type { KnowledgeBase } from "../../domain/knowledge.ts";
import type { ModelCatalog } from "../../models/chat-model.ts";
import type { AgentListing } from "../../storage/store.ts";
import { formatId } from "./ids.ts";
import { modelIdOf } from "./models.ts";
import { unixSeconds } from "./present.ts";

/** What a bot refers to, as far as it is there. */
export interface BotTies {
  bases: KnowledgeBase[];
  workflows: Agent[];
  models: Pick<ModelCatalog, "find">;
}

/**
 * Bot: the draft, or a version of it. Source: spec page §3. Pictures that were uploaded have no address, so
 * `icon_url` is then empty; plugins are only known by their ids, and so are workflows that are not here, so their names
 * are empty.
 */
export function presentBot(agent: Agent, version: AgentVersion | undefined, known: BotTies) {
  const { name, settings } = version ?? agent;
  return {
    bot_id: formatId(agent.id),
    name,
    description: settings.description,
    icon_url: settings.icon,
    version: version === undefined ? "" : String(version.number),
    owner_user_id: optionalId(agent.ownerId),
    folder_id: optionalId(agent.folderId),
    create_time: unixSeconds(agent.createdAt),
    update_time: unixSeconds(version?.createdAt ?? agent.updatedAt),
    bot_mode: botMode(settings),
    prompt_info: presentPrompt(settings),
    onboarding_info: {
      prologue: settings.opening.message,
      suggested_questions: settings.opening.questions,
    },
    model_info: presentModel(settings, known.models),
    knowledge: presentKnowledge(settings, known.bases),
    plugin_info_list: presentPlugins(settings),
    workflow_info_list: workflowIds(settings).map((id) => presentTie(id, known.workflows)),
    shortcut_commands: (settings.shortcuts ?? []).map((shortcut) => presentShortcut(agent, shortcut)),
    variables: settings.variables.map(presentVariable),
    suggest_reply_info: presentSuggestions(settings),
    ...presentBackground(settings),
    voice_info_list: [],
    default_user_input_type: "text",
  };
}

/** An agent of a list: as it is live on the channel that was asked about, or as a draft. Source: spec page §3. */
export function presentBotSimple({ agent, live }: AgentListing, shows: "live" | "draft") {
  const { name, settings } = shows === "live" && live !== undefined ? live.version : agent;
  return {
    id: formatId(agent.id),
    name,
    icon_url: settings.icon,
    folder_id: optionalId(agent.folderId),
    updated_at: unixSeconds(agent.updatedAt),
    description: settings.description,
    is_published: live !== undefined,
    ...(live === undefined ? {} : { published_at: unixSeconds(live.since) }),
    owner_user_id: optionalId(agent.ownerId),
  };
}

/** An agent of the older list; times are digits in a string there. Source: spec page §3. */
export function presentPublishedBot(agent: Agent, { version, since }: NonNullable<AgentListing["live"]>) {
  return {
    bot_id: formatId(agent.id),
    bot_name: version.name,
    description: version.settings.description,
    icon_url: version.settings.icon,
    publish_time: String(unixSeconds(since)),
  };
}

/** BotVersion: what the documents and the Python SDK expect, together. Source: spec page §3. */
export function presentBotVersion(version: AgentVersion, creatorName: string) {
  const createdAt = String(unixSeconds(version.createdAt));
  return {
    version: String(version.number),
    description: version.changelog,
    changelog: version.changelog,
    created_at: createdAt,
    updated_at: createdAt,
    publish_status: "published_online",
    creator: { id: optionalId(version.creatorId), name: creatorName },
  };
}

/** Empty where there is none, as the SDKs want every field of the kind. */
export function optionalId(id: number | undefined): string {
  return id === undefined ? "" : formatId(id);
}

/** 2: a workflow answers in its place. Source: spec page §3. */
function botMode(settings: AgentSettings): 0 | 1 | 2 {
  if (settings.responder !== undefined) return 2;
  return settings.handoffs.length > 0 ? 1 : 0;
}

/** Workflows of a bot, by the ids its maker gave; the one that answers for it first. */
export function workflowIds({ responder, workflows = [] }: AgentSettings): string[] {
  return [...new Set([...(responder === undefined ? [] : [formatId(responder)]), ...workflows])];
}

function presentTie(id: string, workflows: readonly Agent[]) {
  const workflow = workflows.find((candidate) => formatId(candidate.id) === id);
  const { name = "", settings: { description, icon } = { description: "", icon: "" } } = workflow ?? {};
  return { id, name, description, icon_url: icon };
}

function presentPrompt({ prompt, promptPrefix }: AgentSettings) {
  if (promptPrefix === undefined) return { prompt, prompt_mode: "standard" };
  return {
    prompt,
    prompt_mode: "prefix",
    prefix_prompt_info: { prefix_prompt: promptPrefix.fixed, dynamic_prompt: promptPrefix.dynamic },
  };
}

/** Only what was set; an agent without a model shows the installation's first, which answers for it. */
function presentModel(settings: AgentSettings, models: Pick<ModelCatalog, "find">) {
  const name = settings.model ?? models.find(undefined)?.name ?? "";
  const { cache, api, extra, ...parameters } = settings.modelParameters;
  return {
    model_id: modelIdOf(name),
    model_name: name,
    ...Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [
        PARAMETER_NAMES[key as keyof typeof parameters],
        value,
      ]),
    ),
    ...(settings.historyLimitExchanges === undefined
      ? {}
      : { context_round: settings.historyLimitExchanges }),
    ...(cache === undefined ? {} : { cache_type: cache }),
    ...(api === undefined ? {} : { api_mode: `${api}_api` }),
    ...(extra === undefined ? {} : { parameters: extra }),
  };
}

const PARAMETER_NAMES: Record<Exclude<keyof ModelParameters, "cache" | "api" | "extra">, string> = {
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  maxOutputTokens: "max_tokens",
  presencePenalty: "presence_penalty",
  frequencyPenalty: "frequency_penalty",
  responseFormat: "response_format",
  currentTime: "sp_current_time",
  guardPrompt: "sp_anti_leak",
};

const STRATEGIES = { semantic: 0, hybrid: 1, "full-text": 20 };

/** The documented list, and beside it what the Python SDK reads: the fields as they are given. */
function presentKnowledge({ knowledge }: AgentSettings, bases: KnowledgeBase[]) {
  const ids = knowledge.baseIds.filter((id) => bases.some((base) => base.id === id));
  return {
    knowledge_infos: ids.map((id) => ({
      id: formatId(id),
      name: bases.find((base) => base.id === id)?.name ?? "",
    })),
    dataset_ids: ids.map(formatId),
    auto_call: knowledge.mode === "automatic",
    search_strategy: STRATEGIES[knowledge.strategy ?? "hybrid"],
  };
}

/** One entry for every plugin, with the tools that were named of it. */
function presentPlugins({ plugins = [] }: AgentSettings) {
  const pluginIds = [...new Set(plugins.map(({ pluginId }) => pluginId))];
  return pluginIds.map((id) => ({
    plugin_id: id,
    name: "",
    description: "",
    icon_url: "",
    api_info_list: plugins
      .filter(({ pluginId, toolId }) => pluginId === id && toolId !== "")
      .map(({ toolId }) => ({ api_id: toolId, name: "", description: "" })),
  }));
}

function presentShortcut(agent: Agent, shortcut: Shortcut) {
  return {
    id: shortcut.id,
    name: shortcut.name,
    command: shortcut.command,
    description: shortcut.description,
    query_template: shortcut.template,
    icon_url: shortcut.icon,
    agent_id: formatId(agent.id),
    components: shortcut.components.map((component) => ({
      name: component.name,
      description: component.description,
      type: component.type,
      tool_parameter: "",
      default_value: component.defaultValue,
      is_hide: component.isHidden,
      options: component.options,
    })),
  };
}

function presentVariable(variable: AgentSettings["variables"][number]) {
  return {
    keyword: variable.key,
    default_value: variable.defaultValue ?? "",
    variable_type: "KVVariable",
    channel: "custom",
    description: variable.description,
    enable: true,
    prompt_enable: true,
  };
}

function presentSuggestions({ suggestions, suggestionPrompt = "" }: AgentSettings) {
  const mode = suggestionPrompt === "" ? "enable" : "customized";
  return { reply_mode: suggestions ? mode : "disable", customized_prompt: suggestionPrompt };
}

function presentBackground({ background }: AgentSettings) {
  if (background === "") return {};
  const image = { image_url: background };
  return { background_image_info: { web_background_image: image, mobile_background_image: image } };
}
