import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import type { GraphNode } from "../../domain/workflow.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { CodeSandbox } from "../sandbox/code-sandbox.ts";
import { aGraph, anEngine } from "../testing/runs.ts";

const HOUR_MS = 3_600_000;

/** Code that ends at once if `ends` has it, and otherwise never. */
function sandboxOf(ends: string[], calls: string[]): CodeSandbox {
  return {
    async run({ code }, signal) {
      calls.push(code);
      if (!ends.includes(code)) {
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      }
      return { output: { text: code }, logs: [] };
    },
    async close() {},
  };
}

test("the time in which no process ran it is not a run's own, however often processes end", async () => {
  const store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  const outputs = { text: { type: "string" } };
  const graph = aGraph(
    [
      { id: "start", type: "start", next: "one" },
      { id: "one", type: "code", code: "one", outputs, next: "two" },
      { id: "two", type: "code", code: "two", outputs, next: "end" },
      { id: "end", type: "end", outputs: { text: { ref: "two.text" } } },
    ] as GraphNode[],
    { limits: { steps: 10, seconds: 600, depth: 1 } },
  );
  const calls: string[] = [];
  const engineAt = async (hours: number, ends: string[]) => {
    const now = () => new Date(Date.now() + hours * HOUR_MS);
    const engine = await anEngine({ store, now, services: { sandbox: sandboxOf(ends, calls) } });
    onTestFinished(() => engine.runs.drain(0));
    return engine;
  };
  const first = await engineAt(0, []);
  const { run } = await first.start(graph, {}, { how: "async" });
  await eventually(() => expect(calls).toEqual(["one"]));
  await first.runs.drain(0);
  // This one dies: the next takes its run without its knowing.
  const second = await engineAt(3, ["one"]);
  await second.runs.open();
  await eventually(() => expect(calls).toEqual(["one", "one", "two"]));
  await eventually(async () => expect(await store.workflowRuns.steps(run.id)).toHaveLength(2));
  const third = await engineAt(6, ["two"]);
  await third.runs.open();
  const forEver = { timeoutMs: 20_000, signal: new AbortController().signal };
  const ended = await third.runs.untilSettled(run.id, forEver);
  expect(ended).toMatchObject({ status: "completed", output: { text: "two" } });
  expect(ended?.activeMs).toBeLessThan(HOUR_MS);
  expect(ended).not.toHaveProperty("activeUntil");
});
