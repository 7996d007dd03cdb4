import { describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { problemWithData } from "../callbacks/events.ts";
import { standardBody } from "../callbacks/standard-format.ts";
import type { AgentSettings } from "../domain/agent.ts";
import type { ConversationId } from "../domain/ids.ts";
import { type ScriptedStep, scriptedModel } from "../models/scripted/scripted-model.ts";
import { SILENT_FACTS } from "./facts.ts";
import { holdConversation, releaseConversation, releaseIdle } from "./handover.ts";
import { insertMessage } from "./messages.ts";
import { aChatRoomOn, aConversation, anAgent, ask, asker, eventsOf, historyOf } from "./testing/fixtures.ts";
import { aRoomWithListener } from "./testing/listener.ts";
import { aNodeNetwork } from "./testing/node-network.ts";

const GIVE_AWAY: ScriptedStep = {
  type: "tool-call",
  id: "c1",
  name: "transfer_to_human",
  arguments: '{"reason":"wants a person"}',
};
const TYPES = ["turn.completed", "conversation.handed-over", "conversation.released"] as const;

/** A room whose model gives the conversation away in its first answer. */
async function aRoom(settings: Partial<AgentSettings> = {}, steps: ScriptedStep[] = [GIVE_AWAY]) {
  const model = scriptedModel((_, count) => (count === 0 ? steps : ["I am back."]));
  const options = { settings: { actions: ["handover" as const], ...settings }, types: [...TYPES] };
  const room = await aRoomWithListener(model, options);
  const conversation = await aConversation(room.store, room.agent);
  const current = async () => {
    const found = await room.store.conversations.get(conversation.id);
    if (found === undefined) throw new Error("the conversation is gone");
    return found;
  };
  const say = async (text: string, more = {}) => {
    const turn = await ask(room.turns, room.agent, await current(), text, more);
    const events = await eventsOf(turn);
    await turn.ended;
    return { turn, events };
  };
  /** What the model was told with its last call, in short. */
  const heard = () =>
    (model.calls.at(-1)?.request.messages ?? [])
      .filter(({ role }) => role !== "system")
      .map(({ role, text }) => `${role}: ${text}`);
  return { ...room, model, conversation, current, say, heard };
}

/** A room whose conversation is with a person. */
async function aHeldRoom(settings: Partial<AgentSettings> = {}) {
  const room = await aRoom(settings, ["Hello!"]);
  await room.say("first");
  expect(await holdConversation(room, room.conversation, { reason: "asked for" })).toBe(true);
  return room;
}

describe("a model that hands over", () => {
  test("ends its answer with the words that are set, and the conversation is with a person from then on", async () => {
    const { say, current, model, told, store, conversation } = await aRoom(
      { handover: { message: "One moment, please." } },
      ["I will ask. ", GIVE_AWAY],
    );
    const { turn } = await say("A person, please");
    expect(turn.log.text).toBe("I will ask. \n\nOne moment, please.");
    expect(model.calls).toHaveLength(1);
    expect((await current()).heldAt).toBeDefined();
    expect((await store.runs.find(turn.turnId))?.actions).toEqual([
      {
        type: "handover",
        status: "send",
        payload: { reason: "wants a person", handoverMessage: "One moment, please." },
      },
      { type: "send-text-message", status: "send", payload: { text: turn.log.text } },
    ]);
    const event = (await told()).at(-1);
    expect(event).toMatchObject({
      type: "conversation.handed-over",
      data: {
        conversationId: conversation.id,
        turnId: turn.turnId,
        message: "One moment, please.",
        reason: "wants a person",
        sessionId: "",
        userId: "u1",
      },
    });
    if (event === undefined) throw new Error("nothing was told");
    const { data } = JSON.parse(standardBody(event));
    expect(problemWithData("conversation.handed-over", data)).toBeUndefined();
  });

  test("has the last word also where it hands over to another agent in the same breath", async () => {
    const { turns, store, agent, conversation, model } = await aRoom({}, []);
    const other = await anAgent(store);
    const handOn = {
      type: "tool-call" as const,
      id: "c2",
      name: `hand_over_to_${other.slug}`,
      arguments: "{}",
    };
    const both = scriptedModel((_, count) => (count === 0 ? [GIVE_AWAY, handOn] : ["I am the other."]));
    const room = aChatRoomOn(store, both);
    const handoffs = [{ agentId: other.id, description: "" }];
    const settings = { ...agent.settings, handoffs, handover: { message: "One moment, please." } };
    const turn = await ask(room, { ...agent, settings }, conversation, "A person, please");
    await turn.ended;
    expect(turn.log.text).toBe("One moment, please.");
    expect([both.calls.length, model.calls.length]).toEqual([1, 0]);
    await Promise.all([room.drain(0), turns.drain(0)]);
  });

  test("says it in its own words where none are set", async () => {
    const { say, current, model } = await aRoom({ suggestions: true });
    const { turn } = await say("A person, please");
    expect(turn.log.text).toBe("I am back.");
    expect(model.calls.at(-1)?.request.messages.at(-1)?.text).toContain("A person takes over");
    expect(model.calls).toHaveLength(2);
    expect((await current()).heldAt).toBeDefined();
  });

  test("makes questions that wait behind it wait for a person", async () => {
    const gate = Promise.withResolvers<void>();
    const { turns, agent, conversation, model } = await aRoom({}, [
      { type: "gate", until: gate.promise },
      GIVE_AWAY,
    ]);
    const first = await ask(turns, agent, conversation, "A person, please");
    const waiting = ask(turns, agent, conversation, "Hello?");
    gate.resolve();
    await first.ended;
    const second = await waiting;
    await second.ended;
    expect(second.isHeld).toBe(true);
    expect(model.calls).toHaveLength(2);
  });
});

describe("while a conversation is with a person", () => {
  test("a question is kept and not answered, and said to be so", async () => {
    const { say, model, told, store, conversation } = await aHeldRoom();
    const { turn, events } = await say("Are you there?");
    expect(turn.isHeld).toBe(true);
    expect(events.map(({ type }) => type)).toEqual(["turn-start", "usage", "turn-end"]);
    expect(model.calls).toHaveLength(1);
    const [exchange] = (await historyOf(store, conversation)).slice(-1);
    expect(exchange).toMatchObject({
      question: { text: "Are you there?" },
      answers: [{ text: "", turn: { status: "completed", isHeld: true } }],
    });
    const event = (await told()).at(-1);
    expect(event).toMatchObject({
      type: "turn.completed",
      data: { question: "Are you there?", answer: "", isHeld: true },
    });
    if (event === undefined) throw new Error("nothing was told");
    expect(problemWithData("turn.completed", JSON.parse(standardBody(event)).data)).toBeUndefined();
  });

  test("a question is kept though it was asked before that was known", async () => {
    const { turns, agent, conversation, model } = await aHeldRoom();
    const turn = await ask(turns, agent, conversation, "Are you there?");
    await turn.ended;
    expect(turn.isHeld).toBe(true);
    expect(model.calls).toHaveLength(1);
  });

  test("so it is where questions are not to wait", async () => {
    const { store, agent, conversation, model } = await aHeldRoom();
    const strict = aChatRoomOn(store, model, { busy: "refuse" });
    const turn = await ask(strict, agent, conversation, "Are you there?");
    await turn.ended;
    expect(turn.isHeld).toBe(true);
    await strict.drain(0);
  });

  test("nothing is answered anew either, and what was answered before stays told", async () => {
    const { turns, agent, conversation, current, store, model, heard, say } = await aHeldRoom();
    const [exchange] = await historyOf(store, conversation);
    if (exchange === undefined) throw new Error("no exchange");
    const again = await turns.regenerate({ ...asker(agent), conversation: await current(), exchange });
    await again.ended;
    expect(again.isHeld).toBe(true);
    const [kept] = await historyOf(store, conversation);
    expect([kept?.answers.length, kept?.chosenTurnId]).toEqual([2, exchange.chosenTurnId]);
    const { exchange: open } = await insertMessage(store, conversation, {
      role: "user",
      kind: "question",
      text: "put in",
      attachments: [],
      meta: {},
    });
    const answered = await turns.answer({ ...asker(agent), conversation: await current(), exchange: open });
    await answered.ended;
    expect(answered.isHeld).toBe(true);
    const unsaved = await say("unsaved", { isStored: false });
    expect(unsaved.turn.isHeld).toBe(true);
    expect(model.calls).toHaveLength(1);
    await releaseConversation({ store, facts: SILENT_FACTS }, conversation, { by: "api" });
    await say("and now?");
    expect(heard()).toEqual(["user: first", "assistant: Hello!", "user: put in", "user: and now?"]);
  });

  test("a wait for the caller's tools goes on", async () => {
    const open = { type: "tool-call" as const, id: "d1", name: "open_door", arguments: "{}" };
    const { say, turns, agent, conversation, current, store, ...room } = await aRoom({}, [open]);
    const callerTools = [{ name: "open_door", description: "", parameters: { type: "object" } }];
    const { turn } = await say("open up", { callerTools });
    await holdConversation({ store, facts: room.facts }, conversation);
    const outputs = [{ callId: "d1", text: "open" }];
    const asking = { ...asker(agent), conversation: await current(), turnId: turn.turnId, outputs };
    const resumed = await turns.resume(asking);
    await resumed.ended;
    expect(resumed.log.text).toBe("I am back.");
  });

  test("a reader on another node hears of what is decided, and of the end of what is kept", async () => {
    const { store, agent, conversation } = await aRoom();
    const gate = Promise.withResolvers<void>();
    const network = aNodeNetwork(store);
    const model = scriptedModel((_, count) =>
      count === 0 ? [GIVE_AWAY] : ["Wait ", { type: "gate", until: gate.promise }, "here."],
    );
    const [owner, other] = [aChatRoomOn(network.node(1), model), aChatRoomOn(network.node(2), model)];
    const turn = await ask(owner, agent, conversation, "A person, please");
    const stored = { turnId: turn.turnId, conversationId: conversation.id, userId: "u1" };
    const log = await other.follow(stored, new AbortController().signal);
    gate.resolve();
    await turn.ended;
    await eventually(() => log?.isEnded === true);
    const types = Array.from({ length: log?.length ?? 0 }, (_, index) => log?.at(index)?.type);
    expect(types).toContain("action");
    const kept = await ask(owner, agent, conversation, "Hello?");
    await kept.ended;
    const [, exchange] = await historyOf(store, conversation);
    expect(exchange?.answers[0]?.turn).toMatchObject({ id: kept.turnId, isHeld: true });
    await other.drain(0);
  });
});

describe("a conversation that comes back", () => {
  test("is answered with everything that was said, also by the person", async () => {
    const { say, store, conversation, heard, told, ...room } = await aHeldRoom();
    await say("Are you there?");
    const reply = { role: "assistant" as const, kind: "answer" as const, attachments: [], meta: {} };
    await insertMessage(store, conversation, { ...reply, text: "This is Ann. Yes." });
    expect(await releaseConversation({ store, facts: room.facts }, conversation, { by: "api" })).toBe(true);
    const { turn } = await say("Thanks. And now?");
    expect(turn.isHeld).toBe(false);
    expect(heard()).toEqual([
      "user: first",
      "assistant: Hello!",
      "user: Are you there?",
      "assistant: This is Ann. Yes.",
      "user: Thanks. And now?",
    ]);
    const released = (await told()).find(({ type }) => type === "conversation.released");
    expect(released?.data).toMatchObject({ conversationId: conversation.id, by: "api" });
    if (released === undefined) throw new Error("nothing was told");
    const { data } = JSON.parse(standardBody(released));
    expect(problemWithData("conversation.released", data)).toBeUndefined();
  });

  test("does so by exactly the words that are set, which the agent answers", async () => {
    const { say, current, told, heard } = await aHeldRoom({ handover: { releaseCommand: "back to bot" } });
    expect((await say("please back to bot")).turn.isHeld).toBe(true);
    const { turn } = await say(" back to bot\n");
    expect(turn.isHeld).toBe(false);
    expect(turn.log.text).toBe("I am back.");
    expect((await current()).heldAt).toBeUndefined();
    expect(heard().slice(-2)).toEqual(["user: please back to bot", "user:  back to bot\n"]);
    expect((await told()).at(-2)?.data).toMatchObject({ by: "command" });
  });

  test("is told once, however often it is given and taken back", async () => {
    const { told, conversation, ...room } = await aHeldRoom();
    expect(await holdConversation(room, conversation)).toBe(false);
    expect(await releaseConversation(room, conversation, { by: "api" })).toBe(true);
    expect(await releaseConversation(room, conversation, { by: "api" })).toBe(false);
    const types = (await told()).map(({ type }) => type);
    expect(types).toEqual(["turn.completed", "conversation.handed-over", "conversation.released"]);
    const gone = { id: room.store.newId<ConversationId>() };
    const isGone = { code: "conversation_not_found" };
    await expect(holdConversation(room, gone)).rejects.toMatchObject(isGone);
    await expect(releaseConversation(room, gone, { by: "api" })).rejects.toMatchObject(isGone);
  });
});

describe("a conversation that is quiet", () => {
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);

  test("stays with the person when something is said at the moment at which it would come back", async () => {
    const { say, current, told, store, conversation, ...room } = await aHeldRoom();
    const sweep = { now: inMinutes(10), idleMinutes: 10 };
    const latestMs = sweep.now.getTime() - 600_000;
    const listHeld: typeof store.conversations.listHeld = async (query) => {
      const page = await store.conversations.listHeld(query);
      // What is said in the same millisecond is no later.
      await eventually(() => Date.now() > latestMs);
      await say("Still there?");
      return page.map((held) => ({ ...held, quietSince: inMinutes(-60) }));
    };
    const busy = { ...store, conversations: { ...store.conversations, listHeld } };
    expect(await releaseIdle({ store: busy, facts: room.facts }, sweep)).toBe(0);
    expect((await current()).heldAt).toBeDefined();
    expect((await told()).map(({ type }) => type)).not.toContain("conversation.released");
  });

  test("comes back after as long as its agent says, or else the server", async () => {
    const { say, current, told, store, ...room } = await aHeldRoom({ handover: { idleMinutes: 5 } });
    const services = { store, facts: room.facts };
    const patient = await anAgent(store, { handover: { idleMinutes: 0 } });
    const forever = await aConversation(store, patient);
    const plain = await aConversation(store, await anAgent(store));
    for (const one of [forever, plain]) await holdConversation(services, one);
    await say("Are you there?");
    expect(await releaseIdle(services, { now: inMinutes(4), idleMinutes: 60 })).toBe(0);
    expect(await releaseIdle(services, { now: inMinutes(6), idleMinutes: 60 })).toBe(1);
    expect((await current()).heldAt).toBeUndefined();
    expect((await told()).at(-1)?.data).toMatchObject({ by: "idle" });
    expect(await releaseIdle(services, { now: inMinutes(600), idleMinutes: 0 })).toBe(0);
    expect(await releaseIdle(services, { now: inMinutes(61), idleMinutes: 60 })).toBe(1);
    expect(await store.conversations.get(plain.id)).not.toHaveProperty("heldAt");
    expect((await store.conversations.get(forever.id))?.heldAt).toBeDefined();
  });
});
