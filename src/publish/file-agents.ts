import { createHash } from "node:crypto";
import type { AgentEntry } from "../config/file.ts";
import type { AgentEvent, AgentKnowledge, AgentSettings, Shortcut, Variable } from "../domain/agent.ts";
import type { AgentId, KnowledgeBaseId } from "../domain/ids.ts";
import type { WorkflowGraph } from "../domain/workflow.ts";

/** What an entry of the file makes of its agent, with the graph it names. Every slug it names has an id. */
export function agentSettings(
  entry: AgentEntry,
  agentIds: ReadonlyMap<string, AgentId>,
  baseIds: ReadonlyMap<string, KnowledgeBaseId>,
  graph?: WorkflowGraph,
): AgentSettings {
  return {
    description: entry.description,
    ...(entry.model === undefined ? {} : { model: entry.model }),
    modelParameters: entry.modelParameters,
    prompt: entry.prompt,
    opening: entry.opening,
    variables: entry.variables.map(variable),
    suggestions: entry.suggestions,
    knowledge: agentKnowledge(entry.knowledge, baseIds),
    ...(entry.callerTools.length === 0 ? {} : { callerTools: entry.callerTools }),
    ...(entry.shortcuts.length === 0 ? {} : { shortcuts: entry.shortcuts.map(shortcut) }),
    tools: entry.tools.map(({ timeoutSeconds, title, ...tool }) => ({
      ...tool,
      title: title ?? tool.name,
      timeoutMs: Math.round(timeoutSeconds * 1_000),
    })),
    handoffs: entry.handoffs.map(({ agent, when }) => ({
      agentId: idOf(agentIds, agent),
      description: when,
    })),
    ...(entry.actions.length === 0 ? {} : { actions: entry.actions }),
    ...(entry.handover === undefined ? {} : { handover: entry.handover }),
    ...(entry.triggers === undefined ? {} : { triggers: entry.triggers }),
    ...(entry.events.length === 0
      ? {}
      : { events: entry.events.map((event) => agentEvent(entry.slug, event)) }),
    ...(graph === undefined ? {} : { graph }),
    ...(entry.responder === undefined ? {} : { responder: idOf(agentIds, entry.responder) }),
    ...(entry.needsDislikeComment ? { needsDislikeComment: true } : {}),
    ...(entry.mergeWindowMs === 0 ? {} : { mergeWindowMs: entry.mergeWindowMs }),
    historyLimitTokens: entry.historyTokens,
    ...(entry.historyExchanges === undefined ? {} : { historyLimitExchanges: entry.historyExchanges }),
    stepLimit: entry.steps,
    icon: entry.icon,
    background: entry.background,
  };
}

/** Without an id of its own an event has the same one wherever the file is applied: a UUID of version 8. */
function agentEvent(slug: string, { id, ...event }: AgentEntry["events"][number]): AgentEvent {
  const hash = createHash("sha256").update(`antiphon event\n${slug}\n${event.name}`).digest("hex");
  const made = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  return { id: id?.toLowerCase() ?? made, ...event };
}

const VARIABLE_TYPES = { Text: "text", Paragraph: "paragraph", Enum: "enum" } as const;

function variable(entry: AgentEntry["variables"][number]): Variable {
  return {
    key: entry.key,
    name: entry.title ?? entry.key,
    description: entry.description,
    required: entry.required,
    type: VARIABLE_TYPES[entry.type],
    choices: entry.choices,
    ...(entry.maxLength === undefined ? {} : { maxLength: entry.maxLength }),
    ...(entry.default === undefined ? {} : { defaultValue: entry.default }),
  };
}

function shortcut({ components, ...entry }: AgentEntry["shortcuts"][number]): Shortcut {
  return {
    ...entry,
    id: entry.id ?? entry.command,
    components: components.map(({ default: defaultValue, hidden, ...component }) => ({
      ...component,
      defaultValue,
      isHidden: hidden,
    })),
  };
}

function agentKnowledge(
  { bases, ...search }: AgentEntry["knowledge"],
  baseIds: ReadonlyMap<string, KnowledgeBaseId>,
): AgentKnowledge {
  return { baseIds: bases.map((slug) => idOf(baseIds, slug)), ...search };
}

/** The file's references were checked when it was read; this only fails for a value made otherwise. */
export function idOf<Id>(ids: ReadonlyMap<string, Id>, slug: string): Id {
  const id = ids.get(slug);
  if (id === undefined) throw new Error(`nothing in the file has the slug ${slug}`);
  return id;
}
