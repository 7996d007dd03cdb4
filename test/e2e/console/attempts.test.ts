import { createParser, type EventSourceMessage } from "eventsource-parser";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EndpointId, UserId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type ConsoleWorld, openConsoleWorld, tokenOf, type UserName } from "./console-world.ts";

describe.each(engines)("attempts and what is done about them on $name", (engine) => {
  let world: ConsoleWorld;
  const tails: AbortController[] = [];

  beforeAll(async () => {
    world = await openConsoleWorld(engine);
  });
  afterAll(async () => {
    for (const tail of tails) tail.abort();
    await world.close();
  });

  const ok = async (route: `${string} /${string}`, body?: unknown, as: UserName = "owner") => {
    const reply = await world.call(as, route, body);
    expect(reply).toMatchObject({ status: 200 });
    return reply.body;
  };
  const test1 = (id: string) => ok(`POST /endpoints/${id}/test`, { type: "turn.completed" });

  /** What a tail has told so far; ends with the tests. */
  async function watch(query = "", headers: Record<string, string> = {}) {
    const control = new AbortController();
    tails.push(control);
    const response = await fetch(`${world.server.url}/api/deliveries/tail${query}`, {
      headers: { authorization: `Bearer ${tokenOf("owner")}`, ...headers },
      signal: control.signal,
    });
    expect(response.headers.get("content-type")).toMatch("text/event-stream");
    const told: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (event) => told.push(event) });
    const reading = async () => {
      const decoder = new TextDecoder();
      for await (const part of response.body ?? []) parser.feed(decoder.decode(part, { stream: true }));
    };
    reading().catch(() => undefined);
    return { told, end: () => control.abort() };
  }

  test("are listed across deliveries, newest first, a page at a time", async () => {
    const [one, other] = [await world.endpoint("/one"), await world.endpoint("/other")];
    world.receiver.behave("/other", { status: 503 });
    for (const { id } of [one, other, one]) {
      const { id: deliveryId } = await test1(id);
      await eventually(async () =>
        expect((await ok(`GET /deliveries/${deliveryId}`)).attempts).toHaveLength(1),
      );
    }
    const { items, nextCursor } = await ok("GET /attempts?limit=2");
    expect(items).toMatchObject([
      { endpointId: one.id, outcome: "ok", status: 200, eventType: "turn.completed", trigger: "test" },
      { endpointId: other.id, outcome: "fail", status: 503, errorCode: "http_503" },
    ]);
    expect(items[0]).not.toHaveProperty("requestHeaders");
    const rest = await ok(`GET /attempts?limit=2&cursor=${nextCursor}`);
    expect(rest).toMatchObject({ items: [{ endpointId: one.id }], nextCursor: null });
    expect((await ok(`GET /attempts?endpointId=${one.id}`)).items).toHaveLength(2);
    expect((await ok("GET /endpoints?kind=workspace")).items).toMatchObject([
      { id: one.id, counts: { pending: 0, held: 0, failed: 0 } },
      { id: other.id },
    ]);
    for (const as of ["member", "powerless"] as const) {
      expect(await world.call(as, "GET /attempts")).toMatchObject({ status: 403 });
    }
  });

  test("are told as they end, and after a break those that were missed", async () => {
    const { id } = await world.endpoint("/tail");
    const first = await watch(`?endpointId=${id}`);
    await test1(id);
    await eventually(() => expect(first.told).toHaveLength(1));
    const [seen] = first.told;
    expect(seen).toMatchObject({ event: "attempt", id: expect.stringMatching(/^\d+$/) });
    expect(JSON.parse(seen?.data ?? "")).toMatchObject({ id: seen?.id, endpointId: id, outcome: "ok" });
    first.end();
    const missed = await test1(id);
    await eventually(async () => expect((await ok(`GET /deliveries/${missed.id}`)).attempts).toHaveLength(1));
    const second = await watch(`?endpointId=${id}`, { "last-event-id": seen?.id ?? "" });
    const deliveries = () => second.told.map(({ data }) => JSON.parse(data).deliveryId);
    await eventually(() => expect(deliveries()).toContain(missed.id));
    const third = await test1(id);
    await eventually(() => expect(deliveries()).toContain(third.id));
    expect(new Set(deliveries()).size).toBe(second.told.length);
    expect(await world.call("member", "GET /deliveries/tail")).toMatchObject({ status: 403 });
    expect(await world.call("owner", "GET /deliveries/tail?endpointId=1")).toMatchObject({ status: 404 });
  });

  test("several deliveries are sent again at once: those named, or those of a filter; keepers only", async () => {
    const { id } = await world.endpoint("/many", { retryDelaysMs: [] });
    world.receiver.behave("/many", { status: 500 });
    await world.publish();
    await world.publish();
    const exhausted = async () => (await ok(`GET /deliveries?endpointId=${id}&state=exhausted`)).items;
    await eventually(async () => expect(await exhausted()).toHaveLength(2));
    expect((await ok(`GET /endpoints/${id}`)).counts).toMatchObject({ failed: 2 });
    world.receiver.behave("/many", {});
    const before = world.receiver.at("/many").length;
    const [newest, oldest] = await exhausted();
    const ids = [newest.id, oldest.id];
    for (const as of ["member", "powerless"] as const) {
      expect(await world.call(as, "POST /deliveries/resend", { ids })).toMatchObject({ status: 403 });
    }
    const named = await ok("POST /deliveries/resend", { ids: [oldest.id, oldest.id] });
    expect(named).toMatchObject({
      items: [{ resentFrom: oldest.id, trigger: "manual", wireId: oldest.wireId }],
      refused: [],
      nextCursor: null,
    });
    const filtered = await ok("POST /deliveries/resend", { endpointId: id });
    expect(filtered.items.map((item: { resentFrom: string }) => item.resentFrom)).toEqual(ids);
    await eventually(() => expect(world.receiver.at("/many")).toHaveLength(before + 3));
    const foreign = { ids: [newest.id, "1"] };
    expect(await world.call("owner", "POST /deliveries/resend", foreign)).toMatchObject({ status: 404 });
    expect(await world.call("owner", "POST /deliveries/resend", { ids: [] })).toMatchObject({
      status: 400,
      body: { error: { field: "ids" } },
    });
  });

  test("what a filter finds is not sent to endpoints that are gone, or that are somebody else's", async () => {
    const { store } = world.server;
    const { id } = await world.endpoint("/gone", { retryDelaysMs: [] });
    world.receiver.behave("/gone", { status: 500 });
    await world.publish();
    const exhausted = async () => (await ok(`GET /deliveries?endpointId=${id}&state=exhausted`)).items;
    await eventually(async () => expect(await exhausted()).toHaveLength(1));
    const [left] = await exhausted();
    const endpoint = await store.endpoints.find(Number(id) as EndpointId);
    if (endpoint === undefined) throw new Error("no endpoint");
    const { workspaceId: _, ...ofNoWorkspace } = endpoint;
    await store.endpoints.save({ ...ofNoWorkspace, kind: "coze", ownerId: store.newId<UserId>() });
    const refused = { items: [], refused: [{ id: left.id, reason: expect.stringContaining("gone") }] };
    const filter = { since: left.createdAt };
    expect(await ok("POST /deliveries/resend", filter)).toMatchObject(refused);
    await store.endpoints.delete(endpoint.id, new Date());
    expect(await ok("POST /deliveries/resend", filter)).toMatchObject(refused);
  });
});
