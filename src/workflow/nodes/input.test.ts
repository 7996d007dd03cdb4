import { expect, test } from "vitest";
import type { NodeOutcome } from "../node-kind.ts";
import { type CallOptions, describeNode, runNode } from "../testing/node-call.ts";

const fields = [
  { name: "order", description: "Number of the order" },
  { name: "count", type: "integer", default: 1 },
  { name: "express", type: "boolean", required: false },
  { name: "size", choices: ["S", "M"], required: false },
  { name: "tags", type: "array", items: { type: "string" }, required: false },
];
const node = (members: object = {}) => ({
  id: "fill",
  type: "input",
  text: "Please fill in.",
  fields,
  ...members,
});
const run = (options: CallOptions = {}, members: object = {}): Promise<NodeOutcome> =>
  runNode(node(members), options).outcome;
const answered = (data: unknown, memo?: unknown): CallOptions => ({ answer: { kind: "answer", data }, memo });
const filled = { order: "7", count: 2, express: true, size: "M", tags: ["a"] };

test("it asks for an object, described by a schema", async () => {
  expect(await run()).toEqual({
    kind: "wait",
    interrupt: {
      kind: "input",
      text: "Please fill in.",
      options: [],
      schema: {
        type: "object",
        properties: {
          order: { type: "string", description: "Number of the order" },
          count: { type: "integer", default: 1 },
          express: { type: "boolean" },
          size: { type: "string", enum: ["S", "M"] },
          tags: { type: "array", items: { type: "string" } },
        },
        required: ["order"],
      },
    },
    memo: { round: 1 },
  });
});

test.each([
  ["an object", filled],
  ["JSON", JSON.stringify(filled)],
  ["lines", 'order: 7\ncount：2\nexpress: 是\nsize: m\ntags: ["a"]\nHello'],
  ["an object of texts", { order: 7, count: "2", express: "yes", size: "M", tags: '["a"]' }],
])("%s will do as an answer", async (_, data) => {
  expect(await run(answered(data))).toEqual({ kind: "done", port: "next", outputs: filled });
});

test("what need not be there is null, or its default", async () => {
  expect(await run(answered({ order: "7", other: 1 }))).toMatchObject({
    outputs: { order: "7", count: 1, express: null, size: null, tags: null },
  });
});

test("the value of the only field may stand alone", async () => {
  const only = { fields: [{ name: "order" }] };
  expect(await run(answered("{{ 7 * 7 }}: x"), only)).toMatchObject({ outputs: { order: "{{ 7 * 7 }}: x" } });
});

test.each([
  ["no order", { count: 2 }, "`order` is missing"],
  ["text for a number", { order: "7", count: "many" }, "`count` must be a whole number, not text"],
  ["no choice", { order: "7", size: "XL" }, "`size` must be one of S, M"],
  ["a list with a wrong entry", { order: "7", tags: [{}] }, "`tags[0]` must be text, not an object"],
  ["words", "I do not know", "`order` is missing"],
  ["only what every object has", {}, "`order` is missing"],
])("%s is asked for again, naming the field", async (_, data, problem) => {
  expect(await run(answered(data, { round: 1 }))).toMatchObject({
    kind: "wait",
    interrupt: { kind: "input", text: `${problem}\nPlease fill in.` },
    memo: { round: 2 },
  });
});

test("after the last round a wrong answer fails the node", async () => {
  await expect(run(answered({}, { round: 2 }), { maxRounds: 2 })).rejects.toMatchObject({
    code: "input_invalid",
    message: "`order` is missing",
  });
});

test("a time limit has a port of its own", async () => {
  expect(describeNode(node({ timeLimitSeconds: 5 })).ports).toEqual(["next", "timeout"]);
  expect(await run({ answer: { kind: "due" } }, { timeLimitSeconds: 5 })).toMatchObject({
    port: "timeout",
    outputs: { order: null },
  });
});

test("what is wrong with the fields is named", () => {
  const wrong = [
    { name: "a", type: "integer", default: "x" },
    { name: "b", type: "number", choices: ["1"] },
    { name: "a" },
  ];
  expect(describeNode(node({ fields: wrong })).problems.map(({ field }) => field)).toEqual([
    "fields[0].default",
    "fields[1].choices",
    "fields[2].name",
  ]);
});
