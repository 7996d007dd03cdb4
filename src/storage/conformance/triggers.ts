import { expect, it } from "vitest";
import type { EndpointId, TriggerId, TurnId } from "../../domain/ids.ts";
import type { TriggerRecord } from "../../domain/trigger.ts";
import type { Store } from "../store.ts";
import { anEnd, answer, aTurn, begin, history, later, NOW } from "./factories.ts";
import { anEvent, aTrigger, trigger } from "./insight-factories.ts";

const idsOf = (records: readonly TriggerRecord[]): TriggerId[] => records.map(({ id }) => id);

/** What starts turns, and requests that are carried out once. `openStore` makes an empty store that the test closes. */
export function triggerConformance(shared: () => Store, openStore: () => Promise<Store>): void {
  it("a trigger is kept as it is given, with everything and with the least", async () => {
    const store = shared();
    const conversation = await begin(store);
    const least = await trigger(store, conversation);
    const most = await trigger(store, conversation, {
      trigger: {
        ...anEvent("e-1"),
        native: { type: "custom", payload: { x: [1] } },
      } as TriggerRecord["trigger"],
      source: "action",
      adapterId: store.newId<EndpointId>(),
      state: "recorded",
      reason: "not_subscribed",
      cancelOnMessage: true,
      parentTurnId: store.newId<TurnId>(),
      rootTurnId: store.newId<TurnId>(),
      depth: 2,
      history: [{ role: "user", text: "before", attachments: [] }],
      dueAt: later(5),
    });
    expect(await store.triggers.get(least.id)).toEqual(least);
    expect(await store.triggers.get(most.id)).toEqual(most);
    expect(await store.triggers.get(store.newId<TriggerId>())).toBeUndefined();
    expect(await store.triggers.list({ conversationId: conversation.id, limit: 5 })).toEqual([most, least]);
    const older = { conversationId: conversation.id, before: most.id, limit: 5 };
    expect(await store.triggers.list(older)).toEqual([least]);
  });

  it("claims the longest due first, of each conversation one at a time, and nothing before its time", async () => {
    const store = await openStore();
    const [one, other] = [await begin(store), await begin(store)];
    const second = await trigger(store, one, { dueAt: later(2) });
    const first = await trigger(store, one, { dueAt: later(1) });
    const elsewhere = await trigger(store, other, { dueAt: later(1.5) });
    const future = await trigger(store, await begin(store), { dueAt: later(99) });
    const claim = async (now: Date, limit = 10) => idsOf(await store.triggers.claim({ now, limit }));
    expect(await store.triggers.nextDueAt()).toEqual(later(1));
    expect(await claim(later(0))).toEqual([]);
    expect(await claim(later(9), 1)).toEqual([first.id]);
    expect(await store.triggers.nextDueAt()).toEqual(later(1.5));
    expect(await claim(later(9))).toEqual([elsewhere.id]);
    expect(await claim(later(9))).toEqual([]);
    expect(await store.triggers.nextDueAt()).toEqual(later(99));
    await store.turns.open(aTurn(store, one, { trigger: first }));
    expect(await store.triggers.nextDueAt()).toEqual(later(2));
    expect(await claim(later(99))).toEqual([second.id, future.id]);
    expect(await store.triggers.nextDueAt()).toBeUndefined();
    await store.close();
  });

  it("triggers due at one moment keep the order they were made in", async () => {
    const store = await openStore();
    const conversation = await begin(store);
    const all = [await trigger(store, conversation), await trigger(store, conversation)];
    for (const expected of all) {
      const [claimed] = await store.triggers.claim({ now: NOW, limit: 5 });
      expect(claimed).toEqual(expected);
      await answer(store, aTurn(store, conversation, { trigger: expected }));
    }
    await store.close();
  });

  it("of several who claim at once each trigger goes to one", async () => {
    const store = await openStore();
    const all = await Promise.all(Array.from({ length: 20 }, async () => trigger(store, await begin(store))));
    const claims = await Promise.all(
      Array.from({ length: 6 }, () => store.triggers.claim({ now: NOW, limit: 5 })),
    );
    expect(idsOf(claims.flat()).sort()).toEqual(idsOf(all).sort());
    await store.close();
  });

  it("a claimed trigger is given back for another time; one that is not due any more is left alone", async () => {
    const store = await openStore();
    const conversation = await begin(store);
    const { id } = await trigger(store, conversation);
    const giveBack = () =>
      store.triggers.settle(id, { state: "due", reason: "conversation_busy", dueAt: later(5) });
    expect(await giveBack()).toBe(false);
    await store.triggers.claim({ now: NOW, limit: 5 });
    expect(await giveBack()).toBe(true);
    expect(await store.triggers.get(id)).toMatchObject({ state: "due", dueAt: later(5) });
    expect(await store.triggers.claim({ now: later(4), limit: 5 })).toEqual([]);
    expect(idsOf(await store.triggers.claim({ now: later(5), limit: 5 }))).toEqual([id]);
    expect(await store.triggers.settle(id, { state: "failed", reason: "not_published" })).toBe(true);
    expect(await store.triggers.get(id)).toMatchObject({ state: "failed", reason: "not_published" });
    expect(await store.triggers.settle(id, { state: "cancelled", reason: "late" })).toBe(false);
    expect(await giveBack()).toBe(false);
    await store.close();
  });

  it("a node frees what it has claimed and does not have in hand, and only that", async () => {
    const store = await openStore();
    const { id } = await trigger(store, await begin(store));
    const other = await trigger(store, await begin(store));
    await store.triggers.claim({ now: NOW, limit: 5 });
    expect(await store.triggers.takeBack({ inHand: new Set([id, other.id]) })).toBe(0);
    expect(await store.triggers.takeBack({ inHand: new Set([other.id]) })).toBe(1);
    expect(await store.triggers.takeBack({ inHand: new Set([other.id]) })).toBe(0);
    expect(idsOf(await store.triggers.claim({ now: NOW, limit: 5 }))).toEqual([id]);
    await store.close();
  });

  it("counts what is due in a conversation, now or later, no further than it is asked to", async () => {
    const store = shared();
    const [conversation, other] = [await begin(store), await begin(store)];
    await trigger(store, conversation);
    await trigger(store, conversation, { dueAt: later(99) });
    await trigger(store, conversation, { state: "recorded" });
    await trigger(store, other);
    expect(await store.triggers.countDue(conversation.id, 9)).toBe(2);
    expect(await store.triggers.countDue(conversation.id, 1)).toBe(1);
  });

  it("finds the adapter that wrote last into a conversation", async () => {
    const store = shared();
    const [conversation, other] = [await begin(store), await begin(store)];
    const [first, second] = [store.newId<EndpointId>(), store.newId<EndpointId>()];
    expect(await store.triggers.lastAdapter(conversation.id)).toBeUndefined();
    await trigger(store, conversation, { adapterId: second });
    await trigger(store, conversation, { adapterId: first });
    await trigger(store, conversation);
    await trigger(store, other, { adapterId: second });
    expect(await store.triggers.lastAdapter(conversation.id)).toBe(first);
  });

  it("forgets what was due long ago and started nothing, a few at a time", async () => {
    const store = await openStore();
    const conversation = await begin(store);
    const run = await trigger(store, conversation);
    await answer(store, aTurn(store, conversation, { trigger: run }));
    const waiting = await trigger(store, conversation);
    const young = await trigger(store, conversation, { state: "recorded", dueAt: later(5) });
    const old = [];
    for (const state of ["recorded", "cancelled", "failed"] as const) {
      old.push(await trigger(store, conversation, { state }));
    }
    expect(await store.triggers.forget(later(5), 2)).toBe(2);
    expect(await store.triggers.forget(later(5), 2)).toBe(1);
    expect(await store.triggers.forget(later(5), 2)).toBe(0);
    for (const { id } of old) expect(await store.triggers.get(id)).toBeUndefined();
    for (const { id } of [run, waiting, young]) expect(await store.triggers.get(id)).toBeDefined();
    await store.close();
  });

  it("a turn is started by its trigger, whether that was there or not, and by none twice", async () => {
    const store = shared();
    const conversation = await begin(store);
    const [due, fresh] = [await trigger(store, conversation), aTrigger(store, conversation)];
    for (const record of [due, fresh]) {
      const turn = await answer(store, aTurn(store, conversation, { trigger: record }));
      const started = { ...record, state: "started", turnId: turn.turnId };
      expect(await store.triggers.get(record.id)).toEqual(started);
      expect(await store.triggers.ofTurn(turn.turnId)).toEqual(started);
      const again = aTurn(store, conversation, { trigger: record });
      await expect(store.turns.open(again)).rejects.toMatchObject({ code: "request_repeated" });
      expect(await store.triggers.ofTurn(again.turnId)).toBeUndefined();
    }
    expect(await history(store, conversation)).toHaveLength(2);
  });

  it("of many turns that one trigger would start one is opened", async () => {
    const store = shared();
    const conversation = await begin(store);
    const record = await trigger(store, conversation);
    const turns = Array.from({ length: 6 }, () => aTurn(store, conversation, { trigger: record }));
    const results = await Promise.allSettled(turns.map((turn) => store.turns.open(turn)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await history(store, conversation)).toHaveLength(1);
  });

  it("a refused turn leaves its trigger due and its key free", async () => {
    const store = shared();
    const conversation = await begin(store);
    const running = aTurn(store, conversation);
    await store.turns.open(running);
    const record = await trigger(store, conversation);
    const key = { scope: `chat:${conversation.id}`, key: "m-1", expiresAt: later(60) };
    const turn = aTurn(store, conversation, { trigger: record, key });
    await expect(store.turns.open(turn)).rejects.toMatchObject({ code: "conversation_busy" });
    expect(await store.triggers.get(record.id)).toEqual(record);
    expect(await store.requestKeys.find(key, NOW)).toBeUndefined();
    await store.turns.close(anEnd(running));
    await store.turns.open(turn);
    expect(await store.requestKeys.find(key, NOW)).toBe(turn.turnId);
  });

  it("a turn is opened once under a key; nothing is left of the second", async () => {
    const store = shared();
    const conversation = await begin(store);
    const key = { scope: `chat:${conversation.id}`, key: "m-1", expiresAt: later(60) };
    const first = await answer(store, aTurn(store, conversation, { key }));
    const record = aTrigger(store, conversation);
    const second = aTurn(store, conversation, { key, trigger: record });
    await expect(store.turns.open(second)).rejects.toMatchObject({ code: "request_repeated" });
    expect(await store.triggers.get(record.id)).toBeUndefined();
    expect((await history(store, conversation)).map(({ id }) => id)).toEqual([first.exchangeId]);
    const afterwards = aTurn(store, conversation, { key, createdAt: later(60) });
    await store.turns.open(afterwards);
    expect(await store.requestKeys.find(key, NOW)).toBe(afterwards.turnId);
  });

  it("what a turn emits is due once it has ended", async () => {
    const store = shared();
    const conversation = await begin(store);
    const turn = aTurn(store, conversation);
    await store.turns.open(turn);
    const emitted = [1, 2].map((depth) =>
      aTrigger(store, conversation, {
        trigger: anEvent("e-2"),
        source: "action",
        parentTurnId: turn.turnId,
        depth,
      }),
    );
    await store.turns.close(anEnd(turn, { triggers: emitted }));
    const list = () => store.triggers.list({ conversationId: conversation.id, limit: 9 });
    expect((await list()).reverse()).toEqual(emitted);
    const late = { triggers: [aTrigger(store, conversation)] };
    expect(await store.turns.close(anEnd(turn, late))).toBe(false);
    expect(await list()).toHaveLength(2);
  });

  it("a message of the user cancels what is to be cancelled by it, in its conversation alone", async () => {
    const store = shared();
    const [conversation, other] = [await begin(store), await begin(store)];
    const cancelOnMessage = true;
    const reminder = await trigger(store, conversation, { cancelOnMessage });
    const plain = await trigger(store, conversation);
    const done = await trigger(store, conversation, { cancelOnMessage, state: "failed" });
    const elsewhere = await trigger(store, other, { cancelOnMessage });
    expect(await store.triggers.cancelOnMessage(conversation.id)).toBe(1);
    expect(await store.triggers.cancelOnMessage(conversation.id)).toBe(0);
    expect(await store.triggers.get(reminder.id)).toMatchObject({ state: "cancelled", reason: "message" });
    for (const same of [plain, done, elsewhere]) expect(await store.triggers.get(same.id)).toEqual(same);
  });

  it("counts how often an event was triggered in a conversation, cancelled ones not", async () => {
    const store = shared();
    const [conversation, other] = [await begin(store), await begin(store)];
    const event = { trigger: anEvent("e-3") };
    await trigger(store, conversation, event);
    await trigger(store, conversation, { ...event, state: "started" });
    await trigger(store, conversation, { ...event, state: "cancelled" });
    await trigger(store, conversation, { trigger: anEvent("e-4") });
    await trigger(store, conversation);
    await trigger(store, other, event);
    expect(await store.triggers.countEvents(conversation.id, "e-3")).toBe(2);
    expect(await store.triggers.countEvents(conversation.id, "e-5")).toBe(0);
  });

  it("a key is taken once in its scope until it expires, and forgotten then", async () => {
    const store = await openStore();
    const key = (name: string, seconds: number) => ({ scope: "a", key: name, expiresAt: later(seconds) });
    expect(await store.requestKeys.add(key("m", 10), 1, NOW)).toBe(true);
    expect(await store.requestKeys.add(key("m", 99), 2, later(9))).toBe(false);
    expect(await store.requestKeys.add({ ...key("m", 10), scope: "b" }, 3, NOW)).toBe(true);
    expect(await store.requestKeys.find(key("m", 0), later(9))).toBe(1);
    expect(await store.requestKeys.find(key("m", 0), later(10))).toBeUndefined();
    expect(await store.requestKeys.add(key("m", 50), 4, later(10))).toBe(true);
    expect(await store.requestKeys.find(key("m", 0), later(11))).toBe(4);
    for (const name of ["x", "y", "z"]) await store.requestKeys.add(key(name, 20), 5, NOW);
    expect(await store.requestKeys.forget(later(20), 3)).toBe(3);
    expect(await store.requestKeys.forget(later(20), 3)).toBe(1);
    expect(await store.requestKeys.forget(later(20), 3)).toBe(0);
    expect(await store.requestKeys.find(key("m", 0), later(20))).toBe(4);
    await store.close();
  });

  it("of many who take one key at once one gets it", async () => {
    const store = shared();
    const key = { scope: "race", key: `${store.newId()}`, expiresAt: later(60) };
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.transaction(({ requestKeys }) => requestKeys.add(key, index + 1, NOW)),
      ),
    );
    expect(taken.filter((isTaken) => isTaken)).toHaveLength(1);
    expect(await store.requestKeys.find(key, NOW)).toBe(taken.indexOf(true) + 1);
  });
}
