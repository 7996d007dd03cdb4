import { expect, test } from "vitest";
import type { GraphNode } from "../../domain/workflow.ts";
import { NodeError } from "../node-error.ts";
import type { NodeServices } from "../node-kind.ts";
import { live } from "../testing/lives.ts";
import { aGraph } from "../testing/runs.ts";

const text = { text: { type: "string" } };

/** Code `hang` never ends, code `fail` does so a moment later. */
const sandbox: NodeServices["sandbox"] = {
  async run({ code }, signal) {
    if (code === "fail") {
      await new Promise((resolve) => setImmediate(resolve));
      throw new NodeError("code_failed", "broken");
    }
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  },
  close: async () => {},
};

test("what stops beside a failure is in the trace, and never taken for the failure after a crash", async () => {
  const graph = aGraph([
    { id: "start", type: "start", next: ["pay", "slow", "bad"] },
    { id: "pay", type: "code", code: "hang", outputs: text, idempotent: false },
    { id: "slow", type: "code", code: "hang", outputs: text },
    { id: "bad", type: "code", code: "fail", outputs: text, next: "end" },
    { id: "end", type: "end", outputs: {} },
  ] as GraphNode[]);
  const first = await live(graph, {}, { services: { sandbox } });
  const error = { code: "code_failed", message: "broken", nodeId: "bad" };
  expect(first.run).toMatchObject({ status: "failed", error });
  const stopped = first.steps.filter(({ nodeId }) => nodeId === "pay" || nodeId === "slow");
  expect(stopped).toMatchObject([
    { error: { message: "it was stopped before its end" } },
    { status: "failed" },
  ]);
  const again = await live(graph, {}, { services: { sandbox }, before: first });
  expect(again.run).toMatchObject({ status: "failed", error });
});

test("a node that nothing follows and whose failure does no harm does none after a crash either", async () => {
  const graph = aGraph([
    { id: "start", type: "start", next: "end" },
    {
      ...{ id: "end", type: "end", outputs: { n: { cel: "int('none')" } } },
      onError: { outputs: {} },
    },
  ]);
  const whole = await live(graph, {});
  expect(whole.run.status).toBe("completed");
  const again = await live(graph, {}, { before: whole });
  expect(again.run).toMatchObject({ status: "completed" });
  expect(again.run.output).toEqual(whole.run.output);
});
