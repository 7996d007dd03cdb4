import { expect, test } from "vitest";
import { describeNode, outputsOf } from "../testing/node-call.ts";

const node = (members: object, inputs: Record<string, unknown> = {}) => ({
  id: "text",
  type: "text",
  ...members,
  inputs,
});

test("a template is filled in once: what it puts in is never read as one", async () => {
  const scope = { start: { name: "{{ start.secret }} {% for x in y %}", secret: "s" } };
  const outputs = await outputsOf(node({ template: "Hello {{ start.name }}!" }), { scope });
  expect(outputs).toEqual({ text: "Hello {{ start.secret }} {% for x in y %}!" });
});

test.each([
  [{ operation: "split", separator: "," }, { text: "a,b,,c" }, { items: ["a", "b", "", "c"] }],
  [{ operation: "split", separator: "" }, { text: "a😀b" }, { items: ["a", "😀", "b"] }],
  [{ operation: "split" }, { text: "" }, { items: [] }],
  [
    { operation: "join", separator: ", " },
    { items: ["a", 1, true, { b: [] }] },
    { text: 'a, 1, true, {"b":[]}' },
  ],
  [{ operation: "join" }, { items: [] }, { text: "" }],
  [{ operation: "trim" }, { text: " \u3000a b\n" }, { text: "a b" }],
  [{ operation: "replace", find: "a", replacement: "$&$1" }, { text: "banana" }, { text: "b$&$1n$&$1n$&$1" }],
  [{ operation: "replace", find: "." }, { text: "a.b" }, { text: "ab" }],
  [{ operation: "upper-case" }, { text: "straße" }, { text: "STRASSE" }],
  [{ operation: "lower-case" }, { text: "ÄB" }, { text: "äb" }],
])("%o makes of %o %o", async (members, inputs, outputs) => {
  expect(await outputsOf(node(members, inputs))).toEqual(outputs);
});

test.each([
  ["very many pieces", { operation: "split", separator: "," }, { text: ",".repeat(20_000) }],
  [
    "a text that grows too long by replacing",
    { operation: "replace", find: "a", replacement: "b".repeat(10_000) },
    { text: "a".repeat(1_000) },
  ],
  [
    "a text that grows too long by joining",
    { operation: "join", separator: "x".repeat(1_000) },
    { items: Array(2_000).fill("") },
  ],
])("%s is refused before it is made", async (_, members, inputs) => {
  await expect(outputsOf(node(members, inputs))).rejects.toMatchObject({ code: "node_failed" });
});

test("what an operation needs is named when it is missing", () => {
  expect(describeNode(node({})).problems).toEqual([expect.objectContaining({ field: "template" })]);
  expect(describeNode(node({ operation: "replace" })).problems).toEqual([
    expect.objectContaining({ field: "find" }),
  ]);
});
