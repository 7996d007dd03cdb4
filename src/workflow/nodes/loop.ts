import { z } from "zod";
import { sourcesIn } from "../language/input-sources.ts";
import { memberName } from "../language/value-type-schema.ts";
import { NodeError } from "../node-error.ts";
import type { NodeCall, NodeOutcome } from "../node-kind.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { CollectedSizes, collectedSources, splitCollected, toCollect } from "../run/collecting.ts";

/** Most turns of one loop. */
const MOST_TURNS = 10_000;

const members = z.strictObject({
  over: z
    .enum(["list", "count", "while"])
    .describe(
      "`list`: once for each of the input `items`. `count`: the input `count` times. `while`: as long as it holds.",
    ),
  while: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .describe("Expression that is looked at before each turn; sees `loop.index` and `loop.variables`."),
  variables: z
    .record(memberName, z.unknown())
    .default({})
    .describe("What `loop.variables` has in the first turn."),
  set: z
    .record(memberName, z.unknown())
    .default({})
    .describe("What `loop.variables` has in the next turn: input values that see what the body gave."),
  outputs: z
    .record(memberName, z.unknown())
    .default({})
    .describe("Lists with an entry for each turn: input values that see what the body gave."),
  maxTurns: z.int().min(1).max(MOST_TURNS).default(100).describe("Turns after which it fails."),
});

type Members = z.output<typeof members>;

export const loopNode = defineNode({
  type: "loop",
  category: "calculation",
  summary: "Runs its body again and again: over a list, so many times, or while something holds.",
  example: {
    over: "list",
    inputs: { items: { ref: "start.orders" } },
    variables: { total: 0 },
    set: { total: { cel: "loop.variables.total + loop.item.amount" } },
    outputs: { lines: { ref: "line.text" } },
    body: [{ id: "line", type: "text", template: "{{ loop.index + 1 }}. {{ loop.item.name }}" }],
    next: "tell",
  },
  members,
  timeoutSeconds: 86_400,
  describe: (own) => ({
    inputs: {
      ...(own.over === "list" && { items: { type: "array" as const, required: true } }),
      ...(own.over === "count" && { count: { type: "integer" as const, required: true } }),
    },
    hasOpenInputs: true,
    outputs: {
      turns: { type: "integer" },
      variables: { type: "object" },
      ...Object.fromEntries(Object.keys(own.outputs).map((name) => [name, { type: "array" as const }])),
    },
    sources: [
      ...(own.while === undefined
        ? []
        : [{ field: "while", language: "expression" as const, text: own.while, isInside: true }]),
      ...sourcesIn("variables", own.variables),
      ...collectedSources(own),
    ],
    problems: problemsOf(own),
  }),
  run: (call, own) => runLoop(call, own),
});

async function runLoop(call: NodeCall, own: Members): Promise<NodeOutcome> {
  const lists: Record<string, unknown[]> = Object.fromEntries(
    Object.keys(own.outputs).map((name) => [name, []]),
  );
  let variables: Record<string, unknown> = Object.fromEntries(
    Object.entries(own.variables).map(([name, value]) => [name, call.value(value) ?? null]),
  );
  const sizes = new CollectedSizes();
  let turns = 0;
  for (let isLast = false; !isLast && hasNext(call, own, turns, variables); turns += 1) {
    if (turns >= own.maxTurns) throw new NodeError("run_limit", `it turned more than ${own.maxTurns} times`);
    const item = own.over === "list" ? itemsOf(call)[turns] : turns;
    const result = await call.frames.run({
      key: `#${turns}`,
      nodes: call.node.body ?? [],
      values: { loop: { item, index: turns, variables } },
      collect: toCollect(own),
    });
    if (result.kind === "waiting") return { kind: "waiting" };
    const { outputs, set } = splitCollected(result.collected);
    sizes.count({ outputs, set });
    for (const [name, list] of Object.entries(lists)) list.push(outputs[name] ?? null);
    variables = { ...variables, ...set };
    isLast = result.kind === "break";
  }
  return { kind: "done", outputs: { ...lists, turns, variables } };
}

function hasNext(call: NodeCall, own: Members, turns: number, variables: Record<string, unknown>): boolean {
  const { over, while: condition } = own;
  if (over === "list" && turns >= itemsOf(call).length) return false;
  if (over === "count" && turns >= Number(call.inputs["count"])) return false;
  const loop = { item: over === "list" ? itemsOf(call)[turns] : turns, index: turns, variables };
  return condition === undefined || call.evaluate(condition, { loop }) === true;
}

function itemsOf({ inputs }: NodeCall): unknown[] {
  const { items } = inputs;
  return Array.isArray(items) ? items : [];
}

function problemsOf({
  over,
  while: condition,
  set,
  variables,
}: Members): { field: string; message: string }[] {
  const unknown = Object.keys(set).filter((name) => !Object.hasOwn(variables, name));
  return [
    ...(over === "while" && condition === undefined
      ? [{ field: "while", message: "is needed to know when it ends" }]
      : []),
    ...unknown.map((name) => ({
      field: `set.${name}`,
      message: "is no variable: `variables` does not have it",
    })),
  ];
}
