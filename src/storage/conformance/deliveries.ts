import { expect, it } from "vitest";
import type { DeliveryId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import {
  aFailure,
  anAttempt,
  anEmission,
  aResult,
  claim,
  emit,
  endpoint,
  idsOf,
} from "./callback-factories.ts";
import { later, NOW } from "./factories.ts";

/** Claims, results and the order of one subject. `openStore` makes an empty store that the test closes. */
export function deliveryConformance(shared: () => Store, openStore: () => Promise<Store>): void {
  it("claims what is due, the longest due first, as much as each lane has room for", async () => {
    const store = shared();
    const [one, other] = [await endpoint(store), await endpoint(store)];
    const [second] = await emit(store, one, 1, { dueAt: later(2) });
    const [first, third] = [
      ...(await emit(store, one, 1, { dueAt: later(1) })),
      ...(await emit(store, one, 1, { dueAt: later(3) })),
    ];
    const [future] = await emit(store, one, 1, { dueAt: later(99) });
    const [elsewhere] = await emit(store, other, 1, { dueAt: later(2.5) });
    const claims = await store.outbox.claim({
      lanes: [
        { endpointId: one.id, room: 2 },
        { endpointId: other.id, room: 2 },
      ],
      now: later(10),
      token: "both",
      leaseMs: 1000,
    });
    expect(idsOf(claims)).toEqual([first, second, elsewhere]);
    expect(claims[0]).toMatchObject({ token: "both", body: expect.stringContaining("event") });
    expect(claims[0]?.delivery).toMatchObject({ state: "leased", attemptCount: 1, failureCount: 0 });
    expect(idsOf(await claim(store, one, { now: later(10) }))).toEqual([third]);
    expect(await claim(store, one, { now: later(98) })).toEqual([]);
    expect(idsOf(await claim(store, one, { now: later(99) }))).toEqual([future]);
  });

  it("says when each endpoint has something to send next", async () => {
    const store = shared();
    const [busy, idle] = [await endpoint(store), await endpoint(store)];
    await emit(store, busy, 1, { dueAt: later(5) });
    await emit(store, busy, 1, { dueAt: later(3) });
    const due = () => store.outbox.nextDue([busy.id, idle.id]);
    expect(await due()).toEqual(new Map([[busy.id, later(3)]]));
    await claim(store, busy, { now: later(4) });
    expect(await due()).toEqual(new Map([[busy.id, later(5)]]));
    expect(await store.outbox.nextDue([])).toEqual(new Map());
  });

  it("of several who claim at once each delivery goes to one", async () => {
    const store = shared();
    const to = await endpoint(store);
    const ids = await emit(store, to, 20);
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(store, to, { room: 4 })));
    const claimed = claims.flatMap(idsOf);
    expect(new Set(claimed).size).toBe(claimed.length);
    expect([...claimed, ...idsOf(await claim(store, to))].sort()).toEqual([...ids].sort());
  });

  it("results move deliveries, count failures, and are all in the log", async () => {
    const store = shared();
    const to = await endpoint(store);
    await emit(store, to, 4);
    const [good, bad, hopeless, unsent] = await claim(store, to);
    if (!good || !bad || !hopeless || !unsent) throw new Error("four were emitted");
    const { attempt: _, ...nothing } = aResult(store, unsent, { to: "pending", dueAt: later(70) });
    const success = aResult(store, good);
    const results = [
      success,
      aFailure(store, bad, later(120)),
      aResult(store, hopeless, { to: "exhausted", isFailure: true, lastError: "timeout" }),
      nothing,
    ];
    await store.outbox.record(results, []);
    const find = ({ delivery }: { delivery: { id: DeliveryId } }) => store.outbox.findDelivery(delivery.id);
    expect(await find(good)).toMatchObject({ state: "delivered", endedAt: later(61), attemptCount: 1 });
    expect(await find(bad)).toMatchObject({
      state: "pending",
      dueAt: later(120),
      attemptCount: 1,
      failureCount: 1,
      lastError: "http_500",
    });
    expect(await find(hopeless)).toMatchObject({ state: "exhausted", lastError: "timeout" });
    expect(await find(unsent)).toMatchObject({ state: "pending", dueAt: later(70), attemptCount: 0 });
    expect(await store.outbox.attempts(good.delivery.id)).toEqual([
      { ...success.attempt, responsePrefix: "好\uFFFD \uFFFD" },
    ]);
    expect(await store.outbox.attempts(unsent.delivery.id)).toEqual([]);
    const again = await claim(store, to, { now: later(130) });
    expect(again.map(({ delivery }) => delivery.attemptCount).sort()).toEqual([1, 2]);
  });

  it("a result of a claim that is not the latest is logged and changes nothing, however often it comes", async () => {
    const store = shared();
    const to = await endpoint(store);
    await emit(store, to, 1);
    const [stale] = await claim(store, to);
    if (!stale) throw new Error("one was emitted");
    await store.outbox.record([aFailure(store, stale, later(62))], []);
    const [current] = await claim(store, to, { now: later(70) });
    if (!current) throw new Error("it was due again");
    const zombie = aResult(store, stale, { to: "exhausted" });
    await store.outbox.record([zombie], []);
    await store.outbox.record([zombie], []);
    const id = stale.delivery.id;
    expect(await store.outbox.findDelivery(id)).toMatchObject({ state: "leased", attemptCount: 2 });
    await store.outbox.record([aResult(store, current)], []);
    expect(await store.outbox.findDelivery(id)).toMatchObject({ state: "delivered" });
    expect((await store.outbox.attempts(id)).map(({ number }) => number)).toEqual([1, 1, 2]);
  });

  it("what fails at an endpoint that was disabled meanwhile is held, at a deleted one it stays dropped", async () => {
    const store = shared();
    const [disabled, deleted] = [await endpoint(store), await endpoint(store)];
    await emit(store, disabled, 1);
    await emit(store, deleted, 2);
    const claims = [...(await claim(store, disabled)), ...(await claim(store, deleted))];
    await store.endpoints.save({ ...disabled, state: "disabled" });
    await store.endpoints.delete(deleted.id, later(60));
    await store.outbox.record(
      claims.map((claimed) => aFailure(store, claimed, later(99))),
      [],
    );
    const states = await Promise.all(
      idsOf(claims).map(async (id) => (await store.outbox.findDelivery(id))?.state),
    );
    expect(states).toEqual(["held", "dropped", "dropped"]);
  });

  it("of one subject only the oldest unfinished delivery is claimed; others and other endpoints do not wait", async () => {
    const store = shared();
    const [ordered, other] = [await endpoint(store), await endpoint(store)];
    const [first, second, third] = await emit(store, ordered, 3, { orderKey: "agent:1" });
    const [apart] = await emit(store, ordered, 1, { orderKey: "agent:2" });
    const [free] = await emit(store, ordered, 1);
    const [elsewhere] = await emit(store, other, 1, { orderKey: "agent:1" });
    const claims = await claim(store, ordered);
    expect(idsOf(claims)).toEqual([first, apart, free]);
    expect(idsOf(await claim(store, other))).toEqual([elsewhere]);
    expect(await claim(store, ordered)).toEqual([]);
    expect(await store.outbox.nextDue([ordered.id])).toEqual(new Map());
    const [head] = claims;
    if (!head) throw new Error("one was claimed");
    await store.outbox.record([aFailure(store, head, later(100))], []);
    expect(await store.outbox.nextDue([ordered.id])).toEqual(new Map([[ordered.id, later(100)]]));
    expect(await claim(store, ordered, { now: later(99) })).toEqual([]);
    const [again] = await claim(store, ordered, { now: later(100) });
    expect(again?.delivery.id).toBe(first);
    if (!again) throw new Error("it was due again");
    await store.outbox.record([aResult(store, again, { to: "exhausted" })], []);
    await store.outbox.markGap(ordered.id, "agent:1", again.delivery.id);
    expect(await store.outbox.nextDue([ordered.id])).toEqual(new Map([[ordered.id, NOW]]));
    const [next] = await claim(store, ordered);
    expect(next?.delivery).toMatchObject({ id: second, hasGap: true });
    if (!next) throw new Error("it was next");
    await store.outbox.record([aResult(store, next)], []);
    expect((await claim(store, ordered)).map(({ delivery }) => [delivery.id, delivery.hasGap])).toEqual([
      [third, false],
    ]);
  });

  it("events of one subject that one transaction makes keep their order", async () => {
    const store = shared();
    const to = await endpoint(store);
    const turnEvents = [1, 2].map(() => anEmission(store, [to], { orderKey: "agent:9" }));
    await store.transaction(async ({ outbox }) => {
      for (const emission of turnEvents) await outbox.add(emission);
    });
    expect(idsOf(await claim(store, to))).toEqual([turnEvents[0]?.deliveries[0]?.id]);
  });

  it("a held delivery keeps its subject waiting; dropped, it lets the next one go", async () => {
    const store = shared();
    const to = await endpoint(store);
    await emit(store, to, 2, { orderKey: "agent:1" });
    expect(await store.outbox.hold(to.id)).toBe(2);
    const [fresh] = await emit(store, to, 1, { orderKey: "agent:1" });
    expect(await claim(store, to)).toEqual([]);
    expect(await store.outbox.release(to.id, "dropped", later(5))).toBe(2);
    expect(idsOf(await claim(store, to))).toEqual([fresh]);
  });

  it("held deliveries are released in the order they were due, all due at once", async () => {
    const store = shared();
    const to = await endpoint(store);
    const [late] = await emit(store, to, 1, { dueAt: later(5_000) });
    const [early, middle] = [
      ...(await emit(store, to, 1, { dueAt: later(1) })),
      ...(await emit(store, to, 1, { dueAt: later(3_000) })),
    ];
    const [question] = await emit(store, to, 1, { trigger: "sync", state: "held" });
    expect(await store.outbox.hold(to.id)).toBe(3);
    expect(await claim(store, to, { now: later(9_000) })).toEqual([]);
    expect(await store.outbox.release(to.id, "pending", later(10))).toBe(3);
    expect(idsOf(await claim(store, to, { now: later(10) }))).toEqual([early, middle, late]);
    expect(await store.outbox.findDelivery(question as DeliveryId)).toMatchObject({ state: "held" });
  });

  it("so many are held and released in the same order", async () => {
    const store = shared();
    const to = await endpoint(store);
    const emission = anEmission(store, [to], { trigger: "manual" });
    const [one] = emission.deliveries;
    if (!one) throw new Error("it is for one endpoint");
    const deliveries = Array.from({ length: 4_001 }, (_, index) => ({
      ...one,
      id: store.newId<DeliveryId>(),
      dueAt: later(-index),
    }));
    await store.outbox.add({ ...emission, deliveries });
    expect(await store.outbox.hold(to.id)).toBe(4_001);
    expect(await store.outbox.release(to.id, "pending", later(10))).toBe(4_001);
    const claims = await claim(store, to, { now: later(10), room: 5_000 });
    expect(idsOf(claims)).toEqual(deliveries.map(({ id }) => id).reverse());
    expect(claims.at(-1)?.delivery.dueAt).toEqual(later(10));
    await store.outbox.giveBack(claims.slice(0, 1).map(({ token }) => token));
    expect(await store.outbox.hold(to.id)).toBe(4_001);
    expect(await store.outbox.release(to.id, "dropped", later(10))).toBe(4_001);
  });

  it("what waits does so as its endpoint is now, whatever it was before", async () => {
    const store = shared();
    const [active, disabled] = [await endpoint(store), await endpoint(store, { state: "disabled" })];
    const [late] = await emit(store, active, 1, { state: "held", dueAt: later(1) });
    const [early] = await emit(store, disabled, 1);
    const stateOf = async (id: DeliveryId | undefined) =>
      (await store.outbox.findDelivery(id as DeliveryId))?.state;
    expect([await stateOf(late), await stateOf(early)]).toEqual(["pending", "held"]);
    const [claimed] = await claim(store, active);
    if (!claimed) throw new Error("it was due");
    const { attempt: _, ...givenBack } = aResult(store, claimed, {
      to: "held",
      lastError: "endpoint_paused",
    });
    await store.outbox.record([givenBack], []);
    expect(await store.outbox.findDelivery(late as DeliveryId)).toMatchObject({
      state: "pending",
      lastError: "endpoint_paused",
      attemptCount: 0,
    });
    await claim(store, active, { token: "in doubt" });
    await store.endpoints.save({ ...active, state: "disabled" });
    await store.outbox.giveBack(["in doubt"]);
    expect(await stateOf(late)).toBe("held");
  });

  it("one delivery is claimed by its id, held or not, but never a finished one", async () => {
    const store = shared();
    const to = await endpoint(store);
    const [id] = await emit(store, to, 1, { trigger: "sync", state: "held" });
    const claimOne = (token: string) =>
      store.outbox.claimOne({ id: id as DeliveryId, now: later(1), token, leaseMs: 1000 });
    expect(await claim(store, to)).toEqual([]);
    const claimed = await claimOne("first");
    expect(claimed).toMatchObject({ token: "first", delivery: { id, state: "leased", attemptCount: 1 } });
    if (!claimed) throw new Error("it was held");
    expect(await claimOne("thief")).toBeUndefined();
    await store.outbox.record([aResult(store, claimed)], []);
    expect(await claimOne("second")).toBeUndefined();
  });

  it("claims that are given back are as if they had not been made", async () => {
    const store = shared();
    const to = await endpoint(store);
    const [id] = await emit(store, to, 1);
    const [question] = await emit(store, to, 1, { trigger: "sync", state: "held" });
    await claim(store, to, { token: "lost" });
    const lease = { now: later(60), leaseMs: 1000 };
    await store.outbox.claimOne({ id: question as DeliveryId, token: "lost too", ...lease });
    await store.outbox.giveBack([]);
    await store.outbox.giveBack(["lost", "lost too"]);
    expect(await store.outbox.findDelivery(id as DeliveryId)).toMatchObject({
      state: "pending",
      attemptCount: 0,
    });
    expect(await store.outbox.findDelivery(question as DeliveryId)).toMatchObject({ state: "held" });
    expect(idsOf(await claim(store, to))).toEqual([id]);
    expect(await store.outbox.leasedElsewhere()).toEqual(new Map());
  });

  it("health is what was written last, of each endpoint", async () => {
    const store = shared();
    const [failing, fine] = [await endpoint(store), await endpoint(store)];
    const breaker = { openedAt: later(1), until: later(31), backoffMs: 30_000 };
    const before = { endpointId: failing.id, failingSince: NOW, consecutiveFailures: 5, breaker };
    await store.outbox.record(
      [],
      [before, { endpointId: fine.id, lastSuccessAt: NOW, consecutiveFailures: 0 }],
    );
    expect(await store.endpoints.health([failing.id])).toEqual([before]);
    const after = {
      endpointId: failing.id,
      lastSuccessAt: later(40),
      lastAttemptAt: later(40),
      consecutiveFailures: 0,
    };
    await store.outbox.record([], [after]);
    const health = await store.endpoints.health([failing.id, fine.id]);
    expect(health.find(({ endpointId }) => endpointId === failing.id)).toEqual(after);
    expect(health).toHaveLength(2);
    expect(await store.endpoints.health([])).toEqual([]);
  });

  it("tells how much there is to do", async () => {
    const store = await openStore();
    expect(await store.outbox.counts()).toEqual({ pending: 0, held: 0, leased: 0 });
    const [one, other] = [await endpoint(store), await endpoint(store)];
    await emit(store, one, 3, { dueAt: later(7), orderKey: "agent:1" });
    await emit(store, other, 2, { dueAt: later(5) });
    await claim(store, other, { room: 1 });
    await store.outbox.hold(other.id);
    expect(await store.outbox.counts()).toEqual({ pending: 3, held: 1, leased: 1, oldestDueAt: later(7) });
    await store.close();
  });

  it("what a process held when it ended is due again at its next start, and the log says so", async () => {
    const store = await openStore();
    const to = await endpoint(store);
    await emit(store, to, 1);
    await emit(store, to, 1, { trigger: "sync", state: "held" });
    const [sent] = await claim(store, to);
    const [, question] = await store.outbox
      .listDeliveries({ endpointId: to.id, limit: 2 })
      .then((all) => all.reverse());
    if (!sent || !question) throw new Error("two were emitted");
    const lease = { now: later(60), token: "ask", leaseMs: 1000 };
    await store.outbox.claimOne({ id: question.id, ...lease });
    const takeBack = (isOwnStart: boolean) =>
      store.outbox.takeBack({ now: later(90), isOwnStart, hangMs: 15_000 });
    expect(await takeBack(false)).toEqual([]);
    expect(await takeBack(true)).toEqual([to.id]);
    expect(await takeBack(true)).toEqual([]);
    expect(await store.outbox.findDelivery(sent.delivery.id)).toMatchObject({
      state: "pending",
      dueAt: later(90),
      attemptCount: 1,
      failureCount: 0,
    });
    expect(await store.outbox.findDelivery(question.id)).toMatchObject({ state: "held" });
    expect(await store.outbox.attempts(sent.delivery.id)).toMatchObject([
      { number: 1, outcome: "unknown", url: to.url, startedAt: later(60) },
    ]);
    await store.outbox.record([aResult(store, sent)], []);
    expect(await store.outbox.findDelivery(sent.delivery.id)).toMatchObject({ state: "pending" });
    await store.close();
  });

  it("an attempt that is reported twice is in the log once", async () => {
    const store = shared();
    const to = await endpoint(store);
    await emit(store, to, 1);
    const [claimed] = await claim(store, to);
    if (!claimed) throw new Error("one was emitted");
    const result = aResult(store, claimed, { attempt: anAttempt(store, claimed.delivery) });
    await store.outbox.record([result], []);
    await store.outbox.record([result], []);
    expect(await store.outbox.attempts(claimed.delivery.id)).toHaveLength(1);
  });
}
