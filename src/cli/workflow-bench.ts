import { randomBytes } from "node:crypto";
import { endpointFormats } from "../app.ts";
import { applyFile } from "../apply.ts";
import { Emitter } from "../callbacks/emit.ts";
import { type LoadedConfig, readConfig } from "../config/config.ts";
import type { InstallationFile } from "../config/file.ts";
import { parseSecretKey } from "../config/secrets.ts";
import type { Agent } from "../domain/agent.ts";
import type { AgentId, WorkspaceId } from "../domain/ids.ts";
import type { GraphNode, WorkflowGraph } from "../domain/workflow.ts";
import {
  modelDefinitions,
  openConfiguredOutbound,
  openScratchStore,
  readConfiguredFile,
} from "../installation.ts";
import { openModels } from "../models/catalog.ts";
import { DEFAULT_SETTINGS } from "../publish/agents.ts";
import type { Store } from "../storage/store.ts";
import { openCodeSandbox } from "../workflow/sandbox/quickjs-sandbox.ts";
import { WorkflowRuns } from "../workflow/workflow-runs.ts";
import type { Terminal } from "./terminal.ts";

/** How long nodes with effects may take to end when the command ends. */
const LAST_NODES_MS = 2_000;

/** Everything that runs one workflow in memory. */
export interface WorkflowBench {
  workflow: Agent;
  runs: WorkflowRuns;
  store: Store;
  close(): Promise<void>;
}

/**
 * Puts a workflow into a store in memory, beside the knowledge and the agents of antiphon.yaml where it can need them,
 * with the configured models and the guarded way out.
 */
export async function openWorkflowBench(
  { environment }: Terminal,
  { name, graph }: { name: string; graph: WorkflowGraph },
): Promise<WorkflowBench> {
  const loaded = readConfig(environment);
  const file = await readConfiguredFile(loaded, environment);
  const models = await openModels(modelDefinitions(loaded, file));
  const outbound = await openConfiguredOutbound(loaded);
  const sandbox = openCodeSandbox();
  const store = await openScratchStore();
  const runs = new WorkflowRuns({ store, models, outbound: outbound.general, sandbox }, { atOnce: 100 });
  const close = async () => {
    await runs.drain(LAST_NODES_MS);
    await Promise.all([sandbox.close(), models.close(), outbound.close()]);
    await store.close();
  };
  try {
    const workspaceId = await fill(store, loaded, needsInstallation(graph.nodes) ? file : undefined);
    const workflow = await addWorkflow(store, { workspaceId, name, graph });
    await runs.open();
    return { workflow, runs, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Indexing knowledge takes time: only graphs that look at more than themselves get what the file has. */
function needsInstallation(nodes: readonly GraphNode[]): boolean {
  return nodes.some(
    ({ type, body = [] }) => type === "knowledge" || type === "workflow" || needsInstallation(body),
  );
}

async function fill(
  store: Store,
  { config }: LoadedConfig,
  file: InstallationFile<WorkflowGraph> | undefined,
): Promise<WorkspaceId> {
  if (file === undefined) {
    const id = store.newId<WorkspaceId>();
    const described = { name: "scratch", description: "", icon: "", kind: "team" as const };
    await store.workspaces.save({ id, ...described, createdAt: new Date() });
    return id;
  }
  const secretKey = parseSecretKey(randomBytes(32).toString("base64"), "memory");
  const callbacks = new Emitter({ newId: store.newId, formats: endpointFormats(config) });
  await applyFile({ store, now: () => new Date(), secretKey, callbacks }, file);
  const workspace = await store.workspaces.findByName(file.workspace.name);
  if (workspace === undefined) throw new Error("the file's workspace was not made");
  return workspace.id;
}

async function addWorkflow(
  store: Store,
  { workspaceId, name, graph }: { workspaceId: WorkspaceId; name: string; graph: WorkflowGraph },
): Promise<Agent> {
  const id = store.newId<AgentId>();
  const now = new Date();
  const workflow: Agent = {
    id,
    workspaceId,
    slug: `scratch-${id}`,
    name,
    kind: "workflow",
    collaboration: "single",
    isTemplate: false,
    apiEnabled: true,
    settings: { ...DEFAULT_SETTINGS, graph },
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  await store.agents.save(workflow);
  return workflow;
}
