import { requireAgentAccess, requireMembership } from "../access/permissions.ts";
import type { TokenCaller } from "../domain/access.ts";
import type { Agent, AgentSettings } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";

/** What an agent is before its maker says anything: the same as in the configuration file. */
export const DEFAULT_SETTINGS: AgentSettings = {
  description: "",
  modelParameters: {},
  prompt: "",
  opening: { message: "", questions: [] },
  variables: [],
  suggestions: false,
  knowledge: { baseIds: [], mode: "automatic", topK: 5, scoreThreshold: 0.2, pairThreshold: 0.9 },
  tools: [],
  handoffs: [],
  historyLimitTokens: 8_000,
  stepLimit: 8,
  icon: "",
  background: "",
};

/** What is to be different about a draft. What `settings` leaves as it was, stays. */
export interface DraftChange {
  /** Absent: as before. */
  name?: string;
  /** Whether its app keys open it, at once and without publishing. Absent: as before. */
  apiEnabled?: boolean;
  settings(before: AgentSettings): AgentSettings;
}

/**
 * Makes an agent of the caller's, with a draft and no version; durable when it resolves. Rejects with `not_found`
 * when the workspace, a knowledge base in it or an uploaded file of the caller's is not there.
 */
export async function createAgent(
  { store }: { store: Store },
  caller: TokenCaller,
  {
    workspaceId,
    name,
    kind = "chat",
    settings,
  }: DraftChange & { workspaceId: WorkspaceId; name: string; kind?: Agent["kind"] },
  now: Date,
): Promise<Agent> {
  requireMembership(caller, workspaceId, "member");
  const id = store.newId<AgentId>();
  const agent: Agent = {
    id,
    workspaceId,
    slug: slugOf(id),
    name,
    kind,
    ownerId: caller.user.id,
    collaboration: "single",
    isTemplate: false,
    apiEnabled: true,
    settings: settings(DEFAULT_SETTINGS),
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await requireReferences(store, caller, agent, DEFAULT_SETTINGS);
  await store.agents.save(agent);
  await store.flushed();
  return agent;
}

/**
 * Changes the draft; versions stay as they are. Durable when it resolves. Rejects with `permission_denied`, or
 * `not_found` for the agent or something new that it is to refer to; `already_decided` when it is not at `revision`.
 */
export async function updateAgent(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, name, apiEnabled, settings, revision }: DraftChange & { agentId: AgentId; revision?: number },
  now: Date,
): Promise<Agent> {
  const changed = await store.transaction(async (inside) => {
    const before = await agentToChange(inside, caller, agentId);
    if (revision !== undefined && revision !== before.revision) {
      throw new DomainError(
        "already_decided",
        `the draft was changed since: it is at revision ${before.revision}`,
        { field: "revision" },
      );
    }
    const agent: Agent = {
      ...before,
      name: name ?? before.name,
      apiEnabled: apiEnabled ?? before.apiEnabled,
      settings: settings(before.settings),
      revision: before.revision + 1,
      updatedAt: now,
    };
    await requireReferences(inside, caller, agent, before.settings);
    await inside.agents.save(agent);
    return agent;
  });
  await store.flushed();
  return changed;
}

/**
 * Makes the draft what a version was; what is live stays. Durable when it resolves. Rejects as `updateAgent`, and with
 * `not_found` for the version.
 */
export async function restoreVersion(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, number, revision }: { agentId: AgentId; number: number; revision?: number },
  now: Date,
): Promise<Agent> {
  await agentToView(store, caller, agentId);
  const version = await store.versions.find(agentId, number);
  if (version === undefined) throw new DomainError("not_found", "no such version");
  const { name, settings } = version;
  const change = { agentId, name, settings: () => settings, ...(revision !== undefined && { revision }) };
  return updateAgent({ store }, caller, change, now);
}

/** Agents that no configuration file names are called after their id. */
export function slugOf(agentId: AgentId): string {
  return `agent-${agentId}`;
}

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

/** What a draft refers to for the first time must be of its workspace, or of the caller. What it had before may stay. */
async function requireReferences(
  { agents, knowledge, files }: Pick<Repositories, "agents" | "knowledge" | "files">,
  caller: TokenCaller,
  agent: Agent,
  before: AgentSettings,
): Promise<void> {
  const { workspaceId, settings } = agent;
  await requireOtherAgents(agents, agent, before);
  const baseIds = settings.knowledge.baseIds.filter((id) => !before.knowledge.baseIds.includes(id));
  const found = baseIds.length === 0 ? [] : await knowledge.findBases(baseIds);
  const known = new Set(found.filter((base) => base.workspaceId === workspaceId).map((base) => base.id));
  const missing = baseIds.find((id) => !known.has(id));
  if (missing !== undefined) {
    throw new DomainError("not_found", "no such knowledge base in the workspace", {
      field: "knowledge.baseIds",
    });
  }
  const { iconFileId } = settings;
  if (iconFileId === undefined || iconFileId === before.iconFileId) return;
  const file = await files.find(iconFileId);
  if (file?.ownerId !== caller.user.id) throw new DomainError("not_found", "no such file");
}

async function requireOtherAgents(
  agents: Repositories["agents"],
  { id, workspaceId, settings: { handoffs, responder } }: Agent,
  before: AgentSettings,
): Promise<void> {
  const known = new Set<AgentId>(before.handoffs.map(({ agentId }) => agentId));
  for (const [index, { agentId }] of handoffs.entries()) {
    if (known.has(agentId)) continue;
    const field = `handoffs.${index}.agentId`;
    if (agentId === id)
      throw new DomainError("request_invalid", "an agent cannot hand over to itself", { field });
    if ((await agents.find(agentId))?.workspaceId === workspaceId) continue;
    throw new DomainError("not_found", "no such agent in the workspace", { field });
  }
  if (responder === undefined || responder === before.responder) return;
  const found = await agents.find(responder);
  if (found?.workspaceId === workspaceId && found.kind === "workflow") return;
  throw new DomainError("not_found", "no such workflow in the workspace", { field: "responder" });
}

export function noSuchAgent(): DomainError {
  return new DomainError("not_found", "no such agent");
}
