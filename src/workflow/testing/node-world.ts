import { startUpstream } from "../../../test/support/upstream.ts";
import { API_CHANNEL } from "../../domain/agent.ts";
import type { VersionId, WorkspaceId } from "../../domain/ids.ts";
import type { Trigger } from "../../domain/trigger.ts";
import type { WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import { createOutbound, type OutboundRequest } from "../../http/outbound.ts";
import { importDocument } from "../../knowledge/knowledge.ts";
import { openModels } from "../../models/catalog.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";
import { readGraph } from "../graph/read-graph.ts";
import type { NodeServices } from "../node-kind.ts";
import { openCodeSandbox } from "../sandbox/quickjs-sandbox.ts";
import { WorkflowRuns } from "../workflow-runs.ts";
import { type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";
import { TestHost } from "./node-call.ts";
import { aWorkflow } from "./runs.ts";

/** A graph as a file writes it, and what is done with it. */
export interface NodeCase {
  /** Behind a start node that takes anything as `value`, unless the first is an entry itself. */
  nodes: Record<string, unknown>[];
  tools?: Record<string, unknown>[];
  value?: unknown;
  trigger?: Trigger;
  /** What the model's server says, one for each time it is asked. */
  model?: string[];
  /** To each interrupt in turn. */
  answers?: unknown[];
}

/** What came of a case. */
export interface CaseResult {
  run: WorkflowRun;
  steps: WorkflowStep[];
  /** What happened outside: decisions, and requests that change something. */
  effects: string[];
}

/** Everything that nodes work with, as it really is: a store, servers on the loopback address, the sandbox. */
export interface NodeWorld {
  readonly store: Store;
  readonly workspaceId: WorkspaceId;
  readonly server: LoopbackServer;
  readonly host: TestHost;
  run(asked: NodeCase): Promise<CaseResult>;
  close(): Promise<void>;
}

export async function openNodeWorld(): Promise<NodeWorld> {
  const store = await openSqliteStore({ path: ":memory:" });
  const upstream = await startUpstream();
  const server = await startLoopbackServer(({ url, body }) =>
    url.startsWith("/broken") ? { status: 500 } : { body: JSON.stringify({ asked: url, body }) },
  );
  const definition = { provider: "openai-compatible" as const, baseUrl: upstream.baseUrl, retries: 0 };
  const models = await openModels([{ ...definition, name: "main", model: "m1" }]);
  const outbound = createOutbound({ allowPrivate: ["127.0.0.0/8"] });
  const sandbox = openCodeSandbox({ threads: 1 });
  const host = new TestHost();
  const effects: string[] = [];
  const request = (asked: OutboundRequest) => {
    if (asked.method !== "GET" && asked.method !== "HEAD") effects.push(`${asked.method} ${asked.url}`);
    return outbound.request(asked);
  };
  const act = host.act.bind(host);
  host.act = (decision, nodeId) => {
    effects.push(decision.type);
    return act(decision, nodeId);
  };
  const services: NodeServices = { store, models, outbound: { request }, sandbox };
  const runs = new WorkflowRuns(services, { atOnce: 10, hostOf: () => host });
  const workspaceId = await furnish(store);
  return {
    store,
    workspaceId,
    server,
    host,
    run: async (asked) => {
      upstream.requests.length = 0;
      effects.length = 0;
      for (const text of asked.model ?? []) upstream.replyOnce([text]);
      const result = await runCase({ store, runs }, asked);
      return { ...result, effects: [...effects] };
    },
    close: async () => {
      await runs.drain(0);
      await Promise.all([
        models.close(),
        outbound.close(),
        sandbox.close(),
        upstream.close(),
        server.close(),
      ]);
      await store.close();
    },
  };
}

async function runCase(
  { store, runs }: { store: Store; runs: WorkflowRuns },
  { nodes, tools = [], value, trigger, answers = [] }: NodeCase,
): Promise<Omit<CaseResult, "effects">> {
  const [first] = nodes;
  const isEntry = first?.["type"] === "trigger";
  const inputs = [{ name: "value", type: "any", required: false }];
  const start = isEntry ? [] : [{ id: "start", type: "start", inputs, next: String(first?.["id"]) }];
  const read = readGraph({ version: 1, tools, nodes: [...start, ...withEnd(nodes)] });
  if (read.graph === undefined) throw new Error(`the graph is wrong: ${JSON.stringify(read.problems)}`);
  const workflow = await aWorkflow(store, read.graph);
  const call = { how: "sync" as const, requestId: "r1" };
  const input = value === undefined ? {} : { value };
  const started = trigger === undefined ? { input } : { input, trigger };
  let run = await (await runs.start({ workflow, dialect: "test", userId: "u1", ...call, ...started }))
    .settled;
  for (const data of answers) run = await (await runs.resume({ runId: run.id, data, ...call })).settled;
  return { run, steps: await store.workflowRuns.steps(run.id) };
}

/** What leads nowhere leads to an end, where there is none. */
function withEnd(nodes: NodeCase["nodes"]): NodeCase["nodes"] {
  if (nodes.some(({ type }) => type === "end")) return nodes;
  const led = nodes.map((node) =>
    "next" in node || node["type"] === "break" ? node : { ...node, next: "end" },
  );
  return [...led, { id: "end", type: "end" }];
}

/** A knowledge base, and a workflow that others run. */
async function furnish(store: Store): Promise<WorkspaceId> {
  const read = readGraph({
    version: 1,
    nodes: [
      { id: "start", type: "start", inputs: [{ name: "name" }], next: "end" },
      { id: "end", type: "end", outputs: { greeting: { template: "Hello {{ start.name }}" } } },
    ],
  });
  if (read.graph === undefined) throw new Error("the inner workflow is wrong");
  const agent = await aWorkflow(store, read.graph, { slug: "greet" });
  const { id: agentId, workspaceId, name, settings, createdAt } = agent;
  const versionId = store.newId<VersionId>();
  await store.versions.insert({
    id: versionId,
    agentId,
    number: 1,
    name,
    settings,
    changelog: "",
    createdAt,
  });
  await store.versions.release({ agentId, channel: API_CHANNEL, versionId, since: createdAt });
  await furnishKnowledge(store, workspaceId);
  return workspaceId;
}

async function furnishKnowledge(store: Store, workspaceId: WorkspaceId): Promise<void> {
  const base = { id: store.newId<Parameters<Store["knowledge"]["saveBase"]>[0]["id"]>(), workspaceId };
  await store.knowledge.saveBase({ ...base, slug: "faq", name: "FAQ" });
  const text = "# Returns\n\nReturn it within seven days.";
  await importDocument({ store }, { baseId: base.id, name: "faq", url: "", text, format: "markdown" });
}
