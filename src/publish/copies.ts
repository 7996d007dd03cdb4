import { requireMembership } from "../access/permissions.ts";
import type { TokenCaller } from "../domain/access.ts";
import { type Agent, type AgentSettings, API_CHANNEL } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { CopyTask } from "../domain/folder.ts";
import type { AgentId, CopyTaskId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { agentToView, slugOf } from "./agents.ts";
import { carriedGraph } from "./carried-graph.ts";

/** A copy of the draft in the same workspace, under another name if one is given: a draft of the caller's. Durable when it resolves. */
export async function copyAgent(
  { store }: { store: Store },
  caller: TokenCaller,
  agentId: AgentId,
  now: Date,
  name?: string,
): Promise<AgentId> {
  const source = await agentToView(store, caller, agentId);
  requireMembership(caller, source.workspaceId, "member");
  const named = name === undefined ? source : { ...source, name };
  const copy = await saveCopy(store, store, { source: named, workspaceId: source.workspaceId, caller, now });
  await store.flushed();
  return copy.agent.id;
}

/**
 * A copy of the draft in another workspace of the caller's. The task is done when it is told; it says what the copy
 * had to leave behind.
 */
export async function copyAgentTo(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, workspaceId }: { agentId: AgentId; workspaceId: WorkspaceId },
  now: Date,
): Promise<CopyTask> {
  const source = await agentToView(store, caller, agentId);
  requireMembership(caller, workspaceId, "member");
  const task = await store.transaction(async (inside) => {
    const { agent, left } = await saveCopy(store, inside, { source, workspaceId, caller, now });
    const made: CopyTask = {
      id: store.newId<CopyTaskId>(),
      userId: caller.user.id,
      entityKind: source.kind === "workflow" ? "workflow" : "agent",
      sourceId: agentId,
      targetId: agent.id,
      targetWorkspaceId: workspaceId,
      status: "succeeded",
      failures: left,
      createdAt: now,
    };
    await inside.folders.saveCopyTask(made);
    return made;
  });
  await store.flushed();
  return task;
}

/** For whoever asked for the copy; for others it is `not_found`. */
export async function findCopyTask(
  { store }: { store: Store },
  caller: TokenCaller,
  id: CopyTaskId,
): Promise<CopyTask> {
  const task = await store.folders.findCopyTask(id);
  if (task?.userId !== caller.user.id) throw new DomainError("not_found", "no such copy task");
  return task;
}

/**
 * Makes an agent of the caller's after a template: as it is live on the API channel, or else as its draft. Everybody
 * may, whatever workspace the template is in. Durable when it resolves.
 */
export async function duplicateTemplate(
  { store }: { store: Store },
  caller: TokenCaller,
  { templateId, workspaceId, name }: { templateId: AgentId; workspaceId: WorkspaceId; name?: string },
  now: Date,
): Promise<AgentId> {
  const source =
    (await store.agents.findLive(templateId, API_CHANNEL)) ?? (await store.agents.find(templateId));
  if (source?.isTemplate !== true) throw new DomainError("not_found", "no such template");
  requireMembership(caller, workspaceId, "member");
  const named = name === undefined ? source : { ...source, name };
  const { agent } = await saveCopy(store, store, { source: named, workspaceId, caller, now });
  await store.flushed();
  return agent.id;
}

async function saveCopy(
  { newId }: Pick<Store, "newId">,
  repositories: Pick<Repositories, "agents" | "files">,
  copying: { source: Agent; workspaceId: WorkspaceId; caller: TokenCaller; now: Date },
): Promise<{ agent: Agent; left: string[] }> {
  const { source, workspaceId, caller, now } = copying;
  const { folderId, versionId, ...kept } = source;
  const id = newId<AgentId>();
  const isAtHome = workspaceId === source.workspaceId;
  const { iconFileId } = source.settings;
  const icon = iconFileId === undefined ? undefined : await repositories.files.find(iconFileId);
  const { settings, left } = carriedOver(source.settings, {
    isAtHome,
    ownsIcon: icon?.ownerId === caller.user.id,
  });
  const agent: Agent = {
    ...kept,
    ...(isAtHome && folderId !== undefined ? { folderId } : {}),
    id,
    workspaceId,
    slug: slugOf(id),
    ownerId: caller.user.id,
    collaboration: "single",
    isTemplate: false,
    apiEnabled: true,
    settings,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await repositories.agents.save(agent);
  return { agent, left };
}

/**
 * Settings as a copy may have them, and sentences about the rest: without somebody else's upload, and in another
 * workspace without what belongs to the old one or may be its secret.
 */
function carriedOver(
  settings: AgentSettings,
  { isAtHome, ownsIcon }: { isAtHome: boolean; ownsIcon: boolean },
): { settings: AgentSettings; left: string[] } {
  const { iconFileId, ...others } = settings;
  const left: string[] = [];
  if (iconFileId !== undefined && !ownsIcon) left.push("the icon was uploaded by somebody else");
  const icon = iconFileId !== undefined && ownsIcon ? { iconFileId } : {};
  if (isAtHome) return { settings: { ...others, ...icon }, left };
  const tools = settings.tools.filter((tool) => Object.keys(tool.headers).length === 0);
  if (settings.knowledge.baseIds.length > 0) left.push("knowledge bases belong to their workspace");
  if (settings.handoffs.length > 0) left.push("agents to hand over to belong to their workspace");
  if (tools.length < settings.tools.length) left.push("tools with headers may hold secrets");
  const { responder, workflows = [], graph, ...rest } = others;
  if (responder !== undefined || workflows.length > 0) left.push("workflows belong to their workspace");
  const carried = graph === undefined ? undefined : carriedGraph(graph);
  left.push(...(carried?.left ?? []));
  const knowledge = { ...settings.knowledge, baseIds: [] };
  const drawn = carried === undefined ? {} : { graph: carried.graph };
  return { settings: { ...rest, ...icon, ...drawn, knowledge, handoffs: [], tools }, left };
}
