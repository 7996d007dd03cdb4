import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import type { WorkflowRunId } from "../../domain/ids.ts";
import type { GraphNode } from "../../domain/workflow.ts";
import { scriptedModel } from "../../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";
import type { CodeSandbox } from "../sandbox/code-sandbox.ts";
import { aGraph, anEngine, eventsOf } from "../testing/runs.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function aStore(): Promise<Store> {
  const store = await openSqliteStore({ path: ":memory:" });
  closers.push(() => store.close());
  return store;
}

async function engineOn(store: Store, options: Parameters<typeof anEngine>[0] = {}) {
  const engine = await anEngine({ ...options, store });
  closers.push(() => engine.runs.drain(0));
  return engine;
}

const forEver = { timeoutMs: 20_000, signal: new AbortController().signal };
const start: GraphNode = { id: "start", type: "start", next: "ask" };
const asking = aGraph([
  start,
  { id: "ask", type: "question", text: "Sure?", next: "end" },
  { id: "end", type: "end", outputs: { said: { ref: "ask.answer" } } },
]);

describe("a run that waits", () => {
  test("is answered once: of several who try exactly one goes on with it", async () => {
    const { runs, start: begin, store } = await engineOn(await aStore());
    const { run } = await (await begin(asking)).settled.then((settled) => ({ run: settled }));
    expect(run).toMatchObject({ status: "waiting", interrupts: [{ kind: "question", text: "Sure?" }] });
    expect(runs.find(run.id)).toBeUndefined();
    const resume = { runId: run.id, how: "sync", requestId: "" } as const;
    const tries = await Promise.allSettled(
      ["yes", "no", "perhaps"].map((data) => runs.resume({ ...resume, data })),
    );
    const won = tries.filter((one) => one.status === "fulfilled");
    expect(won).toHaveLength(1);
    for (const one of tries) {
      if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "run_not_waiting" });
    }
    expect(await won[0]?.value.settled).toMatchObject({ status: "completed", resumeCount: 1 });
    expect((await store.workflowRuns.get(run.id))?.output).toHaveProperty("said");
    await expect(runs.resume({ ...resume, data: "late" })).rejects.toMatchObject({ code: "run_not_waiting" });
    await expect(runs.resume({ ...resume, runId: 5 as WorkflowRunId, data: "" })).rejects.toMatchObject({
      code: "run_not_found",
    });
  });

  test("is left to whoever answered it first, while it goes on and others are refused", async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([{ type: "gate", until: gate.promise }, "ok"]);
    const { runs, start: begin } = await engineOn(await aStore(), { services: { model } });
    const slow = aGraph([
      start,
      { id: "ask", type: "question", text: "Sure?", next: "think" },
      { id: "think", type: "llm", prompt: "Think.", next: "end" },
      { id: "end", type: "end", outputs: {} },
    ]);
    const { id: runId } = await (await begin(slow)).settled;
    const tries = await Promise.allSettled(
      ["yes", "no"].map((data) => runs.resume({ runId, data, how: "sync", requestId: "" })),
    );
    const [won, ...others] = tries.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(others).toEqual([]);
    expect([...runs.inHand]).toEqual([runId]);
    gate.resolve();
    expect(await won?.settled).toMatchObject({ status: "completed", resumeCount: 1 });
    expect([...runs.inHand]).toEqual([]);
  });

  test("is cancelled for good", async () => {
    const { runs, start: begin } = await engineOn(await aStore());
    const { id } = await (await begin(asking)).settled;
    expect(await runs.cancel(id)).toMatchObject({ status: "cancelled" });
    await expect(runs.resume({ runId: id, data: "yes", how: "sync", requestId: "" })).rejects.toMatchObject({
      code: "run_not_waiting",
    });
  });

  test("goes on three days later in another process, by its time limit, once", async () => {
    const store = await aStore();
    const limited = aGraph([
      start,
      {
        id: "ask",
        type: "question",
        text: "Sure?",
        timeLimitSeconds: 3 * 86_400,
        next: { next: "end", timeout: "late" },
      },
      { id: "late", type: "end", outputs: { late: true } },
      { id: "end", type: "end", outputs: {} },
    ]);
    const first = await engineOn(store);
    const { id } = await (await first.start(limited)).settled;
    await first.runs.drain(0);
    const later = () => new Date(Date.now() + 3 * 86_400_000 + 1_000);
    const second = await engineOn(store, { now: later });
    const third = await engineOn(store, { now: later });
    await Promise.all([second.runs.open(), third.runs.open()]);
    await eventually(async () => {
      expect(await store.workflowRuns.get(id)).toMatchObject({ status: "completed", output: { late: true } });
    });
    const late = (await store.workflowRuns.steps(id)).filter(({ nodeId }) => nodeId === "late");
    expect(late).toHaveLength(1);
  });

  test("goes on by itself when its delay is over, without anybody asking", async () => {
    const store = await aStore();
    const clock = { offset: 0 };
    const { runs, start: begin } = await engineOn(store, { now: () => new Date(Date.now() + clock.offset) });
    await runs.open();
    const { id } = await (
      await begin(
        aGraph([
          { ...start, next: "rest" },
          { id: "rest", type: "delay", inputs: { seconds: 60 }, next: "end" },
          { id: "end", type: "end", outputs: { ok: true } },
        ]),
      )
    ).settled;
    expect(await store.workflowRuns.get(id)).toMatchObject({ status: "waiting" });
    clock.offset = 61_000;
    expect(await runs.untilSettled(id, forEver)).toMatchObject({ status: "completed", output: { ok: true } });
  });
});

/** Code that hangs until it is let go, and counts how often it was called. */
function gatedSandbox() {
  const gate = Promise.withResolvers<void>();
  const calls: string[] = [];
  const aborted: string[] = [];
  const sandbox: CodeSandbox = {
    async run({ code }, signal) {
      calls.push(code);
      signal.addEventListener("abort", () => aborted.push(code));
      await Promise.race([
        gate.promise,
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      ]);
      return { output: { text: code }, logs: [] };
    },
    async close() {},
  };
  return { sandbox, calls, aborted, open: gate.resolve };
}

const slow = (more: Partial<GraphNode> = {}) =>
  aGraph([
    { ...start, next: "first" },
    { id: "first", type: "text", operation: "upper-case", inputs: { text: "a" }, next: "slow" },
    { id: "slow", type: "code", code: "slow", outputs: { text: { type: "string" } }, next: "end", ...more },
    { id: "end", type: "end", outputs: { first: { ref: "first.text" }, text: { ref: "slow.text" } } },
  ]);

describe("a process that ends", () => {
  test("gives a run back, which the next one goes on with from where it was", async () => {
    const store = await aStore();
    const world = gatedSandbox();
    const first = await engineOn(store, { services: { sandbox: world.sandbox } });
    const running = await first.start(slow(), {}, { how: "async" });
    await eventually(() => expect(world.calls).toEqual(["slow"]));
    await first.runs.drain(5_000);
    expect(world.aborted).toEqual(["slow"]);
    expect(await running.settled).toMatchObject({ status: "running" });
    expect(eventsOf(running).at(-1)).toMatchObject({ type: "run-end", run: { status: "running" } });
    await expect(first.start(slow())).rejects.toMatchObject({ code: "shutting_down" });
    world.open();
    const second = await engineOn(store, { services: { sandbox: world.sandbox } });
    await second.runs.open();
    expect(await second.runs.untilSettled(running.run.id, forEver)).toMatchObject({
      status: "completed",
      output: { first: "A", text: "slow" },
      stepCount: 4,
    });
    const steps = await store.workflowRuns.steps(running.run.id);
    expect(steps.map(({ path }) => path).sort()).toEqual(["end", "first", "slow", "start"]);
  });

  test("lets a node with effects come to its end first", async () => {
    const store = await aStore();
    const world = gatedSandbox();
    const first = await engineOn(store, { services: { sandbox: world.sandbox } });
    const running = await first.start(slow({ idempotent: false }), {}, { how: "async" });
    await eventually(() => expect(world.calls).toEqual(["slow"]));
    const draining = first.runs.drain(10_000);
    world.open();
    await draining;
    expect(world.aborted).toEqual([]);
    const stored = await store.workflowRuns.steps(running.run.id);
    expect(stored.find(({ path }) => path === "slow")).toMatchObject({ status: "completed" });
    const second = await engineOn(store, { services: { sandbox: world.sandbox } });
    await second.runs.open();
    expect(await second.runs.untilSettled(running.run.id, forEver)).toMatchObject({ status: "completed" });
    expect(world.calls).toEqual(["slow"]);
  });

  test("and could not wait for it leaves a run that says that nobody knows", async () => {
    const store = await aStore();
    const world = gatedSandbox();
    const first = await engineOn(store, { services: { sandbox: world.sandbox } });
    const running = await first.start(slow({ idempotent: false }), {}, { how: "async" });
    await eventually(() => expect(world.calls).toEqual(["slow"]));
    await first.runs.drain(10);
    const second = await engineOn(store, { services: { sandbox: world.sandbox } });
    await second.runs.open();
    expect(await second.runs.untilSettled(running.run.id, forEver)).toMatchObject({
      status: "failed",
      error: { code: "outcome_unknown", nodeId: "slow" },
    });
    expect(world.calls).toEqual(["slow"]);
  });

  test("lets somebody who waits have the answer, if that comes soon", async () => {
    const world = gatedSandbox();
    const { runs, start: begin } = await engineOn(await aStore(), { services: { sandbox: world.sandbox } });
    const running = await begin(slow(), {}, { how: "sync" });
    await eventually(() => expect(world.calls).toEqual(["slow"]));
    const draining = runs.drain(10_000);
    world.open();
    await draining;
    expect(await running.settled).toMatchObject({ status: "completed" });
  });
});

describe("a run that was taken over", () => {
  test("is written by its new owner alone", async () => {
    const store = await aStore();
    const world = gatedSandbox();
    const dead = await engineOn(store, { services: { sandbox: world.sandbox } });
    const running = await dead.start(slow(), {}, { how: "async" });
    await eventually(() => expect(world.calls).toEqual(["slow"]));
    // The same node without memory of it: as after a crash of which the old process knows nothing.
    const next = gatedSandbox();
    next.open();
    const second = await engineOn(store, { services: { sandbox: next.sandbox } });
    await second.runs.open();
    const done = await second.runs.untilSettled(running.run.id, forEver);
    expect(done).toMatchObject({ status: "completed", stepCount: 4 });
    world.open();
    expect(await running.settled).toMatchObject({ status: "running" });
    expect(await store.workflowRuns.get(running.run.id)).toEqual(done);
  });
});

test("a run that is the death of every process that takes it ends at last", async () => {
  const store = await aStore();
  const world = gatedSandbox();
  const first = await engineOn(store, { services: { sandbox: world.sandbox } });
  const { run } = await first.start(slow(), {}, { how: "async" });
  await eventually(async () => expect(await store.workflowRuns.steps(run.id)).toHaveLength(2));
  for (let death = 0; death < 60; death += 1) {
    await store.workflowRuns.claimAbandoned({ inHand: new Set(), bound: false, limit: 10 });
  }
  const last = await engineOn(store, { services: { sandbox: world.sandbox } });
  await last.runs.open();
  expect(await last.runs.untilSettled(run.id, forEver)).toMatchObject({
    status: "failed",
    error: { code: "internal" },
  });
});

describe("cancelling", () => {
  test("reaches the node that runs, and is there to stay when it is told", async () => {
    const world = gatedSandbox();
    const {
      runs,
      start: begin,
      store,
    } = await engineOn(await aStore(), { services: { sandbox: world.sandbox } });
    const running = await begin(slow());
    await eventually(() => expect(world.calls).toEqual(["slow"]));
    expect(await runs.cancel(running.run.id)).toMatchObject({ status: "cancelled" });
    expect(world.aborted).toEqual(["slow"]);
    expect(await store.workflowRuns.get(running.run.id)).toMatchObject({ status: "cancelled" });
    expect(await runs.cancel(running.run.id)).toMatchObject({ status: "cancelled" });
    expect(await runs.cancel(7 as WorkflowRunId)).toBeUndefined();
  });

  test("reaches a run on another node, by word or by looking", async () => {
    const store = await aStore();
    const world = gatedSandbox();
    const owner = await engineOn(store, { services: { sandbox: world.sandbox } });
    await owner.runs.open();
    const running = await owner.start(slow());
    await eventually(() => expect(world.calls).toEqual(["slow"]));
    const other = await engineOn(store);
    expect(await other.runs.cancel(running.run.id)).toMatchObject({ status: "cancelled" });
    expect(await running.settled).toMatchObject({ status: "cancelled" });
  });
});

test("what is more than a node may run at once is refused, and one that waits is not counted", async () => {
  const world = gatedSandbox();
  const { start: begin } = await engineOn(await aStore(), {
    atOnce: 1,
    services: { sandbox: world.sandbox },
  });
  expect(await (await begin(asking)).settled).toMatchObject({ status: "waiting" });
  const running = await begin(slow());
  await expect(begin(slow())).rejects.toMatchObject({ code: "rate_limited" });
  world.open();
  await running.settled;
  await pause(0);
  expect((await (await begin(asking)).settled).status).toBe("waiting");
});

test("a trial leaves out what has effects, unless the node allows it", async () => {
  const world = gatedSandbox();
  world.open();
  const { start: begin } = await engineOn(await aStore(), { services: { sandbox: world.sandbox } });
  const left = await (await begin(slow({ idempotent: false }), {}, { isTest: true })).settled;
  expect(left).toMatchObject({ status: "completed", output: { text: "" } });
  expect(world.calls).toEqual([]);
  const allowed = await (await begin(slow({ idempotent: false, allowInTests: true }), {}, { isTest: true }))
    .settled;
  expect(allowed).toMatchObject({ status: "completed", output: { text: "slow" } });
});
