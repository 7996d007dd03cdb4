import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { Mount, Reply, Route } from "./route.ts";
import { createHttpServer, type HttpServer } from "./server.ts";

let server: HttpServer;
let url: string;
afterEach(() => server.close({ graceMs: 0 }));

function mountOf(name: string, overrides: Partial<Mount<undefined>>): Mount<undefined> {
  return {
    name,
    prefixes: [""],
    routes: [],
    authenticate: async () => undefined,
    presentError: ({ code, message, field }, call) => ({
      kind: "json",
      status: 418,
      body: { name, code, message, field, prefix: call.prefix },
    }),
    ...overrides,
  };
}

async function start(...mounts: Mount<undefined>[]): Promise<void> {
  server = createHttpServer();
  for (const mount of mounts) server.mount(mount);
  ({ url } = await server.listen({ host: "127.0.0.1", port: 0 }));
}

function answering(reply: Reply): Mount<undefined> {
  return mountOf("page", {
    routes: [{ method: "GET", path: "/page", access: "public", handle: async () => reply }],
  });
}

describe("a page", () => {
  const STYLE = "body { color: red }\n";

  test("runs no script, loads nothing, shows its own styles only and sends its forms here", async () => {
    await start(answering({ kind: "page", html: `<!doctype html><style>${STYLE}</style><p>你好` }));
    const response = await fetch(`${url}/page`);
    expect(await response.text()).toContain("<p>你好");
    const hash = createHash("sha256").update(STYLE).digest("base64");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    });
  });

  test("lets its forms end where it says: a web address by its origin where a policy can name it, an app by its scheme", async () => {
    const formTargets = [
      "https://app.example/a;b?c='unsafe-inline'",
      "https://app.example/b",
      "com.app:/back",
      "http://[::1]:8080/back",
      "http://my_app:8080/back",
    ];
    await start(answering({ kind: "page", status: 403, html: "<p>", formTargets }));
    const response = await fetch(`${url}/page`);
    expect(response.status).toBe(403);
    expect(response.headers.get("content-security-policy")).toBe(
      "default-src 'none'; form-action 'self' https://app.example com.app: http:; base-uri 'none'; frame-ancestors 'none'",
    );
  });

  test("sets several cookies", async () => {
    const headers = { "set-cookie": ["a=1; HttpOnly", "b=2; HttpOnly"] };
    await start(answering({ kind: "page", html: "<p>", headers }));
    expect((await fetch(`${url}/page`)).headers.getSetCookie()).toEqual(["a=1; HttpOnly", "b=2; HttpOnly"]);
  });
});

describe("a redirect", () => {
  test("is a 303 with an address and cookies, and may be a 302", async () => {
    const headers = { "set-cookie": ["a=1", "b=2"] };
    await start(answering({ kind: "redirect", location: "/next?code=1", headers }));
    const response = await fetch(`${url}/page`, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([303, "/next?code=1"]);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    await server.close({ graceMs: 0 });
    await start(answering({ kind: "redirect", status: 302, location: "https://app.example/" }));
    expect((await fetch(`${url}/page`, { redirect: "manual" })).status).toBe(302);
  });

  test("cannot be made to carry another header", async () => {
    await start(answering({ kind: "redirect", location: "/next\r\nset-cookie: evil=1" }));
    const response = await fetch(`${url}/page`, { redirect: "manual" });
    expect(response.status).toBe(418);
    expect(response.headers.get("set-cookie")).toBeNull();
  });
});

describe("a form", () => {
  const echo: Route<undefined> = {
    method: "POST",
    path: "/form",
    body: "form",
    maxBodyBytes: 200,
    access: "public",
    handle: async ({ body }) => ({ kind: "json", body: { fields: body } }),
  };
  const TYPE = "application/x-www-form-urlencoded";

  async function post(body: string | Uint8Array<ArrayBuffer>, type = TYPE) {
    await start(mountOf("form", { routes: [echo] }));
    const response = await fetch(`${url}/form`, { method: "POST", headers: { "content-type": type }, body });
    return { status: response.status, body: await response.json() };
  }

  test.each([
    ["name=%E5%B0%8F+%E6%9D%8E&empty=&flag", { name: "小 李", empty: "", flag: "" }],
    ["", {}],
    ["&&", {}],
    ["a=%zz", { a: "%zz" }],
  ])("%s is a record of texts", async (body, fields) => {
    expect(await post(body, `${TYPE}; charset=UTF-8`)).toEqual({ status: 200, body: { fields } });
  });

  test.each([
    ["a name given twice", "a=1&b=2&a=3", TYPE, { code: "request_invalid", field: "a" }],
    ["a prototype", "__proto__=x", TYPE, { code: "request_invalid" }],
    ["JSON", '{"a":"1"}', "application/json", { code: "request_invalid" }],
    ["plain text", "a=1", "text/plain", { code: "request_invalid" }],
    ["no UTF-8", new Uint8Array([0x61, 0x3d, 0xff]), TYPE, { code: "request_invalid" }],
    ["more than the route reads", `a=${"x".repeat(200)}`, TYPE, { code: "body_too_large" }],
  ])("%s is refused", async (_what, body, type, refusal) => {
    expect(await post(body, type)).toMatchObject({ status: 418, body: refusal });
  });

  test("of very many fields is refused", async () => {
    await start(mountOf("form", { routes: [{ ...echo, maxBodyBytes: 100_000 }] }));
    const body = Array.from({ length: 101 }, (_, index) => `f${index}=x`).join("&");
    const response = await fetch(`${url}/form`, { method: "POST", headers: { "content-type": TYPE }, body });
    expect(await response.json()).toMatchObject({ code: "request_invalid", message: /./ });
  });
});

describe("an unknown route", () => {
  test("is refused by the mount with the longest claim or prefix, whatever was sent there", async () => {
    await start(
      mountOf("coze", { claims: ["/v1", "/v3"] }),
      mountOf("openai", { claims: ["/v1/models"] }),
      mountOf("hiagent", { prefixes: ["/api", "/api/v1"] }),
    );
    const answers = [];
    for (const path of ["/v1", "/v1/x", "/v1/models/x", "/v1models", "/api/v1/x", "//v3//x?y"]) {
      const response = await fetch(url + path, { method: "POST", body: "{broken" });
      const { name, code, prefix } = Object(await response.json());
      answers.push([response.status, name, code, prefix]);
    }
    expect(answers).toEqual([
      [418, "coze", "route_unknown", ""],
      [418, "coze", "route_unknown", ""],
      [418, "openai", "route_unknown", ""],
      [404, undefined, undefined, undefined],
      [418, "hiagent", "route_unknown", "/api/v1"],
      [418, "coze", "route_unknown", ""],
    ]);
  });
});
