import { expect, test } from "vitest";
import type { CallerTool } from "../domain/agent.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { createConversation } from "./conversations.ts";
import { SILENT_FACTS } from "./facts.ts";
import { findOpenQuestion, insertMessage } from "./messages.ts";
import {
  aChatRoom,
  aConversation,
  anAgent,
  ask,
  asker,
  eventsOf,
  historyOf,
  outline,
} from "./testing/fixtures.ts";

function says(text: string, role: "user" | "assistant" = "user") {
  const kind = role === "user" ? ("question" as const) : ("answer" as const);
  return { role, kind, text, attachments: [], meta: {} };
}

test("messages that come before a question are stored with it and told whatever the history limit is", async () => {
  const model = scriptedModel(["ok"]);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store, { historyLimitTokens: 0 });
  const conversation = await aConversation(store, agent);
  await eventsOf(await ask(turns, agent, conversation, "long ago"));
  const insertedBefore = [says("one"), says("two", "assistant")];
  const turn = await ask(turns, agent, conversation, "three", {
    insertedBefore,
    questionMeta: { q: "1" },
    meta: { t: "1" },
  });
  await turn.ended;
  expect(model.calls[1]?.request.messages.slice(1)).toMatchObject([
    { role: "user", text: "one" },
    { role: "assistant", text: "two" },
    { role: "user", text: "three" },
  ]);
  const stored = (await historyOf(store, conversation)).slice(1);
  expect(stored.map(({ question }) => [question.role, question.text])).toEqual([
    ["user", "one"],
    ["assistant", "two"],
    ["user", "three"],
  ]);
  expect(turn.insertedIds).toEqual(stored.slice(0, 2).map(({ question }) => question.messageId));
  expect(turn.questionMessageId).toBe(stored[2]?.question.messageId);
  expect(stored[2]).toMatchObject({
    question: { meta: { q: "1" } },
    answers: [{ messageId: turn.answerMessageId, turn: { meta: { t: "1" } } }],
  });
});

test("history counts messages as they stand and leaves out what was deleted or never answered", async () => {
  const replies = [["a1"], [{ type: "fail" as const, error: new Error("no") }], ["a3"], ["end"]];
  const model = scriptedModel((_, call) => replies[call] ?? []);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  const turnsOf = [];
  for (const text of ["q1", "q2", "q3"]) {
    const turn = await ask(turns, agent, conversation, text);
    await turn.ended;
    turnsOf.push(turn);
  }
  const third = turnsOf[2];
  if (third === undefined) throw new Error("no turn");
  await store.exchanges.deleteQuestion(third.exchangeId, new Date());
  await insertMessage(store, conversation, says("by the way"));
  await insertMessage(store, conversation, says("I see", "assistant"));
  await insertMessage(store, conversation, { ...says("noise", "assistant"), kind: "verbose" });
  await eventsOf(await ask(turns, agent, conversation, "q4"));
  expect(model.calls[3]?.request.messages.map(({ role, text }) => [role, text])).toEqual([
    ["system", "Be brief."],
    ["user", "q1"],
    ["assistant", "a1"],
    ["assistant", "a3"],
    ["user", "by the way"],
    ["assistant", "I see"],
    ["user", "q4"],
  ]);
});

test("history that a caller gives takes the place of what the conversation holds, within the limits, and is not kept", async () => {
  const model = scriptedModel(["ok"]);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store, { prompt: "", historyLimitExchanges: 1 });
  const conversation = await aConversation(store, agent);
  await (await ask(turns, agent, conversation, "stored")).ended;
  const item = (role: "user" | "assistant", text: string) => ({ role, text, attachments: [] });
  const history = [
    item("user", "old"),
    item("assistant", "reply"),
    item("user", "newer"),
    item("assistant", "yes"),
  ];
  await (await ask(turns, agent, conversation, "now", { history })).ended;
  await (await ask(turns, agent, conversation, "alone", { history: [] })).ended;
  await (await ask(turns, agent, conversation, "again")).ended;
  expect(model.calls.map(({ request }) => request.messages.map(({ text }) => text))).toEqual([
    ["stored"],
    ["newer", "yes", "now"],
    ["alone"],
    ["alone", "ok", "again"],
  ]);
});

test("a limit of exchanges keeps the newest rounds", async () => {
  const model = scriptedModel((_, call) => [`a${call}`]);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store, { historyLimitExchanges: 1 });
  const conversation = await aConversation(store, agent);
  for (const text of ["q0", "q1", "q2"]) await eventsOf(await ask(turns, agent, conversation, text));
  expect(model.calls[2]?.request.messages.map(({ text }) => text)).toEqual(["Be brief.", "q1", "a1", "q2"]);
});

test("a message that was only put into the conversation can be answered later", async () => {
  const model = scriptedModel(["answered"]);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store);
  const conversation = await createConversation(
    { store, facts: SILENT_FACTS },
    {
      workspaceId: agent.workspaceId,
      userId: "",
      name: "",
      inputs: {},
      requireInputs: false,
    },
  );
  await expect(findOpenQuestion(store, conversation)).rejects.toMatchObject({
    code: "request_invalid",
    field: "additional_messages",
  });
  await insertMessage(store, conversation, says("hello?"));
  const asking = { ...asker(agent), conversation, userId: "u9" };
  const exchange = await findOpenQuestion(store, conversation);
  const turn = await turns.answer({ ...asking, exchange });
  expect(turn.questionMessageId).toBe(exchange.question.messageId);
  await turn.ended;
  const [stored, ...others] = await historyOf(store, conversation);
  expect(others).toEqual([]);
  expect(stored).toMatchObject({ chosenTurnId: turn.turnId, answers: [{ text: "answered" }] });
  const refused = { code: "request_invalid", field: "additional_messages" };
  const answered = await findOpenQuestion(store, conversation);
  await expect(turns.answer({ ...asking, exchange: answered })).rejects.toMatchObject(refused);
  await insertMessage(store, conversation, says("mine", "assistant"));
  const own = await findOpenQuestion(store, conversation);
  await expect(turns.answer({ ...asking, exchange: own })).rejects.toMatchObject(refused);
});

test("a caller that does not want to wait is refused while another turn runs", async () => {
  const gate = Promise.withResolvers<void>();
  const { store, turns } = await aChatRoom(scriptedModel([{ type: "gate", until: gate.promise }, "ok"]));
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  const first = await ask(turns, agent, conversation, "one");
  await expect(ask(turns, agent, conversation, "two", { busy: "reject" })).rejects.toMatchObject({
    code: "conversation_busy",
  });
  gate.resolve();
  await first.ended;
});

const lamp: CallerTool = { name: "lamp", description: "", parameters: { type: "object" } };

test("messages given whole are told after the agent's prompt, and nothing is stored", async () => {
  const model = scriptedModel((_, call) =>
    call === 0 ? ["sure"] : [{ type: "tool-call", id: "c1", name: "lamp", arguments: "" }],
  );
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store, {
    prompt: "You are {{ name }}.",
    modelParameters: { temperature: 0.1, topP: 0.5 },
    suggestions: true,
  });
  const toolCalls = [{ id: "c0", name: "lamp", arguments: "{}" }];
  const caller = { ...asker(agent), userId: "", variables: { name: "Ann" }, callerTools: [lamp] };
  const once = await turns.runOnce({
    ...caller,
    messages: [
      { role: "system", text: "Be kind." },
      { role: "user", text: "light!", imageUrls: [] },
      { role: "assistant", text: "", toolCalls },
      { role: "tool", toolCallId: "c0", toolName: "lamp", text: "on" },
    ],
    parameters: { temperature: 0.9 },
  });
  const events = await eventsOf(once);
  expect(outline(events)).toEqual([
    "turn-start",
    "text-start",
    "text-delta",
    "text-end",
    "usage",
    "turn-end",
  ]);
  expect(turns.find(once.turnId)).toBeUndefined();
  const request = model.calls[0]?.request;
  expect(request?.parameters).toEqual({ temperature: 0.9, topP: 0.5 });
  expect(request?.tools).toEqual([lamp]);
  expect(request?.messages).toEqual([
    { role: "system", text: "You are Ann.\n\nBe kind." },
    { role: "user", text: "light!", imageUrls: [] },
    { role: "assistant", text: "", toolCalls },
    { role: "tool", toolCallId: "c0", toolName: "lamp", text: "on" },
  ]);
  const messages = [{ role: "user" as const, text: "again", imageUrls: [] }];
  const waiting = await eventsOf(await turns.runOnce({ ...caller, messages }));
  expect(waiting).toContainEqual({
    type: "requires-action",
    calls: [{ id: "c1", name: "lamp", arguments: "{}" }],
  });
  expect(waiting.at(-1)).toEqual({ type: "turn-end", status: "waiting" });
});

test("an answer outside conversations can be stopped", async () => {
  const model = scriptedModel(["a", { type: "gate", until: new Promise(() => {}) }]);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store);
  const messages = [{ role: "user" as const, text: "?", imageUrls: [] }];
  const once = await turns.runOnce({ ...asker(agent), userId: "u1", messages });
  await turns.stop(once.turnId);
  expect(once.log.isEnded).toBe(true);
  expect(model.calls[0]?.outcome).toBe("aborted");
});
