import { describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { problemWithData } from "../callbacks/events.ts";
import { standardBody } from "../callbacks/standard-format.ts";
import type { AgentSettings } from "../domain/agent.ts";
import type { ExchangeId, MessageId, TurnId } from "../domain/ids.ts";
import { type ScriptedStep, scriptedModel } from "../models/scripted/scripted-model.ts";
import { closeAbandonedTurns } from "./abandoned-turns.ts";
import { findRun } from "./runs.ts";
import { acting, aRoom, aTrigger, call, followUp, observations } from "./testing/acting.ts";
import { ask, asker, outline } from "./testing/fixtures.ts";
import { listen } from "./testing/listener.ts";

describe("what an agent may do", () => {
  test("is offered to its model, and to no other; events only where there are some", async () => {
    const { run, model } = await aRoom(acting([]), { actions: ["handover", "canvas-event-action"] });
    await run();
    expect(model.calls[0]?.request.tools.map(({ name }) => name)).toEqual(["transfer_to_human"]);
    const plain = await aRoom(acting([]), {});
    await plain.run();
    expect(plain.model.calls[0]?.request.tools).toEqual([]);
  });

  test("is not offered where nothing of the turn is stored", async () => {
    const { turns, agent, conversation, model } = await aRoom(acting([]), { actions: ["handover"] });
    const unsaved = await ask(turns, agent, conversation, "Hi", { isStored: false });
    await unsaved.ended;
    const messages = [{ role: "user" as const, text: "Hi", imageUrls: [] }];
    await (await turns.runOnce({ ...asker(agent), userId: "u", messages })).ended;
    expect(model.calls.map(({ request }) => request.tools)).toEqual([[], []]);
  });

  test("stands among the turn's actions in the order of calls, its words last, and nothing where it only answered", async () => {
    const steps = [
      [
        call("tag_user", { operation: "ADD", tags: [{ tagName: "VIP" }] }),
        call("send_image", { imageUrl: "https://files.example/a.png" }),
      ],
      [call("invite_to_room", { roomId: "r-1", contactIds: ["c-9"], message: "Come in" })],
    ];
    const actions: AgentSettings["actions"] = ["tag-user", "send-image-message", "invite-room"];
    const room = await aRoom(acting(steps), { actions }, { types: ["turn.actions"] });
    const { events, actions: done } = await room.run();
    expect(done).toEqual([
      { type: "tag-user", status: "send", payload: { operation: "ADD", tags: [{ tagName: "VIP" }] } },
      { type: "send-image-message", status: "send", payload: { imageUrl: "https://files.example/a.png" } },
      {
        type: "invite-room",
        status: "send",
        payload: { roomId: "r-1", contactIds: ["c-9"], message: "Come in" },
      },
      { type: "send-text-message", status: "send", payload: { text: "Done." } },
    ]);
    const told = events.flatMap((event) => (event.type === "action" ? [event.action] : []));
    expect(told).toEqual(done.slice(0, -1));
    expect(outline(events).slice(1, 7)).toEqual([
      "thought-start",
      "thought-end",
      "action",
      "thought-start",
      "thought-end",
      "action",
    ]);
    const plain = await room.run();
    expect(plain.run.actions).toBeUndefined();
    expect(plain.actions).toHaveLength(1);
  });

  test("is read with care: what is wrong with a call goes back to the model and nothing is done", async () => {
    const wrong = [
      call("tag_user", { operation: "MAYBE", tags: [] }, "1"),
      call("send_image", { imageUrl: "file:///etc/passwd" }, "2"),
      call("send_post", { messages: [] }, "3"),
      call("emit_event", { event: "follow up", data: { topic: 7 } }, "4"),
      call("emit_event", { event: "follow up", data: { topic: "x" }, at: "tomorrow" }, "5"),
      call("invite_to_room", { roomId: "r-1" }, "6"),
      call("update_data", { operations: [{ field: "x y", operation: "set", value: "1" }] }, "7"),
    ];
    const actions: AgentSettings["actions"] = [
      "tag-user",
      "send-image-message",
      "send-post-message",
      "canvas-event-action",
      "invite-room",
      "update-data",
    ];
    const room = await aRoom(acting([wrong]), { actions, events: [followUp] });
    const { run } = await room.run();
    expect(run.actions).toBeUndefined();
    const heard = observations(room.model);
    expect(heard).toHaveLength(wrong.length);
    for (const [index, words] of [
      "operation",
      "http",
      "messages",
      "topic",
      "ISO",
      "whom",
      "field",
    ].entries()) {
      expect(heard[index]).toContain(words);
    }
    expect((await room.current())?.inputs).toEqual({});
  });

  test("ends when one answer has done too much", async () => {
    const many = Array.from({ length: 51 }, (_, index) =>
      call("tag_user", { operation: "ADD", tags: [{ tagName: `t${index}` }] }, `c${index}`),
    );
    const room = await aRoom(acting([many]), { actions: ["tag-user"] });
    const { actions } = await room.run();
    expect(actions).toHaveLength(51);
    expect(observations(room.model).at(-1)).toContain("too much");
  });
});

describe("what somebody else has to do", () => {
  const tagging = () => acting([[call("tag_user", { operation: "ADD", tags: [{ tagName: "VIP" }] })]]);
  const sending = () => acting([[call("send_file", { fileUrl: "https://files.example/a.pdf" })]]);

  test("is skipped where nobody can, and the model is told so", async () => {
    const room = await aRoom(tagging(), { actions: ["tag-user"] });
    expect((await room.run()).actions[0]?.status).toBe("skip");
    expect(observations(room.model)[0]).toContain("Nothing was done");
    const sender = await aRoom(sending(), { actions: ["send-file-message"] });
    expect((await sender.run()).actions[0]?.status).toBe("skip");
  });

  test("is left to who listens, to the caller where that is told, and to the adapter that started the turn", async () => {
    const listened = await aRoom(tagging(), { actions: ["tag-user"] }, { types: ["turn.actions"] });
    expect((await listened.run()).actions[0]?.status).toBe("send");
    const caller = await aRoom(sending(), { actions: ["send-file-message"] });
    expect((await caller.run("Hi", { isToldActions: true })).actions[0]?.status).toBe("send");
    const tagged = await aRoom(tagging(), { actions: ["tag-user"] });
    expect((await tagged.run("Hi", { isToldActions: true })).actions[0]?.status).toBe("skip");
    const adapted = await aRoom(tagging(), { actions: ["tag-user"] });
    const adapterId = adapted.listener.id;
    const trigger = await aTrigger(adapted.store, adapted, { source: "adapter", adapterId });
    const { actions } = await adapted.run("Hi", { trigger });
    expect(actions[0]).toMatchObject({ status: "send", payload: { contactId: "c-1" } });
  });

  test("is skipped in a turn that is only a try, whoever listens", async () => {
    const room = await aRoom(tagging(), { actions: ["tag-user"] }, { types: ["turn.actions"] });
    const trigger = await aTrigger(room.store, room, { source: "test" });
    expect((await room.run("hello", { trigger })).actions[0]?.status).toBe("skip");
  });

  test("is told to all that listen, and only to its adapter where one started the turn", async () => {
    const room = await aRoom(tagging(), { actions: ["tag-user"] }, { types: ["turn.actions"] });
    const adapter = await listen(room.store, room.agent, ["turn.actions"]);
    const { turn } = await room.run();
    const trigger = await aTrigger(room.store, room, { source: "adapter", adapterId: adapter.id });
    await room.run("hello", { trigger });
    const [open, closed] = await room.told();
    expect(open?.data).toMatchObject({
      turnId: turn.turnId,
      agentId: room.agent.id,
      run: {
        sessionId: "",
        source: "api",
        trigger: { type: "receive-text-message", payload: { text: "Hi", role: "user" } },
        actions: [{ type: "tag-user", status: "send" }, { type: "send-text-message" }],
      },
    });
    expect(closed?.data).toMatchObject({
      adapterId: adapter.id,
      run: { source: "adapter", trigger: { payload: { contactId: "c-1" } }, actions: [{}] },
    });
    for (const event of [open, closed]) {
      if (event === undefined) throw new Error("an event is missing");
      expect(problemWithData("turn.actions", JSON.parse(standardBody(event)).data)).toBeUndefined();
    }
    const deliveries = await room.store.outbox.listDeliveries({ limit: 10 });
    const receivers = (id: unknown) =>
      deliveries.filter(({ eventId }) => eventId === id).map(({ endpointId }) => endpointId);
    expect(receivers(open?.id).sort()).toEqual([room.listener.id, adapter.id].sort());
    expect(receivers(closed?.id)).toEqual([adapter.id]);
  });

  test("an adapter also hears of turns that only answered, and does not get half an answer to send", async () => {
    const model = scriptedModel((_, count) =>
      count === 0 ? ["Hello!"] : ["Half an ", { type: "fail", error: new Error("broken") }],
    );
    const room = await aRoom(model, {}, { types: ["turn.actions"] });
    const adapter = { source: "adapter" as const, adapterId: room.listener.id };
    await room.run("one", { trigger: await aTrigger(room.store, room, adapter) });
    const { run } = await room.run("two", { trigger: await aTrigger(room.store, room, adapter) });
    expect(run.turn.status).toBe("failed");
    const words = (await room.told()).map(({ data }) => ("run" in data ? data.run.actions : []));
    expect(words).toEqual([
      [{ type: "send-text-message", status: "send", payload: { text: "Hello!" } }],
      [{ type: "send-text-message", status: "skip", payload: { text: "Half an " } }],
    ]);
    await room.run("three");
    expect(await room.told()).toHaveLength(2);
  });

  test("an adapter hears that nothing comes of a turn whose process died", async () => {
    const room = await aRoom(acting([]), {}, { types: ["turn.actions", "turn.failed"] });
    const adapter = { source: "adapter" as const, adapterId: room.listener.id };
    const trigger = await aTrigger(room.store, room, adapter);
    const { store, agent, conversation } = room;
    const unsaid = [{ type: "send-text-message", status: "skip", payload: { text: "half an ans" } }];
    const turnId = store.newId<TurnId>();
    await store.turns.open({
      turnId,
      answerMessageId: store.newId<MessageId>(),
      exchangeId: store.newId<ExchangeId>(),
      conversationId: conversation.id,
      agentId: agent.id,
      userId: "u1",
      createdAt: new Date(),
      question: {
        messageId: store.newId<MessageId>(),
        sectionId: conversation.sectionId,
        text: "hello",
        attachments: [],
      },
      trigger,
    });
    await store.turns.checkpoint([{ turnId, text: "half an ans", reasoning: "" }]);
    expect(await closeAbandonedTurns(room, new Set())).toBe(1);
    const events = await room.told();
    expect(events.map(({ type }) => type)).toEqual(["turn.failed", "turn.actions"]);
    expect(events[1]?.data).toMatchObject({ turnId, adapterId: room.listener.id, run: { actions: unsaid } });
    expect((await findRun(store, turnId))?.run.actions).toEqual(unsaid);
  });
});

describe("what a turn has decided", () => {
  const door = { name: "open_door", description: "", parameters: { type: "object" } };
  const data = { topic: "x" };
  const settings: Partial<AgentSettings> = {
    actions: ["tag-user", "canvas-event-action", "handover"],
    events: [followUp],
  };
  const tag = call("tag_user", { operation: "ADD", tags: [{ tagName: "VIP" }] });

  test("survives a wait for the caller's tools", async () => {
    const steps = [[tag, call("emit_event", { event: "follow up", data }), call("open_door", {}, "d1")]];
    const room = await aRoom(acting(steps), settings);
    const { turns, agent, conversation, store } = room;
    const { turn } = await room.run("open up", { callerTools: [door] });
    expect(await store.triggers.list({ conversationId: conversation.id, limit: 5 })).toEqual([]);
    const outputs = [{ callId: "d1", text: "open" }];
    const resumed = await turns.resume({ ...asker(agent), conversation, turnId: turn.turnId, outputs });
    await resumed.ended;
    const run = await store.runs.find(turn.turnId);
    expect(run?.actions?.map(({ type }) => type)).toEqual([
      "tag-user",
      "canvas-event-action",
      "send-text-message",
    ]);
    expect(await store.triggers.list({ conversationId: conversation.id, limit: 5 })).toMatchObject([
      { state: "due", parentTurnId: turn.turnId, depth: 1 },
    ]);
  });

  test("stays when it is stopped, or fails", async () => {
    const gate = Promise.withResolvers<void>();
    const waiting: ScriptedStep[] = ["Well", { type: "gate", until: gate.promise }];
    const stopped = await aRoom(acting([[tag]], waiting), settings);
    const turn = await ask(stopped.turns, stopped.agent, stopped.conversation, "Hi");
    await eventually(() => expect(turn.log.text).toBe("Well"));
    await stopped.turns.stopHere(turn.turnId);
    const run = await stopped.store.runs.find(turn.turnId);
    expect(run?.turn.status).toBe("stopped");
    expect(run?.actions?.map(({ type }) => type)).toEqual(["tag-user", "send-text-message"]);
    const failing = await aRoom(
      acting([[call("transfer_to_human")]], [{ type: "fail", error: new Error("broken") }]),
      settings,
    );
    expect((await failing.run()).run).toMatchObject({
      turn: { status: "failed" },
      actions: [{ type: "handover" }],
    });
    expect((await failing.current())?.heldAt).toBeDefined();
  });

  test("costs a plain turn nothing: who listens is looked up once", async () => {
    const room = await aRoom(acting([], ["ok", { type: "usage", inputTokens: 1, outputTokens: 1 }]), {});
    room.prepared.length = 0;
    await room.run();
    expect(room.prepared.map(({ type }) => type)).toEqual(["turn.completed", "usage.recorded"]);
  });
});
