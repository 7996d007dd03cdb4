import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as bodyText } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { type ChatRequest, type ClosableChatModel, ModelError, type ModelPart } from "../chat-model.ts";
import { type AiSdkOptions, aiSdkModel } from "./chat-model.ts";

const opened: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const noSignal = new AbortController().signal;

interface VendorRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  isClosed: boolean;
}

/** How a vendor's server answers one request; it is left open where the answer is not ended. */
type VendorAnswer = (response: ServerResponse) => void;

/** A server of ours in place of the vendor's. Answers in order; the last one answers all further requests. */
async function startVendor(...answers: VendorAnswer[]): Promise<{ url: string; requests: VendorRequest[] }> {
  const requests: VendorRequest[] = [];
  const server = createServer((incoming, response) => {
    void bodyText(incoming).then((body) => {
      const { url: path = "", headers } = incoming;
      const request = { path, headers, body: JSON.parse(body), isClosed: false };
      requests.push(request);
      response.once("close", () => {
        request.isClosed = !response.writableFinished;
      });
      answers[Math.min(requests.length, answers.length) - 1]?.(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Server-sent events with these data; the name of the event is the data's `type`, where it has one. */
function events(data: Record<string, unknown>[], options: { end: boolean } = { end: true }): VendorAnswer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const entry of data) {
      const name = typeof entry["type"] === "string" ? `event: ${entry["type"]}\n` : "";
      response.write(`${name}data: ${JSON.stringify(entry)}\n\n`);
    }
    if (options.end) response.end();
  };
}

function refusal(status: number, body: unknown, headers: Record<string, string> = {}): VendorAnswer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
}

async function aModel(options: Partial<AiSdkOptions> & { provider: string }): Promise<ClosableChatModel> {
  const model = await aiSdkModel({
    name: "vendor",
    model: "some-model",
    apiKey: "sk-very-secret",
    ...options,
    retry: { baseDelayMs: 1, ...options.retry },
  });
  opened.push(model);
  return model;
}

function aRequest(overrides: Partial<ChatRequest> = {}): ChatRequest {
  return {
    messages: [{ role: "user", text: "hi", imageUrls: [] }],
    tools: [],
    parameters: {},
    passages: [],
    ...overrides,
  };
}

async function collect(
  model: ClosableChatModel,
  request = aRequest(),
  signal = noSignal,
): Promise<{ parts: ModelPart[]; error: unknown }> {
  const parts: ModelPart[] = [];
  try {
    for await (const part of model.stream(request, signal)) parts.push(part);
  } catch (error) {
    return { parts, error };
  }
  return { parts, error: undefined };
}

/** System, a picture, and a finished step with two tool calls. */
const longRequest = aRequest({
  messages: [
    { role: "system", text: "客服" },
    {
      role: "user",
      text: "这是什么？",
      imageUrls: ["https://pictures.example/cat.png", "data:image/gif;base64,R0lGOD"],
    },
    {
      role: "assistant",
      text: "",
      toolCalls: [
        { id: "t1", name: "look", arguments: '{"at":1}' },
        { id: "t2", name: "look", arguments: "{broken" },
      ],
    },
    { role: "tool", toolCallId: "t1", toolName: "look", text: "a cat" },
    { role: "tool", toolCallId: "t2", toolName: "look", text: "a dog" },
  ],
  tools: [{ name: "look", description: "looks", parameters: { type: "object", properties: {} } }],
  parameters: { temperature: 0.3, maxOutputTokens: 99 },
});

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

describe("anthropic", () => {
  const open = async (...answers: VendorAnswer[]) => {
    const vendor = await startVendor(...answers);
    const model = await aModel({ provider: "anthropic", baseUrl: `${vendor.url}/v1` });
    return { vendor, model };
  };

  test("thinking and text are streamed, then usage, then finish", async () => {
    const { model } = await open(
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
    );
    expect(await collect(model)).toEqual({
      error: undefined,
      parts: [
        { type: "reasoning-delta", text: "想" },
        { type: "text-delta", text: "你好" },
        { type: "text-delta", text: " world" },
        { type: "usage", inputTokens: 12, outputTokens: 34 },
        { type: "finish", reason: "stop" },
      ],
    });
  });

  test("a tool call comes whole", async () => {
    const json = (partial_json: string): Record<string, unknown> => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "input_json_delta", partial_json },
    });
    const { model } = await open(
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
    );
    const { parts } = await collect(model);
    expect(parts[0]).toEqual({ type: "tool-call", id: "t1", name: "find", arguments: '{"query":"退货"}' });
    expect(parts.at(-1)).toEqual({ type: "finish", reason: "tool-calls" });
  });

  test("messages, pictures, tools and parameters arrive in the vendor's form", async () => {
    const { vendor, model } = await open(
      events([messageStart, textStart, textDelta("x"), ...messageEnd("end_turn")]),
    );
    await collect(model, longRequest);
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
    const { vendor, model } = await open(refusal(401, { type: "error", error }, { "request-id": "req_1" }));
    const { error: thrown } = await collect(model, longRequest);
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
    const { vendor, model } = await open(
      refusal(529, overloaded),
      events([overloaded]),
      events([messageStart, textStart, textDelta("ok"), ...messageEnd("end_turn")]),
    );
    const { parts, error } = await collect(model);
    expect(error).toBeUndefined();
    expect(parts[0]).toEqual({ type: "text-delta", text: "ok" });
    expect(vendor.requests).toHaveLength(3);
  });

  test("an error or an early end after some text is not tried again", async () => {
    const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const begun = [messageStart, textStart, textDelta("half")];
    const { vendor, model } = await open(events([...begun, overloaded]), events(begun));
    const first = await collect(model);
    expect(first.parts).toEqual([{ type: "text-delta", text: "half" }]);
    expect(first.error).toMatchObject({ failure: "overloaded", detail: "Overloaded (overloaded_error)" });
    const second = await collect(model);
    expect(second.parts).toEqual([{ type: "text-delta", text: "half" }]);
    expect(second.error).toMatchObject({ failure: "broken" });
    expect(vendor.requests).toHaveLength(2);
  });

  test("aborting throws the reason and closes the connection, in the stream and before its headers", async () => {
    const { vendor, model } = await open(
      events([messageStart, textStart, textDelta("half")], { end: false }),
      () => {},
    );
    for (const [index, hasText] of [
      [0, true],
      [1, false],
    ] as const) {
      const controller = new AbortController();
      const parts: ModelPart[] = [];
      const reading = (async () => {
        for await (const part of model.stream(aRequest(), controller.signal)) parts.push(part);
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
    const { vendor, model } = await open(events([messageStart, textStart, textDelta("a")], { end: false }));
    for await (const _part of model.stream(aRequest(), noSignal)) break;
    await eventually(() => vendor.requests[0]?.isClosed === true);
  });

  test("silence is a timeout, before the headers and within the stream", async () => {
    const vendor = await startVendor(
      () => {},
      events([messageStart, textStart, textDelta("a")], { end: false }),
    );
    const model = await aModel({
      provider: "anthropic",
      baseUrl: `${vendor.url}/v1`,
      timeouts: { firstByteMs: 50, betweenBytesMs: 50 },
    });
    expect(await collect(model)).toMatchObject({ parts: [], error: { failure: "timeout" } });
    expect(await collect(model)).toMatchObject({
      parts: [{ text: "a" }],
      error: { failure: "timeout" },
    });
  });
});

const candidate = (parts: unknown[], finishReason?: string): Record<string, unknown> => ({
  candidates: [
    { content: { role: "model", parts }, ...(finishReason === undefined ? {} : { finishReason }) },
  ],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12 },
});

describe("google", () => {
  const open = async (...answers: VendorAnswer[]) => {
    const vendor = await startVendor(...answers);
    const model = await aModel({
      provider: "google",
      baseUrl: `${vendor.url}/v1beta`,
      model: "gemini-2.5-flash",
    });
    return { vendor, model };
  };

  test("thoughts, text and a tool call are streamed, then usage, then finish", async () => {
    const { vendor, model } = await open(
      events([
        candidate([{ text: "想", thought: true }]),
        candidate([{ text: "你好" }]),
        candidate([{ functionCall: { name: "find", args: { query: "退货" } } }], "STOP"),
      ]),
    );
    const { parts, error } = await collect(model, longRequest);
    expect(error).toBeUndefined();
    expect(parts).toEqual([
      { type: "reasoning-delta", text: "想" },
      { type: "text-delta", text: "你好" },
      { type: "tool-call", id: expect.any(String), name: "find", arguments: '{"query":"退货"}' },
      { type: "usage", inputTokens: 5, outputTokens: 7 },
      { type: "finish", reason: "tool-calls" },
    ]);
    expect(vendor.requests[0]).toMatchObject({
      path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
      headers: { "x-goog-api-key": "sk-very-secret" },
      body: {
        systemInstruction: { parts: [{ text: "客服" }] },
        generationConfig: { maxOutputTokens: 99, temperature: 0.3 },
        contents: [
          {
            role: "user",
            parts: [
              { text: "这是什么？" },
              { fileData: { mimeType: "image/png", fileUri: "https://pictures.example/cat.png" } },
              { inlineData: { mimeType: "image/gif", data: "R0lGOD" } },
            ],
          },
          { role: "model", parts: [{ functionCall: { name: "look" } }, { functionCall: { name: "look" } }] },
          { role: "user", parts: [{ functionResponse: {} }, { functionResponse: {} }] },
        ],
      },
    });
  });

  test("a stream without finish reason is broken", async () => {
    const { model } = await open(events([candidate([{ text: "half" }])]));
    expect(await collect(model)).toMatchObject({ parts: [{ text: "half" }], error: { failure: "broken" } });
  });

  test("an unknown model is refused with the vendor's words", async () => {
    const error = { code: 404, message: "models/x is not found", status: "NOT_FOUND" };
    const { model } = await open(refusal(404, { error }));
    expect((await collect(model)).error).toMatchObject({
      failure: "refused",
      status: 404,
      detail: expect.stringContaining("is not found"),
    });
    await expect(model.check(noSignal)).rejects.toMatchObject({ failure: "refused" });
  });

  test("aborting closes the connection", async () => {
    const { vendor, model } = await open(events([candidate([{ text: "a" }])], { end: false }));
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _part of model.stream(aRequest(), controller.signal)) controller.abort("stop");
    })();
    await expect(reading).rejects.toBe("stop");
    await eventually(() => vendor.requests[0]?.isClosed === true);
  });
});

test("a server that is not there is unreachable", async () => {
  const vendor = await startVendor();
  await opened.pop()?.close();
  const model = await aModel({ provider: "anthropic", baseUrl: vendor.url, retry: { retries: 0 } });
  expect((await collect(model)).error).toMatchObject({ failure: "unreachable" });
});

test("a missing package is named with the command that installs it", async () => {
  await expect(aModel({ provider: "@ai-sdk/not-installed" })).rejects.toThrow(
    'package @ai-sdk/not-installed is not installed: run "npm install @ai-sdk/not-installed"',
  );
});
