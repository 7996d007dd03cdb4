import { describe, expect, test } from "vitest";
import { scriptedModel } from "../../models/scripted/scripted-model.ts";
import type { NodeOutcome } from "../node-kind.ts";
import { type CallOptions, describeNode, runNode, someModels } from "../testing/node-call.ts";

const node = (members: object = {}) => ({
  id: "ask",
  type: "question",
  text: "{{ start.query }}?",
  ...members,
});
const scope = { start: { query: "Which {{ one }}" } };
const run = (asked: object, options: CallOptions = {}): Promise<NodeOutcome> =>
  runNode(node(asked), { scope, ...options }).outcome;
const answered = (data: unknown): CallOptions => ({ answer: { kind: "answer", data } });

const options = [
  { name: "yes", text: "Yes, please" },
  { name: "no", text: "不要" },
];
const fields = [
  { name: "city", description: "Which city?" },
  { name: "days", type: "integer", description: "How many days?" },
  { name: "class", required: false, choices: ["First", "Second"] },
];

test("it asks, and waits", async () => {
  expect(await run({ options })).toMatchObject({
    kind: "wait",
    interrupt: { kind: "question", text: "Which {{ one }}?", options: ["Yes, please", "不要"] },
  });
  expect(await run({})).not.toHaveProperty("interrupt.dueAt");
});

test("any answer will do where there are no options", async () => {
  expect(await run({}, answered(" {{ x }} "))).toEqual({
    kind: "done",
    port: "next",
    outputs: { answer: "{{ x }}", option: "" },
  });
});

test.each([
  ["Yes, please", "yes"],
  ["yes, PLEASE.", "yes"],
  ["yes", "yes"],
  ["不要。", "no"],
  ["B", "no"],
  ["2", "no"],
  ["２", "no"],
  ["3", "other"],
  ["0", "other"],
  ["maybe", "other"],
  ["constructor", "other"],
])("%s chooses %s", async (text, port) => {
  const option = port === "other" ? "" : port;
  expect(await run({ options }, answered(text))).toEqual({
    kind: "done",
    port,
    outputs: { answer: text, option },
  });
});

test("a time limit has a port of its own", async () => {
  const before = Date.now();
  const limited = { options, timeLimitSeconds: 60 };
  const asked = await run(limited);
  const dueAt = asked.kind === "wait" ? asked.interrupt.dueAt : undefined;
  expect(dueAt?.getTime()).toBeGreaterThanOrEqual(before + 60_000);
  expect(describeNode(node(limited)).ports).toEqual(["yes", "no", "other", "timeout"]);
  expect(await run(limited, { answer: { kind: "due" } })).toEqual({
    kind: "done",
    port: "timeout",
    outputs: { answer: "", option: "" },
  });
});

describe("values in the answer", () => {
  const models = (...said: string[]) => {
    const model = scriptedModel((_, call) => [said[call] ?? "{}"]);
    return { model, services: { models: someModels(model) } };
  };

  test("are taken out by the model and checked", async () => {
    const { model, services } = models('{"city":"Bern","days":3,"class":"second","more":1}');
    const outcome = await run({ extract: { fields } }, { ...answered("3 days in Bern"), services });
    expect(outcome).toEqual({
      kind: "done",
      port: "next",
      outputs: { answer: "3 days in Bern", option: "", city: "Bern", days: 3, class: "Second" },
    });
    const { messages } = model.calls[0]?.request ?? { messages: [] };
    expect(messages.map(({ role }) => role)).toEqual(["system", "assistant", "user"]);
    expect(messages[0]?.text).toContain('"days"');
  });

  test("that are missing are asked for again, with all that was said", async () => {
    const { model, services } = models('{"city":"Bern"}', '{"city":"Bern","days":"4"}');
    const first = await run({ extract: { fields } }, { ...answered("Bern"), services });
    expect(first).toMatchObject({
      kind: "wait",
      interrupt: { text: "Which {{ one }}?\n- How many days?" },
    });
    const memo = first.kind === "wait" ? first.memo : undefined;
    const second = await run({ extract: { fields } }, { ...answered("4"), services, memo });
    expect(second).toMatchObject({ port: "next", outputs: { city: "Bern", days: 4, class: null } });
    expect(model.calls[1]?.request.messages.map(({ text }) => text).slice(1)).toEqual([
      "Which {{ one }}?",
      "Bern",
      "Which {{ one }}?\n- How many days?",
      "4",
    ]);
  });

  test("that are still missing in the last round leave what is there", async () => {
    const { services } = models('{"city":"Bern","days":"soon"}');
    const given = { extract: { fields }, maxRounds: 1 };
    expect(await run(given, { ...answered("Bern, soon"), services })).toEqual({
      kind: "done",
      port: "other",
      outputs: { answer: "Bern, soon", option: "", city: "Bern", days: null, class: null },
    });
    expect(describeNode(node(given)).ports).toEqual(["next", "other"]);
  });

  test("may be asked for in other words", async () => {
    const { services } = models("no idea");
    const given = { extract: { fields }, again: "Sorry, {{ start.query }}?" };
    expect(await run(given, { ...answered("?"), services })).toMatchObject({
      interrupt: { text: "Sorry, Which {{ one }}?" },
    });
  });

  test("are read without a model where that is wanted", async () => {
    const given = { extract: { fields, by: "text" } };
    const first = await run(given, answered("city: Bern"));
    const memo = first.kind === "wait" ? first.memo : undefined;
    expect(await run(given, { ...answered("days：5\nclass: FIRST"), memo })).toMatchObject({
      port: "next",
      outputs: { city: "Bern", days: 5, class: "First" },
    });
  });

  test("cannot stand beside options, and need names of their own", () => {
    const wrong = { options, extract: { fields: [{ name: "answer" }, { name: "a" }, { name: "a" }] } };
    expect(describeNode(node(wrong)).problems.map(({ field }) => field)).toEqual([
      "extract",
      "extract.fields[0].name",
      "extract.fields[2].name",
    ]);
  });
});
