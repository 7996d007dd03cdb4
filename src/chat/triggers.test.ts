import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { type Agent, type AgentSettings, API_CHANNEL } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { DomainError } from "../domain/errors.ts";
import type { EndpointId, TriggerId, VersionId } from "../domain/ids.ts";
import { DEFAULT_TRIGGERS, TRIGGER_TYPES, type Trigger, type TriggerRecord } from "../domain/trigger.ts";
import { metricsText } from "../log/metrics.ts";
import { type ScriptedModel, scriptedModel } from "../models/scripted/scripted-model.ts";
import type { Store } from "../storage/store.ts";
import { aChatRoom, aChatRoomOn, aConversation, anAgent, ask, historyOf } from "./testing/fixtures.ts";
import { listen } from "./testing/listener.ts";
import { aNodeNetwork } from "./testing/node-network.ts";
import { type NewTrigger, Triggers } from "./triggers.ts";
import type { Turns } from "./turns.ts";

const REFUND = { id: "a277efc6-025f-41cd-8888-43e3a8e8e28f", name: "refund", description: "", variables: [] };
const MINUTE_MS = 60_000;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type RoomOptions = Parameters<typeof aChatRoom>[1];

/** A room with its triggers, which have begun; everything ends with the test. */
async function aRoom(model: ScriptedModel, options: RoomOptions = {}) {
  const { store, turns } = await aChatRoom(model, options);
  closers.push(() => store.close());
  closers.push(() => turns.drain(0));
  const triggers = await begun(store, turns);
  return { store, turns, triggers };
}

async function begun(
  store: Store,
  turns: Turns,
  options: ConstructorParameters<typeof Triggers>[1] = {},
): Promise<Triggers> {
  const triggers = new Triggers({ store, turns }, options);
  closers.push(() => triggers.stop());
  await triggers.start();
  return triggers;
}

/** As it is live on the API channel. */
async function aLiveAgent(store: Store, settings: Partial<AgentSettings> = {}): Promise<Agent> {
  const agent = await anAgent(store, settings);
  const versionId = store.newId<VersionId>();
  const { id: agentId, name } = agent;
  await store.versions.insert({
    ...{ id: versionId, agentId, number: Date.now(), name, settings: agent.settings },
    ...{ changelog: "", createdAt: new Date() },
  });
  await store.versions.release({ agentId, channel: API_CHANNEL, versionId, since: new Date() });
  return agent;
}

function text(words: string, more: object = {}): Trigger {
  return { type: "receive-text-message", payload: { text: words, ...more } };
}

function event(message: string): Trigger {
  return {
    type: "canvas-event-trigger",
    payload: { eventId: REFUND.id, eventName: REFUND.name, data: { message } },
  };
}

async function accepted(triggers: Triggers, asked: Omit<NewTrigger, "source">): Promise<TriggerRecord> {
  const acceptance = await triggers.accept({ source: "api", ...asked });
  if (!("record" in acceptance)) throw new Error("kept as a message");
  return acceptance.record;
}

async function stateOf(store: Store, { id }: TriggerRecord) {
  const { state, reason } = (await store.triggers.get(id)) ?? {};
  return `${state}${reason === "" ? "" : `: ${reason}`}`;
}

async function saidIn(store: Store, conversation: Conversation) {
  const exchanges = await historyOf(store, conversation);
  return exchanges.map(({ question, answers }) => [question.text, ...answers.map((answer) => answer.text)]);
}

const over = (triggers: Triggers, { id }: TriggerRecord) =>
  triggers.untilOver(id, AbortSignal.timeout(20_000));

describe("an accepted trigger", () => {
  test("starts its turn, and is what that turn was started by", async () => {
    const model = scriptedModel(["done"]);
    const { store, triggers } = await aRoom(model);
    const agent = await aLiveAgent(store, { prompt: "About {{ message }}.", events: [REFUND] });
    const conversation = await aConversation(store, agent);
    const record = await accepted(triggers, { agent, conversation, trigger: event("七天") });
    expect(record).toMatchObject({ state: "due", reason: "", depth: 0, workspaceId: agent.workspaceId });
    const done = await over(triggers, record);
    expect(done).toMatchObject({ state: "started", turnId: expect.any(Number) });
    expect(await store.triggers.ofTurn(done.turnId ?? (0 as never))).toEqual(done);
    expect(await saidIn(store, conversation)).toEqual([["七天", "done"]]);
    expect(model.calls[0]?.request.messages).toMatchObject([
      { role: "system", text: "About 七天." },
      { role: "user", text: "七天" },
    ]);
  });

  test("tells the model the history it brought, once, and stores none of it", async () => {
    const model = scriptedModel(["done"]);
    const { store, triggers } = await aRoom(model);
    const agent = await aLiveAgent(store);
    const conversation = await aConversation(store, agent);
    await over(triggers, await accepted(triggers, { agent, conversation, trigger: text("earlier") }));
    const history = [
      { role: "user" as const, text: "elsewhere", attachments: [] },
      { role: "assistant" as const, text: "yes", attachments: [] },
      { role: "user" as const, text: "hi", attachments: [] },
    ];
    await over(triggers, await accepted(triggers, { agent, conversation, trigger: text("hi"), history }));
    expect(model.calls[1]?.request.messages.slice(1)).toMatchObject([
      { role: "user", text: "elsewhere" },
      { role: "assistant", text: "yes" },
      { role: "user", text: "hi" },
    ]);
    expect(await saidIn(store, conversation)).toEqual([
      ["earlier", "done"],
      ["hi", "done"],
    ]);
  });

  test("waits for those before it in its conversation, and for no other conversation", async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel(({ messages }) =>
      messages.at(-1)?.text === "slow" ? [{ type: "gate", until: gate.promise }, "slow"] : ["quick"],
    );
    const { store, triggers } = await aRoom(model);
    const agent = await aLiveAgent(store);
    const [one, other] = [await aConversation(store, agent), await aConversation(store, agent)];
    await accepted(triggers, { agent, conversation: one, trigger: text("slow") });
    const later = [];
    for (const words of ["2", "3", "4"]) {
      later.push(await accepted(triggers, { agent, conversation: one, trigger: text(words) }));
    }
    await over(
      triggers,
      await accepted(triggers, { agent, conversation: other, trigger: text("elsewhere") }),
    );
    expect(model.calls).toHaveLength(2);
    gate.resolve();
    for (const record of later) await over(triggers, record);
    expect((await saidIn(store, one)).map(([question]) => question)).toEqual(["slow", "2", "3", "4"]);
  });

  test("that is due later starts then, also in another process, and can be cancelled until then", async () => {
    const { store, turns, triggers } = await aRoom(scriptedModel(["done"]));
    const agent = await aLiveAgent(store, { events: [REFUND] });
    const conversation = await aConversation(store, agent);
    const dueAt = new Date(Date.now() + 300);
    const soon = await accepted(triggers, { agent, conversation, trigger: event("soon"), dueAt });
    const later = new Date(Date.now() + MINUTE_MS);
    const wrong = await accepted(triggers, { agent, conversation, trigger: event("no"), dueAt: later });
    await triggers.stop();
    const next = await begun(store, turns);
    const started = await over(next, soon);
    const run = await store.runs.find(started.turnId ?? (0 as never));
    expect(run?.turn.createdAt.getTime()).toBeGreaterThanOrEqual(dueAt.getTime());
    expect(await next.cancel(agent, wrong.id)).toMatchObject({ state: "cancelled", reason: "by_caller" });
    expect(await next.cancel(agent, wrong.id)).toMatchObject({ state: "cancelled" });
    expect(await next.cancel(agent, soon.id)).toMatchObject({ state: "started" });
    expect(await next.cancel({ id: 1 as Agent["id"] }, soon.id)).toBeUndefined();
  });

  test("is cancelled by a message of the user where it says so, and by nothing else", async () => {
    const { store, triggers } = await aRoom(scriptedModel(["done"]));
    const agent = await aLiveAgent(store, { events: [REFUND] });
    const conversation = await aConversation(store, agent);
    const dueAt = new Date(Date.now() + MINUTE_MS);
    const asked = { agent, conversation, trigger: event("still there?"), dueAt };
    const [reminder, other] = [
      await accepted(triggers, { ...asked, cancelOnMessage: true }),
      await accepted(triggers, asked),
    ];
    await over(triggers, await accepted(triggers, { agent, conversation, trigger: event("now") }));
    expect(await stateOf(store, reminder)).toBe("due");
    await over(triggers, await accepted(triggers, { agent, conversation, trigger: text("hi") }));
    expect(await stateOf(store, reminder)).toBe("cancelled: message");
    expect(await stateOf(store, other)).toBe("due");
  });

  test("is accepted once under one key, whoever sends it", async () => {
    const { store, triggers } = await aRoom(scriptedModel(["done"]));
    const agent = await aLiveAgent(store);
    const conversation = await aConversation(store, agent);
    const key = { scope: "test", key: "k", expiresAt: new Date(Date.now() + MINUTE_MS) };
    const asked = { agent, conversation, trigger: text("hi"), source: "api" as const, key };
    const all = await Promise.all([1, 2, 3].map(() => triggers.accept(asked)));
    expect(all.filter(({ isRepeated }) => !isRepeated)).toHaveLength(1);
    const ids = all.map((acceptance) => ("record" in acceptance ? acceptance.record.id : 0));
    expect(new Set(ids).size).toBe(1);
    await eventually(async () => (await saidIn(store, conversation)).length === 1);
  });

  test("is refused past the event's limit in the conversation; cancelled ones do not count", async () => {
    const { store, triggers } = await aRoom(scriptedModel(["done"]));
    const agent = await aLiveAgent(store, { events: [REFUND] });
    const [one, other] = [await aConversation(store, agent), await aConversation(store, agent)];
    const asked = { agent, trigger: event("x"), limit: 2, dueAt: new Date(Date.now() + MINUTE_MS) };
    const first = await accepted(triggers, { ...asked, conversation: one });
    const attempts = [1, 2, 3].map(() => accepted(triggers, { ...asked, conversation: one }));
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(refusals.map(({ code }: DomainError) => code)).toEqual([
      "event_limit_reached",
      "event_limit_reached",
    ]);
    await accepted(triggers, { ...asked, conversation: other });
    await triggers.cancel(agent, first.id);
    await accepted(triggers, { ...asked, conversation: one });
  });
});

describe("a trigger that cannot start its turn now", () => {
  test("tries again while the room is full", async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel((_request, call) =>
      call === 0 ? [{ type: "gate", until: gate.promise }] : ["ok"],
    );
    const { store, triggers } = await aRoom(model, { concurrentTurnsPerKey: 1 });
    const agent = await aLiveAgent(store);
    const [one, other] = [await aConversation(store, agent), await aConversation(store, agent)];
    await accepted(triggers, { agent, conversation: one, trigger: text("first") });
    await eventually(() => model.calls.length === 1);
    const waiting = await accepted(triggers, { agent, conversation: other, trigger: text("second") });
    await eventually(async () =>
      /http_rate_limited_total\{dialect="trigger"\} [1-9]/.test((await metricsText()).text),
    );
    gate.resolve();
    expect(await over(triggers, waiting)).toMatchObject({ state: "started" });
  });

  test.each([
    ["the agent is no longer published", "agent_not_published"],
    ["the API of the agent is switched off", "access_disabled"],
    ["the agent was deleted", "agent_deleted"],
    ["the conversation was deleted", "conversation_deleted"],
  ])("fails when %s", async (what, reason) => {
    const { store, turns, triggers } = await aRoom(scriptedModel(["never"]));
    const agent = await aLiveAgent(store);
    const conversation = await aConversation(store, agent);
    await triggers.stop();
    const record = await accepted(triggers, { agent, conversation, trigger: text("hi") });
    if (reason === "agent_not_published") await store.versions.withdraw(agent.id, API_CHANNEL);
    else if (reason === "access_disabled") await store.agents.save({ ...agent, apiEnabled: false });
    else if (reason === "agent_deleted") await store.agents.delete(agent.id, new Date());
    else await store.conversations.delete(conversation.id, new Date());
    await begun(store, turns);
    await eventually(async () => (await stateOf(store, record)) === `failed: ${reason}`);
    expect(what).toMatch(/\w/);
  });

  test("fails when its chain is too long, or when its conversation has had 60 turns in a minute", async () => {
    const { store, triggers } = await aRoom(scriptedModel(["ok"]));
    const agent = await aLiveAgent(store, { historyLimitTokens: 0 });
    const [one, other] = [await aConversation(store, agent), await aConversation(store, agent)];
    const record = await accepted(triggers, {
      agent,
      conversation: one,
      trigger: text("x"),
      dueAt: new Date(8e15),
    });
    const chained = { ...record, dueAt: new Date(), parentTurnId: 1 as never, rootTurnId: 1 as never };
    const [last, tooMuch] = [20, 21].map((depth) => ({ ...chained, depth, id: store.newId<TriggerId>() }));
    for (const link of [last, tooMuch]) if (link !== undefined) await store.triggers.insert(link);
    triggers.wake();
    await eventually(async () => tooMuch && (await stateOf(store, tooMuch)) === "failed: chain_too_long");
    await eventually(async () => last && (await stateOf(store, last)) === "started");

    const many: TriggerRecord[] = [];
    for (let count = 0; count < 62; count += 1) {
      many.push(await accepted(triggers, { agent, conversation: other, trigger: text(`${count}`) }));
    }
    await eventually(async () => {
      const states = await Promise.all(many.map((one) => stateOf(store, one)));
      expect(states.filter((state) => state === "started")).toHaveLength(60);
      expect(states.slice(60)).toEqual(["failed: too_many_turns", "failed: too_many_turns"]);
    });
  });

  test("is given up when its turn takes too long, and what is next starts", async () => {
    const model = scriptedModel((_, call) =>
      call === 0 ? ["begun", { type: "gate", until: new Promise(() => {}) }] : ["done"],
    );
    const { store, turns } = await aChatRoom(model);
    closers.push(() => store.close());
    closers.push(() => turns.drain(0));
    const triggers = await begun(store, turns, { timeLimitMs: 300 });
    const agent = await aLiveAgent(store);
    const conversation = await aConversation(store, agent);
    const endless = await accepted(triggers, { agent, conversation, trigger: text("a") });
    const { turnId } = await over(triggers, endless);
    expect((await store.runs.find(turnId ?? (0 as never)))?.turn).toMatchObject({
      status: "failed",
      error: { code: "model_timeout" },
    });
    expect(model.calls[0]?.outcome).toBe("aborted");
    const next = await accepted(triggers, { agent, conversation, trigger: text("b") });
    await over(triggers, next);
    expect((await saidIn(store, conversation)).at(-1)?.[0]).toBe("b");
  });

  test("has all its time however long it has waited", async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const model = scriptedModel((_, call) => [
      { type: "gate", until: gates[call]?.promise ?? Promise.resolve() },
      "done",
    ]);
    const { store, turns } = await aChatRoom(model);
    closers.push(() => store.close());
    closers.push(() => turns.drain(0));
    const timeLimitMs = 2_000;
    const triggers = await begun(store, turns, { timeLimitMs });
    const agent = await aLiveAgent(store);
    const conversation = await aConversation(store, agent);
    await ask(turns, agent, conversation, "slow");
    const waiting = await accepted(triggers, { agent, conversation, trigger: text("a") });
    await eventually(async () => (await store.triggers.nextDueAt()) === undefined);
    const since = Date.now();
    await eventually(() => Date.now() > since + timeLimitMs);
    gates[0]?.resolve();
    await eventually(() => model.calls.length === 2);
    const begunAt = Date.now();
    await eventually(() => Date.now() > begunAt + 20);
    gates[1]?.resolve();
    await over(triggers, waiting);
    expect((await saidIn(store, conversation)).at(-1)).toEqual(["a", "done"]);
  });

  test("is kept unanswered where a person answers: messages as questions, other things as they are", async () => {
    const model = scriptedModel(["never"]);
    const { store, triggers } = await aRoom(model);
    const agent = await aLiveAgent(store, { events: [REFUND] });
    const conversation = await aConversation(store, agent);
    await store.conversations.hold(conversation.id, new Date());
    const message = await accepted(triggers, { agent, conversation, trigger: text("hello?") });
    const happening = await accepted(triggers, { agent, conversation, trigger: event("x") });
    const { turnId } = await over(triggers, message);
    await over(triggers, happening);
    expect(await stateOf(store, happening)).toBe("recorded: held");
    expect((await store.runs.find(turnId ?? (0 as never)))?.turn).toMatchObject({
      isHeld: true,
      status: "completed",
    });
    expect((await saidIn(store, conversation)).map(([question]) => question)).toEqual(["hello?"]);
    expect(model.calls).toEqual([]);
  });
});

test("what happens while a turn hands the conversation to a person is recorded, and is no question", async () => {
  const gate = Promise.withResolvers<void>();
  const model = scriptedModel([{ type: "gate", until: gate.promise }, "ok"]);
  const { store, turns, triggers } = await aRoom(model);
  const agent = await aLiveAgent(store, { events: [REFUND] });
  const conversation = await aConversation(store, agent);
  const slow = await ask(turns, agent, conversation, "slow");
  const happening = await accepted(triggers, { agent, conversation, trigger: event("x") });
  await eventually(async () => (await store.triggers.nextDueAt()) === undefined);
  await store.conversations.hold(conversation.id, new Date());
  gate.resolve();
  await slow.ended;
  expect(await over(triggers, happening)).toMatchObject({ state: "recorded", reason: "held" });
  expect((await saidIn(store, conversation)).map(([question]) => question)).toEqual(["slow"]);
});

test("an event that a turn emitted does not happen where it was triggered often enough before the turn ended", async () => {
  const { store, triggers } = await aRoom(scriptedModel(["ok"]));
  const agent = await aLiveAgent(store, { events: [{ ...REFUND, limit: 2 }] });
  const conversation = await aConversation(store, agent);
  const asked = { agent, conversation, trigger: event("x"), limit: 2 };
  const first = await accepted(triggers, asked);
  const emitted = { ...first, source: "action" as const, depth: 1 };
  const [one, other] = [1, 2].map(() => ({ ...emitted, id: store.newId<TriggerId>() }));
  if (one === undefined || other === undefined) throw new Error("there are two");
  for (const record of [one, other]) await store.triggers.insert(record);
  triggers.wake();
  for (const record of [first, one, other]) await over(triggers, record);
  const states = await Promise.all([first, one, other].map((record) => stateOf(store, record)));
  expect(states).toEqual(["started", "cancelled: event_limit", "started"]);
});

test("no more than a thousand wait in one conversation", async () => {
  const { store, triggers } = await aRoom(scriptedModel(["ok"]));
  const agent = await aLiveAgent(store, { events: [REFUND] });
  const [full, other] = [await aConversation(store, agent), await aConversation(store, agent)];
  const asked = { agent, trigger: event("x"), dueAt: new Date(Date.now() + MINUTE_MS) };
  const first = await accepted(triggers, { ...asked, conversation: full });
  await store.transaction(async (inside) => {
    for (let count = 1; count < 1_000; count += 1) {
      await inside.triggers.insert({ ...first, id: store.newId<TriggerId>() });
    }
  });
  const key = { scope: "test", key: "k", expiresAt: asked.dueAt };
  const tooMany = triggers.accept({ ...asked, source: "api", conversation: full, key });
  await expect(tooMany).rejects.toMatchObject({
    code: "rate_limited",
    message: "1000 triggers wait in this session",
  });
  await accepted(triggers, { ...asked, conversation: other });
  await triggers.cancel(agent, first.id);
  expect(await triggers.accept({ ...asked, source: "api", conversation: full, key })).toMatchObject({
    isRepeated: false,
  });
});

test("a claim whose answer is lost is made again", async () => {
  const { store, turns } = await aRoom(scriptedModel(["ok"]));
  let claims = 0;
  const claim: Store["triggers"]["claim"] = async (query) => {
    const claimed = await store.triggers.claim(query);
    if (claimed.length > 0) claims += 1;
    if (claims === 1 && claimed.length > 0) throw new Error("the connection is gone");
    return claimed;
  };
  const agent = await aLiveAgent(store);
  const conversation = await aConversation(store, agent);
  for (const close of closers.splice(2)) await close();
  const triggers = await begun({ ...store, triggers: { ...store.triggers, claim } }, turns);
  const record = await accepted(triggers, { agent, conversation, trigger: text("hi") });
  expect(await over(triggers, record)).toMatchObject({ state: "started" });
  expect(claims).toBe(2);
});

describe("what an adapter sends", () => {
  const ADAPTER = 7 as EndpointId;

  async function received(settings: Partial<AgentSettings>, trigger: Trigger, isOwn = false) {
    const { store, triggers } = await aRoom(scriptedModel(["ok"]));
    const agent = await aLiveAgent(store, settings);
    const conversation = await aConversation(store, agent);
    const asked = { agent, conversation, trigger, isOwn, source: "adapter" as const, adapterId: ADAPTER };
    const acceptance = await triggers.receive(asked);
    return { acceptance, said: () => saidIn(store, conversation) };
  }

  const SAMPLES: Record<Trigger["type"], Trigger> = {
    "receive-text-message": text("hi"),
    "receive-image-message": {
      type: "receive-image-message",
      payload: { imageUrl: "https://x.example/a.png" },
    },
    "receive-audio-message": { type: "receive-audio-message", payload: { audioUrl: "https://x.example/a" } },
    "receive-video-message": { type: "receive-video-message", payload: { videoUrl: "https://x.example/a" } },
    "receive-other-message": { type: "receive-other-message", payload: { rawContent: "{}" } },
    "tag-event": { type: "tag-event", payload: { tagId: "t", operation: "ADD" } },
    "join-room": { type: "join-room", payload: { roomId: "r", contactIds: ["c"] } },
    "new-friend": { type: "new-friend", payload: { contactId: "c", receiverId: "a" } },
    "canvas-event-trigger": event("x"),
    "bot-receive-text-message": { type: "bot-receive-text-message", payload: { text: "hi" } },
  };

  test.each(TRIGGER_TYPES)("%s starts a turn where the agent listens to it", async (type) => {
    const events = [REFUND];
    const byDefault = await received({ events }, SAMPLES[type]);
    const expected = DEFAULT_TRIGGERS.includes(type)
      ? { state: "due", reason: "" }
      : { state: "recorded", reason: "not_subscribed" };
    expect(byDefault.acceptance).toMatchObject({
      record: { ...expected, source: "adapter", adapterId: ADAPTER },
    });
    const wanted = await received({ events, triggers: [type] }, SAMPLES[type]);
    expect(wanted.acceptance).toMatchObject({ record: { state: "due" } });
    await eventually(async () => (await wanted.said()).length === 1);
    const unwanted = await received({ events, triggers: [] }, SAMPLES[type]);
    expect(unwanted.acceptance).toMatchObject({ record: { state: "recorded", reason: "not_subscribed" } });
    expect(await unwanted.said()).toEqual([]);
  });

  test("an event that the agent does not know is recorded; it is known by id or by name", async () => {
    const named: Trigger = { type: "canvas-event-trigger", payload: { eventId: "refund", data: {} } };
    expect((await received({ events: [REFUND] }, named)).acceptance).toMatchObject({
      record: { state: "due" },
    });
    expect((await received({}, named)).acceptance).toMatchObject({
      record: { state: "recorded", reason: "not_subscribed" },
    });
  });

  test("a message of a coworker is recorded, whatever the agent listens to", async () => {
    const { acceptance, said } = await received({}, text("lunch?", { isCoworker: true }));
    expect(acceptance).toMatchObject({ record: { state: "recorded", reason: "coworker" } });
    expect(await said()).toEqual([]);
  });

  test("is remembered as that of the conversation's adapter, as long as there is one", async () => {
    const { store, triggers } = await aRoom(scriptedModel(["ok"]));
    const agent = await aLiveAgent(store);
    const conversation = await aConversation(store, agent);
    const { id } = await listen(store, agent, ["turn.actions"]);
    for (const adapterId of [ADAPTER, id]) {
      const asked = { agent, conversation, trigger: text("hi"), isOwn: false, adapterId };
      await triggers.receive({ ...asked, source: "adapter" });
      expect(await triggers.lastAdapter(conversation.id)).toBe(adapterId === id ? id : undefined);
    }
  });

  test("what the account itself wrote elsewhere is something the agent has said", async () => {
    const { store, triggers } = await aRoom(scriptedModel(["ok"]));
    const agent = await aLiveAgent(store);
    const conversation = await aConversation(store, agent);
    const key = { scope: "a", key: "1", expiresAt: new Date(Date.now() + MINUTE_MS) };
    const asked = { agent, conversation, source: "adapter" as const, adapterId: ADAPTER, key };
    const own = { ...asked, trigger: text("from my phone"), isOwn: true };
    const acceptance = await triggers.receive(own);
    expect(acceptance).toEqual({ messageId: expect.any(Number), isRepeated: false });
    expect(await triggers.receive(own)).toEqual({ ...acceptance, isRepeated: true });
    const [exchange, ...others] = await historyOf(store, conversation);
    expect(exchange?.question).toMatchObject({ role: "assistant", kind: "answer", text: "from my phone" });
    expect(others).toEqual([]);
  });
});

describe("several nodes", () => {
  test("share what is due: none is started twice, and one that is full leaves the rest to others", async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([{ type: "gate", until: gate.promise }, "ok"]);
    const { store, turns } = await aChatRoom(model);
    closers.push(() => store.close());
    const network = aNodeNetwork(store);
    const rooms = [network.node(1), network.node(2)].map((node) => ({
      node,
      turns: aChatRoomOn(node, model),
    }));
    closers.push(() => turns.drain(0));
    for (const room of rooms) closers.push(() => room.turns.drain(0));
    const [first] = await Promise.all(rooms.map((room) => begun(room.node, room.turns, { atOnce: 3 })));
    if (first === undefined) throw new Error("there is no node");
    const agent = await aLiveAgent(store);
    const conversations = [];
    for (let count = 0; count < 6; count += 1) conversations.push(await aConversation(store, agent));
    const records = [];
    for (const conversation of conversations) {
      records.push(await accepted(first, { agent, conversation, trigger: text("hi") }));
    }
    await eventually(() => model.calls.length === 6);
    expect(network.words.map(({ topic }) => topic)).toContain("triggers-due");
    expect(rooms.map((room) => room.turns.runningIds.size)).toEqual([3, 3]);
    gate.resolve();
    for (const record of records) expect(await over(first, record)).toMatchObject({ state: "started" });
    for (const conversation of conversations)
      expect(await saidIn(store, conversation)).toEqual([["hi", "ok"]]);
    expect(model.calls).toHaveLength(6);
  });

  test("stopping gives back what was not started yet", async () => {
    const gate = Promise.withResolvers<void>();
    const model = scriptedModel([{ type: "gate", until: gate.promise }, "ok"]);
    const { store, turns, triggers } = await aRoom(model);
    const agent = await aLiveAgent(store);
    const conversation = await aConversation(store, agent);
    await accepted(triggers, { agent, conversation, trigger: text("1") });
    await eventually(() => model.calls.length === 1);
    const second = await accepted(triggers, { agent, conversation, trigger: text("2") });
    await triggers.stop();
    expect(await stateOf(store, second)).toBe("due");
    expect(await store.triggers.nextDueAt()).toBeDefined();
    gate.resolve();
    const next = await begun(store, turns);
    expect(await over(next, second)).toMatchObject({ state: "started" });
    expect((await saidIn(store, conversation)).map(([question]) => question)).toEqual(["1", "2"]);
  });
});

test("who waits for a trigger may leave, and a trigger that is gone is nobody's to wait for", async () => {
  const { store, triggers } = await aRoom(scriptedModel([{ type: "gate", until: new Promise(() => {}) }]));
  const agent = await aLiveAgent(store);
  const conversation = await aConversation(store, agent);
  const record = await accepted(triggers, { agent, conversation, trigger: text("hi") });
  const leaving = new AbortController();
  const waiting = triggers.untilOver(record.id, leaving.signal);
  await eventually(async () => (await stateOf(store, record)) === "started");
  leaving.abort(new Error("left"));
  await expect(waiting).rejects.toThrow("left");
  await expect(triggers.untilOver(1 as TriggerId, new AbortController().signal)).rejects.toMatchObject({
    code: "run_not_found",
  });
});
