import { requireAgentAccess } from "../access/permissions.ts";
import type { TokenCaller } from "../domain/access.ts";
import type { Agent } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";

/** The draft, for somebody who may see it. Rejects with `not_found` otherwise. */
export async function agentToView(
  { agents }: Pick<Repositories, "agents">,
  caller: TokenCaller,
  agentId: AgentId,
): Promise<Agent> {
  const agent = await agents.find(agentId);
  if (agent === undefined) throw noSuchAgent();
  requireAgentAccess(caller, agent, "view");
  return agent;
}

/**
 * The draft, for somebody who may change it, inside a transaction: others who want to change or publish it wait until
 * the transaction ends. Rejects with `not_found` or `permission_denied`.
 */
export async function agentToChange(
  { agents, versions }: Pick<Repositories, "agents" | "versions">,
  caller: TokenCaller,
  agentId: AgentId,
): Promise<Agent> {
  const agent = await agents.findToChange(agentId);
  if (agent === undefined) throw noSuchAgent();
  requireAgentAccess(caller, agent, "change", await versions.collaborators(agentId));
  return agent;
}

function noSuchAgent(): DomainError {
  return new DomainError("not_found", "no such agent");
}
