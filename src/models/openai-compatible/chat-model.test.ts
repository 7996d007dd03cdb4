import { type AddressInfo, createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import {
  type Reply,
  type ReplyStep,
  startUpstream,
  tokens,
  tokensText,
  type Upstream,
} from "../../../test/support/upstream.ts";
import { type ChatRequest, type ClosableChatModel, ModelError, type ModelPart } from "../chat-model.ts";
import { type OpenAiCompatibleOptions, openAiCompatibleModel } from "./chat-model.ts";

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const never = new Promise(() => {});
const noSignal = new AbortController().signal;

async function open(
  reply: Reply,
  options: Partial<OpenAiCompatibleOptions> = {},
): Promise<{ upstream: Upstream; model: ClosableChatModel }> {
  const upstream = await startUpstream({ reply });
  const model = aModel({ baseUrl: upstream.baseUrl, ...options });
  opened.push(upstream);
  return { upstream, model };
}

function aModel(options: Partial<OpenAiCompatibleOptions> & { baseUrl: string }): ClosableChatModel {
  const model = openAiCompatibleModel({
    name: "test",
    model: "upstream-model",
    apiKey: "sk-very-secret",
    ...options,
    retry: { baseDelayMs: 1, ...options.retry },
  });
  opened.push(model);
  return model;
}

function aRequest(overrides: Partial<ChatRequest> = {}): ChatRequest {
  return {
    messages: [{ role: "user", text: "怎么退货？", imageUrls: [] }],
    tools: [],
    parameters: {},
    passages: [],
    ...overrides,
  };
}

/** All parts, or those before the failure with the failure. */
async function collect(
  model: ClosableChatModel,
  signal = noSignal,
): Promise<{ parts: ModelPart[]; text: string; error: unknown }> {
  const parts: ModelPart[] = [];
  let error: unknown;
  try {
    for await (const part of model.stream(aRequest(), signal)) parts.push(part);
  } catch (thrown) {
    error = thrown;
  }
  const text = parts.map((part) => (part.type === "text-delta" ? part.text : "")).join("");
  return { parts, text, error };
}

async function failureOf(model: ClosableChatModel): Promise<ModelError> {
  const { error } = await collect(model);
  if (error instanceof ModelError) return error;
  throw new Error(`no ModelError but ${error}`);
}

test("text is streamed delta by delta, then usage, then one finish", async () => {
  const { model } = await open(["你好", "，world", { type: "usage", inputTokens: 7, outputTokens: 2 }]);
  expect((await collect(model)).parts).toEqual([
    { type: "text-delta", text: "你好" },
    { type: "text-delta", text: "，world" },
    { type: "usage", inputTokens: 7, outputTokens: 2 },
    { type: "finish", reason: "stop" },
  ]);
});

test("the request carries model, messages, tools, parameters, key, extra fields and the wish for usage", async () => {
  const { upstream, model } = await open(["ok"], {
    headers: { "X-Tenant": "t1" },
    parameters: { temperature: 0.2, topP: 0.9 },
    extraBody: { enable_thinking: false },
  });
  const request = aRequest({
    messages: [
      { role: "system", text: "客服" },
      { role: "user", text: "hi", imageUrls: [] },
    ],
    tools: [{ name: "find", description: "finds", parameters: { type: "object" } }],
    parameters: { temperature: 0.5, maxOutputTokens: 100 },
  });
  for await (const _part of model.stream(request, noSignal));
  expect(upstream.requests[0]?.body).toEqual({
    model: "upstream-model",
    messages: [
      { role: "system", content: "客服" },
      { role: "user", content: "hi" },
    ],
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 100,
    tools: [
      { type: "function", function: { name: "find", description: "finds", parameters: { type: "object" } } },
    ],
    enable_thinking: false,
  });
  expect(upstream.requests[0]?.headers).toMatchObject({
    authorization: "Bearer sk-very-secret",
    "x-tenant": "t1",
  });
});

test("usage is not asked for where it is switched off, and the output limit has the wanted name", async () => {
  const { upstream, model } = await open(["ok"], {
    includeUsage: false,
    maxTokensField: "max_completion_tokens",
    parameters: { maxOutputTokens: 5 },
  });
  await collect(model);
  expect(upstream.requests[0]?.body).toMatchObject({ max_completion_tokens: 5 });
  expect(upstream.requests[0]?.body).not.toHaveProperty("stream_options");
  expect(upstream.requests[0]?.body).not.toHaveProperty("max_tokens");
});

test.each(["reasoning_content", "reasoning"] as const)("reasoning is read from %s", async (field) => {
  const { model } = await open([{ type: "reasoning", text: "想", field }, "<think>kept</think>"]);
  expect((await collect(model)).parts.slice(0, 2)).toEqual([
    { type: "reasoning-delta", text: "想" },
    { type: "text-delta", text: "<think>kept</think>" },
  ]);
});

test("tool calls come whole, in order, also when a vendor leaves out ids", async () => {
  const { model } = await open([
    "先查",
    { type: "tool-call", id: "c1", name: "find", arguments: '{"query":"退货"}', pieces: 5 },
    { type: "tool-call", name: "time", arguments: "", omit: ["id", "type"] },
  ]);
  const { parts } = await collect(model);
  expect(parts).toEqual([
    { type: "text-delta", text: "先查" },
    { type: "tool-call", id: "c1", name: "find", arguments: '{"query":"退货"}' },
    { type: "tool-call", id: expect.stringMatching(/^call_/), name: "time", arguments: "{}" },
    expect.objectContaining({ type: "usage" }),
    { type: "finish", reason: "tool-calls" },
  ]);
});

const spellings: [string, ReplyStep[]][] = [
  ["CRLF line ends", [{ type: "spelling", lineEnd: "\r\n" }, "字a", "b"]],
  ["no space after data:", [{ type: "spelling", dataPrefix: "data:" }, "字a", "b"]],
  ["nulls everywhere", [{ type: "spelling", nulls: true }, "字a", "b"]],
  [
    "keep-alive comments",
    [{ type: "comment", text: "keep-alive" }, "字a", { type: "comment", text: "" }, "b"],
  ],
  ["several events in one write", [{ type: "together", steps: ["字a", "b"] }]],
  ["lines torn over writes", [{ type: "torn", everyBytes: 11, steps: ["字a", "b"] }]],
  ["characters torn over writes", [{ type: "torn", everyBytes: 1, steps: ["字a", "b"] }]],
  ["a chunk without choices", [{ type: "data", data: { id: "x" } }, "字a", "b"]],
  ["usage on every chunk", [{ type: "usage", inputTokens: 1, outputTokens: 1 }, "字a", "b"]],
  ["no [DONE] after the finish reason", ["字a", "b", { type: "finish", reason: "stop" }, { type: "end" }]],
  ["[DONE] without a finish reason", ["字a", "b", { type: "data", data: "[DONE]" }, { type: "end" }]],
  [
    "no empty line after the last event",
    [
      "字a",
      { type: "raw", bytes: 'data: {"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}]}' },
      { type: "end" },
    ],
  ],
  [
    "a break after the finish reason",
    ["字a", "b", { type: "finish", reason: "stop" }, { type: "delay", ms: 5 }, { type: "destroy" }],
  ],
  [
    "a JSON body instead of a stream",
    [{ type: "json", body: { choices: [{ message: { content: "字ab" }, finish_reason: "stop" }] } }],
  ],
];

test.each(spellings)("%s: the same text and end are read", async (_name, reply) => {
  const { model } = await open(reply);
  const { parts, text, error } = await collect(model);
  expect(error).toBeUndefined();
  expect(text).toBe("字ab");
  expect(parts.filter((part) => part.type === "finish")).toEqual([{ type: "finish", reason: "stop" }]);
  expect(parts.at(-1)?.type).toBe("finish");
  expect(parts.filter((part) => part.type === "usage").length).toBeLessThanOrEqual(1);
});

const breaks: [string, ReplyStep[], Partial<ModelError>][] = [
  ["an end without finish reason", [tokens(3), { type: "end" }], { failure: "broken" }],
  ["a destroyed socket", [tokens(3), { type: "delay", ms: 5 }, { type: "destroy" }], { failure: "broken" }],
  ["broken JSON", [tokens(3), { type: "data", data: '{"choices":[' }], { failure: "broken" }],
  [
    "an error object",
    [tokens(3), { type: "data", data: { error: { message: "boom", code: "internal" } } }],
    { failure: "broken", detail: "boom (internal)" },
  ],
  [
    "an overload reported in the stream",
    [tokens(3), { type: "data", data: { error: { message: "later", code: 503 } } }],
    { failure: "overloaded", status: 503 },
  ],
];

test.each(breaks)(
  "%s after some text fails once, without another attempt",
  async (_name, reply, expected) => {
    const { upstream, model } = await open(reply);
    const { text, error } = await collect(model);
    expect(text).toBe(tokensText(3));
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject(expected);
    expect(upstream.requests).toHaveLength(1);
  },
);

test("429 and 5xx are tried again before the first part, and the answer then comes whole", async () => {
  const { upstream, model } = await open(["ok"]);
  upstream.replyOnce([{ type: "status", status: 429, headers: { "retry-after": "0" } }]);
  upstream.replyOnce([{ type: "status", status: 503 }]);
  const { text, error } = await collect(model);
  expect([text, error]).toEqual(["ok", undefined]);
  expect(upstream.requests).toHaveLength(3);
});

test("a socket closed before any header is tried again", async () => {
  const { upstream, model } = await open(["ok"]);
  upstream.replyOnce([{ type: "destroy" }]);
  expect((await collect(model)).text).toBe("ok");
  expect(upstream.requests).toHaveLength(2);
});

test("retries end after the configured number, with status, vendor's words, request id and wait", async () => {
  const body = { error: { message: "slow down", type: "rate_limit" } };
  const headers = { "retry-after": "3", "x-request-id": "r-9" };
  const { upstream, model } = await open([{ type: "status", status: 429, body, headers }], {
    retry: { retries: 1, maxDelayMs: 5 },
  });
  expect(await failureOf(model)).toMatchObject({
    failure: "overloaded",
    status: 429,
    detail: "slow down (rate_limit)",
    requestId: "r-9",
    retryAfterMs: 3000,
  });
  expect(upstream.requests).toHaveLength(2);
});

test.each([400, 401, 404, 302])("status %i is refused at once, without retry", async (status) => {
  const { upstream, model } = await open([{ type: "status", status, body: "no" }]);
  expect(await failureOf(model)).toMatchObject({ failure: "refused", status, detail: "no" });
  expect(upstream.requests).toHaveLength(1);
});

test("no error shows the key or the address, even when the vendor repeats the key", async () => {
  const { upstream, model } = await open([
    { type: "status", status: 401, body: { error: { message: "bad key sk-very-secret" } } },
  ]);
  const error = await failureOf(model);
  expect(error.detail).toBe("bad key ***");
  expect(error.message).not.toContain(new URL(upstream.baseUrl).host);
  expect(JSON.stringify(error) + error.stack).not.toContain("sk-very-secret");
});

test("a server that is not there is unreachable", async () => {
  const upstream = await startUpstream();
  await upstream.close();
  const model = aModel({ baseUrl: upstream.baseUrl, retry: { retries: 1 } });
  expect(await failureOf(model)).toMatchObject({ failure: "unreachable", status: undefined });
});

test("a server that speaks no HTTP is named as such, at once", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {}).once("data", () => socket.end("hello\r\n\r\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  const { port } = server.address() as AddressInfo;
  expect(await failureOf(aModel({ baseUrl: `http://127.0.0.1:${port}/v1` }))).toMatchObject({
    failure: "broken",
    detail: expect.stringContaining("HTTP"),
  });
});

test("headers that do not come in time are a timeout, and the connection is closed", async () => {
  const { upstream, model } = await open([{ type: "hold", until: never }], { timeouts: { firstByteMs: 50 } });
  expect(await failureOf(model)).toMatchObject({ failure: "timeout" });
  await eventually(() => upstream.requests[0]?.closedAtMs !== undefined);
  expect(upstream.requests).toHaveLength(1);
});

test("a stream that falls silent is a timeout after the text so far", async () => {
  const { upstream, model } = await open([tokens(2), { type: "hold", until: never }], {
    timeouts: { betweenBytesMs: 50 },
  });
  const { text, error } = await collect(model);
  expect(text).toBe(tokensText(2));
  expect(error).toMatchObject({ failure: "timeout" });
  await eventually(() => upstream.requests[0]?.closedAtMs !== undefined);
});

test("aborting in the middle throws the reason and closes the connection", async () => {
  const { upstream, model } = await open([tokens(2), { type: "hold", until: never }]);
  const controller = new AbortController();
  const reason = new Error("stopped by the user");
  const seen: ModelPart[] = [];
  const reading = (async () => {
    for await (const part of model.stream(aRequest(), controller.signal)) seen.push(part);
  })();
  reading.catch(() => {});
  await eventually(() => seen.length === 2);
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
  await eventually(() => upstream.requests[0]?.closedAtMs !== undefined);
});

test("aborting while the headers are awaited throws the reason and closes the connection", async () => {
  const { upstream, model } = await open([{ type: "hold", until: never }]);
  const controller = new AbortController();
  const reading = collect(model, controller.signal);
  await eventually(() => upstream.requests.length === 1);
  controller.abort("stop");
  expect((await reading).error).toBe("stop");
  await eventually(() => upstream.requests[0]?.closedAtMs !== undefined);
});

test("aborting between two attempts ends the wait at once, and no further request is made", async () => {
  const { upstream, model } = await open([{ type: "status", status: 503 }], {
    retry: { baseDelayMs: 3_600_000, maxDelayMs: 3_600_000 },
  });
  const controller = new AbortController();
  const reading = collect(model, controller.signal);
  await eventually(() => upstream.requests[0]?.finished === true);
  controller.abort("stop");
  expect((await reading).error).toBe("stop");
  expect(upstream.requests).toHaveLength(1);
});

test("a signal aborted before the start makes no request", async () => {
  const { upstream, model } = await open(["ok"]);
  expect((await collect(model, AbortSignal.abort("stop"))).error).toBe("stop");
  expect(upstream.requests).toHaveLength(0);
});

test("leaving the iteration early closes the connection", async () => {
  const { upstream, model } = await open([tokens(1), { type: "hold", until: never }]);
  for await (const _part of model.stream(aRequest(), noSignal)) break;
  await eventually(() => upstream.requests[0]?.closedAtMs !== undefined);
});

test("connections are used again after whole answers", async () => {
  const { upstream, model } = await open(["ok"]);
  const ports = new Set<number | undefined>();
  upstream.reply((request) => {
    ports.add(request.remotePort);
    return ["ok"];
  });
  const controller = new AbortController();
  for (let round = 0; round < 15; round++) expect((await collect(model, controller.signal)).text).toBe("ok");
  // The next request may come before the last bytes of the answer are read: then a second one is opened.
  expect(ports.size).toBeLessThanOrEqual(3);
  expect(upstream.requests.every((request) => request.closedAtMs === undefined)).toBe(true);
});

test("a reader that is slower than the model loses nothing", async () => {
  const { model } = await open([tokens(20_000)]);
  let text = "";
  let count = 0;
  for await (const part of model.stream(aRequest(), noSignal)) {
    if (part.type === "text-delta") text += part.text;
    if (count++ % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(text).toBe(tokensText(20_000));
});

test("check asks for the list of models, and for one token where the model is not listed", async () => {
  const { upstream, model } = await open(["ok"]);
  await model.check(noSignal);
  expect(upstream.requests).toHaveLength(0);
  const unlisted = aModel({ baseUrl: upstream.baseUrl, model: "ep-2024" });
  await unlisted.check(noSignal);
  expect(upstream.requests[0]?.body).toMatchObject({ model: "ep-2024", max_tokens: 1 });
  upstream.reply([{ type: "status", status: 404 }]);
  await expect(unlisted.check(noSignal)).rejects.toMatchObject({ failure: "refused", status: 404 });
  await upstream.close();
  await expect(model.check(noSignal)).rejects.toMatchObject({ failure: "unreachable" });
});
