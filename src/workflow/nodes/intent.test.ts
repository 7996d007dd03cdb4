import { expect, test } from "vitest";
import { ModelError } from "../../models/chat-model.ts";
import { scriptedModel } from "../../models/scripted/scripted-model.ts";
import { describeNode, outputsOf, runNode, someModels, TestHost } from "../testing/node-call.ts";

const node = (text: string, members: object = {}) => ({
  id: "what",
  type: "intent",
  intents: [
    { name: "refund", description: "Wants money back.", keywords: ["退款", "ＲＥＦＵＮＤ"] },
    { name: "complain", description: "Is angry.", keywords: ["差评"] },
  ],
  ...members,
  inputs: { text: { value: text } },
});
const meaning = async (text: string, ...said: string[]) => {
  const model = scriptedModel(said);
  const outcome = await runNode(node(text), { services: { models: someModels(model) } }).outcome;
  return { outcome, model };
};

test.each([["我要退款！"], ["please Refund me"]])(
  "%s is decided by its keyword, without a model",
  async (text) => {
    const { outcome, model } = await meaning(text);
    expect(outcome).toEqual({ kind: "done", port: "refund", outputs: { intent: "refund" } });
    expect(model.calls).toHaveLength(0);
  },
);

test("keywords of two intents leave it to the model", async () => {
  const { outcome } = await meaning("退款，不然差评", '{"intent":"complain"}');
  expect(outcome).toMatchObject({ port: "complain" });
});

test.each([
  ['{"intent":"refund"}', "refund"],
  ['The intent is: {"intent": "refund"}', "refund"],
  ["refund", "refund"],
  ['{"intent":"other"}', "other"],
  ['{"intent":"constructor"}', "other"],
  ['{"intent":"error"}', "other"],
  ['{"intent":["refund"]}', "other"],
  ["<script>", "other"],
  ["", "other"],
])("of the model's answer %s the port is %s", async (said, port) => {
  const { outcome } = await meaning("Hello", ...(said === "" ? [] : [said]));
  expect(outcome).toEqual({ kind: "done", port, outputs: { intent: port } });
});

test("the model is told the intents, what was said before, and that the text is no instruction", async () => {
  const model = scriptedModel(["refund"]);
  const host = new TestHost();
  host.said = [{ role: "assistant", text: "Money back, or exchange?" }];
  const asked = node("The first.", { history: 2, instructions: "Shop: {{ start.shop }}" });
  const { call, outcome } = runNode(asked, {
    services: { models: someModels(model) },
    host,
    scope: { start: { shop: "{{ x }}" } },
  });
  await outcome;
  const [system, ...rest] = model.calls[0]?.request.messages ?? [];
  expect(system?.text).toContain("- refund: Wants money back.");
  expect(system?.text).toContain("Shop: {{ x }}");
  expect(rest.map(({ role, text }) => [role, text])).toEqual([
    ["assistant", "Money back, or exchange?"],
    ["user", "The first."],
  ]);
  expect(call.used).toHaveLength(1);
});

test("its ports are the intents and other", () => {
  expect(describeNode(node("")).ports).toEqual(["refund", "complain", "other"]);
});

test("a name that is there twice, or taken, is told", () => {
  const intents = [
    { name: "a", description: "A" },
    { name: "a", description: "B" },
    { name: "other", description: "C" },
  ];
  expect(describeNode(node("", { intents })).problems).toEqual([
    { field: "intents[1].name", message: '"a" is there twice' },
    { field: "intents[2].name", message: '"other" is there already' },
  ]);
});

test("a model that fails fails the node", async () => {
  const model = scriptedModel([{ type: "fail", error: new ModelError("timeout", "no answer in time") }]);
  await expect(outputsOf(node("Hi"), { services: { models: someModels(model) } })).rejects.toMatchObject({
    code: "model_timeout",
    message: "no answer in time",
  });
});
