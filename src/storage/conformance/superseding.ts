import { expect, it } from "vitest";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { DeliveryId, EventBodyId, EventId } from "../../domain/ids.ts";
import type { NewDelivery, Store } from "../store.ts";
import {
  aFailure,
  anEmission,
  aResult,
  claim,
  claimFirst,
  emit,
  endpoint,
  idsOf,
} from "./callback-factories.ts";
import { later, NOW } from "./factories.ts";

/** Far past every id the tests make. */
const SOME_DAY = new Date("2059-01-01T00:00:00Z");

/** An endpoint where a later event takes the place of an earlier one, and what it is told of one subject. */
async function aListener(store: Store, overrides: Partial<Endpoint> = {}) {
  const to = await endpoint(store, { isOrdered: true, isCoalescing: true, ...overrides });
  const tell = async (change: Partial<NewDelivery> = {}) => {
    const [id] = await emit(store, to, 1, { orderKey: "turn:1", isCoalescing: true, ...change });
    return id as DeliveryId;
  };
  const states = async (ids: readonly DeliveryId[]) => {
    const found = await Promise.all(ids.map((id) => store.outbox.findDelivery(id)));
    return found.map((delivery) => delivery?.state);
  };
  return { to, tell, states };
}

/** Deliveries whose place a later one takes. `openStore` makes an empty store that the test closes. */
export function supersedingConformance(shared: () => Store, openStore: () => Promise<Store>): void {
  it("a later event of a subject takes the place of one that waits, of the same endpoint and subject alone", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const elsewhere = await aListener(store);
    const others = [
      await tell({ orderKey: "turn:2" }),
      await tell({ orderKey: "", isCoalescing: true }),
      await elsewhere.tell(),
    ];
    const [first, second] = [await tell(), await tell()];
    const third = await tell({ createdAt: later(7) });
    expect(await states([first, second, third])).toEqual(["superseded", "superseded", "pending"]);
    expect((await store.outbox.findDelivery(second))?.endedAt).toEqual(later(7));
    expect(await states(others)).toEqual(["pending", "pending", "pending"]);
    expect(idsOf(await claim(store, to))).toEqual(expect.arrayContaining([third]));
  });

  it("where nobody asks for it nothing takes another's place", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store, { isCoalescing: false });
    const ids = [await tell({ isCoalescing: false }), await tell({ isCoalescing: false })];
    expect(await states(ids)).toEqual(["pending", "pending"]);
    const first = await claimFirst(store, to);
    await store.outbox.record([aFailure(store, first, later(70))], []);
    expect(await states(ids)).toEqual(["pending", "pending"]);
  });

  it("what is under way stays; once it is delivered the later one follows", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const first = await tell();
    const claims = await claim(store, to);
    const [second, third] = [await tell(), await tell()];
    expect(await states([first, second, third])).toEqual(["leased", "superseded", "pending"]);
    expect(await claim(store, to)).toEqual([]);
    await store.outbox.record(
      claims.map((claimed) => aResult(store, claimed)),
      [],
    );
    expect(idsOf(await claim(store, to))).toEqual([third]);
    expect(await states([first])).toEqual(["delivered"]);
  });

  it("what fails while a later one waits is not tried again; the later one is due", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const first = await tell();
    const claimed = await claimFirst(store, to);
    const second = await tell();
    await store.outbox.record([aFailure(store, claimed, later(300))], []);
    expect(await states([first, second])).toEqual(["superseded", "pending"]);
    expect(await store.outbox.findDelivery(first)).toMatchObject({
      endedAt: later(61),
      lastError: "http_500",
    });
    expect(await store.outbox.attempts(first)).toHaveLength(1);
    expect(await store.outbox.nextDue([to.id])).toEqual(new Map([[to.id, NOW]]));
    expect(idsOf(await claim(store, to))).toEqual([second]);
  });

  it("what fails with nothing after it is tried again", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const first = await tell();
    const claimed = await claimFirst(store, to);
    await tell({ orderKey: "turn:2" });
    await store.outbox.record([aFailure(store, claimed, later(300))], []);
    expect(await states([first])).toEqual(["pending"]);
  });

  it("what is sent once more gives its place to none that is sent once more, only to what is new", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const again = { trigger: "replay", isCoalescing: false } as const;
    const first = await tell({ ...again, replayId: store.newId() });
    const claimed = await claimFirst(store, to);
    const second = await tell({ ...again, replayId: store.newId() });
    await store.outbox.record([aFailure(store, claimed, NOW)], []);
    expect(await states([first, second])).toEqual(["pending", "pending"]);
    const third = await claimFirst(store, to);
    await tell();
    await store.outbox.record([aFailure(store, third, later(300))], []);
    expect(await states([first, second])).toEqual(["superseded", "superseded"]);
  });

  it("what is given up while a later one waits is given up", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const first = await tell();
    const claimed = await claimFirst(store, to);
    const second = await tell();
    await store.outbox.record([aResult(store, claimed, { to: "exhausted", isFailure: true })], []);
    expect(await states([first, second])).toEqual(["exhausted", "pending"]);
    expect(idsOf(await claim(store, to))).toEqual([second]);
  });

  it("what is held at a disabled endpoint gives its place too, also when it comes back from being sent", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const first = await tell();
    const claimed = await claimFirst(store, to);
    await store.endpoints.save({ ...to, state: "disabled" });
    const [second, third] = [await tell(), await tell()];
    expect(await states([second, third])).toEqual(["superseded", "held"]);
    await store.outbox.record([aFailure(store, claimed, later(300))], []);
    expect(await states([first, third])).toEqual(["superseded", "held"]);
    await store.endpoints.save(to);
    expect(await store.outbox.release(to.id, "pending", later(62))).toBe(1);
    expect(idsOf(await claim(store, to, { now: later(62) }))).toEqual([third]);
  });

  it("what a claim that was lost, or a process that ended, brings back gives its place", async () => {
    const store = await openStore();
    const { to, tell, states } = await aListener(store);
    const first = await tell();
    await claim(store, to, { token: "lost" });
    const second = await tell();
    await store.outbox.giveBack(["lost"]);
    expect(await states([first, second])).toEqual(["superseded", "pending"]);
    expect(idsOf(await claim(store, to))).toEqual([second]);
    const third = await tell();
    await store.outbox.takeBack({ now: later(90), isOwnStart: true, hangMs: 1000 });
    expect(await states([second, third])).toEqual(["superseded", "pending"]);
    expect(await store.outbox.attempts(second)).toMatchObject([{ outcome: "unknown" }]);
    expect(idsOf(await claim(store, to))).toEqual([third]);
    await store.close();
  });

  it("an event that is given its delivery twice does not take its own place", async () => {
    const store = shared();
    const { to, states } = await aListener(store);
    const emission = anEmission(store, [to], { orderKey: "turn:1", isCoalescing: true });
    await store.outbox.add({ ...emission, isFannedOut: false });
    const again = anEmission(store, [to], {
      event: emission.event,
      orderKey: "turn:1",
      isCoalescing: true,
    });
    const { bodies, deliveries } = again;
    const step = { eventId: emission.event.id, bodies, deliveries, isFannedOut: true, cursor: to.id };
    await store.outbox.fanOut(step);
    const ids = emission.deliveries.map(({ id }) => id);
    expect(await states(ids)).toEqual(["pending"]);
    expect(idsOf(await claim(store, to))).toEqual(ids);
  });

  it("an earlier event that comes late does not take the place of a later one", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const late = anEmission(store, [to], { orderKey: "turn:1", isCoalescing: true });
    await store.outbox.add({ ...late, deliveries: [], isFannedOut: false });
    const last = await tell();
    const { bodies, deliveries } = late;
    await store.outbox.fanOut({
      eventId: late.event.id,
      bodies,
      deliveries,
      isFannedOut: true,
      cursor: to.id,
    });
    expect(await states([last])).toEqual(["pending"]);
  });

  it("what gave its place is final: neither sent, held, dropped nor replayed, and it is listed", async () => {
    const store = shared();
    const { to, tell, states } = await aListener(store);
    const [first, last] = [await tell(), await tell()];
    const query = { endpointId: to.id, limit: 9 };
    const listed = await store.outbox.listDeliveries({ ...query, states: ["superseded"] });
    expect(listed.map(({ id }) => id)).toEqual([first]);
    const workspaceId = listed[0]?.workspaceId ?? store.newId();
    const ofWorkspace = await store.outbox.listDeliveries({ workspaceId, states: ["superseded"], limit: 9 });
    expect(ofWorkspace).toEqual(listed);
    expect(await store.outbox.hold(to.id)).toBe(1);
    expect(await store.outbox.release(to.id, "dropped", later(1))).toBe(1);
    expect(await states([first, last])).toEqual(["superseded", "dropped"]);
    expect(
      await store.outbox.claimOne({ id: first, now: later(99), token: "t", leaseMs: 1000 }),
    ).toBeUndefined();
    await store.endpoints.delete(to.id, later(2));
    expect(await states([first])).toEqual(["superseded"]);
  });

  it("an event of which every delivery gave its place is not replayed as failed, and is forgotten with its body", async () => {
    const store = await openStore();
    const { to, states } = await aListener(store);
    const emissions = [0, 1].map(() => anEmission(store, [to], { orderKey: "turn:1", isCoalescing: true }));
    for (const emission of emissions) await store.outbox.add(emission);
    const events = await store.outbox.eventsToReplay({
      endpointId: to.id,
      workspaceIds: emissions.map(({ event }) => event.workspaceId),
      types: ["agent.published"],
      since: new Date(0),
      until: SOME_DAY,
      after: 0 as EventId,
      isOnlyFailed: true,
      limit: 9,
    });
    expect(events).toEqual([]);
    const ids = emissions.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
    const bodies = () =>
      Promise.all(emissions.map((made) => store.outbox.body(made.bodies[0]?.id as EventBodyId)));
    await store.outbox.forget({ events: new Date(0), deliveredBodies: SOME_DAY }, 100);
    expect(await bodies()).toEqual([undefined, expect.any(String)]);
    while ((await store.outbox.forget({ events: SOME_DAY, deliveredBodies: SOME_DAY }, 100)) > 0);
    expect(await states(ids)).toEqual([undefined, "pending"]);
    expect(await store.outbox.counts()).toMatchObject({ pending: 1, held: 0, leased: 0 });
    await store.close();
  });

  it("headers of a body go along with every claim of it, and can be read with it", async () => {
    const store = shared();
    const { to } = await aListener(store);
    const headers = { "x-feedback-revision": "3", "x-feedback-user": "%E7%94%A8%E6%88%B7" };
    const emission = anEmission(store, [to]);
    const [body] = emission.bodies;
    if (body === undefined) throw new Error("there is no body");
    await store.outbox.add({ ...emission, bodies: [{ ...body, headers }] });
    const [plain] = await emit(store, to, 1);
    const claims = await claim(store, to);
    expect(claims.map((claimed) => claimed.headers)).toEqual([headers, {}]);
    expect(await store.outbox.bodyHeaders(body.id)).toEqual(headers);
    expect(await store.outbox.bodyHeaders(store.newId<EventBodyId>())).toEqual({});
    expect(idsOf(claims)).toContain(plain);
    const feedback = { ratings: ["like" as const, "none" as const], historyLimit: 50, isStrict: true };
    const insight = await endpoint(store, { kind: "insight", isCoalescing: true, feedback });
    expect(await store.endpoints.find(insight.id)).toEqual(insight);
    const listening = await store.endpoints.listening({
      workspaceId: insight.workspaceId as NonNullable<Endpoint["workspaceId"]>,
      eventType: "agent.published",
      limit: 9,
    });
    expect(listening).toEqual([insight]);
  });
}
