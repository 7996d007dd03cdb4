import { beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { callWith, keyMaker } from "./access-keys.ts";
import { aSession, useInsightWorld } from "./world.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(engines)("errors of Insight on $name", (engine) => {
  const world = useInsightWorld(engine);
  let token: string;
  beforeAll(async () => {
    token = (await (await keyMaker(world().server)).make()).token;
  });
  const call = (route: string, body?: unknown, headers?: Record<string, string>) =>
    callWith(world().url, token, route, { body, ...(headers && { headers }) });

  test("one body has everything that any client looks for, and nothing else", async () => {
    const { status, headers, body } = await call("POST /bot/message", {
      botId: "x",
      sessionId: "s",
      message: "m",
    });
    expect({ status, body }).toEqual({
      status: 404,
      body: {
        code: 40401,
        errorCode: "BOT_NOT_FOUND",
        message: "there is no such bot",
        userMessage: "机器人不存在",
        details: [{ field: "botId", rule: "not_found", message: "there is no such bot" }],
        statusCode: 404,
        error: "Not Found",
        requestId: expect.stringMatching(UUID),
      },
    });
    expect(headers.get("x-request-id")).toBe(body.requestId);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  });

  test("everything that is wrong with a request is told at once, by its field", async () => {
    const { status, body } = await call("POST /bot/message", { botId: 7, stream: "perhaps" });
    expect([status, body.code, body.errorCode]).toEqual([400, 40001, "INVALID_PARAM"]);
    expect(body.details).toEqual([
      { field: "botId", rule: "invalid_type", message: "must be a string" },
      { field: "sessionId", rule: "required", message: "is required" },
      { field: "message", rule: "required", message: "is required" },
      { field: "stream", rule: expect.any(String), message: expect.stringMatching(/true or false/) },
    ]);
    const { details } = (await call("GET /workflow/history/list?page=0&pageSize=201&startTimestamp=soon"))
      .body;
    expect(details.map(({ field }: { field: string }) => field)).toEqual(
      expect.arrayContaining(["botId", "startTimestamp", "endTimestamp", "page", "pageSize"]),
    );
  });

  test("however much is wrong, the answer stays small", async () => {
    const history = Array.from({ length: 30_000 }, () => ({}));
    const variables = { ["x".repeat(50_000)]: [] };
    const { status, text } = await call("POST /bot/message", { botId: [], history, variables });
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(20_000);
  });

  test.each([
    ["broken JSON", '{"botId":', 400, 40002],
    ["nesting without end", "[".repeat(300), 400, 40002],
    ["a list", "[]", 400, 40001],
    ["a text", '"hello"', 400, 40001],
    ["null", "null", 400, 40001],
    ["prototypes", '{"__proto__":{"admin":true}}', 400, 40001],
    ["nothing", "", 400, 40001],
    ["too much", JSON.stringify({ message: "x".repeat(1_048_576) }), 413, 41301],
  ])("a body of %s is refused", async (_what, body, status, code) => {
    const answer = await call("POST /bot/message", body);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  });

  test("a text that is too long has a code of its own, and nothing is stored", async () => {
    const session = { botId: world().botId("shop"), sessionId: aSession("long") };
    const answer = await call("POST /bot/message", { ...session, message: "长".repeat(8_001) });
    expect(answer).toMatchObject({ status: 400, body: { code: 40003, errorCode: "CONTENT_TOO_LONG" } });
    const details = `GET /bot/session/details?${new URLSearchParams(session)}`;
    expect((await call(details)).body).toMatchObject({ code: 40407, errorCode: "SESSION_NOT_FOUND" });
  });

  test("a body has to say that it is JSON", async () => {
    const body = { botId: world().botId("shop"), sessionId: aSession("type"), message: "hello" };
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
      expect(await call("POST /bot/message", body, { "content-type": type })).toMatchObject({
        status: 400,
        body: { code: 40001, details: [{ field: "content-type" }] },
      });
    }
    for (const type of ["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"]) {
      expect((await call("POST /bot/message", body, { "content-type": type })).body.code).toBe(0);
    }
  });

  test("unknown routes below either prefix are refused in the family's form", async () => {
    for (const path of ["/openapi", "/openapi/nothing", "/api/openapi", "/api/openapi/bot/nothing"]) {
      const response = await fetch(`${world().url}${path}`);
      expect(await response.json()).toMatchObject({
        code: 40400,
        statusCode: 404,
        requestId: expect.stringMatching(UUID),
      });
    }
    expect((await call("GET /bot/message")).body).toMatchObject({ code: 40400, error: "Not Found" });
    const console = await fetch(`${world().url}/api/nothing`);
    expect(await console.json()).not.toHaveProperty("statusCode");
  });

  test("what is not there yet says so, and ending a call writes its codes as text", async () => {
    expect(await call("GET /knowledge-base/list")).toMatchObject({
      status: 501,
      body: { code: 50101, errorCode: "NOT_CONFIGURED" },
    });
    const voiceCall = { botId: world().botId("shop"), sessionId: "s", voiceCallTaskId: "t" };
    expect(await call("POST /bot/voice-call/start", voiceCall)).toMatchObject({
      status: 501,
      body: { code: 50101 },
    });
    expect(await call("POST /bot/voice-call/stop", voiceCall)).toMatchObject({
      status: 404,
      body: { code: "40408" },
    });
    expect(await call("POST //bot/voice-call//%73top/", {})).toMatchObject({
      status: 400,
      body: { code: "40001" },
    });
    expect(
      await callWith(world().url, undefined, "POST /bot/voice-call/stop", { body: voiceCall }),
    ).toMatchObject({
      status: 401,
      body: { code: "40101" },
    });
  });

  test("pages have two names, take texts and numbers, and are empty past the end", async () => {
    const { insight, botId } = world();
    const place = { botId: botId("shop"), sessionId: aSession("pages") };
    for (const message of ["one", "two", "three"]) await insight.ask({ ...place, message });
    const window = { startTimestamp: "0", endTimestamp: String(Date.now() + 60_000) };
    const list = async (paging: Record<string, string>) => {
      const now = Date.now();
      const query = { ...place, ...window, startTimestamp: String(now - 86_400_000), ...paging };
      const { body } = await call(`GET /workflow/history/list?${new URLSearchParams(query)}`);
      return { count: body.data.length, page: body.page };
    };
    expect(await list({})).toEqual({ count: 3, page: { current: 1, pageSize: 10, total: 3 } });
    expect(await list({ page: "2", pageSize: "2" })).toEqual({
      count: 1,
      page: { current: 2, pageSize: 2, total: 3 },
    });
    expect(await list({ current: "2", pageSize: "1" })).toEqual({
      count: 1,
      page: { current: 2, pageSize: 1, total: 3 },
    });
    expect(await list({ page: "9" })).toEqual({ count: 0, page: { current: 9, pageSize: 10, total: 3 } });
  });
});
