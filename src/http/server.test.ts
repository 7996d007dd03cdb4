import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { captureLogs } from "../../test/support/capture-logs.ts";
import { eventually } from "../../test/support/eventually.ts";
import { FrameQueue } from "../../test/support/frame-queue.ts";
import { rawConnection } from "../../test/support/raw-http-client.ts";
import { DomainError } from "../domain/errors.ts";
import type { Call, Mount, Route } from "./route.ts";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "./server.ts";

interface Caller {
  key: string;
}

let server: HttpServer;
let url: string;
let port: number;
let logs: Record<string, unknown>[];
let calls: Call[];

beforeEach(() => {
  logs = captureLogs();
  calls = [];
});

afterEach(() => server.close({ graceMs: 0 }));

const routes: Route<Caller>[] = [
  { method: "POST", path: "/echo", access: "public", handle: async (call) => echo(call) },
  { method: "GET", path: "/items/:id", access: "public", handle: async (call) => echo(call) },
  {
    method: "GET",
    path: "/mine",
    access: "app-key",
    handle: async (call, { key }) => ({ ...echo(call), body: { key } }),
  },
  {
    method: "POST",
    path: "/fail",
    access: "public",
    handle: () => Promise.reject(new Error("secret detail")),
  },
];

function echo(call: Call): { kind: "json"; body: unknown } {
  calls.push(call);
  return { kind: "json", body: { body: call.body, query: call.query, params: call.params } };
}

function mountOf(overrides: Partial<Mount<Caller>> = {}): Mount<Caller> {
  return {
    name: "test",
    prefixes: ["/api", "/other"],
    routes,
    authenticate: async (call) => {
      const key = call.headers.authorization ?? bodyKey(call.body);
      if (key === undefined) throw new DomainError("credential_missing", "no key");
      return { key };
    },
    presentError: (error, call) => ({
      kind: "json",
      status: 418,
      body: { dialect: "test", code: error.code, message: error.message, prefix: call.prefix },
    }),
    ...overrides,
  };
}

function bodyKey(body: unknown): string | undefined {
  const isObject = typeof body === "object" && body !== null;
  return isObject && "AppKey" in body && typeof body.AppKey === "string" ? body.AppKey : undefined;
}

async function start(options: HttpServerOptions = {}, ...mounts: Mount<Caller>[]): Promise<void> {
  server = createHttpServer(options);
  for (const mount of mounts.length > 0 ? mounts : [mountOf()]) server.mount(mount);
  ({ url, port } = await server.listen({ host: "127.0.0.1", port: 0 }));
}

async function request(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(url + path, init);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

function post(body: string | Buffer, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: typeof body === "string" ? body : new Uint8Array(body), headers };
}

describe("routing", () => {
  test.each(["/api/echo", "/other/echo", "/api/echo/", "/api//echo", "//api/echo//"])(
    "%s reaches the route",
    async (path) => {
      await start();
      expect(await request(path, post("{}"))).toMatchObject({ status: 200 });
    },
  );

  test("an unknown route under a prefix is answered by that mount", async () => {
    await start();
    expect(await request("/other/nothing")).toMatchObject({
      status: 418,
      body: { dialect: "test", code: "route_unknown", prefix: "/other" },
    });
    expect(await request("/api/echo")).toMatchObject({ status: 418, body: { code: "route_unknown" } });
    expect(await request("//api//nothing", post("{broken"))).toMatchObject({
      body: { code: "route_unknown" },
    });
  });

  test("an unknown path that no prefix claims is a plain 404, also when a mount owns the root", async () => {
    await start({}, mountOf(), mountOf({ name: "root", prefixes: [""] }));
    const answer = { status: 404, body: { error: { code: "route_unknown", message: "no such route" } } };
    expect(await request("/nothing")).toMatchObject(answer);
    expect(await request("/apiary")).toMatchObject(answer);
    expect(await request("/%zz")).toMatchObject(answer);
    expect(await request(`/items/${"x".repeat(300)}`)).toMatchObject(answer);
    expect(await request("/echo", post("{}"))).toMatchObject({ status: 200 });
  });

  test("OPTIONS names the methods of a path, and no response allows other origins", async () => {
    await start();
    const response = await fetch(`${url}/api/items/1`, {
      method: "OPTIONS",
      headers: { origin: "https://a.example" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("bodies", () => {
  test.each(["application/json", "text/plain", "garbage", "multipart/form-data", ""])(
    "JSON is read whatever the content type %j says",
    async (contentType) => {
      await start();
      const answer = await request("/api/echo", post('\ufeff {"你":"好"} ', { "content-type": contentType }));
      expect(answer.body).toMatchObject({ body: { 你: "好" } });
      expect(calls[0]?.headers["content-type"]).toBe(contentType);
    },
  );

  test("an empty body is undefined", async () => {
    await start();
    await request("/api/echo", post(""));
    await request("/api/echo", post(" \n"));
    expect(calls.map(({ body }) => body)).toEqual([undefined, undefined]);
  });

  test("GET carries a JSON body, query parameters and path parameters", async () => {
    await start();
    const connection = await rawConnection(port);
    connection.send(
      'GET /api/items/%E4%BD%A0?a=1&a=2&b=%E5%A5%BD HTTP/1.1\r\nhost: t\r\ncontent-length: 7\r\n\r\n{"x":1}',
    );
    expect((await connection.response()).status).toBe(200);
    expect(calls[0]).toMatchObject({
      method: "GET",
      path: "/api/items/%E4%BD%A0",
      prefix: "/api",
      params: { id: "你" },
      query: { a: ["1", "2"], b: "好" },
      body: { x: 1 },
    });
    connection.socket.destroy();
  });

  test.each([
    ["broken JSON", '{"a":', "body_malformed"],
    ["__proto__", '{"a":{"__proto__":{"x":1}}}', "request_invalid"],
    ["escaped __proto__", '{"\\u005f_proto__":1}', "request_invalid"],
    ["constructor.prototype", '{"constructor":{"prototype":{"x":1}}}', "request_invalid"],
    ["invalid UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22]), "body_malformed"],
    ["nesting without end", `${"[".repeat(300)}${"]".repeat(300)}`, "body_malformed"],
    ["2 MiB", `"${"x".repeat(2 * 1024 * 1024)}"`, "body_too_large"],
  ])("%s is refused in the mount's words", async (_name, body, code) => {
    await start();
    expect(await request("/api/echo", post(body))).toMatchObject({
      status: 418,
      body: { dialect: "test", code },
    });
    expect(calls).toEqual([]);
  });

  test("a forbidden key is named", async () => {
    await start();
    const { body } = await request("/api/echo", post('{"__proto__":{"x":1}}'));
    expect(JSON.stringify(body)).toContain("must not hold the keys __proto__ or constructor.prototype");
  });

  test("brackets inside strings are no nesting", async () => {
    await start();
    const text = `\\"${"[".repeat(1000)}\\`;
    expect(await request("/api/echo", post(JSON.stringify(text)))).toMatchObject({ body: { body: text } });
  });

  test("a trusted proxy says whom it speaks for, in one header or several", async () => {
    await start({ trustedProxies: ["127.0.0.1/32", "10.0.0.0/8"] });
    const connection = await rawConnection(port);
    connection.send(
      "GET /api/items/1 HTTP/1.1\r\nhost: t\r\nx-forwarded-for: 203.0.113.9, 192.0.2.1\r\nX-Forwarded-For: 10.0.0.2\r\n\r\n",
    );
    await connection.response();
    connection.socket.destroy();
    await request("/api/items/1");
    expect(calls.map(({ clientAddress }) => clientAddress)).toEqual(["192.0.2.1", "127.0.0.1"]);
  });

  test("without trusted proxies nobody says whom it speaks for", async () => {
    await start();
    await request("/api/items/1", { headers: { "x-forwarded-for": "192.0.2.1" } });
    expect(calls[0]?.clientAddress).toBe("127.0.0.1");
  });

  test("a query cannot reach a prototype", async () => {
    await start();
    await request("/api/items/1?__proto__=x&constructor=y");
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    expect(calls[0]?.query["toString"]).toBeUndefined();
  });

  test("a compressed body is refused by name", async () => {
    await start();
    expect(await request("/api/echo", post("{}", { "content-encoding": "gzip" }))).toMatchObject({
      body: { code: "request_invalid", message: "a content-encoding is not accepted" },
    });
  });

  test("a chunked body without end is cut at the limit, and the connection still serves", async () => {
    await start({ maxBodyBytes: 100 });
    const connection = await rawConnection(port);
    connection.send("POST /api/echo HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n");
    connection.send(`c8\r\n${"x".repeat(200)}\r\n`);
    expect((await connection.response()).chunks[0]).toContain("body_too_large");
    connection.send("0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: t\r\n\r\n");
    expect((await connection.response()).chunks[0]).toBe('{"status":"ok"}');
    connection.socket.destroy();
  });
});

describe("answers", () => {
  test("every answer has a request id, safety headers and no banner", async () => {
    await start();
    const { headers } = await request("/api/echo", post("{}"));
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("x-request-id")).toBe(calls[0]?.requestId);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("server")).toBeNull();
    expect(headers.get("x-powered-by")).toBeNull();
  });

  test("the caller is known before the handler runs, also by a key in the body", async () => {
    await start();
    expect(await request("/api/mine")).toMatchObject({ status: 418, body: { code: "credential_missing" } });
    expect(calls).toEqual([]);
    expect(await request("/api/mine", { headers: { authorization: "k1" } })).toMatchObject({
      body: { key: "k1" },
    });
    const connection = await rawConnection(port);
    connection.send('GET /api/mine HTTP/1.1\r\nhost: t\r\ncontent-length: 15\r\n\r\n{"AppKey":"k2"}');
    expect((await connection.response()).chunks).toEqual(['{"key":"k2"}']);
    connection.socket.destroy();
  });

  test("a defect is logged in full and answered with a fixed sentence", async () => {
    await start();
    const { body, headers } = await request("/api/fail", post("{}"));
    expect(body).toMatchObject({ code: "internal", message: "internal error" });
    expect(logs).toContainEqual(
      expect.objectContaining({
        level: "error",
        requestId: headers.get("x-request-id"),
        err: expect.objectContaining({ message: "secret detail" }),
      }),
    );
  });

  test("an answer that is no JSON value, and an error that cannot be presented, still end the request", async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const route: Route<Caller> = {
      method: "GET",
      path: "/cyclic",
      access: "public",
      handle: async () => ({ kind: "json", body: cyclic }),
    };
    const presentError = () => {
      throw new Error("defect in presenting");
    };
    await start(
      {},
      mountOf({ routes: [route], prefixes: ["/a"] }),
      mountOf({ prefixes: ["/b"], presentError }),
    );
    expect(await request("/a/cyclic")).toMatchObject({ status: 418, body: { code: "internal" } });
    expect(await request("/b/nothing")).toMatchObject({ status: 500, body: { error: { code: "internal" } } });
  });

  test("one line per request, with the route's pattern, and nothing the caller said", async () => {
    await start();
    await request("/api/items/4711?token=hush", { headers: { authorization: "hush" } });
    const lines = await eventually(() => {
      const found = logs.filter(({ msg }) => msg === "request");
      return found.length > 0 && found;
    });
    expect(lines).toEqual([
      expect.objectContaining({
        method: "GET",
        route: "/api/items/:id",
        status: 200,
        dialect: "test",
        end: "completed",
      }),
    ]);
    expect(JSON.stringify(logs)).not.toMatch(/hush|4711/);
  });
});

describe("connections", () => {
  test("the signal aborts when the client leaves, and only then", async () => {
    let gone: AbortSignal | undefined;
    const waiting: Route<Caller> = {
      method: "GET",
      path: "/wait",
      access: "public",
      handle: (call) => {
        gone = call.signal;
        return new Promise((_resolve, reject) => {
          call.signal.addEventListener("abort", () => reject(call.signal.reason));
        });
      },
    };
    let kept: AbortSignal | undefined;
    const quick: Route<Caller> = {
      method: "GET",
      path: "/quick",
      access: "public",
      handle: async (call) => {
        kept = call.signal;
        return { kind: "json", body: 1 };
      },
    };
    await start({}, mountOf({ routes: [waiting, quick] }));
    const connection = await rawConnection(port);
    connection.send("GET /api/quick HTTP/1.1\r\nhost: t\r\n\r\n");
    await connection.response();
    connection.send("GET /api/wait HTTP/1.1\r\nhost: t\r\n\r\n");
    await eventually(() => gone !== undefined);
    expect(gone?.aborted).toBe(false);
    connection.socket.destroy();
    await eventually(() => gone?.aborted);
    expect(kept?.aborted).toBe(false);
  });

  test("slow heads, slow bodies, oversized heads and non-HTTP are refused and closed", async () => {
    await start({ headersTimeoutMs: 100, requestTimeoutMs: 200 });
    const beginnings: [string, number][] = [
      ["GET /api/echo HTTP/1.1\r\nhost: t\r\nx-slow: ", 408],
      [`GET / HTTP/1.1\r\nhost: t\r\nx: ${"x".repeat(20_000)}\r\n\r\n`, 431],
      ["what is this\r\n\r\n", 400],
    ];
    for (const [bytes, status] of beginnings) {
      const connection = await rawConnection(port);
      connection.send(bytes);
      expect((await connection.response()).status).toBe(status);
      await connection.closed;
    }
    const slowBody = await rawConnection(port);
    slowBody.send("POST /api/echo HTTP/1.1\r\nhost: t\r\ncontent-length: 10\r\n\r\n{");
    await slowBody.closed;
    expect(calls).toEqual([]);
  });

  test("closing lets a stream end, refuses new work, and cuts what outlasts the grace", async () => {
    const streams = [new FrameQueue(), new FrameQueue()];
    let opened = 0;
    const stream: Route<Caller> = {
      method: "GET",
      path: "/stream",
      access: "public",
      handle: async () => ({ kind: "stream", frames: streams[opened++] ?? new FrameQueue() }),
    };
    await start({}, mountOf({ routes: [stream] }));
    const [first, second, idle] = [
      await rawConnection(port),
      await rawConnection(port),
      await rawConnection(port),
    ];
    first.send("GET /api/stream HTTP/1.1\r\nhost: t\r\n\r\n");
    await eventually(() => streams[0]?.isSubscribed);
    second.send("GET /api/stream HTTP/1.1\r\nhost: t\r\n\r\n");
    await eventually(() => streams[1]?.isSubscribed);
    const closed = server.close({ graceMs: 1_000 });
    await idle.closed;
    await expect(rawConnection(port)).rejects.toThrow("ECONNREFUSED");
    streams[0]?.push("data: still here\n\n", null);
    expect((await first.response()).chunks).toEqual(["data: still here\n\n"]);
    await first.closed;
    await closed;
    await second.closed;
    expect(second.pending()).not.toContain("0\r\n\r\n");
    await eventually(() => {
      const ends = logs.filter(({ msg }) => msg === "request").map(({ end }) => end);
      expect(ends).toEqual(["completed", "server_stopped"]);
    });
  });

  test("closing waits no longer than the work under way", async () => {
    const frames = new FrameQueue();
    const stream: Route<Caller> = {
      method: "GET",
      path: "/stream",
      access: "public",
      handle: async () => ({ kind: "stream", frames }),
    };
    await start({}, mountOf({ routes: [stream] }));
    const [busy, idle] = [await rawConnection(port), await rawConnection(port)];
    idle.send("GET /healthz HTTP/1.1\r\nhost: t\r\n\r\n");
    await idle.response();
    busy.send("GET /api/stream HTTP/1.1\r\nhost: t\r\n\r\n");
    await eventually(() => frames.isSubscribed);
    const closed = server.close({ graceMs: 1_000_000 });
    await idle.closed;
    frames.push("data: last\n\n", null);
    expect((await busy.response()).chunks).toEqual(["data: last\n\n"]);
    await closed;
    await busy.closed;
  });
});

describe("operations", () => {
  test("healthz is alive, readyz tells the reasons, metrics are in Prometheus text", async () => {
    let reasons: string[] = [];
    await start({ readiness: async () => reasons });
    expect(await request("/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
    expect(await request("/readyz")).toMatchObject({ status: 200, body: { status: "ready", reasons: [] } });
    reasons = ["the store does not answer"];
    expect(await request("/readyz")).toMatchObject({ status: 503, body: { status: "not_ready", reasons } });
    const metrics = await fetch(`${url}/metrics`);
    expect(metrics.headers.get("content-type")).toContain("text/plain");
    expect(await metrics.text()).toContain("antiphon_http_requests_total{");
  });

  test("a readiness check that fails means not ready, without telling why", async () => {
    await start({ readiness: () => Promise.reject(new Error("password=x")) });
    const { status, body } = await request("/readyz");
    expect(status).toBe(503);
    expect(JSON.stringify(body)).not.toContain("password");
  });
});
