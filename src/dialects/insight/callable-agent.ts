import type { AccessKey } from "../../domain/access-key.ts";
import { type Agent, API_CHANNEL } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { formatUuid, parseUuid } from "./ids.ts";

/** What callers know an agent by. */
export function botIdOf(agentId: AgentId): string {
  return formatUuid("agent", agentId);
}

/**
 * The agent behind a `botId`, as it is live on the API channel. Rejects with `not_found` of the field `botId` where the
 * key may not know of it, `agent_not_published` or `access_disabled`, `agent_not_chat`.
 * Source: spec page of Insight §8.1 and §9.
 */
export async function callableAgent(
  { agents }: Pick<Store, "agents">,
  key: Pick<AccessKey, "workspaceId" | "agentIds">,
  botId: string,
): Promise<Agent> {
  const id = parseUuid<AgentId>("agent", botId);
  const live = id === undefined ? undefined : await agents.findLive(id, API_CHANNEL);
  const agent = live ?? (id === undefined ? undefined : await agents.find(id));
  if (agent === undefined || !isKnown(agent, key)) {
    throw new DomainError("not_found", "there is no such bot", { field: "botId" });
  }
  if (live === undefined) {
    throw new DomainError("agent_not_published", "the bot is not published to the API channel");
  }
  if (!agent.apiEnabled) throw new DomainError("access_disabled", "the API of this bot is switched off");
  if (agent.kind !== "chat") {
    throw new DomainError("agent_not_chat", "the bot is a workflow", { field: "botId" });
  }
  return live;
}

function isKnown(agent: Agent, { workspaceId, agentIds }: Pick<AccessKey, "workspaceId" | "agentIds">) {
  return agent.workspaceId === workspaceId && (agentIds === undefined || agentIds.includes(agent.id));
}
