import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphNode, ValueType } from "../../domain/workflow.ts";
import type { NodeDescription } from "../node-kind.ts";
import { evaluateInputs } from "./evaluate.ts";
import { Scope } from "./scope.ts";

const PLAIN: NodeDescription = {
  ports: ["next"],
  inputs: {},
  hasOpenInputs: true,
  outputs: {},
  sources: [],
  hasEffects: false,
  problems: [],
};

function evaluated(
  inputs: Record<string, unknown>,
  names: Record<string, unknown> = {},
  types: Record<string, ValueType & { required: boolean }> = {},
) {
  const node: GraphNode = { id: "node", type: "text", inputs };
  return evaluateInputs({ node, description: { ...PLAIN, inputs: types } }, new Scope(undefined, names));
}

const NAMES = { start: { amount: 150, name: "李雷", items: [{ price: 2 }], none: null, "odd key": 1 } };

describe("inputs", () => {
  it("are data, references, expressions and templates, inside one another too", () => {
    expect(
      evaluated(
        {
          data: { a: [1, "x", null] },
          ref: { ref: "start.items[0].price" },
          odd: { ref: 'start["odd key"]' },
          cel: { cel: "start.amount > 100" },
          template: { template: "Hi {{ start.name }}" },
          value: { value: { ref: "start.name" } },
          inner: { total: { cel: "start.amount * 2" }, list: [{ ref: "start.name" }, { ref: "start.gone" }] },
          two: { ref: "start.name", cel: "1" },
          gone: { ref: "start.gone.further" },
        },
        NAMES,
      ),
    ).toEqual({
      data: { a: [1, "x", null] },
      ref: 2,
      odd: 1,
      cel: true,
      template: "Hi 李雷",
      value: { ref: "start.name" },
      inner: { total: 300, list: ["李雷", null] },
      two: { ref: "start.name", cel: "1" },
    });
  });

  it("are what the kind asks for, or the name of the input is told", () => {
    const wants = (type: ValueType["type"], required = true) => ({ x: { type, required } });
    const given = (value: unknown, type: ValueType["type"]) => () =>
      evaluated({ x: value }, NAMES, wants(type));
    expect(given(150, "string")()).toEqual({ x: "150" });
    expect(given(true, "string")()).toEqual({ x: "true" });
    expect(given("2025-01-31", "datetime")()).toEqual({ x: "2025-01-31" });
    expect(given("150", "integer")).toThrow("the input `x` must be a whole number, not text");
    expect(given("150", "number")).toThrow("`x` must be a number, not text");
    expect(given(1.5, "integer")).toThrow("`x` must be a whole number");
    expect(given("true", "boolean")).toThrow("`x` must be true or false, not text");
    expect(given({}, "string")).toThrow("`x` must be text, not an object");
    expect(given([], "object")).toThrow("`x` must be an object, not a list");
    expect(given("yesterday", "datetime")).toThrow("`x` must be a date with time");
    expect(given({ ref: "start.gone" }, "any")).toThrow("the input `x` is missing");
    expect(given({ ref: "start.none" }, "string")).toThrow("the input `x` is missing");
    expect(given({ cel: "start.gone" }, "any")).toThrow("the input `x`: there is no `gone`");
    expect(evaluated({ x: { ref: "start.none" } }, NAMES, wants("string", false))).toEqual({});
  });

  it("are of the right type inside lists and objects", () => {
    const items: ValueType & { required: boolean } = {
      type: "array",
      required: true,
      items: { type: "object", properties: { price: { type: "number", required: true } } },
    };
    expect(evaluated({ items: { ref: "start.items" } }, NAMES, { items })).toEqual({ items: [{ price: 2 }] });
    expect(() => evaluated({ items: [{ price: "2" }] }, {}, { items })).toThrow(
      "`items[0].price` must be a number",
    );
    expect(() => evaluated({ items: [{}] }, {}, { items })).toThrow("`items[0].price` is missing");
  });
});

/** Data that would do something if it were evaluated again. Source: security-tests, Execution 5. */
const HOSTILE: unknown[] = [
  "{{ 7 * 7 }}",
  "{% for i in range(9) %}x{% endfor %}",
  "{{ start.secret }}",
  "start.secret",
  "1 + 1",
  `\${start.secret}`,
  "{{ '{{' }} start.secret {{ '}}' }}",
  { ref: "start.secret" },
  { cel: "start.secret" },
  { template: "{{ start.secret }}" },
  { value: { ref: "start.secret" } },
  [{ ref: "start.secret" }, "{{ start.secret }}"],
  { deep: { ref: "start.secret" } },
];

describe("what comes out of an evaluation is never evaluated again", () => {
  it.each(HOSTILE.map((value) => [JSON.stringify(value), value]))("%s", (text, value) => {
    const names = { start: { value, secret: "SECRET" } };
    expect(
      evaluated(
        {
          ref: { ref: "start.value" },
          cel: { cel: "start.value" },
          list: { cel: "[start.value]" },
          inner: { a: [{ ref: "start.value" }] },
          template: { template: "{{ start.value }}{% set b = start.value %}{{ b }}" },
        },
        names,
      ),
    ).toEqual({
      ref: value,
      cel: value,
      list: [value],
      inner: { a: [value] },
      template: typeof value === "string" ? value + value : expect.not.stringContaining("SECRET"),
    });
    expect(JSON.stringify(evaluated({ text: { template: "{{ start.value }}" } }, names))).not.toContain(
      "SECRET",
    );
    expect(text).not.toContain("SECRET");
  });

  it("whatever the data is, it comes through as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { ref, cel } = evaluated(
          { ref: { ref: "start.v" }, cel: { cel: "start.v" } },
          { start: { v: value } },
        );
        expect(ref).toEqual(value);
        expect(JSON.stringify(cel)).toBe(JSON.stringify(value));
      }),
      { numRuns: 200 },
    );
  });
});

it("names that JavaScript keeps for itself reach and change nothing", () => {
  const names = { start: JSON.parse('{"__proto__": {"polluted": 1}, "name": "x"}') };
  const inputs = JSON.parse(
    '{"__proto__": {"ref": "start.name"}, "inner": {"constructor": {"prototype": {"polluted": 1}}}}',
  );
  const result = evaluated(
    {
      ...inputs,
      a: { ref: "start.constructor" },
      b: { ref: "start.__proto__.polluted" },
      c: { ref: "toString" },
    },
    names,
  );
  expect(result["a"]).toBeUndefined();
  expect(result["c"]).toBeUndefined();
  expect({}).not.toHaveProperty("polluted");
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  const { made } = evaluated({ made: { cel: "{'__proto__': {'polluted': 1}, 'constructor': 2}" } });
  expect(Object.keys(made ?? {})).toEqual(["__proto__", "constructor"]);
  expect({}).not.toHaveProperty("polluted");
});
