import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { aChatRequest, noSignal, readCompletion } from "../../../test/support/completions.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { type ReplyStep, tokens, tokensText } from "../../../test/support/upstream.ts";
import type { ModelParameters } from "../../domain/agent.ts";
import { aModel, open } from "./testing/open-model.ts";

test("text is streamed delta by delta, then usage, then one finish", async () => {
  const { model } = await open(["你好", "，world", { type: "usage", inputTokens: 7, outputTokens: 2 }]);
  expect((await readCompletion(model)).parts).toEqual([
    { type: "text-delta", text: "你好" },
    { type: "text-delta", text: "，world" },
    { type: "usage", inputTokens: 7, outputTokens: 2 },
    { type: "finish", reason: "stop", requestId: "upstream-request" },
  ]);
});

test("the request carries model, messages, tools, parameters, key, extra fields and the wish for usage", async () => {
  const { upstream, model } = await open(["ok"], {
    headers: { "X-Tenant": "t1" },
    parameters: { temperature: 0.2, topP: 0.9 },
    extraBody: { enable_thinking: false },
  });
  const request = aChatRequest({
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

test("penalties and JSON go to the server; what its API does not have stays here", async () => {
  const { upstream, model } = await open(["ok", "ok"], { includeUsage: false });
  const ask = async (parameters: ModelParameters) => {
    const request = aChatRequest({ messages: [{ role: "user", text: "hi", imageUrls: [] }], parameters });
    for await (const _part of model.stream(request, noSignal));
    return upstream.requests.at(-1)?.body;
  };
  const asked = { model: "upstream-model", messages: [{ role: "user", content: "hi" }], stream: true };
  const kept: ModelParameters = {
    topK: 5,
    cache: "prefix",
    api: "responses",
    extra: { thinking_type: "auto" },
  };
  expect(await ask({ presencePenalty: 0.5, frequencyPenalty: -1, responseFormat: "json", ...kept })).toEqual({
    ...asked,
    presence_penalty: 0.5,
    frequency_penalty: -1,
    response_format: { type: "json_object" },
  });
  expect(await ask({ responseFormat: "markdown", ...kept })).toEqual(asked);
});

test("usage is not asked for where it is switched off, and the output limit has the wanted name", async () => {
  const { upstream, model } = await open(["ok"], {
    includeUsage: false,
    maxTokensField: "max_completion_tokens",
    parameters: { maxOutputTokens: 5 },
  });
  await readCompletion(model);
  expect(upstream.requests[0]?.body).toMatchObject({ max_completion_tokens: 5 });
  expect(upstream.requests[0]?.body).not.toHaveProperty("stream_options");
  expect(upstream.requests[0]?.body).not.toHaveProperty("max_tokens");
});

test.each(["reasoning_content", "reasoning"] as const)("reasoning is read from %s", async (field) => {
  const { model } = await open([{ type: "reasoning", text: "想", field }, "<think>kept</think>"]);
  expect((await readCompletion(model)).parts.slice(0, 2)).toEqual([
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
  const { parts } = await readCompletion(model);
  expect(parts).toEqual([
    { type: "text-delta", text: "先查" },
    { type: "tool-call", id: "c1", name: "find", arguments: '{"query":"退货"}' },
    { type: "tool-call", id: expect.stringMatching(/^call_/), name: "time", arguments: "{}" },
    expect.objectContaining({ type: "usage" }),
    { type: "finish", reason: "tool-calls", requestId: "upstream-request" },
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
  const { parts, text, error } = await readCompletion(model);
  expect(error).toBeUndefined();
  expect(text).toBe("字ab");
  expect(parts.filter((part) => part.type === "finish")).toMatchObject([{ type: "finish", reason: "stop" }]);
  expect(parts.at(-1)?.type).toBe("finish");
  expect(parts.filter((part) => part.type === "usage").length).toBeLessThanOrEqual(1);
});

test("a reader that is slower than the model loses nothing", async () => {
  const { upstream, model } = await open([tokens(20_000)]);
  let text = "";
  for await (const part of model.stream(aChatRequest(), noSignal)) {
    if (part.type !== "text-delta") continue;
    if (text === "") {
      await eventually(() => upstream.requests[0]?.finished === true);
      for (let turn = 0; turn < 200; turn++) await nextTurn();
    }
    text += part.text;
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
