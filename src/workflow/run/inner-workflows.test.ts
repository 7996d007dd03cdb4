import { afterEach, expect, test } from "vitest";
import { type Agent, API_CHANNEL } from "../../domain/agent.ts";
import type { VersionId } from "../../domain/ids.ts";
import type { GraphNode, WorkflowGraph } from "../../domain/workflow.ts";
import type { Store } from "../../storage/store.ts";
import { aGraph, anEngine, aWorkflow, eventsOf } from "../testing/runs.ts";

const engines: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

async function aRoom(options: Parameters<typeof anEngine>[0] = {}) {
  const engine = await anEngine(options);
  engines.push(engine);
  return engine;
}

/** Publishes a graph under a slug, or over what is there. */
async function publish(store: Store, slug: string, graph: WorkflowGraph, existing?: Agent): Promise<Agent> {
  const agent = existing ?? (await aWorkflow(store, graph, { slug }));
  const id = store.newId<VersionId>();
  const since = new Date();
  const settings = { ...agent.settings, graph };
  const version = {
    id,
    agentId: agent.id,
    number: id,
    name: slug,
    settings,
    changelog: "",
    createdAt: since,
  };
  await store.versions.insert(version);
  await store.versions.release({ agentId: agent.id, channel: API_CHANNEL, versionId: id, since });
  return agent;
}

const calling = (
  slug: string,
  inputs: Record<string, unknown>,
  more: Partial<GraphNode> = {},
): WorkflowGraph =>
  aGraph([
    { id: "start", type: "start", next: "inner" },
    { id: "inner", type: "workflow", workflow: slug, inputs, next: "end", ...more },
    { id: "end", type: "end", outputs: { got: { ref: "inner.output" }, answer: { ref: "inner.answer" } } },
  ]);

const greeting = (words: string) =>
  aGraph([
    { id: "start", type: "start", inputs: [{ name: "name", type: "string", required: true }], next: "ask" },
    { id: "ask", type: "question", text: "{{ start.name }}, how old?", next: "tell" },
    { id: "tell", type: "message", text: `${words} {{ start.name }}`, next: "end" },
    { id: "end", type: "end", outputs: { age: { ref: "ask.answer" } }, answer: `${words}!` },
  ] as GraphNode[]);

test("a workflow inside another has its own names, a run id of its own, and gives what its end says", async () => {
  const { store, runs, start } = await aRoom();
  await publish(store, "greet", greeting("Hello"));
  const waiting = await (await start(calling("greet", { name: "Ann" }))).settled;
  expect(waiting.error).toBeUndefined();
  expect(waiting).toMatchObject({
    status: "waiting",
    interrupts: [{ nodeId: "ask", text: "Ann, how old?" }],
  });
  const running = await runs.resume({ runId: waiting.id, data: "7", how: "sync", requestId: "" });
  expect(await running.settled).toMatchObject({
    status: "completed",
    output: { got: { age: "7" }, answer: "Hello!" },
  });
  const steps = await store.workflowRuns.steps(waiting.id);
  expect(steps.map(({ path }) => path)).toEqual(
    expect.arrayContaining(["inner", "inner/start", "inner/ask", "inner/tell", "inner/end", "end"]),
  );
  const inner = steps.find(({ path }) => path === "inner");
  expect(inner?.subRunId).toBeGreaterThan(0);
  if (inner?.subRunId === undefined) throw new Error("there is no run inside");
  expect(await store.workflowRuns.stepOfSubRun(inner.subRunId)).toMatchObject({ path: "inner" });
  const told = eventsOf(running).flatMap((event) => (event.type === "message-start" ? [event] : []));
  expect(told.map(({ step, isAnswer }) => [step.path, isAnswer])).toEqual([
    ["inner/tell", false],
    ["inner/end", false],
  ]);
});

test("the version that began is the one that goes on, whatever was published meanwhile", async () => {
  const { store, runs, start } = await aRoom();
  const agent = await publish(store, "greet", greeting("Hello"));
  const { id } = await (await start(calling("greet", { name: "Ann" }))).settled;
  await publish(store, "greet", greeting("Goodbye"), agent);
  const { settled } = await runs.resume({ runId: id, data: "7", how: "sync", requestId: "" });
  expect(await settled).toMatchObject({ status: "completed", output: { answer: "Hello!" } });
});

test("what the inner workflow is not given fails by name, and its error branch takes it", async () => {
  const { store, start } = await aRoom();
  await publish(store, "greet", greeting("Hello"));
  const wrong = await (await start(calling("greet", {}))).settled;
  expect(wrong.error).toMatchObject({ code: "input_invalid", nodeId: "inner" });
  expect(wrong.error?.message).toContain("name");
  const none = await (await start(calling("nobody", {}))).settled;
  expect(none.error).toMatchObject({ code: "workflow_not_found", nodeId: "inner" });
});

test("workflows that call themselves end at the depth that is allowed", async () => {
  const { store, start } = await aRoom();
  await publish(store, "self", calling("self", {}, { onError: { outputs: { output: null, answer: "" } } }));
  const run = await (await start(calling("self", {}))).settled;
  expect(run).toMatchObject({ status: "failed", error: { code: "run_limit" } });
  const depths = (await store.workflowRuns.steps(run.id)).map(({ path }) => path.split("/").length);
  expect(Math.max(...depths)).toBe(5);
});
