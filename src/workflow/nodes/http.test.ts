import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { createOutbound, type Outbound } from "../../http/outbound.ts";
import {
  type LoopbackServer,
  type ReceivedRequest,
  type ServerReply,
  startLoopbackServer,
} from "../testing/loopback-server.ts";
import { type CallOptions, describeNode, outputsOf, runNode } from "../testing/node-call.ts";

let server: LoopbackServer;
let outbound: Outbound;
let reply: (request: ReceivedRequest) => ServerReply | undefined;

beforeAll(async () => {
  server = await startLoopbackServer((request) => reply(request));
  outbound = createOutbound({ allowPrivate: ["127.0.0.0/8"] });
});
beforeEach(() => {
  server.requests.length = 0;
  reply = () => ({ body: '{"ok":true}' });
});
afterAll(async () => {
  await Promise.all([outbound.close(), server.close()]);
});

const node = (members: object = {}, inputs: Record<string, unknown> = {}) => ({
  id: "call",
  type: "http",
  url: `${server.url}/things`,
  ...members,
  inputs,
});
const options = (more: CallOptions = {}): CallOptions => ({ services: { outbound }, ...more });

test("a GET gives status, headers and parsed JSON, and has no effects", async () => {
  reply = () => ({ headers: { "x-total": "1", "set-cookie": "session=secret" }, body: '{"items":[1]}' });
  const outputs = await outputsOf(node(), options());
  expect(outputs).toMatchObject({ status: 200, headers: { "x-total": "1" }, body: { items: [1] } });
  expect(outputs["headers"]).not.toHaveProperty("set-cookie");
  expect(describeNode(node()).hasEffects).toBe(false);
  expect(server.requests[0]?.headers).not.toHaveProperty("idempotency-key");
});

test("what is filled into the address changes neither its host nor its path, and is read once", async () => {
  const scope = { start: { id: "../admin?x=1#y", dots: "..", template: "{{ start.id }}" } };
  const url = `${server.url}/a/{{ start.id }}/{{ start.dots }}/{{ start.template }}?q={{ start.id }}`;
  await outputsOf(node({ url }), options({ scope }));
  const encoded = "..%2Fadmin%3Fx%3D1%23y";
  expect(server.requests[0]?.url).toBe(`/a/${encoded}/%252E%252E/%7B%7B%20start.id%20%7D%7D?q=${encoded}`);
});

test.each([
  ["http://{{ start.host }}/"],
  ["http://{{ start.host }}.example/"],
  ["http://example.com{{ start.host }}/"],
  ["http://user:{{ start.host }}@example.com/"],
  ["http://user@example.com/"],
  ["{{ start.url }}"],
  ["https://example.com:{{ start.port }}/"],
  ["https:\\\\example.com/"],
  ["ftp://example.com/"],
  ["//example.com/"],
  ["https://example.com/{% if start.x %}a{% endif %}"],
])("the address %s is refused before anything runs", (url) => {
  expect(describeNode(node({ url })).problems).toEqual([expect.objectContaining({ field: "url" })]);
});

test("the query is added, lists as repeated names", async () => {
  const query = { q: "a&b=c", list: ["1", 2], __proto__: undefined, flag: true };
  await outputsOf(node({ url: `${server.url}/s?own=1` }, { query }), options());
  expect(server.requests[0]?.url).toBe("/s?own=1&q=a%26b%3Dc&list=1&list=2&flag=true");
});

describe("a POST", () => {
  const post = (members: object, body: unknown) =>
    node({ method: "POST", ...members }, { body: { value: body } });

  test.each([
    ["json", { a: [1, "{{ x }}"] }, "application/json", '{"a":[1,"{{ x }}"]}'],
    ["json", "text", "application/json", '"text"'],
    ["text", "plain", "text/plain; charset=utf-8", "plain"],
    ["form", { a: "1&b=2", c: [1, 2] }, "application/x-www-form-urlencoded", "a=1%26b%3D2&c=1&c=2"],
  ])("sends %s", async (how, body, contentType, sent) => {
    await outputsOf(post({ bodyAs: how }, body), options());
    expect(server.requests[0]).toMatchObject({ method: "POST", body: sent });
    expect(server.requests[0]?.headers["content-type"]).toBe(contentType);
  });

  test("has effects, and a key of its own that every attempt sends again", async () => {
    expect(describeNode(post({}, 1)).hasEffects).toBe(true);
    const { call, outcome } = runNode(post({}, 1), options());
    await outcome;
    expect(server.requests[0]?.headers["idempotency-key"]).toBe(call.idempotencyKey);
    await outputsOf(post({ headers: { "Idempotency-Key": "mine" } }, 1), options());
    expect(server.requests[1]?.headers["idempotency-key"]).toBe("mine");
  });

  test("cannot send a list as a form", async () => {
    await expect(outputsOf(post({ bodyAs: "form" }, [1]), options())).rejects.toMatchObject({
      code: "input_invalid",
    });
  });
});

test("a body that would not be sent is refused before anything runs", () => {
  expect(describeNode(node({}, { body: 1 })).problems).toEqual([
    { field: "inputs.body", message: "is not sent with GET" },
  ]);
  expect(describeNode(node({ method: "DELETE" }, { body: 1 })).problems).toEqual([]);
});

test("headers are templates that cannot add other headers, and are no part of the step", async () => {
  const headers = { Authorization: "Bearer secret-{{ start.id }}" };
  const { call, outcome } = runNode(node({ headers }), options({ scope: { start: { id: "7" } } }));
  const { outputs } = (await outcome) as { outputs: unknown };
  expect(server.requests[0]?.headers.authorization).toBe("Bearer secret-7");
  expect(JSON.stringify([call.inputs, outputs])).not.toContain("secret");
  const nasty = { start: { id: "7\r\nx-admin: 1" } };
  await expect(outputsOf(node({ headers }), options({ scope: nasty }))).rejects.toMatchObject({
    code: "request_failed",
  });
  expect(server.requests).toHaveLength(1);
});

test.each([
  [404, [], false],
  [500, [], true],
  [429, [], true],
  [302, [], false],
])("HTTP %i is a failure", async (status, acceptStatus, isPassing) => {
  reply = () => ({ status, headers: { location: `${server.url}/elsewhere` } });
  await expect(outputsOf(node({ acceptStatus }), options())).rejects.toMatchObject({
    code: "request_failed",
    message: `the other side answered with HTTP ${status}`,
    isPassing,
  });
  expect(server.requests).toHaveLength(1);
});

test("statuses that are accepted are none", async () => {
  reply = () => ({ status: 404, body: '{"error":"gone"}' });
  const outputs = { status: 404, body: { error: "gone" } };
  expect(await outputsOf(node({ acceptStatus: [404] }), options())).toMatchObject(outputs);
  expect(await outputsOf(node({ acceptStatus: "any" }), options())).toMatchObject(outputs);
});

test.each([
  ["auto", "text/html; charset=utf-8", Buffer.from("<b>ü</b>"), "<b>ü</b>"],
  ["auto", "application/problem+json", Buffer.from('{"a":1}'), { a: 1 }],
  ["json", "text/plain", Buffer.from("[1]"), [1]],
  ["text", "application/json", Buffer.from('{"a":1}'), '{"a":1}'],
  ["auto", "text/plain; charset=gbk", Buffer.from([0xc4, 0xe3, 0xba, 0xc3]), "你好"],
  ["auto", "text/plain; charset=nonsense", Buffer.from("x"), "x"],
  ["auto", "application/json", Buffer.alloc(0), null],
])("read as %s, %s is what it says", async (response, contentType, body, expected) => {
  reply = () => ({ headers: { "content-type": contentType }, body });
  expect(await outputsOf(node({ response }), options())).toMatchObject({ body: expected });
});

test("JSON that is none is a failure, and so is too much", async () => {
  reply = () => ({ body: "<html>" });
  await expect(outputsOf(node(), options())).rejects.toMatchObject({ code: "request_failed" });
  reply = () => ({ body: JSON.stringify("x".repeat(2_000)) });
  await expect(outputsOf(node({ maxResponseBytes: 1_000 }), options())).rejects.toMatchObject({
    code: "request_failed",
    isPassing: false,
  });
});

test("members of a response that every object has are just data", async () => {
  reply = () => ({ body: '{"__proto__":{"isAdmin":true},"constructor":1}' });
  const { body } = await outputsOf(node(), options());
  expect(JSON.stringify(body)).toBe('{"__proto__":{"isAdmin":true},"constructor":1}');
  expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
});

test("redirects are followed only where that is allowed", async () => {
  reply = ({ url }) =>
    url === "/things" ? { status: 302, headers: { location: "/there" } } : { body: '"there"' };
  expect(await outputsOf(node({ followRedirects: true }), options())).toMatchObject({ body: "there" });
});

describe("without leave to call private addresses", () => {
  const guarded = createOutbound({ allowPrivate: [] });
  afterAll(() => guarded.close());

  test.each([
    ["itself", () => server.url],
    ["itself by name", () => server.url.replace("127.0.0.1", "localhost")],
    ["itself in hex", () => server.url.replace("127.0.0.1", "0x7f000001")],
    ["itself as IPv6", () => server.url.replace("127.0.0.1", "[::ffff:127.0.0.1]")],
    ["the metadata service", () => "http://169.254.169.254/latest/meta-data"],
    ["a private network", () => "http://10.0.0.1/"],
  ])("it cannot reach %s", async (_, url) => {
    const call = outputsOf(node({ url: url() }), { services: { outbound: guarded } });
    await expect(call).rejects.toMatchObject({ code: "request_failed" });
    expect(server.requests).toHaveLength(0);
  });
});

test("aborting ends the request", async () => {
  reply = () => undefined;
  const controller = new AbortController();
  const { outcome } = runNode(node(), options({ signal: controller.signal }));
  await eventually(() => server.requests.length === 1);
  controller.abort(new Error("stop"));
  await expect(outcome).rejects.toThrow("stop");
  await eventually(() => server.requests[0]?.isAborted === true);
});
