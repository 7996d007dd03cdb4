import type { Agent } from "../../domain/agent.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import { DEFAULT_LIMITS, type GraphNode, type WorkflowGraph } from "../../domain/workflow.ts";
import type { RunEvent } from "../../domain/workflow-run.ts";
import type { ChatModel } from "../../models/chat-model.ts";
import { scriptedModel } from "../../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";
import type { NodeServices } from "../node-kind.ts";
import type { RunningRun, RunRequest } from "../workflow-engine.ts";
import { type WorkflowRunOptions, WorkflowRuns } from "../workflow-runs.ts";

export function aGraph(nodes: GraphNode[], overrides: Partial<WorkflowGraph> = {}): WorkflowGraph {
  return {
    version: 1,
    mode: "workflow",
    nodes,
    tools: [],
    limits: DEFAULT_LIMITS,
    afterCrash: "fail",
    ...overrides,
  };
}

/** A stored workflow, as its draft. */
export async function aWorkflow(
  store: Store,
  graph: WorkflowGraph,
  overrides: Partial<Agent> = {},
): Promise<Agent> {
  const createdAt = new Date();
  const existing = await store.workspaces.findByName("workflows");
  const workspaceId = existing?.id ?? store.newId<WorkspaceId>();
  if (existing === undefined) {
    await store.workspaces.save({
      id: workspaceId,
      name: "workflows",
      description: "",
      icon: "",
      kind: "team",
      createdAt,
    });
  }
  const id = store.newId<AgentId>();
  const agent: Agent = {
    id,
    workspaceId,
    slug: `workflow-${id}`,
    name: `Workflow ${id}`,
    kind: "workflow",
    collaboration: "single",
    isTemplate: false,
    apiEnabled: true,
    settings: {
      description: "",
      modelParameters: {},
      prompt: "",
      opening: { message: "", questions: [] },
      variables: [],
      suggestions: false,
      knowledge: { baseIds: [], mode: "automatic", topK: 5, scoreThreshold: 0.2, pairThreshold: 0.8 },
      tools: [],
      handoffs: [],
      historyLimitTokens: 8_000,
      stepLimit: 5,
      icon: "",
      background: "",
      graph,
    },
    revision: 1,
    createdAt,
    updatedAt: createdAt,
    ...overrides,
  };
  await store.agents.save(agent);
  return agent;
}

/** What nodes work with: a model that says what it is told to, and nothing that leaves the process. */
export function someServices(
  store: Store,
  overrides: Partial<NodeServices> & { model?: ChatModel } = {},
): NodeServices {
  const { model = scriptedModel(["ok"]), ...others } = overrides;
  return {
    store,
    models: { find: () => model, names: [model.name] },
    outbound: { request: () => Promise.reject(new Error("there is no way out")) },
    sandbox: { run: () => Promise.reject(new Error("there is no sandbox")), close: async () => {} },
    ...others,
  };
}

/** A store of its own, and an engine on it. */
export async function anEngine(
  options: Partial<WorkflowRunOptions> & {
    store?: Store;
    services?: Partial<NodeServices> & { model?: ChatModel };
  } = {},
) {
  const { store = await openSqliteStore({ path: ":memory:" }), services = {}, ...others } = options;
  const runs = new WorkflowRuns(someServices(store, services), { atOnce: 100, ...others });
  const start = async (
    graph: WorkflowGraph,
    input: Record<string, unknown> = {},
    more: Partial<RunRequest> = {},
  ) => {
    const workflow = await aWorkflow(store, graph);
    return runs.start({ workflow, input, how: "sync", dialect: "test", requestId: "", ...more });
  };
  const close = async () => {
    await runs.drain(0);
    await store.close();
  };
  return { store, runs, start, close };
}

/** Everything that has happened in a run so far. */
export function eventsOf({ log }: RunningRun): RunEvent[] {
  return Array.from({ length: log.length }, (_, position) => log.at(position)).filter(
    (event) => event !== undefined,
  );
}
