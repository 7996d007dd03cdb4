import { z } from "zod";
import { requireAgentAccess } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import { type LiveState, liveStates } from "../../publish/draft-state.ts";
import { customChannelId } from "../../publish/releases.ts";
import type { Store } from "../../storage/store.ts";
import { presentSettings } from "./agent-settings.ts";
import { agentSettings } from "./agent-settings-schema.ts";
import type { ConsoleServices } from "./operation.ts";
import { formatId, wireMoment } from "./wire.ts";

const liveAnswer = z.object({
  channel: z.string().describe("`api`, another built-in channel, or a custom channel's id."),
  channelName: z.string().nullable().describe("What people call a custom channel."),
  versionNumber: z.number(),
  since: wireMoment,
  isBehind: z.boolean().describe("Whether the draft has changed since."),
});

/** An agent in a list. */
export const agentAnswer = z.object({
  id: z.string(),
  insightBotId: z.string().describe("What callers of the Insight family know it by."),
  slug: z.string(),
  name: z.string(),
  kind: z.enum(["chat", "workflow"]),
  description: z.string(),
  model: z.string().nullable(),
  icon: z.string(),
  apiEnabled: z.boolean(),
  isFromFile: z.boolean().describe("Whether `antiphon.yaml` made it, and may put it back."),
  live: z.array(liveAnswer),
  revision: z.number(),
  createdAt: wireMoment,
  updatedAt: wireMoment,
});

/** An agent with its draft. */
export const agentDetailAnswer = agentAnswer.extend({
  workspaceId: z.string(),
  mayChange: z.boolean().describe("Whether the caller may change it."),
  settings: agentSettings,
});

/** Agents as a list shows them, in the order given. */
export async function presentAgents(
  { store, insightBotId }: Pick<ConsoleServices, "store" | "insightBotId">,
  agents: readonly Agent[],
): Promise<z.input<typeof agentAnswer>[]> {
  const states = await liveStates(store, agents);
  const names = await channelNames(store, [...states.values()].flat());
  return agents.map((agent) => ({
    id: formatId(agent.id),
    insightBotId: insightBotId(agent.id),
    slug: agent.slug,
    name: agent.name,
    kind: agent.kind,
    description: agent.settings.description,
    model: agent.settings.model ?? null,
    icon: agent.settings.icon,
    apiEnabled: agent.apiEnabled,
    isFromFile: agent.ownerId === undefined,
    live: (states.get(agent.id) ?? []).map(({ channel, number, since, isBehind }) => ({
      channel,
      channelName: names.get(channel) ?? null,
      versionNumber: number,
      since,
      isBehind,
    })),
    revision: agent.revision,
    createdAt: agent.createdAt,
    updatedAt: agent.updatedAt,
  }));
}

/** One agent with its draft, headers hidden. */
export async function presentAgent(
  services: Pick<ConsoleServices, "store" | "insightBotId">,
  caller: TokenCaller,
  agent: Agent,
): Promise<z.input<typeof agentDetailAnswer>> {
  const [shown] = await presentAgents(services, [agent]);
  if (shown === undefined) throw new Error("an agent was lost while it was shown");
  return {
    ...shown,
    workspaceId: formatId(agent.workspaceId),
    mayChange: await mayChange(services.store, caller, agent),
    settings: presentSettings(agent.settings),
  };
}

/** What people call the custom channels among these. */
export async function channelNames(
  { channels }: Pick<Store, "channels">,
  places: readonly Pick<LiveState, "channel">[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const channel of new Set(places.map((place) => place.channel))) {
    const id = customChannelId(channel);
    const found = id && (await channels.find(id));
    if (found !== undefined) names.set(channel, found.name);
  }
  return names;
}

async function mayChange(
  { versions }: Pick<Store, "versions">,
  caller: TokenCaller,
  agent: Agent,
): Promise<boolean> {
  try {
    requireAgentAccess(caller, agent, "change", await versions.collaborators(agent.id));
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === "permission_denied") return false;
    throw error;
  }
}
