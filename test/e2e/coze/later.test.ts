import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COZE_ENDPOINTS } from "../../../src/dialects/coze/index.ts";
import { engines } from "../../support/engines.ts";
import { type ChatWorld, openChatWorld } from "./chat-world.ts";

const later = COZE_ENDPOINTS.filter(({ isSupported }) => !isSupported).flatMap(({ methods, path }) =>
  methods.map((method) => ({ method, path: path.replace(/:\w+/g, "1"), what: `${method} ${path}` })),
);

// Nothing here reaches the store.
describe.each(engines.slice(0, 1))("what the Coze family does not have yet", (engine) => {
  let world: ChatWorld;

  beforeAll(async () => {
    world = await openChatWorld(engine);
  });

  afterAll(() => world.close());

  function send(method: string, path: string, options: RequestInit = {}, token = world.token()) {
    const headers = { authorization: `Bearer ${token}`, ...options.headers };
    return fetch(`${world.url}${path}`, { method, ...options, headers });
  }

  test.each(later.map(({ what, ...route }) => [what, route] as const))(
    "%s says that it is not available",
    async (_, { method, path }) => {
      const response = await send(method, path);
      expect(response.headers.get("content-type")).toContain("application/json");
      expect(await response.json()).toEqual({
        code: 4000,
        msg: expect.stringContaining("not available on this server yet"),
        detail: { logid: response.headers.get("x-tt-logid") },
      });
      expect(response.status).toBe(method === "POST" && path === "/v1/audio/speech" ? 400 : 200);
    },
  );

  test("says so of uploads too, without reading the file", async () => {
    const body = new FormData();
    body.append("file", new Blob(["x".repeat(100_000)]), "voice.wav");
    const response = await send("POST", "/v1/audio/transcriptions", { body });
    expect(await response.json()).toMatchObject({
      code: 4000,
      msg: expect.stringContaining("transcriptions"),
    });
  });

  test.each(["/v1/workflow/stream_run", "/v1/workflow/stream_resume", "/v1/workflows/chat"])(
    "%s refuses strangers with status 200, as every stream does",
    async (path) => {
      const response = await send("POST", path, { body: "{}" }, "pat_wrong");
      expect([response.status, await response.json()]).toMatchObject([200, { code: 4100 }]);
    },
  );

  test("says so only to callers it knows", async () => {
    const response = await send("GET", "/v1/datasets", {}, "pat_wrong");
    expect([response.status, await response.json()]).toMatchObject([401, { code: 4100 }]);
    const speech = await send(
      "POST",
      "/v1/audio/speech",
      { body: '{"input":"x","stream":true}' },
      "pat_wrong",
    );
    expect([speech.status, await speech.json()]).toMatchObject([401, { code: 4100 }]);
  });

  test.each([
    "/v1",
    "/v1/nothing",
    "/v3/chat/nothing",
    "/open_api/knowledge/nothing",
    "/v1/bots/1/nothing/at/all",
  ])("unknown path %s is refused in the family's form", async (path) => {
    const response = await send("POST", path, { body: "{}" });
    expect([response.status, await response.json()]).toEqual([
      404,
      {
        code: 4200,
        msg: expect.stringContaining(path),
        detail: { logid: response.headers.get("x-tt-logid") },
      },
    ]);
  });

  test("a WebSocket handshake is answered with a JSON error", async () => {
    const outgoing = request(`${world.url}/v1/chat?bot_id=1`, {
      headers: {
        authorization: `Bearer ${world.token()}`,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version": "13",
      },
    });
    outgoing.end();
    const [response]: IncomingMessage[] = await once(outgoing, "response");
    let body = "";
    for await (const chunk of response ?? []) body += chunk;
    expect(response?.statusCode).not.toBe(101);
    expect(JSON.parse(body)).toMatchObject({ code: 4000, msg: expect.stringContaining("WebSockets") });
  });
});
