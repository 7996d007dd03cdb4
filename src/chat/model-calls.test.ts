import { expect, test } from "vitest";
import type { TurnEvent } from "../domain/turn-event.ts";
import { type ChatMessage, ModelError } from "../models/chat-model.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { ModelCall } from "./model-calls.ts";
import { aChatRoom, aConversation, anAgent, ask, eventsOf } from "./testing/fixtures.ts";

type Start = Extract<TurnEvent, { type: "model-call-start" }>;

const model = scriptedModel([]);

function startOf(messages: ChatMessage[], told = 0): Start {
  const event = new ModelCall(1).start(model, { messages, tools: [], parameters: {}, passages: [] }, told);
  if (event.type !== "model-call-start") throw new Error("no beginning");
  return event;
}

function user(text: string): ChatMessage {
  return { role: "user", text, imageUrls: [] };
}

test("of what is sent the prompt and the last messages are kept, cut, in a few kilobytes whatever it was", () => {
  const prompt: ChatMessage = { role: "system", text: "提示".repeat(50_000) };
  const many = Array.from({ length: 500 }, (_, index) => user(`${index} ${"问".repeat(600)}`));
  const event = startOf([prompt, ...many]);
  expect(event.messages[0]).toMatchObject({ role: "system", length: 100_000 });
  expect(event.messages.at(-1)?.text).toMatch(/^499 /);
  expect(event.otherMessages + event.messages.length).toBe(501);
  expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(16_000);
});

test("a later call tells what the calls before have not", () => {
  const messages: ChatMessage[] = [
    user("how is it?"),
    { role: "assistant", text: "", toolCalls: [{ id: "c", name: "weather", arguments: "{}" }] },
    { role: "tool", toolCallId: "c", toolName: "weather", text: "rain" },
  ];
  expect(startOf(messages, 1)).toMatchObject({
    messages: [
      { role: "assistant", tools: ["weather"] },
      { role: "tool", tools: ["weather"], text: "rain" },
    ],
    otherMessages: 1,
  });
});

test("a text is never cut inside a character", () => {
  const [message] = startOf([user(`${"a".repeat(1_499)}😀 and more`)]).messages;
  expect(message?.text.isWellFormed()).toBe(true);
});

test("what a call came to is told with what it cost, and kept with its turn", async () => {
  const priced = scriptedModel(
    [
      "Hello",
      { type: "usage", inputTokens: 1_000, outputTokens: 500 },
      { type: "finish", reason: "stop", requestId: "r-1" },
    ],
    { prices: { input: 2, output: 8, currency: "CNY" } },
  );
  const { store, turns } = await aChatRoom(priced);
  const agent = await anAgent(store);
  const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
  await eventsOf(turn);
  const end = { output: "Hello", finishReason: "stop", requestId: "r-1", inputTokens: 1_000, cost: 0.006 };
  expect(await store.turns.trace(turn.turnId)).toMatchObject([
    { type: "model-call-start", model: "scripted", messages: [{ role: "system" }, { text: "Hi" }] },
    { type: "model-call-end", ...end, currency: "CNY" },
  ]);
  await store.close();
});

test("a call that fails says why in the vendor's words, with its id of the request", async () => {
  const refused = new ModelError("refused", "refused", { status: 401, detail: "bad key", requestId: "r-2" });
  const { store, turns } = await aChatRoom(scriptedModel([{ type: "fail", error: refused }]));
  const agent = await anAgent(store);
  const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
  await eventsOf(turn);
  expect((await store.turns.trace(turn.turnId)).at(-1)).toMatchObject({
    type: "model-call-end",
    requestId: "r-2",
    inputTokens: 0,
    error: { message: "refused", detail: "bad key", status: 401 },
  });
  await store.close();
});
