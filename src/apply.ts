import { isDeepStrictEqual } from "node:util";
import { applyAccessKeys } from "./access/file-access-keys.ts";
import { applyOAuthApps } from "./access/file-oauth-apps.ts";
import { type AppliedUsers, applyUsers } from "./access/file-users.ts";
import { applyWorkspace } from "./access/file-workspace.ts";
import { applyEndpoints } from "./callbacks/file-endpoints.ts";
import type { AgentEntry, CallbackEntry, InstallationFile, LoadedKnowledgeBase } from "./config/file.ts";
import { hashKey, type SecretKey } from "./config/secrets.ts";
import type { Agent } from "./domain/agent.ts";
import { appKeyEnding } from "./domain/app-key.ts";
import type { AgentId, AppKeyId, FolderId, KnowledgeBaseId, WorkspaceId } from "./domain/ids.ts";
import type { WorkflowGraph } from "./domain/workflow.ts";
import { INDEX_VERSION, importDocument, removeDocumentsExcept, replacePairs } from "./knowledge/knowledge.ts";
import { agentSettings, idOf } from "./publish/file-agents.ts";
import { applyChannels } from "./publish/file-channels.ts";
import { applyReleases } from "./publish/file-releases.ts";
import type { PublishCallbacks, PublishServices } from "./publish/services.ts";
import type { Repositories, Store } from "./storage/store.ts";

/** What applying a file works with. */
export interface ApplyServices {
  store: Store;
  now: () => Date;
  /** Seals secrets of the file. */
  secretKey: SecretKey;
  /** Writes what there is to tell; whoever delivers finds it. */
  callbacks: Pick<PublishCallbacks, "emit" | "prepareQuestion">;
  /** Absent: the defaults. */
  options?: PublishServices["options"];
}

/** How many of a kind the file made, changed, and found as it wanted them. */
interface Count {
  created: number;
  updated: number;
  unchanged: number;
  /** Only of what the file speaks for completely, such as the documents of a knowledge base. */
  removed: number;
}

export type ApplySummary = Record<
  | "workspaces"
  | "users"
  | "tokens"
  | "oauthApps"
  | "knowledgeBases"
  | "documents"
  | "pairSets"
  | "channels"
  | "agents"
  | "appKeys"
  | "callbacks"
  | "accessKeys",
  Count
>;

/**
 * Makes the store contain what the file says, and resolves once that would survive a power cut. Applying a file
 * twice changes nothing the second time. What the file does not name is left alone; what it names, it describes
 * completely: settings it leaves out go back to their defaults, documents it no longer lists are removed.
 *
 * Documents are indexed one by one, agents, keys and callbacks change all at once after them. When it rejects, those
 * are as before, and applying the file again finishes the rest.
 */
export async function applyFile(
  services: ApplyServices,
  file: InstallationFile<WorkflowGraph>,
): Promise<ApplySummary> {
  const summary = emptySummary();
  const { id: workspaceId, outcome } = await applyWorkspace(services, file.workspace.name);
  summary.workspaces[outcome] += 1;
  count(summary, await applyUsers(services, { workspaceId, users: file.users }));
  const channels = await applyChannels(services, { workspaceId, channels: file.channels });
  for (const outcome of channels.outcomes) summary.channels[outcome] += 1;
  const apps = await applyOAuthApps(services, { workspaceId, apps: file.oauthApps });
  for (const outcome of apps) summary.oauthApps[outcome] += 1;
  const baseIds = new Map<string, KnowledgeBaseId>();
  for (const base of file.knowledge) {
    baseIds.set(base.slug, await applyKnowledgeBase(services, workspaceId, base, summary));
  }
  const { names } = channels;
  const { agents, callbacks, graphs } = file;
  await services.store.transaction((repositories) =>
    applyAgents(services, repositories, { workspaceId, baseIds, names, agents, callbacks, graphs, summary }),
  );
  const keys = await applyAccessKeys(services, { workspaceId, ...file.insight });
  for (const outcome of keys) summary.accessKeys[outcome] += 1;
  await services.store.flushed();
  return summary;
}

/** The summary for people, one line per kind that the file has: `agents: 1 created, 2 unchanged`. */
export function describeSummary(summary: ApplySummary): string[] {
  const names: [keyof ApplySummary, string][] = [
    ["workspaces", "workspace"],
    ["users", "users"],
    ["tokens", "access tokens"],
    ["oauthApps", "OAuth apps"],
    ["knowledgeBases", "knowledge bases"],
    ["documents", "documents"],
    ["pairSets", "question-answer sets"],
    ["channels", "channels"],
    ["agents", "agents"],
    ["appKeys", "app keys"],
    ["callbacks", "callbacks"],
    ["accessKeys", "access keys"],
  ];
  return names.flatMap(([kind, name]) => {
    const counts = Object.entries(summary[kind]).filter(([, count]) => count > 0);
    if (counts.length === 0) return [];
    return [`${name}: ${counts.map(([what, count]) => `${count} ${what}`).join(", ")}`];
  });
}

function count(summary: ApplySummary, { users, tokens }: AppliedUsers): void {
  for (const outcome of users) summary.users[outcome] += 1;
  for (const outcome of tokens) summary.tokens[outcome] += 1;
}

async function applyKnowledgeBase(
  { store }: ApplyServices,
  workspaceId: WorkspaceId,
  { slug, name, documents, pairs }: LoadedKnowledgeBase,
  summary: ApplySummary,
): Promise<KnowledgeBaseId> {
  const existing = await store.knowledge.findBaseBySlug(workspaceId, slug);
  const id = existing?.id ?? store.newId<KnowledgeBaseId>();
  const outcome = outcomeOf(existing !== undefined, existing?.name !== name);
  if (outcome !== "unchanged") await store.knowledge.saveBase({ id, workspaceId, slug, name });
  summary.knowledgeBases[outcome] += 1;

  const known = new Set((await store.knowledge.listDocuments(id)).map((document) => document.name));
  for (const document of documents) {
    const { changed } = await importDocument({ store }, { baseId: id, ...document });
    summary.documents[outcomeOf(known.has(document.name), changed)] += 1;
  }
  const names = documents.map((document) => document.name);
  summary.documents.removed += await removeDocumentsExcept({ store }, id, names);
  await applyPairs(store, id, pairs, summary);
  return id;
}

/**
 * The store cannot say which pairs it has, so a hash of what was applied last is kept beside them. It is written
 * after them: a crash in between costs indexing them once more.
 */
async function applyPairs(
  store: Store,
  baseId: KnowledgeBaseId,
  pairs: LoadedKnowledgeBase["pairs"],
  summary: ApplySummary,
): Promise<void> {
  const setting = `applied-pairs/${baseId}`;
  const hash =
    pairs.length === 0
      ? ""
      : hashKey(JSON.stringify([INDEX_VERSION, pairs.map((pair) => [pair.question, pair.answer])]));
  const applied = (await store.settings.get(setting)) ?? "";
  if (hash === applied) {
    if (pairs.length > 0) summary.pairSets.unchanged += 1;
    return;
  }
  await replacePairs({ store }, baseId, pairs);
  await store.settings.set(setting, hash);
  if (pairs.length === 0) summary.pairSets.removed += 1;
  else summary.pairSets[applied === "" ? "created" : "updated"] += 1;
}

interface AgentWork {
  workspaceId: WorkspaceId;
  baseIds: ReadonlyMap<string, KnowledgeBaseId>;
  /** Names of custom channels by their slugs. */
  names: ReadonlyMap<string, string>;
  agents: AgentEntry[];
  callbacks: CallbackEntry[];
  graphs: ReadonlyMap<string, WorkflowGraph>;
  summary: ApplySummary;
}

/**
 * Finds or makes all ids first: agents may hand over to each other in circles. Callbacks come before anything is
 * published, because servers of channels are to be asked about it.
 */
async function applyAgents(
  services: ApplyServices,
  repositories: Repositories,
  work: AgentWork,
): Promise<void> {
  const existing = new Map<string, Agent>();
  const ids = new Map<string, AgentId>();
  for (const { slug } of work.agents) {
    const known = await repositories.agents.findBySlug(work.workspaceId, slug);
    const agent = known && (await repositories.agents.findToChange(known.id));
    if (agent !== undefined) existing.set(slug, agent);
    ids.set(slug, agent?.id ?? services.store.newId<AgentId>());
  }
  const drafts = [];
  for (const entry of work.agents) {
    const before = existing.get(entry.slug);
    drafts.push({
      entry,
      before,
      agent: await applyDraft(services, repositories, work, { entry, before, ids }),
    });
  }
  const { workspaceId, callbacks, names } = work;
  const around = { workspaceId, channels: names };
  for (const outcome of await applyEndpoints(services, repositories, callbacks, around)) {
    work.summary.callbacks[outcome] += 1;
  }
  for (const { entry, before, agent } of drafts) {
    const channels = entry.channels.map((channel) => names.get(channel) ?? channel);
    const isReleased = await applyReleases(services, repositories, { agent, channels });
    const isChanged = agent.revision !== before?.revision || isReleased;
    work.summary.agents[outcomeOf(before !== undefined, isChanged)] += 1;
    await applyAppKeys(services, repositories, agent.id, entry, work.summary);
  }
}

/** What the file does not speak of, such as who made the agent, stays as it is. */
async function applyDraft(
  services: ApplyServices,
  repositories: Repositories,
  work: AgentWork,
  { entry, before, ids }: { entry: AgentEntry; before: Agent | undefined; ids: ReadonlyMap<string, AgentId> },
): Promise<Agent> {
  const { workspaceId } = work;
  const folderId = entry.folder && (await applyFolder(services, repositories, workspaceId, entry.folder));
  const wanted = {
    id: idOf(ids, entry.slug),
    workspaceId,
    slug: entry.slug,
    name: entry.name,
    kind: entry.kind,
    ...(folderId ? { folderId } : {}),
    ...(before?.ownerId === undefined ? {} : { ownerId: before.ownerId }),
    collaboration: before?.collaboration ?? ("single" as const),
    isTemplate: entry.template,
    apiEnabled: entry.enabled,
    settings: agentSettings(entry, ids, work.baseIds, work.graphs.get(entry.slug)),
  };
  if (before !== undefined && !differs(before, wanted)) return before;
  const at = services.now();
  const agent = {
    ...wanted,
    revision: (before?.revision ?? 0) + 1,
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
  };
  await repositories.agents.save(agent);
  return agent;
}

/** The folder of a path such as `Shop/Support`, with every one above it made where it is missing. */
async function applyFolder(
  { store, now }: ApplyServices,
  { folders }: Repositories,
  workspaceId: WorkspaceId,
  path: string,
): Promise<FolderId | undefined> {
  let parentId: FolderId | undefined;
  for (const name of path.split("/")) {
    const place = {
      workspaceId,
      kind: "development" as const,
      ...(parentId === undefined ? {} : { parentId }),
      name,
    };
    const known = await folders.findByName(place);
    if (known === undefined) {
      const id = store.newId<FolderId>();
      await folders.save({ ...place, id, description: "", createdAt: now() });
      parentId = id;
    } else parentId = known.id;
  }
  return parentId;
}

async function applyAppKeys(
  { store, now }: ApplyServices,
  { agents, appKeys }: Repositories,
  agentId: AgentId,
  { appKey, appKeys: named }: AgentEntry,
  summary: ApplySummary,
): Promise<void> {
  const keys = [...(appKey === undefined ? [] : [appKey]), ...named];
  if (keys.length === 0) return;
  for (const key of keys) {
    const owner = await agents.findByKeyHash(hashKey(key));
    if (owner?.id !== agentId) {
      await appKeys.save({
        id: store.newId<AppKeyId>(),
        agentId,
        keyHash: hashKey(key),
        name: "",
        ending: appKeyEnding(key),
        isFromFile: true,
        createdAt: now(),
      });
    }
    summary.appKeys[outcomeOf(owner !== undefined, owner?.id !== agentId)] += 1;
  }
  await appKeys.revokeFileKeysExcept(agentId, keys.map(hashKey), now());
}

function outcomeOf(existed: boolean, changed: boolean): "created" | "updated" | "unchanged" {
  if (!existed) return "created";
  return changed ? "updated" : "unchanged";
}

function differs(before: Agent, wanted: Omit<Agent, "revision" | "createdAt" | "updatedAt">): boolean {
  const { revision, createdAt, updatedAt, ...comparable } = before;
  return !isDeepStrictEqual(comparable, wanted);
}

function emptySummary(): ApplySummary {
  const none = (): Count => ({ created: 0, updated: 0, unchanged: 0, removed: 0 });
  return {
    workspaces: none(),
    users: none(),
    tokens: none(),
    oauthApps: none(),
    knowledgeBases: none(),
    documents: none(),
    pairSets: none(),
    channels: none(),
    agents: none(),
    appKeys: none(),
    callbacks: none(),
    accessKeys: none(),
  };
}
