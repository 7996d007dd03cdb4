import { expect, test, vi } from "vitest";
import { API_CHANNEL, type CallerTool, type HttpTool } from "../domain/agent.ts";
import { NO_USAGE } from "../domain/conversation.ts";
import type { TurnId, VersionId } from "../domain/ids.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import type { Store } from "../storage/store.ts";
import { SILENT_FACTS } from "./facts.ts";
import {
  aChatRoom,
  aChatRoomOn,
  aConversation,
  anAgent,
  ask,
  asker,
  eventsOf,
  historyOf,
  outline,
  someSettings,
} from "./testing/fixtures.ts";
import { pendingCalls, Turns } from "./turns.ts";

const door: CallerTool = {
  name: "open_door",
  description: "Opens a door",
  parameters: { type: "object", properties: { door: { type: "string" } } },
};
const weather: HttpTool = {
  name: "get_weather",
  title: "",
  description: "",
  parameters: { type: "object" },
  method: "GET",
  url: "https://weather.example/today",
  headers: {},
  timeoutMs: 1_000,
};

function call(id: string, name: string, input: unknown = {}) {
  return { type: "tool-call" as const, id, name, arguments: JSON.stringify(input) };
}

/** A model that opens a door and then says what came of it. */
function doorModel() {
  return scriptedModel((request, count) =>
    count === 0
      ? ["Wait. ", call("c1", "open_door", { door: "front" })]
      : [`It said ${request.messages.at(-1)?.text}`],
  );
}

const withDoor = { callerTools: [door] };

async function aWaitingTurn(model = doorModel()) {
  const room = await aChatRoom(model);
  const agent = await anAgent(room.store);
  const conversation = await aConversation(room.store, agent);
  const turn = await ask(room.turns, agent, conversation, "open up", withDoor);
  const events = await eventsOf(turn);
  const resume = (outputs: { callId: string; text: string }[], turns = room.turns) =>
    turns.resume({ ...asker(agent), conversation, turnId: turn.turnId, outputs });
  return { ...room, model, agent, conversation, turn, events, resume };
}

async function stateOf(store: Store, conversation: Parameters<typeof historyOf>[1]) {
  return (await historyOf(store, conversation))[0]?.answers[0];
}

test("a turn that needs its caller's tool waits, and goes on with what it gave", async () => {
  const { store, model, conversation, turn, events, resume } = await aWaitingTurn();
  expect(outline(events)).toEqual([
    "turn-start",
    "text-start",
    "text-delta",
    "text-end",
    "thought-start",
    "requires-action",
    "usage",
    "turn-end",
  ]);
  const calls = [{ id: "c1", name: "open_door", arguments: '{"door":"front"}' }];
  expect(events.find((event) => event.type === "requires-action")).toEqual({
    type: "requires-action",
    calls,
  });
  expect(events.at(-1)).toEqual({ type: "turn-end", status: "waiting" });
  expect(await pendingCalls(store, turn.turnId)).toEqual(calls);
  expect(await stateOf(store, conversation)).toMatchObject({ text: "Wait. ", turn: { status: "waiting" } });

  const resumed = await resume([{ callId: "c1", text: "opened" }]);
  expect(resumed).toMatchObject({
    turnId: turn.turnId,
    exchangeId: turn.exchangeId,
    questionMessageId: turn.questionMessageId,
    answerMessageId: turn.answerMessageId,
    createdAt: turn.createdAt,
    before: {
      text: "Wait. ",
      reasoning: "",
      trace: [{ type: "model-call-start" }, { type: "model-call-end" }, { type: "thought-start" }],
    },
  });
  const rest = await eventsOf(resumed);
  expect(outline(rest)).toEqual([
    "turn-start",
    "thought-end",
    "text-start",
    "text-delta",
    "text-end",
    "usage",
    "turn-end",
  ]);
  expect(rest).toContainEqual(
    expect.objectContaining({ type: "thought-end", position: 1, observation: "opened" }),
  );
  expect(model.calls[1]?.request.messages).toMatchObject([
    { role: "system" },
    { role: "user", text: "open up" },
    { role: "assistant", text: "Wait. ", toolCalls: [{ id: "c1", name: "open_door" }] },
    { role: "tool", toolCallId: "c1", toolName: "open_door", text: "opened" },
  ]);
  expect(await stateOf(store, conversation)).toMatchObject({
    text: "Wait. It said opened",
    turn: { status: "completed" },
  });
  const trace = await store.turns.trace(turn.turnId);
  expect(outline(trace)).toEqual(["thought-start", "thought-end"]);
  expect(await pendingCalls(store, turn.turnId)).toEqual([]);
});

test("an agent is not offered its caller's tools by callers that run none", async () => {
  const model = scriptedModel(["ok"]);
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store, withDoor);
  await eventsOf(await ask(turns, agent, await aConversation(store, agent), "open up"));
  expect(model.calls[0]?.request.tools).toEqual([]);
});

test("tools of ours run before the turn waits for several of the caller's", async () => {
  const model = scriptedModel((_, count) =>
    count === 0 ? [call("c1", "open_door"), call("c2", "get_weather"), call("c3", "open_door")] : ["done"],
  );
  const request = vi.fn(async () => ({
    status: 200,
    headers: {},
    body: Buffer.from("26"),
    url: "",
    durationMs: 1,
  }));
  const { store, turns } = await aChatRoom(model, { outbound: { request } });
  const agent = await anAgent(store, { tools: [weather] });
  const conversation = await aConversation(store, agent);
  const turn = await ask(turns, agent, conversation, "?", withDoor);
  const events = await eventsOf(turn);
  expect(outline(events)).toEqual([
    "turn-start",
    "thought-start",
    "thought-end",
    "thought-start",
    "thought-start",
    "requires-action",
    "usage",
    "turn-end",
  ]);
  const outputs = [
    { callId: "c3", text: "third" },
    { callId: "c1", text: "first" },
  ];
  const resuming = { ...asker(agent), conversation, turnId: turn.turnId };
  await eventsOf(await turns.resume({ ...resuming, outputs }));
  expect(request).toHaveBeenCalledTimes(1);
  expect(model.calls[1]?.request.messages.slice(3)).toMatchObject([
    { toolCallId: "c2", text: "26" },
    { toolCallId: "c1", text: "first" },
    { toolCallId: "c3", text: "third" },
  ]);
});

test("calls to which the model gave the same id, or none, are told apart", async () => {
  const model = scriptedModel((_, count) =>
    count === 0 ? ["1", "1", ""].map((id) => call(id, "open_door")) : ["done"],
  );
  const { store, conversation, turn, resume } = await aWaitingTurn(model);
  const ids = (await pendingCalls(store, turn.turnId)).map(({ id }) => id);
  expect(ids).toEqual(["1", expect.stringMatching(/^call_/), expect.stringMatching(/^call_/)]);
  await eventsOf(await resume(ids.map((callId, index) => ({ callId, text: `door ${index}` }))));
  expect(model.calls[1]?.request.messages.slice(3)).toMatchObject(
    ids.map((toolCallId, index) => ({ toolCallId, text: `door ${index}` })),
  );
  expect(await stateOf(store, conversation)).toMatchObject({ turn: { status: "completed" } });
});

test("outputs that are missing, unknown or double are refused, and the turn waits on", async () => {
  const { store, conversation, resume } = await aWaitingTurn();
  const refused = { code: "request_invalid", field: "tool_outputs" };
  const good = { callId: "c1", text: "x" };
  await expect(resume([])).rejects.toMatchObject(refused);
  await expect(resume([good, good])).rejects.toMatchObject(refused);
  await expect(resume([good, { callId: "c2", text: "x" }])).rejects.toMatchObject(refused);
  expect(await stateOf(store, conversation)).toMatchObject({ turn: { status: "waiting" } });
  await eventsOf(await resume([good]));
  await expect(resume([good])).rejects.toMatchObject({ code: "turn_not_waiting" });
});

test("of two callers who hand over outputs at once exactly one goes on", async () => {
  const { model, resume } = await aWaitingTurn();
  const results = await Promise.allSettled([
    resume([{ callId: "c1", text: "one" }]),
    resume([{ callId: "c1", text: "two" }]),
  ]);
  for (const result of results) if (result.status === "fulfilled") await result.value.ended;
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(results.find((result) => result.status === "rejected")).toMatchObject({
    reason: { code: "turn_not_waiting" },
  });
  expect(model.calls).toHaveLength(2);
});

test("a waiting turn of another conversation is not found waiting", async () => {
  const { store, turns, agent, conversation, turn } = await aWaitingTurn();
  const other = await aConversation(store, agent);
  const outputs = [{ callId: "c1", text: "x" }];
  await expect(
    turns.resume({ ...asker(agent), conversation: other, turnId: turn.turnId, outputs }),
  ).rejects.toMatchObject({ code: "turn_not_waiting" });
  await expect(
    turns.resume({ ...asker(agent), conversation, turnId: store.newId<TurnId>(), outputs }),
  ).rejects.toMatchObject({ code: "turn_not_waiting" });
  expect(turns.runningIds.size).toBe(0);
});

test("a waiting turn goes on in another process, with what it was asked with, and may wait again", async () => {
  const model = scriptedModel((request, count) => {
    if (count < 2) return [call(`c${count}`, "open_door")];
    return [
      `${request.messages[0]?.text} / ${request.messages
        .map(({ text }) => text)
        .slice(2)
        .join(",")}`,
    ];
  });
  const { store, turns } = await aChatRoom(model);
  const agent = await anAgent(store, { prompt: "You are {{name}}." });
  const conversation = await aConversation(store, agent, { name: "Ann" });
  const turn = await ask(turns, agent, conversation, "go", { ...withDoor, variables: { name: "Bob" } });
  await turn.ended;
  await store.agents.save({ ...agent, settings: someSettings({ prompt: "New." }), revision: 2 });
  const outbound = { request: () => Promise.reject(new Error("none")) };
  const blobs = { read: () => Promise.reject(new Error("none")) };
  for (const [index, text] of ["first", "second"].entries()) {
    const elsewhere = new Turns(
      { store, outbound, blobs, facts: SILENT_FACTS, models: { names: [], find: () => model } },
      {
        busy: "queue",
        queueTimeoutMs: 1_000,
        queueLimit: 1,
        turnsPerMinutePerKey: 0,
        turnsPerMinutePerUser: 0,
        concurrentTurnsPerKey: 0,
        concurrentTurnsPerUser: 0,
      },
    );
    const outputs = [{ callId: `c${index}`, text }];
    const resumed = await elsewhere.resume({ ...asker(agent), conversation, turnId: turn.turnId, outputs });
    expect((await eventsOf(resumed)).at(-1)).toMatchObject({ type: "turn-end" });
  }
  expect(await stateOf(store, conversation)).toMatchObject({
    text: "You are Bob. / ,first,,second",
    turn: { status: "completed" },
  });
});

test("a turn that waited goes on with the version it began with, whatever was published meanwhile", async () => {
  const model = doorModel();
  const { store, turns } = await aChatRoom(model);
  const draft = await anAgent(store);
  const publish = async (number: number, temperature: number) => {
    const version = {
      id: store.newId<VersionId>(),
      agentId: draft.id,
      number,
      name: `Version ${number}`,
      settings: someSettings({ modelParameters: { temperature } }),
      changelog: "",
      createdAt: new Date(),
    };
    await store.versions.insert(version);
    await store.versions.release({
      agentId: draft.id,
      channel: API_CHANNEL,
      versionId: version.id,
      since: new Date(),
    });
    return { ...draft, name: version.name, settings: version.settings, versionId: version.id };
  };
  const first = await publish(1, 0.1);
  const conversation = await aConversation(store, first);
  const turn = await ask(turns, first, conversation, "open up", withDoor);
  await turn.ended;
  const second = await publish(2, 0.9);
  const outputs = [{ callId: "c1", text: "opened" }];
  await eventsOf(await turns.resume({ ...asker(second), conversation, turnId: turn.turnId, outputs }));
  expect(model.calls.map(({ request }) => request.parameters)).toEqual([
    { temperature: 0.1 },
    { temperature: 0.1 },
  ]);
  expect(await stateOf(store, conversation)).toMatchObject({ turn: { versionId: first.versionId } });
});

test("a turn that waited before there were actions goes on", async () => {
  const { store, conversation, turn, resume } = await aWaitingTurn();
  const state = await store.turns.resume(turn.turnId);
  const { decided, sessionId, ...old } = JSON.parse(state ?? "{}");
  expect({ decided, sessionId }).toEqual({ decided: { actions: [], triggers: [] }, sessionId: "" });
  await store.turns.suspend({
    turnId: turn.turnId,
    text: old.text,
    reasoning: "",
    usage: NO_USAGE,
    usedKnowledge: false,
    trace: [],
    state: JSON.stringify(old),
    now: new Date(),
  });
  await (await resume([{ callId: "c1", text: "opened" }])).ended;
  expect(await stateOf(store, conversation)).toMatchObject({
    text: "Wait. It said opened",
    turn: { status: "completed" },
  });
});

test("a turn that is not stored leaves nothing, and cannot go on after it waited", async () => {
  const { store, turns } = await aChatRoom(doorModel());
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  const turn = await ask(turns, agent, conversation, "open up", { ...withDoor, isStored: false });
  expect(turns.find(turn.turnId)).toBe(turn);
  expect((await eventsOf(turn)).at(-1)).toEqual({ type: "turn-end", status: "waiting" });
  expect(await historyOf(store, conversation)).toEqual([]);
  expect(await store.turns.trace(turn.turnId)).toEqual([]);
  const outputs = [{ callId: "c1", text: "x" }];
  await expect(
    turns.resume({ ...asker(agent), conversation, turnId: turn.turnId, outputs }),
  ).rejects.toMatchObject({ code: "turn_not_waiting" });
});

test("a turn that waited while it was looked up, and goes on, is not taken for one that others closed", async () => {
  const asks = Promise.withResolvers<void>();
  const answers = Promise.withResolvers<void>();
  const waits = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  const wentOn = Promise.withResolvers<void>();
  const model = scriptedModel((_, count) =>
    count === 0
      ? [{ type: "gate", until: asks.promise }, call("c1", "open_door")]
      : ["It is ", { type: "gate", until: answers.promise }, "open."],
  );
  const { store } = await aChatRoom(model);
  const agent = await anAgent(store);
  const conversation = await aConversation(store, agent);
  const stillRunning: Store["turns"]["stillRunning"] = async (turnIds) => {
    await waits.promise;
    const running = await store.turns.stillRunning(turnIds);
    looked.resolve();
    await wentOn.promise;
    return running;
  };
  const turns = aChatRoomOn({ ...store, turns: { ...store.turns, stillRunning } }, model);
  const turn = await ask(turns, agent, conversation, "open up", withDoor);
  const cutting = turns.cutClosed();
  asks.resolve();
  await turn.ended;
  waits.resolve();
  await looked.promise;
  const outputs = [{ callId: "c1", text: "opened" }];
  const resumed = await turns.resume({ ...asker(agent), conversation, turnId: turn.turnId, outputs });
  wentOn.resolve();
  await cutting;
  answers.resolve();
  expect((await eventsOf(resumed)).at(-1)).toEqual({ type: "turn-end", status: "completed" });
});
