import { afterEach, expect, test, vi } from "vitest";
import { parseRunId } from "../../src/dialects/hiagent/workflow-run-ids.ts";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { type Cluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { type HangingTool, startHangingTool } from "../support/hanging-tool.ts";
import { hiagentClient } from "../support/hiagent-client.ts";
import { seededRandom } from "../support/random.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";
import { type Order, outputOf } from "./order-graph.ts";
import { OrderScene, send, untilEnded } from "./order-scene.ts";

vi.setConfig({ testTimeout: 120_000 });

const KEY = "busyworkflowtestkey1";
const TOKEN = "pat_workflow_faults_owner";
/** Calls that hang in one run: one of the graph itself, three of a batch, one of an inner workflow. And its models. */
const HANGING = 5;
const THINKING = 2;
/** Until everything that a cancelled run has open is closed; within one process it is a matter of milliseconds. */
const CLOSED_WITHIN_MS = { here: 1_500, elsewhere: 6_000 };

const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

async function openOthers(): Promise<{ upstream: Upstream; tool: HangingTool }> {
  const upstream = await startUpstream();
  closers.push(() => upstream.close());
  const gate = Promise.withResolvers<void>();
  upstream.reply(["begins", { type: "hold", until: gate.promise }]);
  const tool = await startHangingTool();
  closers.push(() => tool.close());
  return { upstream, tool };
}

/** A workflow that has much open at once: models, calls, a batch of calls, another workflow with the same. */
function busyFile(upstream: Upstream, tool: HangingTool) {
  const call = (id: string) => ({ id, type: "http", method: "POST", url: tool.url, timeoutSeconds: 600 });
  const think = (id: string) => ({ id, type: "llm", prompt: "think", timeoutSeconds: 600 });
  const inner = [
    { id: "start", type: "start", next: ["ring", "think"] },
    { ...call("ring"), next: "done" },
    { ...think("think"), next: "done" },
    { id: "done", type: "end" },
  ];
  const outer = [
    { id: "start", type: "start", next: ["ring", "think", "many", "inside"] },
    { ...call("ring"), next: "done" },
    { ...think("think"), next: "done" },
    { id: "many", type: "batch", inputs: { items: [1, 2, 3] }, body: [call("each")], next: "done" },
    { id: "inside", type: "workflow", workflow: "inner", next: "done" },
    { id: "done", type: "end" },
  ];
  const app = { kind: "workflow" };
  return {
    users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
    models: upstreamModel(upstream.baseUrl),
    agents: [
      { ...app, slug: "inner", name: "inner", workflow: { version: 1, nodes: inner } },
      { ...app, slug: "busy", name: "busy", appKey: KEY, workflow: { version: 1, nodes: outer } },
    ],
  };
}

const ENVIRONMENT = {
  ...NO_LIMITS,
  ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8",
  ANTIPHON_HIAGENT_RUN_GRACE_SECONDS: "0",
};

/** Begins a busy run at one node, cancels it at another; resolves with how long its calls were open after that. */
async function cancelBusy(
  { upstream, tool }: { upstream: Upstream; tool: HangingTool },
  owner: AntiphonProcess,
  canceller: AntiphonProcess,
): Promise<number> {
  const client = hiagentClient({ url: owner.url, key: KEY });
  const RunID = (await client.call("run_app_workflow", {})).body.runId;
  const open = () => upstream.requests.filter(({ closedAtMs }) => closedAtMs === undefined).length;
  await eventually(() => {
    expect({ calls: tool.open, models: open() }).toEqual({ calls: HANGING, models: THINKING });
  });
  const cancelledAtMs = performance.now();
  const { runId } = parseRunId(RunID) ?? {};
  const reply = await fetch(`${canceller.url}/api/workflow-runs/${runId}/cancel`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(reply.status).toBe(200);
  expect(await reply.json()).toMatchObject({ status: "cancelled" });
  await eventually(() => expect(tool.open + open()).toBe(0));
  const closedMs = performance.now() - cancelledAtMs;
  const { body } = await client.call("query_run_app_process", { RunID });
  expect(body.status).toBe("stopped");
  return closedMs;
}

test("cancelling a run reaches every node of it and closes every connection that it has open", async () => {
  const others = await openOthers();
  const server = await startAntiphonProcess({
    file: busyFile(others.upstream, others.tool),
    environment: ENVIRONMENT,
  });
  closers.push(() => server.close());
  const closedMs = await cancelBusy(others, server, server);
  printFigure(`workflow cancelled: ${HANGING + THINKING} connections closed after ${closedMs.toFixed(0)} ms`);
  expect(closedMs).toBeLessThan(CLOSED_WITHIN_MS.here);
  await server.restart();
  expect(others.tool.open).toBe(0);
  expect(others.upstream.requests).toHaveLength(THINKING);
});

test("a run is cancelled at any node, wherever it runs", async () => {
  const others = await openOthers();
  const cluster: Cluster = await startCluster({
    size: 2,
    file: busyFile(others.upstream, others.tool),
    environment: ENVIRONMENT,
  });
  closers.push(() => cluster.close());
  const [first, second] = cluster.nodes;
  if (first === undefined || second === undefined) throw new Error("two nodes");
  const closedMs = await cancelBusy(others, first.server, second.server);
  printFigure(`workflow cancelled at another node: closed after ${closedMs.toFixed(0)} ms`);
  expect(closedMs).toBeLessThan(CLOSED_WITHIN_MS.elsewhere);
});

test("a server that is stopped gives its runs back; the next start goes on, and nothing happens twice", async () => {
  const random = seededRandom(Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000));
  const scene = await OrderScene.open(random, { callMs: 60, tokenMs: 25 });
  closers.push(() => scene.close());
  const server = await startAntiphonProcess(scene.installation);
  closers.push(() => server.close());
  const orders = Array.from({ length: 24 }, (_, index): Order => {
    return { order: `order-${index}`, amount: index % 3 === 0 ? 50 : 500, items: "apple,pear" };
  });
  const sent: { order: Order; runId: string }[] = [];
  for (const order of orders) {
    const runId = await send(server.url, "fail", order);
    if (runId === undefined) throw new Error("not acknowledged");
    sent.push({ order, runId });
    if (sent.length % 8 !== 0) continue;
    server.kill("SIGTERM");
    expect((await server.waitExit()).code).toBe(0);
    await server.restart();
  }
  for (const { order, runId } of sent) {
    const run = await untilEnded(scene, server.url, order, "fail", runId);
    expect({ status: run.status, output: JSON.parse(run.output) }).toEqual({
      status: "success",
      output: outputOf(order),
    });
    scene.checkEffects(order, "completed");
  }
});
