import { expect, test } from "vitest";
import { live } from "../testing/lives.ts";
import { aGraph } from "../testing/runs.ts";

const big = "x".repeat(600_000);
const tooMuch = { status: "failed", error: { code: "run_limit" } };

test.each([
  ["loop", { over: "count", inputs: { count: 50 } }],
  ["batch", { inputs: { items: { cel: "start.items" } }, atOnce: 1 }],
])("what the turns of a %s give together is limited while it turns", async (type, members) => {
  const graph = aGraph([
    { id: "start", type: "start", inputs: [{ name: "big" }, { name: "items", type: "array" }], next: "each" },
    {
      ...{ id: "each", type, ...members, body: [{ id: "one", type: "text", operation: "lower-case" }] },
      outputs: { all: { template: "{{ start.big }}" } },
      next: "end",
    },
    { id: "end", type: "end", outputs: {} },
  ] as never);
  const body = graph.nodes[1]?.body?.[0];
  Object.assign(body ?? {}, { inputs: { text: "a" } });
  const { run } = await live(graph, { big, items: Array.from({ length: 50 }, (_, n) => n) });
  expect(run).toMatchObject(tooMuch);
  expect(run.stepCount).toBe(4);
});

test("what the nodes of a run are given is limited, as it is stored with each of them", async () => {
  const sandbox = { run: async () => ({ output: { text: "" }, logs: [] }), close: async () => {} };
  const graph = aGraph([
    { id: "start", type: "start", inputs: [{ name: "big" }], next: "each" },
    {
      ...{ id: "each", type: "loop", over: "count", inputs: { count: 100 } },
      body: [
        {
          ...{ id: "one", type: "code", code: "small", outputs: { text: { type: "string" } } },
          inputs: { text: { ref: "start.big" } },
        },
      ],
      next: "end",
    },
    { id: "end", type: "end", outputs: {} },
  ] as never);
  const { run } = await live(graph, { big }, { services: { sandbox } });
  expect(run).toMatchObject(tooMuch);
  expect(run.stepCount).toBeLessThan(90);
});
