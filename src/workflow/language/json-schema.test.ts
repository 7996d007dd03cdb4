import fc from "fast-check";
import { expect, test } from "vitest";
import { inputsOfSchema, schemaProblems, typeOfSchema, valueProblems } from "./json-schema.ts";

const order = {
  type: "object",
  properties: {
    id: { type: "string", minLength: 1, maxLength: 5 },
    count: { type: "integer", minimum: 1, maximum: 9 },
    size: { enum: ["S", "M"] },
    items: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      items: { type: "object", properties: { a: { const: 1 } } },
    },
    note: { type: ["string", "null"] },
    who: { anyOf: [{ type: "string" }, { type: "object", required: ["name"] }] },
  },
  required: ["id"],
  additionalProperties: false,
};

test.each([
  [{ id: "7" }, []],
  [{ id: "7", count: 9, size: "M", items: [{ a: 1 }], note: null, who: { name: "x" } }, []],
  [{}, ["id is missing"]],
  [[], [" must be an object"]],
  [null, [" must be an object"]],
  [{ id: "" }, ["id must have at least 1 characters"]],
  [{ id: "123456" }, ["id must have at most 5 characters"]],
  [{ id: "7", count: 1.5 }, ["count must be a whole number"]],
  [{ id: "7", count: 0 }, ["count must be at least 1"]],
  [{ id: "7", count: 10 }, ["count must be at most 9"]],
  [{ id: "7", size: "L" }, ['size must be one of "S", "M"']],
  [{ id: "7", items: [] }, ["items must have at least 1 items"]],
  [{ id: "7", items: [{ a: 2 }, 3] }, ["items[0].a must be 1", "items[1] must be an object"]],
  [{ id: "7", note: 1 }, ["note must be a text or null"]],
  [{ id: "7", who: {} }, ["who fits none of the forms it may have"]],
  [{ id: "7", other: 1 }, ["other is not asked for"]],
  [JSON.parse('{"id":"7","__proto__":1}'), ["__proto__ is not asked for"]],
])("%j has the problems %j", (value, problems) => {
  expect(schemaProblems(order)).toEqual([]);
  expect(valueProblems(order, value).map(({ path, message }) => `${path} ${message}`)).toEqual(problems);
});

test.each([
  [{ $ref: "#" }, "$ref"],
  [{ type: "text" }, "type"],
  [{ type: [] }, "type"],
  [{ pattern: "a" }, "pattern"],
  [{ properties: { a: { allOf: [] } } }, "properties.a.allOf"],
  [{ properties: [] }, "properties"],
  [{ items: 1 }, "items"],
  [{ anyOf: [] }, "anyOf"],
  [{ anyOf: [{ type: 1 }] }, "anyOf[0].type"],
  [{ required: [1] }, "required"],
  [{ enum: [] }, "enum"],
  [{ minimum: "1" }, "minimum"],
  [{ maxLength: 1.5 }, "maxLength"],
  [{ constructor: 1 }, "constructor"],
])("the schema %j is refused at %s", (schema, path) => {
  expect(schemaProblems(schema).map((problem) => problem.path)).toEqual([path]);
});

test("a schema that is too deep or too long is refused", () => {
  let deep: Record<string, unknown> = {};
  for (let level = 0; level < 20; level++) deep = { items: deep };
  expect(schemaProblems(deep)).toHaveLength(1);
  expect(schemaProblems({ description: "x".repeat(40_000) })).toHaveLength(1);
});

test("any schema and any value can be looked at", () => {
  const anyObject = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(anyObject, fc.jsonValue(), (schema, value) => {
      schemaProblems(schema);
      valueProblems(schema, value);
      typeOfSchema(schema);
      inputsOfSchema(schema);
    }),
  );
});

test("what a schema names are inputs with their types", () => {
  expect(inputsOfSchema(order)).toMatchObject({
    id: { type: "string", required: true },
    count: { type: "integer", required: false },
    size: { type: "any" },
    items: { type: "array", items: { type: "object", properties: { a: { type: "any" } } } },
  });
});
