import { describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import type { Attempt, DeliveryState } from "../domain/endpoint.ts";
import type { DeliveryId, EndpointId, EventId } from "../domain/ids.ts";
import type { Emission, Store } from "../storage/store.ts";
import { disableEndpoint, enableEndpoint } from "./endpoints.ts";
import { keepOperatorEndpoint } from "./operator-endpoint.ts";
import { type EngineDesk, FAST_CLOCK, openEngineDesk } from "./testing/engine-desk.ts";

function firstOf({ deliveries: [delivery] }: Emission): DeliveryId {
  if (delivery === undefined) throw new Error("nobody listens");
  return delivery.id;
}

async function statesOf({ store }: EngineDesk, eventId: EventId): Promise<DeliveryState[]> {
  return (await store.outbox.listDeliveries({ eventId, limit: 9 })).map(({ state }) => state);
}

/** Every attempt at every delivery of the event; those of the first endpoint last. */
async function logOf({ store }: EngineDesk, eventId: EventId): Promise<Attempt[]> {
  const deliveries = await store.outbox.listDeliveries({ eventId, limit: 9 });
  const logs = await Promise.all(deliveries.map(({ id }) => store.outbox.attempts(id)));
  return logs.flat();
}

describe("an event", () => {
  test("reaches every endpoint that listens, signed, and its attempt is in the log", async () => {
    const desk = await openEngineDesk();
    await desk.listen("one");
    await desk.listen("two", { headers: { "x-key": "a-secret-value" } });
    const { event, bodies } = await desk.happen();
    await eventually(() => desk.received().length === 2);
    const [one] = desk.received("one");
    expect(one?.body).toBe(bodies[0]?.text);
    expect(one?.headers).toMatchObject({ "webhook-id": expect.stringContaining("evt_") });
    expect(desk.received("two")[0]?.headers).toMatchObject({ "x-key": "a-secret-value" });
    await eventually(async () => (await statesOf(desk, event.id)).every((state) => state === "delivered"));
    const [attempt] = await logOf(desk, event.id);
    expect(attempt).toMatchObject({ number: 1, outcome: "ok", status: 204, errorCode: "" });
    expect(JSON.stringify(attempt?.requestHeaders)).not.toContain("a-secret-value");
    expect(attempt?.requestHeaders["x-key"]).toBe("…alue");
    expect(attempt?.requestHeaders["webhook-signature"]).toMatch(/^….{4}$/);
  });

  test("is tried again on schedule, with the same id and bytes, until it is delivered", async () => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    const answers = [500, 500, 500];
    desk.react("one", () => answers.shift() ?? 200);
    await desk.listen("one");
    const { event } = await desk.happen();
    await eventually(() => desk.received("one").length === 4);
    const arrivals = desk.received("one");
    expect(new Set(arrivals.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(arrivals.map(({ body }) => body)).size).toBe(1);
    const [first = 0, second = 0, third = 0, fourth = 0] = arrivals.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(4);
    expect(third - second).toBeGreaterThanOrEqual(250);
    expect(fourth - third).toBeGreaterThanOrEqual(1_500);
    await eventually(async () => (await statesOf(desk, event.id))[0] === "delivered");
    const [delivery] = await desk.store.outbox.listDeliveries({ eventId: event.id, limit: 1 });
    expect(delivery).toMatchObject({ attemptCount: 4, failureCount: 3, lastError: "" });
  });

  test("that is given up is told to others, and the next of its subject says so", async () => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    desk.react("one", () => (desk.received("one").length > 2 ? 204 : 500));
    const one = await desk.listen("one", { isOrdered: true, retryDelaysMs: [5_000] });
    await desk.listen("watch", { eventTypes: ["delivery.exhausted"] });
    const fact = desk.publication();
    const emission = await desk.happen(fact);
    await desk.happen(fact);
    await eventually(() => desk.received("watch").length === 1);
    expect(JSON.parse(desk.received("watch")[0]?.body ?? "")).toMatchObject({ type: "delivery.exhausted" });
    expect(await desk.store.outbox.findDelivery(firstOf(emission))).toMatchObject({
      state: "exhausted",
      lastError: "http_500",
      attemptCount: 2,
    });
    await eventually(() => desk.received("one").length === 3);
    const [, , next] = await desk.store.outbox.listDeliveries({ endpointId: one.id, limit: 9 });
    expect(next).toBeUndefined();
    const [second] = await desk.store.outbox.listDeliveries({ endpointId: one.id, limit: 1 });
    expect(second).toMatchObject({ hasGap: true });
  });

  test("of an ordered subject waits for the one before it", async () => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    let isDown = true;
    desk.react("one", () => (isDown ? 500 : 204));
    await desk.listen("one", { isOrdered: true });
    const fact = desk.publication();
    const ids = [];
    for (let index = 0; index < 5; index++) ids.push((await desk.happen(fact)).deliveries[0]?.wireId);
    await eventually(() => desk.received("one").length >= 2);
    expect(new Set(desk.received("one").map(({ headers }) => headers["webhook-id"]))).toEqual(
      new Set([ids[0]]),
    );
    isDown = false;
    await eventually(
      () => new Set(desk.received("one").map(({ headers }) => headers["webhook-id"])).size === 5,
    );
    const order = [...new Set(desk.received("one").map(({ headers }) => headers["webhook-id"]))];
    expect(order).toEqual(ids);
  });
});

describe("an endpoint", () => {
  test("that hangs keeps nobody waiting", async () => {
    const desk = await openEngineDesk();
    desk.react("bad", "hang");
    await desk.listen("bad");
    await desk.listen("good");
    for (let index = 0; index < 20; index++) await desk.happen();
    await eventually(() => desk.received("good").length === 20);
    expect(desk.received("bad").length).toBe(1);
  });

  test("that answers 410 is disabled at once, its deliveries are held, and the others are told", async () => {
    const desk = await openEngineDesk();
    desk.react("gone", 410);
    const { id } = await desk.listen("gone");
    await desk.listen("watch", { eventTypes: ["endpoint.disabled"] });
    for (let index = 0; index < 5; index++) await desk.happen();
    await eventually(async () => (await desk.state(id)) === "disabled");
    await eventually(() => desk.received("watch").length === 1);
    await eventually(async () => {
      const list = await desk.store.outbox.listDeliveries({ endpointId: id, limit: 9 });
      return list.length === 5 && list.every(({ state }) => state === "held");
    });
    expect(desk.received("gone").length).toBe(1);
  });

  test("that fails for 120 hours is disabled", async () => {
    const desk = await openEngineDesk({ clock: { ...FAST_CLOCK, scale: 1e-7 } });
    desk.react("bad", 404);
    const { id } = await desk.listen("bad");
    await eventually(async () => {
      await desk.happen();
      return (await desk.state(id)) === "disabled";
    });
    expect((await desk.store.endpoints.find(id))?.stateReason).toContain("120 hours");
  });

  test("that is enabled after it failed for long may fail for as long again", async () => {
    const desk = await openEngineDesk();
    const { id } = await desk.listen("bad");
    const failingSince = new Date(Date.now() - 121 * 3_600_000);
    await desk.store.outbox.record([], [{ endpointId: id, failingSince, consecutiveFailures: 9 }]);
    const managing = {
      ...desk.services,
      endpointChanged: (changed: EndpointId) => desk.callbacks.endpointChanged(changed),
    };
    const failOnce = async () => {
      const { event } = await desk.happen();
      await eventually(async () => (await logOf(desk, event.id)).length === 1);
      expect(await desk.state(id)).toBe("active");
    };
    desk.react("bad", 404);
    await disableEndpoint(desk.services, id, "it fails");
    await enableEndpoint(desk.services, id, "deliver");
    await desk.crash();
    await failOnce();
    await desk.store.outbox.record([], [{ endpointId: id, failingSince, consecutiveFailures: 9 }]);
    await desk.crash();
    await disableEndpoint(managing, id, "it fails");
    await enableEndpoint(managing, id, "deliver");
    await failOnce();
  });

  test("that fails for the fourth time is told of, and again when it works", async () => {
    const desk = await openEngineDesk({ clock: { ...FAST_CLOCK, scale: 1e-4 } });
    desk.react("bad", () => (desk.received("bad").length > 4 ? 204 : 404));
    await desk.listen("bad");
    await desk.listen("watch", { eventTypes: ["endpoint.failing", "endpoint.recovered"] });
    const operator = { url: "https://receiver.example.com/operator" };
    await keepOperatorEndpoint({ ...desk.services, now: () => new Date() }, operator);
    await desk.happen();
    for (const watch of ["watch", "operator"]) {
      await eventually(() => desk.received(watch).length === 2);
      const types = desk.received(watch).map(({ body }) => JSON.parse(body).type);
      expect(types).toEqual(["endpoint.failing", "endpoint.recovered"]);
    }
  });

  test("is left alone while its breaker is open; what waits keeps its attempts", async () => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    let isDown = true;
    desk.react("one", () => (isDown ? "refused" : 204));
    const { id } = await desk.listen("one", { retryDelaysMs: [1, 1, 1, 1, 1, 1, 1, 1, 1] });
    for (let index = 0; index < 30; index++) await desk.happen();
    await eventually(async () => (await desk.store.endpoints.health([id]))[0]?.breaker !== undefined);
    isDown = false;
    await eventually(async () => {
      const list = await desk.store.outbox.listDeliveries({ endpointId: id, limit: 99 });
      return list.length === 30 && list.every(({ state }) => state === "delivered");
    });
    const list = await desk.store.outbox.listDeliveries({ endpointId: id, limit: 99 });
    expect(list.filter(({ attemptCount }) => attemptCount === 1).length).toBeGreaterThanOrEqual(24);
    expect((await desk.store.endpoints.health([id]))[0]).not.toHaveProperty("breaker");
  });

  test.each(["paused", "disabled"] as const)(
    "that is %s has no attempt left when that is said",
    async (state) => {
      const desk = await openEngineDesk();
      desk.react("one", "hang");
      const endpoint = await desk.listen("one");
      await desk.happen();
      await desk.happen();
      await eventually(() => desk.hanging() === 1);
      await desk.store.endpoints.save({ ...endpoint, state, updatedAt: new Date() });
      if (state === "disabled") await desk.store.outbox.hold(endpoint.id);
      await desk.callbacks.endpointChanged(endpoint.id);
      expect(desk.hanging()).toBe(0);
      const kept = state === "disabled" ? "held" : "pending";
      const all = () => desk.store.outbox.listDeliveries({ endpointId: endpoint.id, limit: 9 });
      await eventually(async () => (await all()).every((delivery) => delivery.state === kept));
      expect((await all()).map(({ failureCount }) => failureCount)).toEqual([0, 0]);
      desk.react("one", 204);
      await desk.happen();
      expect(desk.received("one").length).toBe(1);
      await desk.store.endpoints.save({ ...endpoint, state: "active", updatedAt: new Date() });
      if (state === "disabled") await desk.store.outbox.release(endpoint.id, "pending", new Date());
      await desk.callbacks.endpointChanged(endpoint.id);
      await eventually(() => desk.received("one").length === 4);
    },
  );

  test("that is deleted gets nothing more", async () => {
    const desk = await openEngineDesk();
    desk.react("one", "hang");
    const { id } = await desk.listen("one");
    const { event } = await desk.happen();
    await eventually(() => desk.hanging() === 1);
    await desk.store.endpoints.delete(id, new Date());
    await desk.callbacks.endpointChanged(id);
    expect(desk.hanging()).toBe(0);
    const [delivery] = await desk.store.outbox.listDeliveries({ eventId: event.id, limit: 1 });
    expect(delivery?.state).toBe("dropped");
    await eventually(
      async () => (await desk.store.outbox.attempts(delivery?.id ?? (0 as never))).length === 1,
    );
    expect((await desk.store.outbox.findDelivery(delivery?.id ?? (0 as never)))?.state).toBe("dropped");
  });
});

describe("after a crash", () => {
  test("what was under way is sent again at once, and the log says that nobody knows", async () => {
    const desk = await openEngineDesk();
    desk.react("one", "hang");
    await desk.listen("one");
    const emission = await desk.happen();
    await eventually(() => desk.hanging() === 1);
    desk.react("one", 204);
    await desk.crash();
    await eventually(() => desk.received("one").length === 1);
    const id = firstOf(emission);
    await eventually(async () => (await desk.store.outbox.findDelivery(id))?.state === "delivered");
    const outcomes = (await desk.store.outbox.attempts(id)).map(({ outcome }) => outcome);
    expect(outcomes.slice(0, 2)).toContain("unknown");
    expect(outcomes).toContain("ok");
    expect((await desk.store.outbox.findDelivery(id))?.failureCount).toBe(0);
  });

  test("what nobody was woken for is sent", async () => {
    const desk = await openEngineDesk();
    await desk.listen("one");
    await desk.callbacks.emit(desk.store, desk.publication());
    await desk.crash();
    await eventually(() => desk.received("one").length === 1);
  });
});

describe("a store in trouble", () => {
  /** A store whose outbox fails where it is told to. `after`: it does the work and says that it failed. */
  function troubled() {
    const trouble = { method: "", isAfter: false, count: 0 };
    const alter = (store: Store): Store => {
      const outbox = new Proxy(store.outbox, {
        get(target, name) {
          const method = Reflect.get(target, name);
          if (typeof method !== "function" || name !== trouble.method) return method;
          return async (...input: unknown[]) => {
            if (trouble.isAfter) await method.apply(target, input);
            trouble.count += 1;
            throw new Error("the store says no");
          };
        },
      });
      return new Proxy(store, {
        get: (target, name) => (name === "outbox" ? outbox : bound(target, name)),
      });
    };
    return { trouble, alter };
  }

  function bound(target: object, name: string | symbol): unknown {
    const member = Reflect.get(target, name);
    return typeof member === "function" ? member.bind(target) : member;
  }

  test("keeps results in memory and writes them when it can", async () => {
    const { trouble, alter } = troubled();
    const desk = await openEngineDesk({ alter });
    await desk.listen("one");
    trouble.method = "record";
    const { event } = await desk.happen();
    await eventually(() => trouble.count >= 2);
    trouble.method = "";
    await eventually(async () => {
      const [delivery] = await desk.store.outbox.listDeliveries({ eventId: event.id, limit: 1 });
      return delivery?.state === "delivered";
    });
    expect(desk.received("one").length).toBe(1);
  });

  test("that wrote a result and said it had not gets it once", async () => {
    const { trouble, alter } = troubled();
    const desk = await openEngineDesk({ alter });
    await desk.listen("one");
    Object.assign(trouble, { method: "record", isAfter: true });
    const emission = await desk.happen();
    await eventually(() => trouble.count >= 2);
    trouble.method = "";
    const id = firstOf(emission);
    await eventually(async () => (await desk.store.outbox.findDelivery(id))?.state === "delivered");
    expect((await desk.store.outbox.attempts(id)).length).toBe(1);
    expect(desk.received("one").length).toBe(1);
  });

  test("that leased deliveries and said it had not has them sent all the same, with no attempt lost", async () => {
    const { trouble, alter } = troubled();
    const desk = await openEngineDesk({ alter });
    await desk.listen("one");
    Object.assign(trouble, { method: "claim", isAfter: true });
    const emission = await desk.happen();
    await eventually(() => trouble.count >= 1);
    expect(desk.received("one").length).toBe(0);
    trouble.method = "";
    await eventually(() => desk.received("one").length === 1);
    const id = firstOf(emission);
    await eventually(async () => (await desk.store.outbox.findDelivery(id))?.state === "delivered");
    expect((await desk.store.outbox.findDelivery(id))?.attemptCount).toBe(1);
  });
});

describe("stopping", () => {
  test("lets what is under way end, begins nothing more, and gives back what takes too long", async () => {
    const desk = await openEngineDesk();
    desk.react("slow", "hang");
    await desk.listen("slow");
    const emission = await desk.happen();
    await eventually(() => desk.hanging() === 1);
    const stopped = desk.callbacks.stop(50);
    await desk.happen();
    await stopped;
    expect(desk.hanging()).toBe(0);
    expect(desk.received("slow").length).toBe(1);
    const delivery = await desk.store.outbox.findDelivery(firstOf(emission));
    expect(delivery).toMatchObject({ state: "pending", failureCount: 0 });
    expect(await desk.store.outbox.counts()).toMatchObject({ pending: 2, leased: 0 });
  });
});

test("an endpoint that nobody spoke of is found when something is due there", async () => {
  const desk = await openEngineDesk();
  const { endpoint } = await desk.endpoint({ url: "https://receiver.example.com/quiet" });
  expect(desk.changed).toEqual([endpoint.id satisfies EndpointId]);
  await desk.happen();
  await eventually(() => desk.received("quiet").length === 1);
});
