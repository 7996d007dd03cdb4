import { requireAgentAccess, requirePermission } from "../../access/permissions.ts";
import { authenticateToken } from "../../access/tokens.ts";
import { hashKey } from "../../config/secrets.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { type Agent, API_CHANNEL } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import type { Call } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";

/** Who calls: somebody with an access token, or whoever has the key of one agent. */
export type Caller = { kind: "token"; caller: TokenCaller } | { kind: "app-key"; agent: Agent };

/** Agents read at once for the list of models. */
const PAGE_SIZE = 200;

/** Rejects with `credential_missing`, `credential_invalid` or `permission_denied`. */
export async function authenticate(store: Store, call: Call): Promise<Caller> {
  const key = /^Bearer\s+(\S+)$/i.exec(call.headers.authorization ?? "")?.[1];
  if (key === undefined) throw new DomainError("credential_missing", "no API key: send it as a bearer token");
  if (/^(pat|czu|czs)_/.test(key)) {
    const caller = await authenticateToken({ store }, key, new Date());
    requirePermission(caller, "chat");
    return { kind: "token", caller };
  }
  const agent = await store.agents.findByKeyHash(hashKey(key));
  if (agent === undefined) throw new DomainError("credential_invalid", "the API key is unknown or revoked");
  if (!agent.apiEnabled) throw new DomainError("access_disabled", "the API of this agent is switched off");
  return { kind: "app-key", agent };
}

/** An agent as a model: its slug, or its id where another one the caller sees has the same slug. */
export interface NamedAgent {
  name: string;
  agent: Agent;
}

/** Every agent the caller may chat with, by name. */
export async function listAgents(store: Store, caller: Caller): Promise<NamedAgent[]> {
  const agents =
    caller.kind === "app-key" ? agentOfKey(caller.agent) : await liveAgents(store, caller.caller);
  const count = new Map<string, number>();
  for (const { slug } of agents) count.set(slug, (count.get(slug) ?? 0) + 1);
  return agents
    .map((agent) => ({ name: count.get(agent.slug) === 1 ? agent.slug : String(agent.id), agent }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The agent behind a model's name: its slug or its id. Rejects with `not_found`. */
export async function findAgent(store: Store, caller: Caller, name: string): Promise<Agent> {
  const found =
    caller.kind === "app-key"
      ? agentOfKey(caller.agent).filter((agent) => agent.slug === name || String(agent.id) === name)
      : await callableAgents(store, caller.caller, name);
  const [agent, other] = found;
  if (other !== undefined) {
    throw new DomainError("not_found", `several agents are called "${name}": name one by its id`, {
      field: "model",
    });
  }
  if (agent === undefined) {
    throw new DomainError("not_found", `there is no published agent "${name}"`, { field: "model" });
  }
  return agent;
}

/** A key's agent is found as its draft too, which is no model. */
function agentOfKey(agent: Agent): Agent[] {
  return agent.versionId !== undefined && agent.kind === "chat" ? [agent] : [];
}

async function callableAgents(store: Store, caller: TokenCaller, name: string): Promise<Agent[]> {
  const ids: AgentId[] = [];
  for (const { workspaceId } of caller.memberships) {
    const named = await store.agents.findBySlug(workspaceId, name);
    if (named !== undefined) ids.push(named.id);
  }
  if (ids.length === 0 && /^[1-9]\d{0,15}$/.test(name) && Number.isSafeInteger(Number(name))) {
    ids.push(Number(name) as AgentId);
  }
  const agents = await Promise.all(ids.map((id) => store.agents.findLive(id, API_CHANNEL)));
  return agents.filter((agent) => agent !== undefined && isCallable(caller, agent)) as Agent[];
}

async function liveAgents(store: Store, caller: TokenCaller): Promise<Agent[]> {
  const agents: Agent[] = [];
  for (const { workspaceId } of caller.memberships) {
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const page = await store.versions.listAgents({
        workspaceId,
        channel: API_CHANNEL,
        status: "published",
        offset,
        limit: PAGE_SIZE,
      });
      agents.push(...page.items.map((item) => item.agent).filter((agent) => isCallable(caller, agent)));
      if (page.items.length < PAGE_SIZE) break;
    }
  }
  return agents;
}

function isCallable(caller: TokenCaller, agent: Agent): boolean {
  if (!agent.apiEnabled || agent.kind !== "chat") return false;
  try {
    requireAgentAccess(caller, agent, "chat");
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}
