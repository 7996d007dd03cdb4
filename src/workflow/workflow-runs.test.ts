import { expect, test } from "vitest";
import { aGraph, anEngine, eventsOf } from "./testing/runs.ts";

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
