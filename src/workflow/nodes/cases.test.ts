import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GraphNode, WorkflowTool } from "../../domain/workflow.ts";
import { checkValue } from "../language/value-type.ts";
import { NodeError } from "../node-error.ts";
import type { NodeServices } from "../node-kind.ts";
import { FLOW_CASES } from "../testing/flow-cases.ts";
import type { KindCase } from "../testing/kind-cases.ts";
import { describeNode, runNode, someModels } from "../testing/node-call.ts";
import { type CaseResult, type NodeWorld, openNodeWorld } from "../testing/node-world.ts";
import { workCases } from "../testing/work-cases.ts";
import { NODE_KINDS } from "./index.ts";

let world: NodeWorld;
beforeAll(async () => {
  world = await openNodeWorld();
});
afterAll(() => world.close());

/** Addresses are known when the server listens. */
const SERVER = "http://loopback.example";
const CASES = { ...FLOW_CASES, ...workCases(SERVER) };

/** What is outside never answers, and lets go when it is told to. */
const HANGING: Partial<NodeServices> = {
  models: someModels({
    name: "main",
    check: never,
    stream: async function* (_, signal) {
      yield await never(signal);
    },
  }),
  outbound: { request: ({ signal }) => never(signal) },
  sandbox: { run: (_, signal) => never(signal), close: async () => {} },
};

function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason));
    if (signal?.aborted) reject(signal.reason);
  });
}

test.each(Object.entries(CASES))(
  "%s ends when it is told to, whatever it waits for",
  async (type, { normal, edge }) => {
    const reason = new Error("stop");
    for (const { given } of [normal, edge]) {
      const node = given.nodes.find(({ id }) => id === "it");
      if (node === undefined) continue;
      const tools = (given.tools ?? []).map((tool) => ({ runBy: "server", headers: {}, ...tool }));
      const controller = new AbortController();
      const { signal } = controller;
      const { outcome } = runNode(
        { ...node, id: "it", type },
        {
          scope: { start: { value: given.value ?? "x" }, trigger: { type: "", data: { amount: 1 } } },
          services: { ...HANGING, store: world.store },
          run: { workspaceId: world.workspaceId },
          tools: tools as WorkflowTool[],
          signal,
          ...(given.answers !== undefined && { answer: { kind: "answer" as const, data: given.answers[0] } }),
        },
      );
      setImmediate(() => controller.abort(reason));
      const failure = await outcome.then(
        () => undefined,
        (error: unknown) => error,
      );
      const isTold = failure === reason || (failure instanceof Error && failure.cause === reason);
      expect([failure, failure === undefined || failure instanceof NodeError || isTold]).toEqual([
        failure,
        true,
      ]);
    }
  },
  5_000,
);

test("every kind has its cases", () => {
  expect(Object.keys(CASES).sort()).toEqual(NODE_KINDS.map(({ type }) => type).sort());
});

describe.each(Object.entries(CASES))("%s", (type, cases) => {
  test.each([
    ["normal", cases.normal],
    ["edge", cases.edge],
    ["failing", cases.failing],
  ])("%s input", async (_, asked) => {
    const given = JSON.parse(JSON.stringify(asked.given).replaceAll(SERVER, world.server.url));
    if (asked.invalid !== undefined) {
      await expect(world.run(given)).rejects.toThrow(problemAt(asked.invalid));
      return;
    }
    if (asked.refused !== undefined) {
      await expect(world.run(given)).rejects.toMatchObject(asked.refused);
      return;
    }
    const result = await world.run(given);
    check(asked, result);
    if (type !== "comment") checkAgainstDescription(type, given.nodes, given.tools ?? [], result);
  });
});

function problemAt(place: string): string {
  const [node = "", ...field] = place.split(".");
  return field.length === 0
    ? `"nodeId":"${node}"`
    : `"nodeId":"${node}","field":${JSON.stringify(field.join("."))}`;
}

function check({ run, step }: KindCase, result: CaseResult): void {
  if (run !== undefined) expect(result.run).toMatchObject(run);
  if (step !== undefined) expect(result.steps.find(({ nodeId }) => nodeId === "it")).toMatchObject(step);
}

/** A kind does what it says of itself. */
function checkAgainstDescription(
  type: string,
  nodes: GraphNode[],
  tools: [],
  { steps, effects }: CaseResult,
): void {
  for (const step of steps.filter(({ kind, status }) => kind === type && status === "completed")) {
    const node = nodes.find(({ id }) => id === step.nodeId);
    if (node === undefined) continue;
    const described = describeNode({ ...node }, tools);
    if (step.port !== "") expect(described.ports).toContain(step.port);
    if (effects.length > 0) expect([type, described.hasEffects]).toEqual([type, true]);
    if (type === "end") continue;
    for (const [name, value] of Object.entries(step.output ?? {})) {
      const output = described.outputs[name];
      expect([type, name, output]).not.toEqual([type, name, undefined]);
      if (output !== undefined && value !== null) expect(checkValue(value, output, name)).toEqual({ value });
    }
    if (type !== "trigger" && type !== "start") {
      const missing = Object.keys(described.outputs).filter(
        (name) => !Object.hasOwn(step.output ?? {}, name),
      );
      expect([type, missing]).toEqual([type, []]);
    }
  }
}
