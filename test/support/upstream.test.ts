import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startUpstream, tokens, tokensText, type Upstream, type UpstreamOptions } from "./upstream.ts";

let upstream: Upstream | undefined;

afterEach(async () => {
  await upstream?.close();
  upstream = undefined;
});

async function open(options?: UpstreamOptions): Promise<Upstream> {
  upstream = await startUpstream(options);
  return upstream;
}

function ask(
  { baseUrl }: Upstream,
  text: string,
  options: { model?: string; stream?: boolean; usage?: boolean; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    signal: options.signal ?? null,
    body: JSON.stringify({
      model: options.model ?? "m",
      stream: options.stream ?? true,
      ...(options.usage === true ? { stream_options: { include_usage: true } } : {}),
      messages: [{ role: "user", content: text }],
    }),
  });
}

/** The `data` of every event, and the text of all deltas. */
function read(body: string): { events: string[]; text: string } {
  const events = body
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trim());
  const text = events
    .filter((event) => event.startsWith("{"))
    .map((event) => JSON.parse(event).choices?.[0]?.delta?.content ?? "")
    .join("");
  return { events, text };
}

test("a list of texts is streamed as deltas, closed by a finish reason, usage and [DONE]", async () => {
  const server = await open({ reply: ["你好", " world"] });
  const { events, text } = read(await (await ask(server, "hi", { usage: true })).text());
  expect(text).toBe("你好 world");
  expect(events.at(-1)).toBe("[DONE]");
  expect(JSON.parse(events.at(-2) ?? "")).toMatchObject({ choices: [], usage: { completion_tokens: 2 } });
  expect(JSON.parse(events.at(-3) ?? "")).toMatchObject({ choices: [{ finish_reason: "stop" }] });
  expect(server.requests).toMatchObject([
    { lastUserText: "hi", finished: true, closedAtMs: undefined, sentText: "你好 world" },
  ]);
});

test("usage is not sent to whom did not ask for it", async () => {
  const server = await open();
  expect(await (await ask(server, "hi")).text()).not.toContain("usage");
});

test("a request that is not for a stream gets one JSON completion", async () => {
  const server = await open({ reply: ["a", "b", { type: "tool-call", name: "f", arguments: "{}" }] });
  expect(await (await ask(server, "hi", { stream: false })).json()).toMatchObject({
    choices: [
      {
        message: { content: "ab", tool_calls: [{ function: { name: "f", arguments: "{}" } }] },
        finish_reason: "tool_calls",
      },
    ],
  });
});

test("queued replies come before matching rules, the newest matching rule before the default", async () => {
  const server = await open({ reply: ["default"] });
  server.replyWhen({ model: "big" }, ["by model"]);
  server.replyWhen({ lastUserText: /refund/ }, (request) => [`by text: ${request.lastUserText}`]);
  server.replyOnce(["once"], { lastUserText: "first" });
  const texts: string[] = [];
  for (const [text, model] of [
    ["first", "big"],
    ["first", "big"],
    ["a refund", "big"],
    ["else", "m"],
  ] as const) {
    texts.push(read(await (await ask(server, text, { model })).text()).text);
  }
  expect(texts).toEqual(["once", "by model", "by text: a refund", "default"]);
});

test("a client that closes early is noticed with the time and the text sent until then", async () => {
  const server = await open({ reply: [tokens(3), { type: "hold", until: new Promise(() => {}) }, "never"] });
  const controller = new AbortController();
  const response = await ask(server, "hi", { signal: controller.signal });
  await response.body?.getReader().read();
  controller.abort();
  await eventually(() => expect(server.requests[0]?.closedAtMs).toBeTypeOf("number"));
  expect(server.requests[0]).toMatchObject({ finished: false, sentText: tokensText(3) });
});

test("a status is answered instead of a stream, with its headers", async () => {
  const server = await open({
    reply: [{ type: "status", status: 429, body: { error: "slow" }, headers: { "retry-after": "2" } }],
  });
  const response = await ask(server, "hi");
  expect([response.status, response.headers.get("retry-after"), await response.json()]).toEqual([
    429,
    "2",
    { error: "slow" },
  ]);
});

test("a destroyed socket gives no headers as first step and a broken body later", async () => {
  const server = await open();
  server.replyOnce([{ type: "destroy" }]);
  await expect(ask(server, "hi")).rejects.toThrow();
  server.replyOnce([tokens(2), { type: "delay", ms: 20 }, { type: "destroy" }]);
  await expect((await ask(server, "hi")).text()).rejects.toThrow();
  expect(server.requests.map((request) => [request.finished, request.closedAtMs])).toEqual([
    [false, undefined],
    [false, undefined],
  ]);
});

test("spelling changes line ends, the space after data, and nulls", async () => {
  const server = await open({
    reply: [{ type: "spelling", lineEnd: "\r\n", dataPrefix: "data:", nulls: true }, "字", { type: "end" }],
  });
  const body = await (await ask(server, "hi")).text();
  expect(body).toContain("data:{");
  expect(body).not.toMatch(/[^\r]\n/);
  const last = JSON.parse(read(body).events.at(-1) ?? "");
  expect(last).toMatchObject({ usage: null, choices: [{ delta: { content: "字", tool_calls: null } }] });
  expect(body).not.toContain("[DONE]");
});

test("torn steps reach the client in pieces, together steps in one", async () => {
  const server = await open();
  const piecesOf = async (reply: Parameters<Upstream["reply"]>[0]): Promise<Buffer[]> => {
    server.replyOnce(reply);
    const response = await ask(server, "hi");
    const pieces: Buffer[] = [];
    for await (const piece of response.body ?? []) pieces.push(Buffer.from(piece));
    return pieces;
  };
  const torn = await piecesOf([{ type: "torn", everyBytes: 7, steps: ["字字"] }, { type: "end" }]);
  expect(torn.length).toBeGreaterThan(5);
  expect(read(Buffer.concat(torn).toString()).text).toBe("字字");
  const together = await piecesOf([{ type: "together", steps: ["a", "b", "c"] }, { type: "end" }]);
  expect(together).toHaveLength(1);
  expect(read(together.join("")).text).toBe("abc");
});

test("a tool call is spread over chunks that join to its arguments", async () => {
  const server = await open({
    reply: [{ type: "tool-call", id: "c1", name: "find", arguments: '{"query":"退货"}', pieces: 4 }],
  });
  const { events } = read(await (await ask(server, "hi")).text());
  const calls = events
    .filter((event) => event.includes('tool_calls":'))
    .map((event) => JSON.parse(event).choices[0].delta.tool_calls[0]);
  expect(calls[0]).toMatchObject({ index: 0, id: "c1", function: { name: "find", arguments: "" } });
  expect(calls).toHaveLength(4);
  expect(calls.map((call) => call.function.arguments).join("")).toBe('{"query":"退货"}');
});

test("a thousand streams at once each get their own text", async () => {
  const server = await open({
    reply: (request) => [tokens(20, { delayMs: 2, label: request.lastUserText })],
  });
  const readOne = async (label: string): Promise<string> =>
    read(await (await ask(server, label)).text()).text;
  const labels = Array.from({ length: 1000 }, (_, index) => `-${index}-`);
  const texts = await Promise.all(labels.map(readOne));
  expect(texts).toEqual(labels.map((label) => tokensText(20, label)));
});

test("the address of the models and a close with open connections work", async () => {
  const server = await open({
    models: ["a", "b"],
    reply: [tokens(1), { type: "hold", until: new Promise(() => {}) }],
  });
  const listed = await (await fetch(`${server.baseUrl}/models`)).json();
  expect(listed).toMatchObject({ data: [{ id: "a" }, { id: "b" }] });
  const response = await ask(server, "hi");
  await server.close();
  await expect(response.text()).rejects.toThrow();
  const socket = connect(Number(new URL(server.baseUrl).port), "127.0.0.1");
  const [error] = await once(socket, "error").catch((thrown) => [thrown]);
  expect(error).toMatchObject({ code: "ECONNREFUSED" });
});

test("as a process of its own it prints its address and tells what it sent", async () => {
  const child = spawn(
    process.execPath,
    [new URL("./upstream.ts", import.meta.url).pathname, "--port", "0", "--tokens", "5"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const [line] = await once(createInterface(child.stdout), "line");
    const { baseUrl } = JSON.parse(String(line)) as { baseUrl: string };
    const response = await ask({ baseUrl } as Upstream, "hi");
    expect(read(await response.text()).text).toBe(tokensText(5));
    const sent = await (await fetch(new URL("/_requests", baseUrl))).json();
    expect(sent).toMatchObject([{ lastUserText: "hi", finished: true, sentText: tokensText(5) }]);
  } finally {
    child.kill();
    await once(child, "exit");
  }
});
