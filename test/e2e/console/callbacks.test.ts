import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { problemWithData } from "../../../src/callbacks/events.ts";
import { contentOf } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type ConsoleWorld, openConsoleWorld, tokenOf } from "./console-world.ts";

describe.each(engines)("the console API on $name", (engine) => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await openConsoleWorld(engine);
  });
  afterAll(() => world.close());
  beforeEach(() => {
    expect(world.receiver.badSignatures()).toEqual([]);
    world.receiver.forget();
  });

  const ok = async (route: `${string} /${string}`, body?: unknown) => {
    const reply = await world.call("owner", route, body);
    expect(reply).toMatchObject({ status: 200 });
    return reply.body;
  };

  test("a published agent reaches a signed endpoint, and everything of it can be looked at", async () => {
    const { id } = await world.endpoint("/published", { headers: { "x-own": "o" } });
    const { submissions, version } = (await world.publish()).body;
    expect(submissions).toMatchObject([{ channel: "api", status: "live", versionNumber: version.number }]);
    await eventually(() => expect(world.receiver.at("/published")).toHaveLength(1));
    const [arrival] = world.receiver.at("/published");
    const content = contentOf(arrival ?? { body: Buffer.alloc(0) });
    expect(content).toMatchObject({
      type: "agent.published",
      data: { agentId: world.agentId, name: "商城客服", channel: "api", actor: { name: "owner" } },
    });
    expect(problemWithData(content.type, content.data)).toBeUndefined();
    expect(arrival?.headers["x-own"]).toBe("o");

    await eventually(async () =>
      expect((await ok(`GET /deliveries?endpointId=${id}`)).items).toMatchObject([{ state: "delivered" }]),
    );
    const [listed] = (await ok(`GET /deliveries?endpointId=${id}&state=delivered&type=agent.published`))
      .items;
    const delivery = await ok(`GET /deliveries/${listed.id}`);
    expect(delivery.body).toBe(arrival?.body.toString("utf8"));
    expect(delivery.attempts).toMatchObject([
      { number: 1, outcome: "ok", status: 200, requestHeaders: { "webhook-id": listed.wireId } },
    ]);
    expect(JSON.stringify(delivery.attempts)).not.toContain(arrival?.headers["webhook-signature"]);
    const event = await ok(`GET /events/${listed.eventId}`);
    expect(event).toMatchObject({
      type: "agent.published",
      data: content.data,
      deliveries: [{ id: listed.id }],
    });
    expect((await ok(`GET /events?subject=agent:${world.agentId}&limit=1`)).items).toMatchObject([
      { id: event.id },
    ]);
    expect((await ok(`GET /endpoints/${id}`)).health).toMatchObject({ consecutiveFailures: 0 });
    await ok(`DELETE /endpoints/${id}`);
  });

  test("what was sent can be sent again: by hand, and by a replay", async () => {
    const { id } = await world.endpoint("/again");
    await world.publish();
    await eventually(() => expect(world.receiver.at("/again")).toHaveLength(1));
    const [first] = (await ok(`GET /deliveries?endpointId=${id}`)).items;
    const again = await ok(`POST /deliveries/${first.id}/resend`);
    expect(again).toMatchObject({ trigger: "manual", wireId: first.wireId, resentFrom: first.id });
    await eventually(() => expect(world.receiver.at("/again")).toHaveLength(2));

    const since = new Date(0).toISOString();
    const replay = await ok(`POST /endpoints/${id}/replays`, {
      since,
      onlyFailed: false,
      ratePerSecond: 1000,
    });
    await eventually(async () =>
      expect(await ok(`GET /replays/${replay.id}`)).toMatchObject({ state: "done" }),
    );
    expect((await ok(`GET /endpoints/${id}/replays`)).items).toMatchObject([{ id: replay.id }]);
    const { sentCount } = await ok(`GET /replays/${replay.id}`);
    await eventually(() => expect(world.receiver.at("/again")).toHaveLength(2 + sentCount));
    const [one, other] = world.receiver.at("/again");
    expect(one?.body.equals(other?.body ?? Buffer.alloc(0))).toBe(true);
    expect(one?.id).toBe(other?.id);
    const late = await world.call("owner", `POST /replays/${replay.id}/cancel`);
    expect(late).toMatchObject({ status: 409, body: { error: { code: "already_decided" } } });
    await ok(`DELETE /endpoints/${id}`);
  });

  test("a test event is sent at once, and leaves the health of the endpoint alone", async () => {
    const { id } = await world.endpoint("/test");
    world.receiver.behave("/test", { status: 500 });
    const sent = await ok(`POST /endpoints/${id}/test`, { type: "turn.completed" });
    expect(sent).toMatchObject({ trigger: "test", eventType: "turn.completed" });
    await eventually(async () =>
      expect((await ok(`GET /deliveries/${sent.id}`)).attempts).toMatchObject([{ errorCode: "http_500" }]),
    );
    expect((await ok(`GET /endpoints/${id}`)).health).toMatchObject({ consecutiveFailures: 0 });
    await ok(`DELETE /endpoints/${id}`);
  });

  test("a disabled endpoint holds what comes; enabling it sends that", async () => {
    const { id } = await world.endpoint("/held");
    expect(await ok(`POST /endpoints/${id}/disable`, { reason: "repairs" })).toMatchObject({
      state: "disabled",
      stateReason: "repairs",
    });
    await world.publish();
    expect((await ok(`GET /deliveries?endpointId=${id}`)).items).toMatchObject([{ state: "held" }]);
    expect(await world.call("owner", `POST /endpoints/${id}/resume`)).toMatchObject({ status: 400 });
    await ok(`POST /endpoints/${id}/enable`, { held: "deliver" });
    await eventually(() => expect(world.receiver.at("/held")).toHaveLength(1));
    expect(await ok(`POST /endpoints/${id}/pause`)).toMatchObject({ state: "paused" });
    await world.publish();
    expect((await ok(`GET /deliveries?endpointId=${id}&limit=1`)).items).toMatchObject([
      { state: "pending" },
    ]);
    await ok(`POST /endpoints/${id}/resume`);
    await eventually(() => expect(world.receiver.at("/held")).toHaveLength(2));
    await ok(`DELETE /endpoints/${id}`);
  });

  test("a rotated secret signs beside the one before it", async () => {
    const { id, secret } = await world.endpoint("/rotated");
    const rotated = await ok(`POST /endpoints/${id}/secrets`, { overlapHours: 1 });
    expect(rotated.secrets).toHaveLength(2);
    expect(JSON.stringify(rotated.secrets)).not.toContain(rotated.secret);
    for (const known of [secret, rotated.secret]) {
      world.receiver.trust("/rotated", { webhookSecrets: [known] });
      world.receiver.forget();
      await ok(`POST /endpoints/${id}/test`, { type: "agent.published" });
      await eventually(() => expect(world.receiver.at("/rotated")).toHaveLength(1));
      expect(world.receiver.badSignatures()).toEqual([]);
    }
    await ok(`DELETE /endpoints/${id}`);
  });

  test("a command copied from a delivery holds its body and fresh signature", async () => {
    const { id } = await world.endpoint("/curl");
    const sent = await ok(`POST /endpoints/${id}/test`, { type: "agent.published" });
    const { command } = await ok(`GET /deliveries/${sent.id}/curl`);
    expect(command).toContain(`'${world.receiver.url}/curl'`);
    expect(command).toContain((await ok(`GET /deliveries/${sent.id}`)).body);
    await ok(`DELETE /endpoints/${id}`);
  });

  test("lists are cut into pages that miss and repeat nothing", async () => {
    const made = [];
    for (let count = 0; count < 5; count++) made.push((await world.endpoint(`/page${count}`)).id);
    const seen = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: { items: { id: string }[]; nextCursor: string | null } = await ok(
        `GET /endpoints?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(made);
    for (const id of made) await ok(`DELETE /endpoints/${id}`);
  });

  test("who made a callback app can look at it and try it, and nobody else", async () => {
    const path = "/app";
    world.receiver.behave(path, (arrival) => ({
      body: JSON.stringify({ challenge: contentOf(arrival).event?.challenge }),
    }));
    const coze = async (route: string, body: unknown) => {
      const [method = "", target = ""] = route.split(" ");
      const response = await fetch(world.server.url + target, {
        method,
        headers: { authorization: `Bearer ${tokenOf("owner")}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return (await response.json()) as { code: number; data: { id: string; verify_token: string } };
    };
    const { data } = await coze("POST /v1/api_apps", { app_type: "normal", name: "App" });
    world.receiver.trust(path, { verifyToken: data.verify_token });
    const update = await coze(`PUT /v1/api_apps/${data.id}`, { callback_url: world.receiver.url + path });
    expect(update.code).toBe(0);
    expect((await ok("GET /endpoints?kind=coze")).items).toMatchObject([{ id: data.id, kind: "coze" }]);
    expect((await ok("GET /endpoints")).items).toEqual([]);
    expect(await world.call("admin", `GET /endpoints/${data.id}`)).toMatchObject({ status: 404 });
    await ok(`POST /endpoints/${data.id}/test`, { type: "agent.published" });
    await eventually(() => expect(world.receiver.at(path).map(contentOf)).toHaveLength(2));
    expect(contentOf(world.receiver.at(path)[1] ?? { body: Buffer.alloc(0) })).toMatchObject({
      header: { event_type: "bot.published", api_app_id: data.id },
    });
    await ok(`DELETE /endpoints/${data.id}`);
  });

  test("the catalogue has a schema and an example for each type", async () => {
    const { items } = await ok("GET /event-types");
    expect(items.length).toBeGreaterThan(8);
    for (const { type, summary, schema, example, changelog } of items) {
      expect({ type, example }).toMatchObject({ type, example: { type } });
      expect(summary).not.toBe("");
      expect(schema.type).toBe("object");
      expect(changelog.at(-1)).toEqual({ date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), change: "New." });
    }
  });

  test("what is wrong is named", async () => {
    const wanted = { name: "n", eventTypes: ["agent.published"], url: "https://example.com" };
    const wrong = async (body: unknown) => (await world.call("owner", "POST /endpoints", body)).body.error;
    expect(await wrong({ ...wanted, eventTypes: ["bot.published"] })).toMatchObject({
      code: "request_invalid",
      field: "eventTypes.0",
    });
    expect(await wrong({ ...wanted, name: undefined })).toMatchObject({ field: "name" });
    expect(await wrong({ ...wanted, headers: { host: "x" } })).toMatchObject({ field: "headers.host" });
    expect(await wrong({ ...wanted, more: 1 })).toMatchObject({ message: "unknown: more" });
    expect(await wrong([])).toMatchObject({ code: "request_invalid" });
    expect((await ok("GET /endpoints")).items).toEqual([]);
    const queries = ["GET /deliveries?state=lost", "GET /events?limit=101", "GET /events?cursor=x"] as const;
    for (const route of queries) expect((await world.call("owner", route)).status).toBe(400);
    const unknown = await world.call("owner", "GET /nothing");
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: "route_unknown" } } });
  });

  test("turns, ratings and conversations are told, and fit the catalogue", async () => {
    const types = ["turn.completed", "usage.recorded", "feedback.changed", "conversation.created"];
    const { id } = await world.endpoint("/chat", { eventTypes: types });
    const ask = async (action: string, body: Record<string, unknown>) => {
      const response = await fetch(`${world.server.url}/api/v1/${action}`, {
        method: "POST",
        headers: { "content-type": "application/json", apikey: "d5k2m8s7q1v3c9n4b6t0" },
        body: JSON.stringify({ UserID: "u1", ...body }),
      });
      return { status: response.status, text: await response.text() };
    };
    const created = JSON.parse((await ask("create_conversation", {})).text);
    const chat = { AppConversationID: created.Conversation.AppConversationID };
    const answered = await ask("chat_query", { ...chat, Query: "你好", ResponseMode: "blocking" });
    expect(answered.status).toBe(200);
    const [, taskId] = /"task_id":\s*"([^"]+)"/.exec(answered.text) ?? [];
    const rated = { MessageID: taskId, LikeType: 1 };
    expect(await ask("feedback", rated)).toMatchObject({ status: 200 });
    await eventually(() => {
      const told = world.receiver.at("/chat").map((arrival) => contentOf(arrival).type);
      expect(told).toEqual(
        expect.arrayContaining(["turn.completed", "feedback.changed", "conversation.created"]),
      );
    });
    const told = world.receiver.at("/chat").map(contentOf);
    for (const { type, data } of told) expect(problemWithData(type, data)).toBeUndefined();
    const turn = told.find(({ type }) => type === "turn.completed");
    expect(turn.data).toMatchObject({ question: "你好", userId: "u1", channel: "api", status: "completed" });
    const feedback = told.find(({ type }) => type === "feedback.changed");
    expect(feedback.data).toMatchObject({ turnId: turn.data.turnId, rating: "like", ratingBefore: "none" });
    await ok(`DELETE /endpoints/${id}`);
  });
});
