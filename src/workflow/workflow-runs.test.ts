import { expect, test } from "vitest";
import { aGraph, anEngine, aWorkflow, eventsOf } from "./testing/runs.ts";

const approval = aGraph([
  {
    id: "start",
    type: "start",
    inputs: [{ name: "amount", type: "number", required: true }],
    next: "check",
  } as never,
  {
    id: "check",
    type: "condition",
    branches: [{ port: "large", when: "start.amount > 100.0" }],
    next: { large: "ask", else: "done" },
  },
  { id: "ask", type: "message", text: "{{ start.amount }} is a lot.", next: "done" },
  { id: "done", type: "end", outputs: { amount: { ref: "start.amount" }, words: { ref: "ask.text" } } },
]);

test("a run takes the branch that holds, tells its message and gives what its end says", async () => {
  const engine = await anEngine();
  const running = await engine.start(approval, { amount: 120 });
  const run = await running.settled;
  expect(run).toMatchObject({
    status: "completed",
    output: { amount: 120, words: "120 is a lot." },
    stepCount: 4,
  });
  expect(eventsOf(running).map(({ type }) => type)).toEqual([
    ...["run-start", "node-start", "node-end", "node-start", "node-end"],
    ...["node-start", "message-start", "message-delta", "message-end", "node-end"],
    ...["node-start", "node-end", "run-end"],
  ]);
  expect(await engine.store.workflowRuns.get(run.id)).toMatchObject({
    status: "completed",
    output: { amount: 120 },
  });
  expect((await engine.store.workflowRuns.steps(run.id)).map(({ path }) => path)).toEqual([
    "start",
    "check",
    "ask",
    "done",
  ]);
  await engine.close();
});

test("a branch that is not taken does not run, and what it leads to runs once", async () => {
  const engine = await anEngine();
  const { settled } = await engine.start(approval, { amount: 3 });
  expect(await settled).toMatchObject({ status: "completed", output: { amount: 3 }, stepCount: 3 });
  await engine.close();
});

test("a wrong input is refused by name, and nothing is stored", async () => {
  const engine = await anEngine();
  await expect(engine.start(approval, {})).rejects.toMatchObject({
    code: "request_invalid",
    field: "input.amount",
  });
  await expect(engine.start(approval, { amount: "x" })).rejects.toMatchObject({ field: "input.amount" });
  await engine.close();
});

test("all entries that wait for what happened begin in one run, and those that do not never run", async () => {
  const engine = await anEngine();
  const graph = aGraph([
    { id: "start", type: "start", next: "end" },
    { id: "text", type: "trigger", on: ["receive-text-message"], next: "end" },
    { id: "all", type: "trigger", on: ["receive-text-message", "receive-image-message"], next: "end" },
    { id: "image", type: "trigger", on: ["receive-image-message"], next: "end" },
    { id: "end", type: "end", outputs: { text: { ref: "text.text" }, all: { ref: "all.type" } } },
  ]);
  const trigger = { type: "receive-text-message", payload: { text: "hi" } } as const;
  const run = await (await engine.start(graph, {}, { trigger })).settled;
  expect(run).toMatchObject({ status: "completed", output: { text: "hi", all: "receive-text-message" } });
  expect(run.entries).toEqual(["text", "all"]);
  const paths = (await engine.store.workflowRuns.steps(run.id)).map(({ path }) => path);
  expect(paths.sort()).toEqual(["all", "end", "text"]);
  const tag = { type: "tag-event", payload: { tagId: "t", operation: "ADD" } } as const;
  await expect(engine.start(graph, {}, { trigger: tag })).rejects.toMatchObject({
    code: "trigger_not_subscribed",
  });
  await engine.close();
});

test("a thousand runs at once all end, and leave room for what else the process does", async () => {
  const engine = await anEngine({ atOnce: 1_000 });
  let turns = 0;
  let isOver = false;
  const turn = () => {
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  turn();
  const workflow = await aWorkflow(engine.store, approval);
  const request = { workflow, input: { amount: 120 }, how: "sync", dialect: "test", requestId: "" } as const;
  const runs = await Promise.all(Array.from({ length: 1_000 }, () => engine.runs.start(request)));
  const ended = await Promise.all(runs.map(({ settled }) => settled));
  isOver = true;
  expect(ended.every(({ status }) => status === "completed")).toBe(true);
  expect(turns).toBeGreaterThan(30);
  expect(engine.runs.inHand.size).toBe(0);
  await engine.close();
});
