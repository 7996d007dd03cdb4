import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { AgentSettings } from "../domain/agent.ts";
import type { TriggerId, TurnId } from "../domain/ids.ts";
import type { Trigger } from "../domain/trigger.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { openPostgresStore } from "../storage/postgres/open.ts";
import { acting, aRoom, aTrigger, call, followUp, observations } from "./testing/acting.ts";
import { aChatRoomOn, aConversation, anAgent, ask, historyOf } from "./testing/fixtures.ts";
import type { Turns } from "./turns.ts";

describe("events that a turn emits", () => {
  const emitting = (...inputs: object[]) =>
    acting([inputs.map((input, index) => call("emit_event", { event: "follow up", ...input }, `c${index}`))]);
  const settings = (limit?: number): Partial<AgentSettings> => ({
    actions: ["canvas-event-action"],
    events: [{ ...followUp, ...(limit !== undefined && { limit }) }],
  });
  const stored = async ({ store, conversation }: Awaited<ReturnType<typeof aRoom>>) =>
    (await store.triggers.list({ conversationId: conversation.id, limit: 20 })).reverse();

  test("are triggers that are due at once, after a while or at a time, with the chain they belong to", async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const model = emitting(
      { data: { topic: "a" } },
      { data: { topic: "b" }, delaySeconds: 60, cancelOnMessage: true },
      { data: { topic: "c" }, at },
    );
    const room = await aRoom(model, settings());
    const adapterId = room.listener.id;
    const rootTurnId = room.store.newId<TurnId>();
    const trigger = await aTrigger(room.store, room, { source: "adapter", adapterId, depth: 3, rootTurnId });
    const { turn, actions } = await room.run("Hi", { trigger });
    expect(actions.map(({ payload }) => ("schedule" in payload ? payload.schedule : undefined))).toEqual([
      { mode: "IMMEDIATE" },
      { mode: "TIMER", delaySeconds: 60 },
      { mode: "SCHEDULE", at },
      undefined,
    ]);
    const [, now, later, atTime] = await stored(room);
    const link = {
      parentTurnId: turn.turnId,
      rootTurnId,
      depth: 4,
      adapterId,
      source: "action",
      state: "due",
    };
    expect(now).toMatchObject({
      ...link,
      agentId: room.agent.id,
      cancelOnMessage: false,
      trigger: {
        type: "canvas-event-trigger",
        payload: { eventId: followUp.id, eventName: "follow up", data: { topic: "a" }, contactId: "c-1" },
      },
    });
    expect(later).toMatchObject({ ...link, cancelOnMessage: true });
    expect((later?.dueAt.getTime() ?? 0) - (later?.createdAt.getTime() ?? 0)).toBe(60_000);
    expect(atTime?.dueAt.toISOString()).toBe(at);
  });

  test("know who takes part and in which group, as the turn does that emits them", async () => {
    const room = await aRoom(emitting({ data: { topic: "a" } }), settings());
    const place = { contactId: "c-1", receiverId: "im-7", roomId: "room-42" };
    const said: Trigger = { type: "receive-text-message", payload: { text: "hello", ...place } };
    await room.run("Hi", { trigger: await aTrigger(room.store, room, { trigger: said }) });
    const [, emitted] = await stored(room);
    expect(emitted?.trigger.payload).toMatchObject(place);
  });

  test("are at most as many in a conversation as the event allows", async () => {
    const data = { topic: "x" };
    const room = await aRoom(emitting({ data }, { data }, { data }), settings(2));
    await room.run();
    expect(await stored(room)).toHaveLength(2);
    expect(observations(room.model)[2]).toContain("2 times");
  });

  test("are none where a thousand wait already", async () => {
    const room = await aRoom(emitting({ data: { topic: "x" } }), settings());
    const waiting = await aTrigger(room.store, room, { dueAt: new Date(Date.now() + 60_000) });
    await room.store.transaction(async ({ triggers }) => {
      for (let count = 0; count < 1_000; count += 1) {
        await triggers.insert({ ...waiting, id: room.store.newId<TriggerId>() });
      }
    });
    const { actions } = await room.run();
    expect(actions.map(({ type }) => type)).toEqual(["send-text-message"]);
    expect(observations(room.model)[0]).toContain("too many events wait");
  });

  test("end where twenty have emitted one another", async () => {
    const room = await aRoom(emitting({ data: { topic: "x" } }), settings());
    const trigger = await aTrigger(room.store, room, { depth: 20 });
    const { actions } = await room.run("Hi", { trigger });
    expect(actions[0]).toMatchObject({ type: "canvas-event-action", status: "skip" });
    expect(await stored(room)).toHaveLength(1);
  });

  test("do not happen when the user writes before they are due, where that was asked for", async () => {
    const data = { topic: "x" };
    const model = emitting({ data, delaySeconds: 60, cancelOnMessage: true }, { data, delaySeconds: 60 });
    const room = await aRoom(model, settings());
    await room.run();
    await room.run("again");
    expect((await stored(room)).map(({ state }) => state)).toEqual(["cancelled", "due"]);
  });
});

test("questions that two nodes ask at once of an agent with events wait for one another", async () => {
  const url = await createDatabase();
  const [one, other] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
  const agent = await anAgent(one, { actions: ["canvas-event-action"], events: [followUp] });
  const conversation = await aConversation(one, agent);
  const model = scriptedModel(["ok"]);
  const asked = [aChatRoomOn(one, model), aChatRoomOn(other, model)].flatMap((room) =>
    ["a", "b", "c"].map((text) => ask(room, agent, conversation, text)),
  );
  await Promise.all((await Promise.all(asked)).map(({ ended }) => ended));
  const history = await historyOf(one, conversation);
  expect(history.map(({ answers }) => answers[0]?.text)).toEqual(Array.from({ length: 6 }, () => "ok"));
  await Promise.all([one.close(), other.close()]);
});

test("a question on one node and the event that it cancels, started by another, do not wait for each other", async () => {
  const url = await createDatabase();
  const [one, other] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
  const agent = await anAgent(one, { actions: ["canvas-event-action"], events: [followUp] });
  const conversation = await aConversation(one, agent);
  const trigger = await aTrigger(one, { agent, conversation }, { cancelOnMessage: true });
  trigger.trigger = { type: "canvas-event-trigger", payload: { eventId: followUp.id, data: {} } };
  await one.triggers.insert(trigger);
  const stranger = new Client({ connectionString: url });
  await stranger.connect();
  const areStopped = async (count: number) => {
    const { rows } = await stranger.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows.length === count;
  };
  await stranger.query("begin");
  await stranger.query(`select id from conversations where id = ${conversation.id} for update`);
  const rooms = [one, other].map((store) => aChatRoomOn(store, scriptedModel(["ok"])));
  const [asked, started] = rooms as [Turns, Turns];
  const question = ask(asked, agent, conversation, "Hi");
  await eventually(() => areStopped(1));
  const happening = expect(ask(started, agent, conversation, "x", { trigger })).rejects.toMatchObject({
    code: "request_repeated",
  });
  await eventually(() => areStopped(2));
  await stranger.query("commit");
  await (await question).ended;
  await happening;
  await stranger.end();
  await Promise.all(rooms.map((room) => room.drain(0)));
  await Promise.all([one.close(), other.close()]);
});
