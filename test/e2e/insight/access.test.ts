import { createHmac } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { disableAccessKey } from "../../../src/access/access-keys.ts";
import type { Endpoint } from "../../../src/dialects/insight/endpoint.ts";
import { formatUuid, parseUuid } from "../../../src/dialects/insight/ids.ts";
import { INSIGHT_ENDPOINTS } from "../../../src/dialects/insight/index.ts";
import { ACCESS_SCOPES } from "../../../src/domain/access-key.ts";
import type { AgentId, WorkspaceId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { callWith, keyMaker, type MadeKey } from "./access-keys.ts";
import { useInsightWorld } from "./world.ts";

const UNKNOWN = {
  execId: formatUuid("turn", 4_711),
  executionId: formatUuid("trigger", 4_711),
};
const WINDOW = { startTimestamp: "1", endTimestamp: "2" };

/** What each endpoint is asked for, beside `botId` where it reads one. Every endpoint has to be here. */
const REQUESTS: Record<string, Record<string, unknown>> = {
  "POST /get-access-token": {},
  "POST /bot/message": { sessionId: "access", message: "hello" },
  "GET /bot/session/details": { sessionId: "access" },
  "POST /bot/session/handover": { sessionId: "access" },
  "POST /bot/session/release": { sessionId: "access" },
  "GET /workflow/history/list": WINDOW,
  "POST /workflow/history/batch-add": { sessionId: "access", history: [{ role: "user", content: "hello" }] },
  "GET /workflow/event/list": {},
  "POST /workflow/event/trigger": { sessionId: "access", eventName: "none", params: {} },
  "POST /workflow/event/cancel": { executionId: UNKNOWN.executionId },
  "GET /workflow/event/execution": { executionId: UNKNOWN.executionId },
  "POST /adapters/:endpointId/triggers": {},
  "POST /bot-message/feedback": { execId: UNKNOWN.execId, feedbackStatus: "thumb-up" },
  "POST /bot/voice-call/start": { sessionId: "access" },
  "POST /bot/voice-call/stop": { sessionId: "access", voiceCallTaskId: "1" },
  "GET /knowledge-base/list": {},
  "GET /knowledge-base/details": {},
  "POST /knowledge-base/create": {},
  "POST /knowledge-base/update": {},
  "POST /knowledge-base/delete": {},
  "GET /knowledge-base/doc/list": {},
  "GET /knowledge-base/doc/details": {},
  "POST /knowledge-base/doc/create": {},
  "POST /knowledge-base/doc/update": {},
  "POST /knowledge-base/doc/delete": {},
  "POST /knowledge-base/doc/create-with-content": {},
  "GET /knowledge-base/doc/paragraph/list": {},
  "POST /knowledge-base/doc/paragraph/create": {},
  "POST /knowledge-base/doc/paragraph/update": {},
  "POST /knowledge-base/doc/paragraph/delete": {},
  "POST /knowledge-base/web/create-with-content": {},
  "POST /knowledge-base/web/create": {},
};

const routeOf = ({ method, path }: Endpoint) => `${method} ${path}`;
const readsBot = ({ input }: Endpoint) => "botId" in { ...input.query.shape, ...input.body?.shape };
const withToken = INSIGHT_ENDPOINTS.filter(({ access }) => access !== "credential" && access !== "signature");
const named = (endpoints: Endpoint[]) =>
  endpoints.map((endpoint) => ({ endpoint, route: routeOf(endpoint) }));

test("every route of the family is attacked", () => {
  expect(Object.keys(REQUESTS).sort()).toEqual(INSIGHT_ENDPOINTS.map(routeOf).sort());
});

describe.each(engines)("access to Insight on $name", (engine) => {
  const world = useInsightWorld(engine);
  let maker: Awaited<ReturnType<typeof keyMaker>>;
  let botId: string;
  let keys: Record<"all" | "expired" | "disabled" | "elsewhere" | "otherBot", MadeKey>;

  beforeAll(async () => {
    const { server, botId: idOf } = world();
    const { store } = server;
    maker = await keyMaker(server);
    botId = idOf("shop");
    const elsewhere = store.newId<WorkspaceId>();
    await store.workspaces.save({
      id: elsewhere,
      name: "elsewhere",
      description: "",
      icon: "",
      kind: "team",
      createdAt: new Date(),
    });
    const otherBot = parseUuid<AgentId>("agent", idOf("library")) ?? (0 as AgentId);
    keys = {
      all: await maker.make(),
      expired: await maker.make(),
      disabled: await maker.make(),
      elsewhere: await maker.make({ workspaceId: elsewhere }),
      otherBot: await maker.make({ agentIds: [otherBot] }),
    };
    await disableAccessKey({ store, now: () => new Date() }, keys.disabled.key.keyId);
  });

  function attack(endpoint: Endpoint, token: string | undefined, bot = botId) {
    const request = { ...(readsBot(endpoint) && { botId: bot }), ...REQUESTS[routeOf(endpoint)] };
    const path = endpoint.path.replace(/:\w+/, "1");
    if (endpoint.method === "POST") return callWith(world().url, token, `POST ${path}`, { body: request });
    const pairs = Object.entries(request).map(([name, value]): [string, string] => [name, String(value)]);
    return callWith(world().url, token, `GET ${path}?${new URLSearchParams(pairs)}`);
  }

  async function codeFor(endpoint: Endpoint, token: string | undefined, bot?: string) {
    const { status, body } = await attack(endpoint, token, bot);
    return `${status} ${body?.code}`;
  }

  test.each(named(withToken))("$route is for tokens alone that may do it", async ({ endpoint }) => {
    const { access: needed } = endpoint;
    const others = ACCESS_SCOPES.filter((scope) => scope !== needed);
    const lacking = await maker.make({ scopes: others });
    const yesterday = new Date(Date.now() - 86_400_000);
    expect({
      none: await codeFor(endpoint, undefined),
      garbage: await codeFor(endpoint, "garbage"),
      appKey: await codeFor(endpoint, "insightworldshop0001"),
      personal: await codeFor(endpoint, "pat_insight_world_owner"),
      expired: await codeFor(endpoint, maker.tokenOf(keys.expired.key, yesterday)),
      disabled: await codeFor(endpoint, keys.disabled.token),
      lacking: await codeFor(endpoint, lacking.token),
    }).toEqual({
      none: "401 40101",
      garbage: "401 40102",
      appKey: "401 40102",
      personal: "401 40102",
      expired: "401 40103",
      disabled: "401 40102",
      lacking: "403 40301",
    });
    const control = await attack(endpoint, keys.all.token);
    expect(String(control.body?.code), control.text).not.toMatch(/^(40[13]|40401)/);
  });

  test.each(named(withToken.filter(readsBot)))("$route knows no agent of others", async ({ endpoint }) => {
    const unknown = formatUuid("agent", 4_711);
    expect({
      elsewhere: await codeFor(endpoint, keys.elsewhere.token),
      otherBot: await codeFor(endpoint, keys.otherBot.token),
      unknown: await codeFor(endpoint, keys.all.token, unknown),
      garbage: await codeFor(endpoint, keys.all.token, "' or 1=1 --"),
      otherKind: await codeFor(endpoint, keys.all.token, UNKNOWN.execId),
      unpublished: await codeFor(endpoint, keys.all.token, world().botId("unpublished")),
    }).toEqual({
      elsewhere: "404 40401",
      otherBot: "404 40401",
      unknown: "404 40401",
      garbage: "404 40401",
      otherKind: "404 40401",
      unpublished: "403 40302",
    });
  });

  test("what is not signed by an adapter that is there is refused alike", async () => {
    const body = JSON.stringify({ botId, triggerEvent: { triggerType: "tag-event" } });
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac("sha256", "guess").update(`id.${timestamp}.${body}`).digest("base64");
    const headers = {
      "webhook-id": "id",
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    };
    for (const id of ["1", "x", "9007199254740993", encodeURIComponent("' or 1=1 --")]) {
      for (const given of [{}, headers]) {
        const answer = await callWith(world().url, keys.all.token, `POST /adapters/${id}/triggers`, {
          body,
          headers: given,
        });
        expect(answer).toMatchObject({ status: 401, body: { code: 40102 } });
      }
    }
  });

  test("what belongs to another agent is not found with this one", async () => {
    const { insight, botId: idOf } = world();
    const reply = await insight.ask({
      botId: idOf("library"),
      sessionId: "of the library",
      message: "hello",
    });
    const key = keys.all.token;
    const rate = (body: object) => callWith(world().url, key, "POST /bot-message/feedback", { body });
    const rating = { botId, feedbackStatus: "thumb-up" };
    expect((await rate({ ...rating, execId: reply.execId })).body.code).toBe(40406);
    expect((await rate({ ...rating, msgId: reply.msgId })).body.code).toBe(40406);
    const details = `GET /bot/session/details?botId=${botId}&sessionId=of+the+library`;
    expect((await callWith(world().url, key, details)).body.code).toBe(40407);
    const rows = await insight.data(
      `GET /workflow/history/list?botId=${botId}&execId=${reply.execId}&startTimestamp=0&endTimestamp=1`,
    );
    expect(rows).toEqual([]);
  });

  test("pages of an origin may call what some key lets them, and read what is answered", async () => {
    const { url } = world();
    const origin = "https://shop.example";
    const { key, secret, token } = await maker.make({ origins: [origin] });
    const preflight = async (from: string, path = "/bot/message") => {
      const headers = { origin: from, "access-control-request-method": "POST" };
      const response = await fetch(`${url}/openapi${path}`, { method: "OPTIONS", headers });
      return { status: response.status, headers: Object.fromEntries(response.headers) };
    };
    await expect
      .poll(() => preflight(origin), { timeout: 15_000 })
      .toMatchObject({
        status: 204,
        headers: {
          "access-control-allow-origin": origin,
          "access-control-allow-methods": expect.stringContaining("POST"),
          "access-control-allow-headers": "authorization, content-type",
          "x-request-id": expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
          vary: "origin",
        },
      });
    for (const stranger of ["https://evil.example", "null", `${origin}.evil.example`]) {
      expect((await preflight(stranger)).headers).not.toHaveProperty("access-control-allow-origin");
    }
    const from = (page: string) => ({ headers: { origin: page } });
    const path = "GET /knowledge-base/list";
    const mine = await callWith(url, token, path, from(origin));
    expect([mine.status, mine.headers.get("access-control-allow-origin")]).toEqual([501, origin]);
    const noToken = await callWith(url, undefined, path, from(origin));
    expect([noToken.status, noToken.headers.get("access-control-allow-origin")]).toEqual([401, origin]);
    expect(await callWith(url, token, path, from("https://evil.example"))).toMatchObject({ status: 403 });
    expect(await callWith(url, keys.all.token, path, from(origin))).toMatchObject({ status: 403 });
    const plain = await callWith(url, token, path);
    expect([plain.status, plain.headers.get("access-control-allow-origin")]).toEqual([501, null]);

    const body = { accessKeyId: key.keyId, accessKeySecret: secret };
    const ask = (page: string) =>
      callWith(url, undefined, "POST /get-access-token", { body, headers: { origin: page } });
    expect((await ask(origin)).headers.get("access-control-allow-origin")).toBe(origin);
    expect(await ask("https://evil.example")).toMatchObject({ status: 403, body: { code: 40301 } });
    const stream = await callWith(url, token, "POST /bot/message", {
      body: { botId, sessionId: "page", message: "hello", stream: true },
      headers: { origin },
    });
    expect([stream.status, stream.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
  });

  test("other families let no page of another origin in", async () => {
    const { url } = world();
    const origin = "https://shop.example";
    for (const path of ["/v3/chat", "/api/access-keys", "/create_conversation"]) {
      const response = await fetch(`${url}${path}`, { method: "OPTIONS", headers: { origin } });
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});
