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
import type { ClosableChatModel } from "../chat-model.ts";
import { aiSdkModel } from "./chat-model.ts";

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function open(answers: VendorAnswer[]): Promise<{ vendor: Vendor; model: ClosableChatModel }> {
  const vendor = await startVendor(...answers);
  const model = await aiSdkModel({
    name: "vendor",
    provider: "google",
    baseUrl: `${vendor.url}/v1beta`,
    model: "gemini-2.5-flash",
    apiKey: "sk-very-secret",
  });
  opened.push(vendor, model);
  return { vendor, model };
}

const candidate = (parts: unknown[], finishReason?: string): Record<string, unknown> => ({
  candidates: [
    { content: { role: "model", parts }, ...(finishReason === undefined ? {} : { finishReason }) },
  ],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12 },
});

test("thoughts, text and a tool call are streamed, then usage, then finish", async () => {
  const { vendor, model } = await open([
    events([
      candidate([{ text: "想", thought: true }]),
      candidate([{ text: "你好" }]),
      candidate([{ functionCall: { name: "find", args: { query: "退货" } } }], "STOP"),
    ]),
  ]);
  const { parts, error } = await readCompletion(model, { request: longRequest });
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

const PARAMETERS = { topP: 0.5, topK: 7, responseFormat: "json" } as const;

test("sampling and the wish for JSON arrive in the vendor's form", async () => {
  const { vendor, model } = await open([events([candidate([{ text: "{}" }], "STOP")])]);
  await readCompletion(model, { request: aChatRequest({ parameters: PARAMETERS }) });
  expect(vendor.requests[0]?.body).toMatchObject({
    generationConfig: { topP: 0.5, topK: 7, responseMimeType: "application/json" },
  });
});

test("a stream without finish reason is broken", async () => {
  const { model } = await open([events([candidate([{ text: "half" }])])]);
  expect(await readCompletion(model)).toMatchObject({
    parts: [{ text: "half" }],
    error: { failure: "broken" },
  });
});

test("an unknown model is refused with the vendor's words", async () => {
  const error = { code: 404, message: "models/x is not found", status: "NOT_FOUND" };
  const { model } = await open([refusal(404, { error })]);
  expect((await readCompletion(model)).error).toMatchObject({
    failure: "refused",
    status: 404,
    detail: expect.stringContaining("is not found"),
  });
  await expect(model.check(noSignal)).rejects.toMatchObject({ failure: "refused" });
});

test("aborting closes the connection", async () => {
  const { vendor, model } = await open([events([candidate([{ text: "a" }])], { end: false })]);
  const controller = new AbortController();
  const reading = (async () => {
    for await (const _part of model.stream(aChatRequest(), controller.signal)) controller.abort("stop");
  })();
  await expect(reading).rejects.toBe("stop");
  await eventually(() => vendor.requests[0]?.isClosed === true);
});
