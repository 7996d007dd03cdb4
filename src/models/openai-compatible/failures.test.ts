import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { aChatRequest, noSignal, readCompletion } from "../../../test/support/completions.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { type ReplyStep, startUpstream, tokens, tokensText } from "../../../test/support/upstream.ts";
import { type ClosableChatModel, ModelError, type ModelPart } from "../chat-model.ts";
import { aModel, open, opened } from "./testing/open-model.ts";

const never = new Promise(() => {});
async function failureOf(model: ClosableChatModel): Promise<ModelError> {
  const { error } = await readCompletion(model);
  if (error instanceof ModelError) return error;
  throw new Error(`no ModelError but ${error}`);
}

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
    const { text, error } = await readCompletion(model);
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
  const { text, error } = await readCompletion(model);
  expect([text, error]).toEqual(["ok", undefined]);
  expect(upstream.requests).toHaveLength(3);
});

test("a socket closed before any header is tried again", async () => {
  const { upstream, model } = await open(["ok"]);
  upstream.replyOnce([{ type: "destroy" }]);
  expect((await readCompletion(model)).text).toBe("ok");
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
  const { text, error } = await readCompletion(model);
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
    for await (const part of model.stream(aChatRequest(), controller.signal)) seen.push(part);
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
  const reading = readCompletion(model, { signal: controller.signal });
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
  const reading = readCompletion(model, { signal: controller.signal });
  await eventually(() => upstream.requests[0]?.finished === true);
  controller.abort("stop");
  expect((await reading).error).toBe("stop");
  expect(upstream.requests).toHaveLength(1);
});

test("a signal aborted before the start makes no request", async () => {
  const { upstream, model } = await open(["ok"]);
  expect((await readCompletion(model, { signal: AbortSignal.abort("stop") })).error).toBe("stop");
  expect(upstream.requests).toHaveLength(0);
});

test("leaving the iteration early closes the connection", async () => {
  const { upstream, model } = await open([tokens(1), { type: "hold", until: never }]);
  for await (const _part of model.stream(aChatRequest(), noSignal)) break;
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
  for (let round = 0; round < 15; round++)
    expect((await readCompletion(model, { signal: controller.signal })).text).toBe("ok");
  // The next request may come before the last bytes of the answer are read: then a second one is opened.
  expect(ports.size).toBeLessThanOrEqual(3);
  expect(upstream.requests.every((request) => request.closedAtMs === undefined)).toBe(true);
});
