import { expect, it } from "vitest";
import type { EndpointId, EventBodyId, EventId, ReplayId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { anEmission, anEvent, aResult, claim, emit, endpoint, idsOf } from "./callback-factories.ts";
import { anEnd, aTurn, begin, later, NOW } from "./factories.ts";

/** Events and the deliveries made of them. */
export function outboxConformance(shared: () => Store): void {
  it("an event is stored with its body and one delivery for each of fifty endpoints", async () => {
    const store = shared();
    const endpoints = await Promise.all(Array.from({ length: 50 }, () => endpoint(store)));
    const emission = anEmission(store, endpoints);
    await store.outbox.add(emission);
    const data = { ...emission.event.data, name: "商城客服\u0000" };
    expect(await store.outbox.findEvent(emission.event.id)).toEqual({ ...emission.event, data });
    expect(await store.outbox.body(emission.bodies[0]?.id as EventBodyId)).toBe(emission.bodies[0]?.text);
    const deliveries = await store.outbox.listDeliveries({ eventId: emission.event.id, limit: 100 });
    expect(deliveries.map(({ endpointId }) => endpointId).sort()).toEqual(
      endpoints.map(({ id }) => id).sort(),
    );
    const { createdAt, ...first } = emission.deliveries[0] ?? { createdAt: NOW };
    expect(deliveries.at(-1)).toEqual({
      ...first,
      createdAt,
      attemptCount: 0,
      failureCount: 0,
      hasGap: false,
      lastError: "",
    });
  });

  it("what a rolled-back transaction emitted never was", async () => {
    const store = shared();
    const to = await endpoint(store);
    const emission = anEmission(store, [to]);
    const failing = store.transaction(async ({ outbox }) => {
      await outbox.add(emission);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await store.outbox.findEvent(emission.event.id)).toBeUndefined();
    expect(await claim(store, to)).toEqual([]);
  });

  it("the end of a turn and its events are stored together, once", async () => {
    const store = shared();
    const to = await endpoint(store);
    const turn = aTurn(store, await begin(store));
    await store.turns.open(turn);
    const emissions = [anEmission(store, [to]), anEmission(store, [to])];
    expect(await store.turns.close(anEnd(turn), emissions)).toBe(true);
    const late = [anEmission(store, [to])];
    expect(await store.turns.close(anEnd(turn, { text: "late" }), late)).toBe(false);
    const sent = idsOf(await claim(store, to));
    expect(sent).toEqual(emissions.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)));
    expect(await store.outbox.findEvent(late[0]?.event.id as EventId)).toBeUndefined();
  });

  it("abandoned turns are told of in the transaction that closes them", async () => {
    const store = shared();
    const to = await endpoint(store);
    const turn = aTurn(store, await begin(store));
    await store.turns.open(turn);
    const emission = anEmission(store, [to]);
    const told: unknown[] = [];
    const closing = store.turns.closeAbandoned({
      now: later(9),
      ownTurns: new Set(),
      tell: async ({ outbox, conversations }, abandoned) => {
        if (abandoned.turnId !== turn.turnId) return;
        told.push(abandoned);
        expect(await conversations.get(abandoned.conversationId)).toBeDefined();
        await outbox.add(emission);
      },
    });
    expect(await closing).toBeGreaterThanOrEqual(1);
    const { turnId, exchangeId, conversationId, agentId, userId } = turn;
    expect(told).toEqual([{ turnId, exchangeId, conversationId, agentId, userId }]);
    expect(await claim(store, to)).toHaveLength(1);
  });

  it("a large event gets the rest of its deliveries step by step; a step made twice counts once", async () => {
    const store = shared();
    const [first, second] = [await endpoint(store), await endpoint(store)];
    const emission = { ...anEmission(store, [first]), isFannedOut: false };
    await store.outbox.add(emission);
    const unfinished = await store.outbox.unfinished(1_000);
    expect(unfinished.find(({ event }) => event.id === emission.event.id)?.cursor).toBe(first.id);
    const rest = anEmission(store, [first, second], { event: emission.event });
    const step = {
      eventId: emission.event.id,
      bodies: rest.bodies,
      deliveries: rest.deliveries,
      isFannedOut: true,
      cursor: second.id,
    };
    await store.outbox.fanOut(step);
    await store.outbox.fanOut(step);
    expect(await store.outbox.listDeliveries({ eventId: emission.event.id, limit: 10 })).toHaveLength(2);
    expect((await store.outbox.unfinished(1_000)).some(({ event }) => event.id === emission.event.id)).toBe(
      false,
    );
  });

  it("an event goes to an endpoint once of itself and once for each replay, by hand as often as asked", async () => {
    const store = shared();
    const to = await endpoint(store);
    const emission = anEmission(store, [to]);
    await store.outbox.add(emission);
    const again = (overrides: Parameters<typeof anEmission>[2]) =>
      store.outbox.addDeliveries(
        [],
        anEmission(store, [to], {
          event: emission.event,
          bodyId: emission.bodies[0]?.id as EventBodyId,
          ...overrides,
        }).deliveries,
      );
    const replayId = store.newId<ReplayId>();
    for (const overrides of [
      {},
      { trigger: "replay" as const, replayId },
      { trigger: "replay" as const, replayId },
      { trigger: "manual" as const },
      { trigger: "manual" as const },
    ]) {
      await again(overrides);
    }
    const deliveries = await store.outbox.listDeliveries({ eventId: emission.event.id, limit: 10 });
    expect(deliveries.map(({ trigger }) => trigger)).toEqual(["manual", "manual", "replay", "event"]);
    expect((await claim(store, to)).map(({ body }) => body)).toEqual(
      Array.from({ length: 4 }, () => emission.bodies[0]?.text),
    );
  });

  it("events are listed newest first, by type, subject and page", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    const events = Array.from({ length: 3 }, () => anEvent(store, { workspaceId }));
    for (const event of events) await store.outbox.add(anEmission(store, [], { event }));
    const list = async (query: Partial<Parameters<Store["outbox"]["listEvents"]>[0]>) =>
      (await store.outbox.listEvents({ workspaceId, limit: 10, ...query })).map(({ id }) => id);
    const ids = events.map(({ id }) => id).reverse();
    expect(await list({})).toEqual(ids);
    expect(await list({ limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await list({ before: ids[0] as EventId })).toEqual(ids.slice(1));
    expect(await list({ types: ["agent.deleted"] })).toEqual([]);
    expect(await list({ subject: events[1]?.subject ?? "" })).toEqual([ids[1]]);
    expect(await list({ workspaceId: store.newId<WorkspaceId>() })).toEqual([]);
  });

  it("a replay finds the events of a time, oldest first, and only the undelivered ones when asked", async () => {
    const store = shared();
    const to = await endpoint(store);
    const workspaceId = store.newId<WorkspaceId>();
    const now = Date.now();
    const make = (seconds: number) => anEvent(store, { workspaceId, at: new Date(now + seconds * 1000) });
    const [early, delivered, exhausted, unsent, late] = [make(0), make(10), make(20), make(30), make(99)];
    for (const event of [early, unsent, late]) await store.outbox.add(anEmission(store, [], { event }));
    for (const event of [delivered, exhausted]) await store.outbox.add(anEmission(store, [to], { event }));
    const claims = await claim(store, to);
    await store.outbox.record(
      claims.map((claimed) =>
        aResult(store, claimed, {
          to: claimed.delivery.eventId === exhausted.id ? "exhausted" : "delivered",
        }),
      ),
      [],
    );
    const find = async (query: Partial<Parameters<Store["outbox"]["eventsToReplay"]>[0]>) => {
      const found = await store.outbox.eventsToReplay({
        endpointId: to.id,
        workspaceIds: [workspaceId],
        types: ["agent.published"],
        since: new Date(now + 5_000),
        until: new Date(now + 60_000),
        after: 0 as EventId,
        isOnlyFailed: false,
        limit: 10,
        ...query,
      });
      return found.map(({ id }) => id);
    };
    expect(await find({})).toEqual([delivered.id, exhausted.id, unsent.id]);
    expect(await find({ isOnlyFailed: true })).toEqual([exhausted.id, unsent.id]);
    expect(await find({ limit: 1 })).toEqual([delivered.id]);
    expect(await find({ after: delivered.id })).toEqual([exhausted.id, unsent.id]);
    expect(await find({ types: ["agent.deleted"] })).toEqual([]);
    expect(await find({ workspaceIds: [] })).toEqual([]);
  });

  it("what is written for an endpoint that was disabled or deleted meanwhile is held or dropped", async () => {
    const store = shared();
    const disabled = await endpoint(store, { state: "disabled" });
    const deleted = await endpoint(store);
    await store.endpoints.delete(deleted.id, later(1));
    const emission = anEmission(store, [disabled, deleted]);
    await store.outbox.add(emission);
    const states = await Promise.all(
      emission.deliveries.map(async ({ id }) => (await store.outbox.findDelivery(id))?.state),
    );
    expect(states).toEqual(["held", "dropped"]);
  });

  it("deliveries are found by what is known of them, newest first", async () => {
    const store = shared();
    const to = await endpoint(store);
    const workspaceId = store.newId<WorkspaceId>();
    // Of the time that ids are made of.
    const createdAt = new Date();
    const soon = new Date(createdAt.getTime() + 1);
    const ids = await emit(store, to, 3, { workspaceId, createdAt });
    const [first] = await claim(store, to, { room: 1 });
    if (first === undefined) throw new Error("nothing was claimed");
    await store.outbox.record([aResult(store, first, { to: "exhausted" })], []);
    const list = async (query: Partial<Parameters<Store["outbox"]["listDeliveries"]>[0]>) =>
      (await store.outbox.listDeliveries({ limit: 10, ...query })).map(({ id }) => id);
    const newest = [...ids].reverse();
    expect(await list({ endpointId: to.id })).toEqual(newest);
    expect(await list({ workspaceId })).toEqual(newest);
    expect(await list({ workspaceId, states: ["exhausted"] })).toEqual([ids[0]]);
    expect(await list({ endpointId: to.id, states: ["exhausted", "pending"], limit: 2 })).toEqual(
      newest.slice(0, 2),
    );
    expect(await list({ endpointId: to.id, before: newest[0] as (typeof ids)[number] })).toEqual(
      newest.slice(1),
    );
    expect(await list({ endpointId: to.id, types: ["agent.deleted"] })).toEqual([]);
    expect(await list({ endpointId: to.id, since: createdAt, until: soon })).toEqual(newest);
    expect(await list({ endpointId: to.id, since: soon })).toEqual([]);
    expect(await list({ endpointId: 1 as EndpointId })).toEqual([]);
  });
}
