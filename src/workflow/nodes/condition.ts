import { z } from "zod";
import { Effort } from "../language/effort.ts";
import { sourcesIn } from "../language/input-sources.ts";
import type { NodeCall, Source } from "../node-kind.ts";
import { type Comparison, compare, OPERATORS } from "../node-parts/comparing.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { portName } from "../node-parts/port-name.ts";

const rule = z.strictObject({
  left: z.unknown().describe("Input value that is looked at."),
  operator: z.enum(OPERATORS),
  right: z.unknown().optional().describe("Input value that it is compared with."),
});

const branch = z.strictObject({
  port: portName.describe("Where the node leaves when this branch holds."),
  when: z.string().min(1).max(10_000).optional().describe("Expression that holds or does not."),
  all: z.array(rule).min(1).max(50).optional().describe("Comparisons all of which hold."),
  any: z.array(rule).min(1).max(50).optional().describe("Comparisons one of which holds."),
});

const members = z.strictObject({
  branches: z
    .array(branch)
    .min(1)
    .max(50)
    .describe("Looked at in order: the first that holds is taken, or `else`."),
});

type Branch = z.output<typeof branch>;

const ELSE = "else";

export const conditionNode = defineNode({
  type: "condition",
  category: "calculation",
  summary: "Takes the first of its branches that holds, or `else`.",
  example: {
    branches: [
      { port: "large", when: "start.amount > 100.0" },
      { port: "vip", all: [{ left: { ref: "start.level" }, operator: "eq", right: "vip" }] },
    ],
    next: { large: "approve", vip: "thank", else: "pay" },
  },
  members,
  timeoutSeconds: 10,
  describe: ({ branches }) => ({
    ports: [...new Set([...branches.map(({ port }) => port), ELSE])],
    outputs: { port: { type: "string" } },
    sources: branches.flatMap((each, position) => sourcesOf(each, `branches[${position}]`)),
    problems: branches.flatMap((each, position) => problemsOf(each, `branches[${position}]`)),
  }),
  run: async (call, { branches }) => {
    const effort = new Effort();
    const port = branches.find((each) => holds(each, call, effort))?.port ?? ELSE;
    return { kind: "done", outputs: { port }, port };
  },
});

function holds({ when, all, any }: Branch, call: NodeCall, effort: Effort): boolean {
  if (when !== undefined) return call.evaluate(when) === true;
  const isTrue = ({ left, operator, right }: z.output<typeof rule>) =>
    compare({ left: call.value(left), operator, right: call.value(right) } satisfies Comparison, effort);
  return all?.every(isTrue) ?? any?.some(isTrue) ?? false;
}

function sourcesOf({ when, all = [], any = [] }: Branch, field: string): Source[] {
  const own: Source[] =
    when === undefined
      ? []
      : [{ field: `${field}.when`, language: "expression", text: when, type: { type: "boolean" } }];
  const inRules = (name: string, rules: typeof all) =>
    rules.flatMap(({ left, right }, position) => [
      ...sourcesIn(`${field}.${name}[${position}].left`, left),
      ...sourcesIn(`${field}.${name}[${position}].right`, right),
    ]);
  return [...own, ...inRules("all", all), ...inRules("any", any)];
}

function problemsOf({ when, all, any }: Branch, field: string): { field: string; message: string }[] {
  const said = [when, all, any].filter((one) => one !== undefined).length;
  return said === 1 ? [] : [{ field, message: "must have one of `when`, `all` and `any`" }];
}
