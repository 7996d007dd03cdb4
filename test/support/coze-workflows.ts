import { type Agent, API_CHANNEL } from "../../src/domain/agent.ts";
import type { AgentId, VersionId, WorkspaceId } from "../../src/domain/ids.ts";
import { DEFAULT_LIMITS, type GraphNode, type WorkflowGraph } from "../../src/domain/workflow.ts";
import { DEFAULT_SETTINGS } from "../../src/publish/agents.ts";
import type { Store } from "../../src/storage/store.ts";

/** A workflow as a test draws it. */
export interface DrawnWorkflow {
  name: string;
  /** As a file has them: what `inputs` of a start node are is its kind's. */
  nodes: readonly Record<string, unknown>[];
  mode?: WorkflowGraph["mode"];
  tools?: WorkflowGraph["tools"];
  limits?: Partial<WorkflowGraph["limits"]>;
  description?: string;
  /** Absent: live on the API channel. */
  isPublished?: boolean;
}

/** Stores workflows of a workspace; resolves with their ids by name, in digits. */
export async function drawWorkflows(
  store: Store,
  workspaceId: string,
  drawn: readonly DrawnWorkflow[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const one of drawn) ids.set(one.name, await drawWorkflow(store, workspaceId, one));
  return ids;
}

async function drawWorkflow(store: Store, workspaceId: string, drawn: DrawnWorkflow): Promise<string> {
  const { name, nodes, mode = "workflow", tools = [], limits, description = "", isPublished = true } = drawn;
  const id = store.newId<AgentId>();
  const now = new Date();
  const graph: WorkflowGraph = {
    version: 1,
    mode,
    nodes: nodes as unknown as GraphNode[],
    tools,
    limits: { ...DEFAULT_LIMITS, ...limits },
    afterCrash: "fail",
  };
  const agent: Agent = {
    id,
    workspaceId: Number(workspaceId) as WorkspaceId,
    slug: `flow-${id}`,
    name,
    kind: "workflow",
    collaboration: "single",
    isTemplate: false,
    apiEnabled: true,
    settings: { ...DEFAULT_SETTINGS, description, graph },
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await store.agents.save(agent);
  if (isPublished) await publish(store, agent, now);
  await store.flushed();
  return String(id);
}

async function publish(store: Store, { id, name, settings }: Agent, now: Date): Promise<void> {
  const versionId = store.newId<VersionId>();
  const number = now.getTime();
  await store.versions.insert({
    id: versionId,
    agentId: id,
    number,
    name,
    settings,
    changelog: "first",
    createdAt: now,
  });
  await store.versions.release({ agentId: id, channel: API_CHANNEL, versionId, since: now });
}
