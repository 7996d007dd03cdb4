import { expect, test } from "vitest";
import { describeNode, outputsOf, TestHost } from "../testing/node-call.ts";

const node = (members: object) => ({ id: "vars", type: "variable-get", ...members });

test.each(["conversation", "user"] as const)(
  "values of the %s are read; what is not kept is empty",
  async (scope) => {
    const host = new TestHost();
    host.kept[scope] = { city: "{{ x }}" };
    const outputs = await outputsOf(node({ scope, names: ["city", "street"] }), { host });
    expect(outputs).toEqual({ city: "{{ x }}", street: "" });
  },
);

test("values of the run keep their type; what is not kept is null", async () => {
  const asked = node({ scope: "run", names: ["list", "none", "constructor"] });
  expect(await outputsOf(asked, { variables: { list: [1] } })).toEqual({
    list: [1],
    none: null,
    constructor: null,
  });
});

test("a default takes the place of what is not kept", async () => {
  const asked = node({ scope: "user", names: ["level", "tags"], defaults: { level: "new", tags: [] } });
  expect(await outputsOf(asked)).toEqual({ level: "new", tags: [] });
  expect(describeNode(asked).outputs["level"]).toEqual({ type: "any" });
  const other = node({ scope: "user", names: ["a"], defaults: { b: 1 } });
  expect(describeNode(other).problems).toEqual([{ field: "defaults.b", message: "is none of the names" }]);
});

test("a name that every object has is not kept just because of that", async () => {
  expect(await outputsOf(node({ scope: "conversation", names: ["constructor", "toString"] }))).toEqual({
    constructor: "",
    toString: "",
  });
});
