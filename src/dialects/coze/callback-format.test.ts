import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { AgentEventData, EventType, ProductEvent } from "../../domain/event.ts";
import type { AppKind } from "./callback-events.ts";
import { cozeFormats, cozeSignature } from "./callback-format.ts";

const formats = cozeFormats({ numericIds: false });
const AT = new Date(1_613_427_443_000);

function app(kind: "coze" | "coze-channel", more: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 7_509_745_929_591_111,
    kind,
    name: "sample",
    eventTypes: [],
    agentIds: [],
    encryptedHeaders: "",
    secrets: [],
    timeoutMs: 15_000,
    maxInFlight: 4,
    isOrdered: true,
    isAsymmetric: false,
    state: "active",
    stateReason: "",
    createdAt: AT,
    updatedAt: AT,
    ...(kind === "coze-channel" ? { channel: "12345" } : {}),
    ...more,
  } as Endpoint;
}

const about: Omit<AgentEventData, "channel"> = {
  agentId: 98_765_432_100,
  name: "示例",
  description: "一个\u2028例子 😀",
  versionNumber: 1_613_427_442_999,
  accountId: 4_189_602_991,
  actor: { userId: 9_007_199_254_740_991, name: "name123" },
} as never;

function event(type: EventType, data: object): ProductEvent {
  return { id: 7_000_000_000_000_001, type, workspaceId: 77, subject: "agent:1", at: AT, data } as never;
}

function rendered(given: ProductEvent, endpoint: Endpoint, kindFormats = formats) {
  const written = kindFormats[endpoint.kind as AppKind].render(given, endpoint);
  return written && { ...written, body: JSON.parse(written.text) };
}

const usage = {
  turnId: 11,
  conversationId: 12,
  agentId: 13,
  userId: "u-1",
  channel: "api",
  model: "deepseek",
  inputTokens: 20,
  outputTokens: 30,
  cost: 0.0000004,
  currency: "CNY",
  accountId: 4_189_602_991,
};

describe("the signature", () => {
  test("is the one of the wire page's vector", () => {
    const body =
      '{"header":{"event_type":"bot.published","event_id":"12345abc","created_at":1613427443000},"event":{"bot_name":"示例"}}';
    expect(Buffer.byteLength(body)).toBe(120);
    const signed = { timestamp: "1613427443000", nonce: "1a2b3c4d5e6f7a8b", body };
    expect(cozeSignature({ ...signed, verifyToken: "test_verify_token" })).toBe(
      "add82b7f7982b84d9e37441483db50c127e5a138",
    );
  });

  test("is the one of the delivery page's vector", () => {
    const body =
      '{"header":{"event_type":"bot.published","event_id":"12345abc","created_at":1613427443000,"coze_account_id":"418960299","api_app_id":"750974592959","connector_id":"12345"},"event":{"bot_name":"示例 Bot","version":"12345"}}';
    expect(
      cozeSignature({
        timestamp: "1700000000",
        nonce: "3f9c1a7be02d4c55",
        verifyToken: "vt_0123456789abcdefghijklmnopqrstuv",
        body,
      }),
    ).toBe("54742ce173eb56744f8640602e30ebe5cdce280c");
  });

  test("is made anew for every attempt, over the bytes that are sent", () => {
    // Whoever parses it and writes it anew gets other bytes.
    const body = '{ "event": {"bot_id":9007199254740993, "share":1.0, "bot_name":"\\u793a例 😀"} }';
    const delivery = { id: 5, eventId: 7, eventType: "agent.published", wireId: "w", hasGap: true } as never;
    const attempt = { delivery, number: 2, body, bodyHeaders: {}, at: AT, secrets: ["verify me"] };
    const [first, second] = [formats.coze.headers(attempt), formats.coze.headers(attempt)];
    expect(first["content-type"]).toBe("application/json");
    expect(first["x-coze-timestamp"]).toBe("1613427443000");
    expect(first).toMatchObject({
      "x-antiphon-attempt": "2",
      "x-antiphon-delivery": "5",
      "x-antiphon-sequence": "7",
      "x-antiphon-sequence-gap": "true",
    });
    expect(first["x-coze-nonce"]).not.toBe(second["x-coze-nonce"]);
    const bytes = Buffer.concat([
      Buffer.from(`1613427443000${first["x-coze-nonce"]}verify me`),
      Buffer.from(body, "utf8"),
    ]);
    expect(first["x-coze-signature"]).toBe(createHash("sha1").update(bytes).digest("hex"));
  });
});

describe("bot.published", () => {
  const published = event("agent.published", { ...about, channel: "api", channelAccountId: "c-1" });
  const submitted = event("agent.submitted", {
    ...about,
    channel: "12345",
    channelAccountId: "c-1",
    submissionId: 5,
  });

  test("tells an ordinary app what is live on a public channel", () => {
    expect(rendered(published, app("coze"))?.body).toEqual({
      header: {
        event_type: "bot.published",
        event_id: expect.stringMatching(EVENT_ID),
        created_at: 1_613_427_443_000,
        coze_account_id: "4189602991",
        api_app_id: "7509745929591111",
      },
      event: {
        user_id_str: "9007199254740991",
        space_id: "77",
        user_name: "name123",
        bot_id_str: "98765432100",
        bot_name: "示例",
        description: "一个\u2028例子 😀",
        version: "1613427442999",
        user_id: 9_007_199_254_740_991,
        bot_id: 98_765_432_100,
      },
    });
  });

  test("asks a channel's app about what is submitted to its channel", () => {
    const { header, event: members } = rendered(submitted, app("coze-channel"))?.body ?? {};
    expect(header).toMatchObject({ event_type: "bot.published", connector_id: "12345" });
    expect(members).toMatchObject({ connector_user_id: "c-1", bot_id_str: "98765432100" });
    expect(members).not.toHaveProperty("space_id");
  });

  test("leaves out the channel's account where none is linked", () => {
    const { channelAccountId: _, ...data } = submitted.data as Record<string, unknown>;
    const members = rendered(event("agent.submitted", data), app("coze-channel"))?.body.event;
    expect(members).not.toHaveProperty("connector_user_id");
  });

  test("is no business of the others", () => {
    const custom = event("agent.published", { ...about, channel: "12345" });
    expect(rendered(custom, app("coze"))).toBeUndefined();
    expect(rendered(custom, app("coze-channel"))).toBeUndefined();
    expect(rendered(submitted, app("coze"))).toBeUndefined();
    expect(rendered(submitted, app("coze-channel", { channel: "999999" }))).toBeUndefined();
  });

  test("is compact, writes numbers exactly, and is the same text with the same id every time", () => {
    const first = rendered(published, app("coze"));
    expect(first?.text).toBe(rendered(published, app("coze"))?.text);
    expect(first?.text).toContain('"user_id":9007199254740991,"bot_id":98765432100');
    expect(first?.text).not.toMatch(/[:,] /);
    expect(first?.body.header.event_id).toBe(first?.wireId);
    expect(rendered(published, app("coze", { id: 8 as never }))?.wireId).not.toBe(first?.wireId);
    expect(rendered({ ...published, id: 7 as never }, app("coze"))?.wireId).not.toBe(first?.wireId);
  });

  test("has numbers where the operator wants the reference's table", () => {
    const members = rendered(published, app("coze"), cozeFormats({ numericIds: true }))?.body.event;
    expect(members).toMatchObject({ user_id_str: 9_007_199_254_740_991, bot_id_str: 98_765_432_100 });
  });

  test("names nobody where the configuration file published", () => {
    const { actor: _, accountId: __, ...data } = { ...about, channel: "store" };
    const { header, event: members } = rendered(event("agent.published", data), app("coze"))?.body ?? {};
    expect(header.coze_account_id).toBe("");
    expect(members).toMatchObject({ user_id_str: "", user_name: "", user_id: 0 });
  });
});

const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}-7509745929591111$/;

describe("the other events", () => {
  test("bot.unpublished says where from and why", () => {
    const left = { ...about, channel: "api", reason: "过期" };
    expect(rendered(event("agent.unpublished", left), app("coze"))?.body).toMatchObject({
      header: { event_type: "bot.unpublished" },
      event: { connector_id: "1024", unpublish_reason: "过期", space_id: "77", bot_id_str: "98765432100" },
    });
    const custom = event("agent.unpublished", { ...left, channel: "12345" });
    expect(rendered(custom, app("coze-channel"))?.body.event).toMatchObject({ connector_id: "12345" });
    expect(rendered(custom, app("coze"))).toBeUndefined();
    expect(rendered(custom, app("coze-channel", { channel: "2" }))).toBeUndefined();
  });

  test("bot.deleted reaches ordinary apps, and channels where the agent was", () => {
    const deleted = event("agent.deleted", { ...about, channels: ["api", "12345"] });
    expect(rendered(deleted, app("coze"))?.body.event).toMatchObject({ bot_name: "示例", space_id: "77" });
    expect(rendered(deleted, app("coze-channel"))?.body.header.event_type).toBe("bot.deleted");
    expect(rendered(deleted, app("coze-channel", { channel: "2" }))).toBeUndefined();
  });

  test("benefit.usage is a bill of one turn", () => {
    const bill = rendered(event("usage.recorded", usage), app("coze"))?.body;
    expect(bill.header).not.toHaveProperty("coze_account_id");
    expect(bill.event).toEqual({
      id: "7000000000000001",
      consume_time: 1_613_427_443,
      record_root_id: "11",
      connector_id: "1024",
      connector_uid: "u-1",
      device_id: "",
      custom_consumer: "",
      space_id: "77",
      root_entity_type: 1,
      root_entity_id: "13",
      change_balance: "0.0000004",
      balance_type: 2,
      resource_type: 1,
      resource_id: expect.stringMatching(/^\d+$/),
      cost_account_id: "4189602991",
      model_id: bill.event.resource_id,
      model_input_token: 20,
      model_output_token: 30,
    });
  });

  test.each([
    [0, "0"],
    [1, "1"],
    [100, "100"],
    [12.5, "12.5"],
    [0.1 + 0.2, "0.3"],
  ])("a cost of %d is written %s", (cost, text) => {
    const bill = rendered(event("usage.recorded", { ...usage, cost }), app("coze"));
    expect(bill?.body.event.change_balance).toBe(text);
  });

  test("a channel's app gets the bills of its channel", () => {
    const bill = event("usage.recorded", { ...usage, channel: "12345" });
    expect(rendered(bill, app("coze-channel"))?.body.event.connector_id).toBe("12345");
    expect(rendered(bill, app("coze"))?.body.event.connector_id).toBe("12345");
    expect(rendered(event("usage.recorded", usage), app("coze-channel"))).toBeUndefined();
  });

  test("our own events are not told", () => {
    expect(rendered(event("feedback.changed", {}), app("coze"))).toBeUndefined();
  });
});

test("bot.published may take ten seconds, all else three; less where the endpoint says so", () => {
  const limit = (type: EventType, endpoint = app("coze")) => formats.coze.timeoutMs(endpoint, type);
  expect(limit("agent.published")).toBe(10_000);
  expect(formats["coze-channel"].timeoutMs(app("coze-channel"), "agent.submitted")).toBe(10_000);
  expect(
    ["agent.deleted", "agent.unpublished", "usage.recorded"].map((type) => limit(type as EventType)),
  ).toEqual([3_000, 3_000, 3_000]);
  expect(limit("agent.published", app("coze", { timeoutMs: 5_000 }))).toBe(5_000);
});

describe("the handshake", () => {
  function ask() {
    const handshake = formats.coze.handshake?.(app("coze"));
    if (handshake === undefined) throw new Error("no handshake");
    return { ...handshake, body: JSON.parse(handshake.text) };
  }

  test("asks with a new challenge and waits three seconds", () => {
    const { body, wireId, timeoutMs } = ask();
    expect(body).toEqual({
      header: { event_type: "url_verification", event_id: wireId, created_at: expect.any(Number) },
      event: { challenge: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(timeoutMs).toBe(3_000);
    expect(ask().body.event.challenge).not.toBe(body.event.challenge);
  });

  test("is answered by the challenge with status 200, and by nothing else", () => {
    const { isAnswered, body } = ask();
    const { challenge } = body.event;
    expect(isAnswered({ status: 200, body: JSON.stringify({ challenge, more: 1 }) })).toBe(true);
    expect(isAnswered({ status: 200, body: `${challenge}\n` })).toBe(true);
    for (const wrong of [
      { status: 201, body: JSON.stringify({ challenge }) },
      { status: 200, body: JSON.stringify({ challenge: `${challenge}x` }) },
      { status: 200, body: JSON.stringify({ event: { challenge } }) },
      { status: 200, body: JSON.stringify([challenge]) },
      { status: 200, body: "" },
      { status: 200, body: "<html>" },
      { status: 200, body: "null" },
    ]) {
      expect(isAnswered(wrong)).toBe(false);
    }
  });
});

describe("a verdict", () => {
  const read = (body: unknown) =>
    formats["coze-channel"].readVerdict?.(typeof body === "string" ? body : JSON.stringify(body));

  test.each([
    [{ audit: { audit_status: 1 } }, { status: "auditing" }],
    [
      { audit: { audit_status: 2, reason: "" }, share_link: "https://a.example/x" },
      { status: "approved", shareLink: "https://a.example/x" },
    ],
    [
      { audit: { audit_status: 2 }, share_link: ["x"] },
      { status: "approved", shareLink: "" },
    ],
    [{ audit: { audit_status: "2" } }, { status: "approved", shareLink: "" }],
    [{ audit: [{ audit_status: 3, reason: "不行" }] }, { status: "rejected", reason: "不行" }],
    [{ audit: { audit_status: 3 } }, { status: "rejected", reason: "" }],
    [{ audit: { audit_status: 3, reason: null } }, { status: "rejected", reason: "" }],
    [{ audit: { audit_status: 3, reason: "a\u0000b\ud83d" } }, { status: "rejected", reason: "ab\ufffd" }],
  ])("is read from %j", (body, verdict) => {
    expect(read(body)).toEqual(verdict);
  });

  test.each([
    "",
    "ok",
    "<html></html>",
    "null",
    "[]",
    {},
    { audit: null },
    { audit: [] },
    { audit: 2 },
    { audit_status: 2 },
    { audit: { audit_status: 7 } },
    { audit: { audit_status: 0 } },
    { audit: { audit_status: 2.5 } },
    { audit: { audit_status: " 2" } },
    { audit: { audit_status: true } },
    { audit: { audit_status: [2] } },
  ])("is not to be found in %j", (body) => {
    expect(read(body)).toBeUndefined();
  });

  test("is not asked of ordinary apps", () => {
    expect(formats.coze.readVerdict).toBeUndefined();
  });
});
