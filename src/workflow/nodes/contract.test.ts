import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { GraphNode, WorkflowTool } from "../../domain/workflow.ts";
import { formatSchema, nodeSchema } from "../graph/graph-schema.ts";
import { anyData } from "../testing/any-data.ts";
import { NODE_KINDS, nodeKind } from "./index.ts";

const surroundings = { tools: [], typeOf: () => ({ type: "any" as const }) };
/** The tool that examples call. */
const ORDER_STATUS: WorkflowTool = {
  runBy: "caller",
  name: "order_status",
  title: "Order status",
  description: "Looks an order up.",
  parameters: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
};
const KINDS = NODE_KINDS.map((kind) => [kind.type, kind] as const);

test("every kind has a name of its own, by which it is found", () => {
  const types = NODE_KINDS.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  expect(types.length).toBeGreaterThan(30);
  expect(types.filter((type) => nodeKind(type)?.type !== type)).toEqual([]);
  expect(nodeKind("constructor")).toBeUndefined();
  expect(nodeKind("__proto__")).toBeUndefined();
});

test("the format of graphs is made of all of them", () => {
  const text = JSON.stringify(z.toJSONSchema(formatSchema(NODE_KINDS), { io: "input" }));
  for (const { type } of NODE_KINDS) expect(text).toContain(`"const":"${type}"`);
});

describe.each(KINDS)("%s", (type, kind) => {
  const schema = z.toJSONSchema(kind.members, { io: "input" });
  const accepted = anyData(schema)
    .map((data): unknown => JSON.parse(JSON.stringify(data)))
    .filter((data) => kind.members.safeParse(data).success);

  test("says what it is", () => {
    expect(type).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(kind.summary).toMatch(/^[A-Z].{10,200}\.$/);
    expect(kind.timeoutSeconds).toBeGreaterThan(0);
  });

  test("has an example that is right", () => {
    const node = { id: "example", type, ...kind.example };
    expect(nodeSchema(kind).safeParse(node).error).toBeUndefined();
    const described = kind.describe(node, { ...surroundings, tools: [ORDER_STATUS] });
    expect(described.problems).toEqual([]);
    const missing = Object.entries(described.inputs)
      .filter(([name, { required }]) => required && !Object.hasOwn(asRecord(kind.example["inputs"]), name))
      .map(([name]) => name);
    expect(missing).toEqual([]);
    const { next } = kind.example;
    const ports = typeof next === "object" && next !== null ? Object.keys(next) : [];
    expect(described.ports).toEqual(expect.arrayContaining(ports));
  });

  test("takes only its own members, each described, as data that editors can check", () => {
    const unknown = kind.members.safeParse({ unheardOf: 1 });
    expect(JSON.stringify(unknown.error?.issues)).toContain("unheardOf");
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    const undescribed = Object.entries(schema.properties ?? {})
      .filter(([, member]) => typeof member === "object" && !("enum" in member) && !hasDescription(member))
      .map(([name]) => name);
    expect(undescribed).toEqual([]);
  });

  test("accepts again what it has accepted", () => {
    fc.assert(
      fc.property(accepted, (data) => {
        const once = kind.members.parse(data);
        expect(kind.members.parse(once)).toEqual(once);
        expect(JSON.parse(JSON.stringify(once))).toEqual(once);
      }),
      { numRuns: 40 },
    );
  });

  test("describes whatever it accepts", () => {
    fc.assert(
      fc.property(accepted, fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }), (data, inputs) => {
        const members = kind.members.parse(data);
        const node: GraphNode = { id: "n", type, inputs, ...members };
        const described = kind.describe(node, surroundings);
        const { ports, sources, outputs, streams, problems } = described;
        if (problems.length > 0) return;
        expect(new Set(ports).size).toBe(ports.length);
        expect(ports).not.toContain("error");
        for (const port of ports) expect(port).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
        for (const { text } of sources)
          expect(JSON.stringify(node)).toContain(JSON.stringify(text).slice(1, -1));
        if (streams !== undefined) expect(outputs[streams]).toMatchObject({ type: "string" });
        expect(kind.describe({ ...node }, surroundings)).toEqual(described);
      }),
      { numRuns: 60 },
    );
  });

  test("has room beside the members of every node", () => {
    expect(() => z.toJSONSchema(nodeSchema(kind), { io: "input" })).not.toThrow();
    expect(Object.keys(kind.members.shape)).not.toContain("id");
    expect(Object.keys(kind.members.shape)).not.toContain("next");
  });

  test("begins a run, or follows others", () => {
    if (kind.category !== "entry" && kind.category !== "comment") return;
    const example = fc.sample(accepted, { numRuns: 1, seed: 1 })[0];
    const node: GraphNode = { id: "n", type, ...kind.members.parse(example) };
    const { inputs, hasEffects } = kind.describe(node, surroundings);
    expect(inputs).toEqual({});
    expect(hasEffects).toBe(false);
  });
});

function asRecord(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

function hasDescription(member: object): boolean {
  return "description" in member || ("$ref" in member && typeof member.$ref === "string");
}
