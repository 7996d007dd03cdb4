import { expect, test } from "vitest";
import { describeNode, outputsOf, runNode, TestHost } from "../testing/node-call.ts";

const node = (scope: string, inputs: Record<string, unknown>) => ({
  id: "keep",
  type: "variable-set",
  scope,
  inputs,
});

test.each(["conversation", "user"] as const)(
  "values of the %s are kept as text, beside the others",
  async (scope) => {
    const host = new TestHost();
    host.kept[scope] = { other: "stays" };
    const inputs = { city: { value: "{{ x }}" }, list: { value: [1, "a"] }, count: 3 };
    const texts = { city: "{{ x }}", list: '[1,"a"]', count: "3" };
    expect(await outputsOf(node(scope, inputs), { host })).toEqual(texts);
    expect(host.kept[scope]).toEqual({ other: "stays", ...texts });
  },
);

test("values of the run are kept as they are", async () => {
  const { call, outcome } = runNode(node("run", { list: { ref: "start.list" } }), {
    scope: { start: { list: [{ a: 1 }] } },
  });
  expect(await outcome).toEqual({ kind: "done", outputs: { list: [{ a: 1 }] } });
  expect(call.kept.get("list")).toEqual([{ a: 1 }]);
});

test.each(["__proto__", "a b", "1st", "x".repeat(65), "日本"])("%s is the name of no value", async (name) => {
  const wrong = node("run", Object.fromEntries([[name, "1"]]));
  expect(describeNode(wrong).problems).toEqual([
    { field: `inputs.${name}`, message: "is not the name of a value" },
  ]);
  await expect(outputsOf(wrong)).rejects.toMatchObject({ code: "input_invalid" });
});

test("what fails to be kept fails the node", async () => {
  const host = new TestHost();
  host.setValues = async () => {
    throw new Error("the store is away");
  };
  await expect(outputsOf(node("user", { a: "1" }), { host })).rejects.toThrow("the store is away");
});
