import { requireAgentAccess } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { type Agent, API_CHANNEL } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";

/** Which form of an agent a chat wants. */
export interface AgentChoice {
  agentId: AgentId;
  /** The one that is asked on. */
  channel: string;
  /** The draft instead of what is published. */
  isDraft: boolean;
  /** A version by its number, digits. Absent: the one that is live. */
  version: string | undefined;
}

/**
 * The agent a caller may chat with. Rejects with `not_found` when it knows of none, `agent_not_published` when it is
 * not live on the API channel and its draft was not asked for, `permission_denied` when the token is for others.
 * Source: spec page §6, rows of `publish_status` and `bot_version`, and the channel rule.
 */
export async function callableAgent(
  store: Pick<Store, "agents" | "versions">,
  caller: TokenCaller,
  choice: AgentChoice,
): Promise<Agent> {
  const { agentId, channel, isDraft, version } = choice;
  if (isDraft && version !== undefined) {
    throw new DomainError("request_invalid", "the draft has no version", { field: "bot_version" });
  }
  const live = isDraft ? undefined : await findLive(store, agentId, channel);
  const agent = live ?? (await store.agents.find(agentId));
  if (agent === undefined) throw new DomainError("not_found", "no such bot");
  requireAgentAccess(caller, agent, "chat");
  if (live === undefined && !isDraft) {
    throw new DomainError("agent_not_published", "the bot is not published to the API channel");
  }
  if (!agent.apiEnabled) throw new DomainError("access_disabled", "the API of this bot is switched off");
  if (agent.kind !== "chat") throw new DomainError("agent_not_chat", "the bot is a workflow");
  return version === undefined ? agent : ofVersion(store, agent, version);
}

/** As it is live on the channel, or else on the API's, where it has to be live for any chat. */
async function findLive(
  { agents }: Pick<Store, "agents">,
  agentId: AgentId,
  channel: string,
): Promise<Agent | undefined> {
  const live = await agents.findLive(agentId, API_CHANNEL);
  if (live === undefined || channel === API_CHANNEL) return live;
  return (await agents.findLive(agentId, channel)) ?? live;
}

async function ofVersion(store: Pick<Store, "versions">, agent: Agent, version: string): Promise<Agent> {
  const number = /^\d{1,15}$/.test(version) ? Number(version) : -1;
  const found = await store.versions.find(agent.id, number);
  if (found === undefined) throw new DomainError("not_found", "the bot has no such version");
  return { ...agent, name: found.name, settings: found.settings, versionId: found.id };
}
