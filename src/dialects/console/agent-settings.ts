import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { AgentSettings, HttpTool } from "../../domain/agent.ts";
import type { FileId, KnowledgeBaseId } from "../../domain/ids.ts";
import type { changedSettings, WireSettings } from "./agent-settings-schema.ts";
import { hideToolHeaders, restoreToolHeaders } from "./hidden-headers.ts";
import { formatId, idOf } from "./wire.ts";

/** Settings as they are shown, headers of tools hidden; without the graph of a workflow, which is read elsewhere. */
export function presentSettings(settings: AgentSettings, hide?: (value: string) => string): WireSettings {
  const { knowledge, handover } = settings;
  return {
    description: settings.description,
    model: settings.model ?? null,
    modelParameters: settings.modelParameters,
    prompt: settings.prompt,
    promptPrefix: settings.promptPrefix ?? null,
    opening: settings.opening,
    variables: settings.variables.map(({ maxLength = null, defaultValue = null, ...variable }) => ({
      ...variable,
      maxLength,
      defaultValue,
    })),
    suggestions: settings.suggestions,
    suggestionPrompt: settings.suggestionPrompt ?? null,
    knowledge: {
      ...knowledge,
      baseIds: knowledge.baseIds.map(formatId),
      strategy: knowledge.strategy ?? null,
    },
    tools: hideToolHeaders(settings.tools, hide),
    callerTools: settings.callerTools ?? [],
    plugins: settings.plugins ?? [],
    workflows: settings.workflows ?? [],
    shortcuts: settings.shortcuts ?? [],
    handoffs: settings.handoffs.map(({ agentId, description }) => ({
      agentId: formatId(agentId),
      description,
    })),
    actions: settings.actions ?? [],
    handover: handover === undefined ? null : { ...NO_HANDOVER, ...handover },
    triggers: settings.triggers ?? null,
    events: (settings.events ?? []).map(({ limit = null, ...event }) => ({ ...event, limit })),
    responder: settings.responder === undefined ? null : formatId(settings.responder),
    mergeWindowMs: settings.mergeWindowMs ?? 0,
    needsDislikeComment: settings.needsDislikeComment ?? false,
    historyLimitTokens: settings.historyLimitTokens,
    historyLimitExchanges: settings.historyLimitExchanges ?? null,
    stepLimit: settings.stepLimit,
    icon: settings.icon,
    iconFileId: settings.iconFileId === undefined ? null : formatId(settings.iconFileId),
    background: settings.background,
  };
}

/**
 * Settings with what is given put in. What is given as it was shown stays as it is kept, letter for letter. Throws
 * `request_invalid` for a hidden header that nothing is kept for.
 */
export function applySettings(before: AgentSettings, given: z.output<typeof changedSettings>): AgentSettings {
  const shown = presentSettings(before);
  const wanted = { ...shown, ...withoutUndefined(given) };
  const isTouched = (key: string) => {
    const [one, other] = [Reflect.get(shown, key), Reflect.get(wanted, key)];
    return !isDeepStrictEqual(one, other);
  };
  const untouched = Object.fromEntries(Object.entries(before).filter(([key]) => !isTouched(key)));
  const tools = isTouched("tools") ? restoreToolHeaders(wanted.tools, before.tools) : before.tools;
  return { ...toSettings(wanted, tools), ...untouched };
}

const NO_HANDOVER = { message: null, idleMinutes: null, releaseCommand: null };

function toSettings(wire: WireSettings, tools: HttpTool[]): AgentSettings {
  const { knowledge, handover, events, shortcuts, callerTools, plugins, workflows, actions } = wire;
  const { strategy, baseIds, ...search } = knowledge;
  return {
    description: wire.description,
    ...present({ model: wire.model, promptPrefix: wire.promptPrefix }),
    modelParameters: withoutUndefined(wire.modelParameters),
    prompt: wire.prompt,
    opening: wire.opening,
    variables: wire.variables.map(({ maxLength, defaultValue, ...variable }) => ({
      ...variable,
      ...present({ maxLength, defaultValue }),
    })),
    suggestions: wire.suggestions,
    ...present({ suggestionPrompt: wire.suggestionPrompt, triggers: wire.triggers }),
    knowledge: {
      ...search,
      baseIds: baseIds.map((id) => idOf<KnowledgeBaseId>(id)),
      ...present({ strategy }),
    },
    tools,
    ...some({ callerTools, plugins, workflows, shortcuts, actions }),
    ...some({ events: events.map(({ limit, ...event }) => ({ ...event, ...present({ limit }) })) }),
    handoffs: wire.handoffs.map(({ agentId, description }) => ({ agentId: idOf(agentId), description })),
    ...(handover !== null && { handover: present(handover) }),
    ...(wire.responder !== null && { responder: idOf(wire.responder) }),
    ...(wire.mergeWindowMs > 0 && { mergeWindowMs: wire.mergeWindowMs }),
    ...(wire.needsDislikeComment && { needsDislikeComment: true }),
    historyLimitTokens: wire.historyLimitTokens,
    ...present({ historyLimitExchanges: wire.historyLimitExchanges }),
    stepLimit: wire.stepLimit,
    icon: wire.icon,
    ...(wire.iconFileId !== null && { iconFileId: idOf<FileId>(wire.iconFileId) }),
    background: wire.background,
  };
}

/** Without what is null. */
function present<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], null> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as {
    [Key in keyof T]?: Exclude<T[Key], null>;
  };
}

/** Without lists that are empty. */
function some<T extends Record<string, readonly unknown[]>>(lists: T): Partial<T> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>;
}

function withoutUndefined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
