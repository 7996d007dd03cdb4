import { describe, expect, test } from "vitest";
import type { Delivery } from "../domain/endpoint.ts";
import { curlCommand } from "./curl.ts";
import { disableEndpoint } from "./endpoints.ts";
import { changeReplay, startReplay, stepReplays } from "./replays.ts";
import { resendDelivery } from "./resending.ts";
import { sendTestEvent } from "./test-event.ts";
import { type EndpointDesk, openEndpointDesk } from "./testing/endpoint-desk.ts";

const everyNode = () => true;
const longAgo = new Date(0);

/** A desk with an endpoint and so many events that it got. */
async function withEvents(count: number) {
  const desk = await openEndpointDesk();
  const { endpoint } = await desk.endpoint({ eventTypes: ["agent.published", "agent.deleted"] });
  const events = [];
  for (let made = 0; made < count; made++) {
    const emission = await desk.emitter.emit(desk.store, desk.publication());
    if (emission !== undefined) events.push(emission.event);
  }
  return { desk, endpoint, events };
}

async function deliveriesOf({ store }: EndpointDesk, trigger: Delivery["trigger"]): Promise<Delivery[]> {
  const deliveries = await store.outbox.listDeliveries({ limit: 100 });
  return deliveries.filter((delivery) => delivery.trigger === trigger).reverse();
}

describe("a replay", () => {
  test("makes a second's share at a time and goes on where it was", async () => {
    const { desk, endpoint, events } = await withEvents(5);
    const { store, emitter } = desk;
    const replay = await startReplay(desk, {
      endpointId: endpoint.id,
      since: longAgo,
      isOnlyFailed: false,
      ratePerSecond: 2,
    });
    expect(await stepReplays({ store, emitter }, everyNode)).toEqual([endpoint.id]);
    expect(await deliveriesOf(desk, "replay")).toHaveLength(2);
    expect(await store.replays.find(replay.id)).toMatchObject({ state: "running", sentCount: 2 });
    for (let step = 0; step < 3; step++) await stepReplays({ store, emitter }, everyNode);
    const made = await deliveriesOf(desk, "replay");
    expect(made.map(({ eventId }) => eventId)).toEqual(events.map(({ id }) => id));
    const first = await deliveriesOf(desk, "event");
    expect(made.map(({ wireId }) => wireId)).toEqual(first.map(({ wireId }) => wireId));
    expect(await store.replays.find(replay.id)).toMatchObject({ state: "done", sentCount: 5 });
  });

  test("sends only what was not delivered, unless all is asked for", async () => {
    const { desk, endpoint } = await withEvents(2);
    const { store, emitter } = desk;
    await store.outbox.hold(endpoint.id);
    await store.outbox.release(endpoint.id, "dropped", new Date());
    await desk.emitter.emit(store, desk.publication());
    await startReplay(desk, { endpointId: endpoint.id, since: longAgo });
    await stepReplays({ store, emitter }, everyNode);
    expect(await deliveriesOf(desk, "replay")).toHaveLength(2);
  });

  test("leaves out test events, other types and other agents", async () => {
    const { desk, endpoint } = await withEvents(1);
    const { store, emitter, workspaceId } = desk;
    await sendTestEvent(desk.services, { endpointId: endpoint.id, type: "agent.published", workspaceId });
    const other = await desk.endpoint();
    await startReplay(desk, { endpointId: other.endpoint.id, since: longAgo });
    await startReplay(desk, {
      endpointId: endpoint.id,
      since: longAgo,
      eventTypes: ["agent.deleted"],
      isOnlyFailed: false,
    });
    await stepReplays({ store, emitter }, everyNode);
    expect((await deliveriesOf(desk, "replay")).map(({ endpointId }) => endpointId)).toEqual([
      other.endpoint.id,
    ]);
  });

  test("that cannot go on keeps no other waiting", async () => {
    const { desk, endpoint } = await withEvents(1);
    const other = await desk.endpoint();
    await startReplay(desk, { endpointId: endpoint.id, since: longAgo, isOnlyFailed: false });
    await startReplay(desk, { endpointId: other.endpoint.id, since: longAgo });
    const deliveries: typeof desk.emitter.deliveries = (event, endpoints, made) => {
      if (endpoints[0]?.id === endpoint.id) throw new Error("nobody can tell this");
      return desk.emitter.deliveries(event, endpoints, made);
    };
    const emitter = Object.create(desk.emitter, { deliveries: { value: deliveries } });
    expect(await stepReplays({ store: desk.store, emitter }, everyNode)).toEqual([other.endpoint.id]);
  });

  test("stops while it is paused and ends when it is cancelled", async () => {
    const { desk, endpoint } = await withEvents(3);
    const { store, emitter } = desk;
    const { id } = await startReplay(desk, {
      endpointId: endpoint.id,
      since: longAgo,
      isOnlyFailed: false,
      ratePerSecond: 1,
    });
    await stepReplays({ store, emitter }, everyNode);
    expect(await changeReplay(desk, id, "paused")).toMatchObject({ state: "paused" });
    await stepReplays({ store, emitter }, everyNode);
    expect(await deliveriesOf(desk, "replay")).toHaveLength(1);
    await changeReplay(desk, id, "running");
    await stepReplays({ store, emitter }, everyNode);
    expect(await deliveriesOf(desk, "replay")).toHaveLength(2);
    expect(await changeReplay(desk, id, "cancelled")).toMatchObject({ state: "cancelled" });
    await expect(changeReplay(desk, id, "running")).rejects.toMatchObject({ code: "already_decided" });
  });

  test("is done by the node that looks after the endpoint", async () => {
    const { desk, endpoint } = await withEvents(1);
    await startReplay(desk, { endpointId: endpoint.id, since: longAgo, isOnlyFailed: false });
    expect(await stepReplays(desk, () => false)).toEqual([]);
    expect(await deliveriesOf(desk, "replay")).toEqual([]);
  });

  test.each([
    [{ since: new Date(Date.now() + 60_000) }, "since"],
    [{ since: new Date(Number.NaN) }, "since"],
    [{ ratePerSecond: 0 }, "ratePerSecond"],
    [{ eventTypes: ["turn.failed" as const] }, "eventTypes"],
  ])("with %j is refused", async (wrong, field) => {
    const { desk, endpoint } = await withEvents(0);
    const replay = startReplay(desk, { endpointId: endpoint.id, since: longAgo, ...wrong });
    await expect(replay).rejects.toMatchObject({ code: "request_invalid", field });
  });
});

describe("sending again by hand", () => {
  test("sends the same bytes under the same id, before anything that waits in order", async () => {
    const { desk } = await withEvents(1);
    const [first] = await deliveriesOf(desk, "event");
    if (first === undefined) throw new Error("nothing was emitted");
    const again = await resendDelivery(desk.services, first.id);
    expect(again).toMatchObject({
      wireId: first.wireId,
      bodyId: first.bodyId,
      trigger: "manual",
      orderKey: "",
    });
    expect(again.id).not.toBe(first.id);
    expect(desk.changed.at(-1)).toBe(first.endpointId);
  });

  test("of what is not there says so", async () => {
    const { desk } = await withEvents(0);
    await expect(resendDelivery(desk.services, 1 as never)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a test event", () => {
  test("goes to one endpoint, also one that does not subscribe to such events", async () => {
    const { desk, endpoint } = await withEvents(0);
    await desk.endpoint({ eventTypes: ["turn.completed"] });
    const { workspaceId } = desk;
    const sent = await sendTestEvent(desk.services, {
      endpointId: endpoint.id,
      type: "turn.completed",
      workspaceId,
    });
    expect(await deliveriesOf(desk, "test")).toMatchObject([{ id: sent.id, endpointId: endpoint.id }]);
    expect(await desk.store.outbox.findEvent(sent.eventId)).toMatchObject({ subject: `test:${endpoint.id}` });
  });

  test("is refused where nothing is sent now, or such events never are", async () => {
    const { desk, endpoint } = await withEvents(0);
    const { workspaceId } = desk;
    const send = (type: "agent.submitted" | "turn.failed") =>
      sendTestEvent(desk.services, { endpointId: endpoint.id, type, workspaceId });
    await expect(send("agent.submitted")).rejects.toMatchObject({ field: "type" });
    await disableEndpoint(desk.services, endpoint.id, "");
    await expect(send("turn.failed")).rejects.toMatchObject({ field: "state" });
  });
});

test("a delivery as a command is signed and survives a shell", async () => {
  const desk = await openEndpointDesk();
  const { endpoint } = await desk.endpoint({ headers: { "x-own": "it's" } });
  await desk.emitter.emit(desk.store, desk.publication({ name: "it's $HOME `x`" }));
  const [delivery] = await deliveriesOf(desk, "event");
  if (delivery === undefined) throw new Error("nothing was emitted");
  const command = await curlCommand(desk.services, delivery, endpoint);
  expect(command).toContain("-H 'x-own: it'\\''s'");
  expect(command).toMatch(/-H 'webhook-signature: v1,[A-Za-z0-9+/=]+'/);
  expect(command).toContain(`"name":"it'\\''s $HOME \`x\`"`);
  expect(command.split("\n").at(-1)).toBe("  'https://orders.example.com/hooks'");
  const proving = { ...endpoint, isAsymmetric: true, encryptedClientCertificate: "sealed" };
  const proof = await curlCommand(desk.services, delivery, proving);
  expect(proof).toMatch(/-H 'webhook-signature: v1,\S+ v1a,[A-Za-z0-9+/]{86}=='/);
  expect(proof.split(" \\\n  ")[1]).toBe("--cert certificate.pem --key key.pem");
});
