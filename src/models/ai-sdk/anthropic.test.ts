import { afterEach, expect, test } from "vitest";
import { aChatRequest, longRequest, noSignal, readCompletion } from "../../../test/support/completions.ts";
import { eventually } from "../../../test/support/eventually.ts";
import {
  events,
  refusal,
  startVendor,
  type Vendor,
  type VendorAnswer,
} from "../../../test/support/vendor.ts";
import { type ClosableChatModel, ModelError, type ModelPart } from "../chat-model.ts";
import { type AiSdkOptions, aiSdkModel } from "./chat-model.ts";

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function open(
  answers: VendorAnswer[],
  options: Partial<AiSdkOptions> = {},
): Promise<{ vendor: Vendor; model: ClosableChatModel }> {
  const vendor = await startVendor(...answers);
  const model = await aiSdkModel({
    name: "vendor",
    provider: "anthropic",
    baseUrl: `${vendor.url}/v1`,
    model: "some-model",
    apiKey: "sk-very-secret",
    ...options,
    retry: { baseDelayMs: 1, ...options.retry },
  });
  opened.push(vendor, model);
  return { vendor, model };
}

const usageStart = { input_tokens: 12, output_tokens: 1 };
const messageStart = {
  type: "message_start",
  message: { id: "m1", model: "some-model", role: "assistant", content: [], usage: usageStart },
};
const textStart = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
const textDelta = (text: string): Record<string, unknown> => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text },
});
const messageEnd = (reason: string): Record<string, unknown>[] => [
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: reason }, usage: { output_tokens: 34 } },
  { type: "message_stop" },
];

test("thinking and text are streamed, then usage, then finish", async () => {
  const { model } = await open([
    events([
      messageStart,
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "想" } },
      { type: "content_block_stop", index: 0 },
      { ...textStart, index: 1 },
      { ...textDelta("你好"), index: 1 },
      { type: "ping" },
      { ...textDelta(" world"), index: 1 },
      { type: "content_block_stop", index: 1 },
      ...messageEnd("end_turn").slice(1),
    ]),
  ]);
  expect(await readCompletion(model)).toMatchObject({
    error: undefined,
    parts: [
      { type: "reasoning-delta", text: "想" },
      { type: "text-delta", text: "你好" },
      { type: "text-delta", text: " world" },
      { type: "usage", inputTokens: 12, outputTokens: 34 },
      { type: "finish", reason: "stop", requestId: "m1" },
    ],
  });
});

test("a tool call comes whole", async () => {
  const json = (partial_json: string): Record<string, unknown> => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "input_json_delta", partial_json },
  });
  const { model } = await open([
    events([
      messageStart,
      {
        type: "content_block_start",
        index: 0,
        content_block: { type: "tool_use", id: "t1", name: "find", input: {} },
      },
      json('{"query":'),
      json('"退货"}'),
      ...messageEnd("tool_use"),
    ]),
  ]);
  const { parts } = await readCompletion(model);
  expect(parts[0]).toEqual({ type: "tool-call", id: "t1", name: "find", arguments: '{"query":"退货"}' });
  expect(parts.at(-1)).toEqual({ type: "finish", reason: "tool-calls", requestId: "m1" });
});

test("what the vendor's API does not have is left out", async () => {
  const { vendor, model } = await open([
    events([messageStart, textStart, textDelta("x"), ...messageEnd("end_turn")]),
  ]);
  const parameters = { topK: 7, presencePenalty: 1, frequencyPenalty: 1, responseFormat: "json" } as const;
  const { error } = await readCompletion(model, { request: aChatRequest({ parameters }) });
  expect(error).toBeUndefined();
  const body = vendor.requests[0]?.body;
  expect(body).toMatchObject({ top_k: 7 });
  expect(JSON.stringify(body)).not.toMatch(/penalty|format/i);
});

test("messages, pictures, tools and parameters arrive in the vendor's form", async () => {
  const { vendor, model } = await open([
    events([messageStart, textStart, textDelta("x"), ...messageEnd("end_turn")]),
  ]);
  await readCompletion(model, { request: longRequest });
  expect(vendor.requests[0]).toMatchObject({
    path: "/v1/messages",
    headers: { "x-api-key": "sk-very-secret" },
    body: {
      model: "some-model",
      system: [{ type: "text", text: "客服" }],
      max_tokens: 99,
      temperature: 0.3,
      stream: true,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "这是什么？" },
            { type: "image", source: { type: "url", url: "https://pictures.example/cat.png" } },
            { type: "image", source: { type: "base64", media_type: "image/gif", data: "R0lGOD" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "t1", name: "look", input: { at: 1 } },
            { type: "tool_use", id: "t2", name: "look", input: { invalid_json: "{broken" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "t1", content: "a cat" },
            { type: "tool_result", tool_use_id: "t2", content: "a dog" },
          ],
        },
      ],
      tools: [{ name: "look", description: "looks" }],
    },
  });
});

test("a refusal carries status, the vendor's words and its request id, and shows neither key nor prompt", async () => {
  const error = { type: "authentication_error", message: "invalid x-api-key sk-very-secret" };
  const { vendor, model } = await open([refusal(401, { type: "error", error }, { "request-id": "req_1" })]);
  const { error: thrown } = await readCompletion(model, { request: longRequest });
  expect(thrown).toBeInstanceOf(ModelError);
  expect(thrown).toMatchObject({
    failure: "refused",
    status: 401,
    requestId: "req_1",
    detail: "invalid x-api-key *** (authentication_error)",
  });
  expect(thrown).not.toHaveProperty("cause");
  expect(vendor.requests).toHaveLength(1);
});

test("an overloaded server is asked again before the first part", async () => {
  const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  const { vendor, model } = await open([
    refusal(529, overloaded),
    events([overloaded]),
    events([messageStart, textStart, textDelta("ok"), ...messageEnd("end_turn")]),
  ]);
  const { parts, error } = await readCompletion(model);
  expect(error).toBeUndefined();
  expect(parts[0]).toEqual({ type: "text-delta", text: "ok" });
  expect(vendor.requests).toHaveLength(3);
});

test("an error or an early end after some text is not tried again", async () => {
  const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  const begun = [messageStart, textStart, textDelta("half")];
  const { vendor, model } = await open([events([...begun, overloaded]), events(begun)]);
  const first = await readCompletion(model);
  expect(first.parts).toEqual([{ type: "text-delta", text: "half" }]);
  expect(first.error).toMatchObject({ failure: "overloaded", detail: "Overloaded (overloaded_error)" });
  const second = await readCompletion(model);
  expect(second.parts).toEqual([{ type: "text-delta", text: "half" }]);
  expect(second.error).toMatchObject({ failure: "broken" });
  expect(vendor.requests).toHaveLength(2);
});

test("aborting throws the reason and closes the connection, in the stream and before its headers", async () => {
  const { vendor, model } = await open([
    events([messageStart, textStart, textDelta("half")], { end: false }),
    () => {},
  ]);
  for (const [index, hasText] of [
    [0, true],
    [1, false],
  ] as const) {
    const controller = new AbortController();
    const parts: ModelPart[] = [];
    const reading = (async () => {
      for await (const part of model.stream(aChatRequest(), controller.signal)) parts.push(part);
    })();
    reading.catch(() => {});
    await eventually(() => vendor.requests.length === index + 1 && (!hasText || parts.length === 1));
    const reason = new Error("stopped");
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await eventually(() => vendor.requests[index]?.isClosed === true);
  }
});

test("leaving the iteration closes the connection", async () => {
  const { vendor, model } = await open([events([messageStart, textStart, textDelta("a")], { end: false })]);
  for await (const _part of model.stream(aChatRequest(), noSignal)) break;
  await eventually(() => vendor.requests[0]?.isClosed === true);
});

test("silence is a timeout, before the headers and within the stream", async () => {
  const { model } = await open(
    [() => {}, events([messageStart, textStart, textDelta("a")], { end: false })],
    {
      timeouts: { firstByteMs: 50, betweenBytesMs: 50 },
    },
  );
  expect(await readCompletion(model)).toMatchObject({ text: "", error: { failure: "timeout" } });
  expect(await readCompletion(model)).toMatchObject({ text: "a", error: { failure: "timeout" } });
});

test("a server that is not there is unreachable", async () => {
  const vendor = await startVendor();
  await vendor.close();
  const { model } = await open([], { baseUrl: vendor.url, retry: { retries: 0 } });
  expect((await readCompletion(model)).error).toMatchObject({ failure: "unreachable" });
});

test("a missing package is named with the command that installs it", async () => {
  await expect(open([], { provider: "@ai-sdk/not-installed" })).rejects.toThrow(
    'package @ai-sdk/not-installed is not installed: run "npm install @ai-sdk/not-installed"',
  );
});
