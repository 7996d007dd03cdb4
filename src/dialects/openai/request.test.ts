import { describe, expect, test } from "vitest";
import { convertMessages } from "./messages.ts";
import { callerTools, modelParameters, readRequest } from "./request.ts";

const hello = { role: "user", content: "你好" };

function aRequest(changes: Record<string, unknown> = {}) {
  return { model: "shop", messages: [hello], ...changes };
}

function messagesOf(...messages: unknown[]) {
  return convertMessages(readRequest(aRequest({ messages })).messages);
}

const weather = {
  type: "function",
  function: { name: "weather", description: "of a city", parameters: { type: "object", properties: {} } },
};

describe("a completion request", () => {
  test("has its messages in the words of the model port", () => {
    expect(
      messagesOf(
        { role: "developer", content: "简短" },
        { role: "system", content: [{ type: "text", text: "礼貌" }] },
        {
          role: "user",
          name: "anna",
          content: [
            { type: "text", text: "这是什么？" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "low" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "c1", content: "26" },
      ),
    ).toEqual([
      { role: "system", text: "简短" },
      { role: "system", text: "礼貌" },
      { role: "user", text: "这是什么？", imageUrls: ["data:image/png;base64,AAAA"] },
      { role: "assistant", text: "", toolCalls: [{ id: "c1", name: "weather", arguments: "{}" }] },
      { role: "tool", toolCallId: "c1", toolName: "weather", text: "26" },
    ]);
  });

  test("says what it wants of the model, the newer name of a limit first", () => {
    const wants = {
      max_tokens: 10,
      max_completion_tokens: 20,
      temperature: 0,
      top_p: 1,
      presence_penalty: -1,
      frequency_penalty: null,
      response_format: { type: "json_object" },
    };
    expect(modelParameters(readRequest(aRequest(wants)))).toEqual({
      maxOutputTokens: 20,
      temperature: 0,
      topP: 1,
      presencePenalty: -1,
      responseFormat: "json",
    });
    expect(modelParameters(readRequest(aRequest({ response_format: { type: "text" } })))).toEqual({});
  });

  test("hands its tools over, unless none may be called", () => {
    const bare = { type: "function", function: { name: "now" } };
    expect(callerTools(readRequest(aRequest({ tools: [weather, bare] })))).toEqual([
      weather.function,
      { name: "now", description: "", parameters: { type: "object", properties: {} } },
    ]);
    expect(callerTools(readRequest(aRequest({ tools: [weather], tool_choice: "none" })))).toEqual([]);
    expect(callerTools(readRequest(aRequest()))).toEqual([]);
  });

  test("may say what changes nothing, and what it leaves open", () => {
    const harmless = {
      n: 1,
      stop: null,
      logprobs: false,
      logit_bias: {},
      store: false,
      parallel_tool_calls: true,
      modalities: ["text"],
      tool_choice: "auto",
      seed: 7,
      metadata: { a: "b" },
      reasoning_effort: "low",
      stream: null,
      tools: null,
      user: "u-1",
    };
    expect(readRequest(aRequest(harmless))).toMatchObject({ model: "shop", user: "u-1" });
  });

  test.each<[string, unknown]>([
    ["n", 2],
    ["stop", ["。"]],
    ["stop", "。"],
    ["logprobs", true],
    ["top_logprobs", 3],
    ["logit_bias", { 50256: -100 }],
    ["store", true],
    ["parallel_tool_calls", false],
    ["modalities", ["text", "audio"]],
    ["tool_choice", "required"],
    ["tool_choice", { type: "function", function: { name: "weather" } }],
    ["functions", []],
    ["web_search_options", {}],
  ])("is refused plainly for %s that cannot be honoured", (field, value) => {
    expect(() => readRequest(aRequest({ [field]: value }))).toThrow(
      expect.objectContaining({ code: "not_supported", field }),
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ["model", { model: undefined }],
    ["messages", { messages: [] }],
    ["messages.0.role", { messages: [{ role: "function", name: "f", content: "" }] }],
    ["messages.0.content", { messages: [{ role: "user" }] }],
    ["messages.0.content", { messages: [{ role: "system", content: "a\u0000" }] }],
    ["temperature", { temperature: 3 }],
    ["max_tokens", { max_tokens: 0 }],
    ["response_format.type", { response_format: { type: "json_schema", json_schema: {} } }],
    ["tools.0.function.name", { tools: [{ type: "function", function: { name: "a b" } }] }],
    ["tools.0.type", { tools: [{ type: "custom", custom: { name: "a" } }] }],
    ["stream", { stream: "yes" }],
  ])("is refused naming %s", (field, changes) => {
    expect(() => readRequest(aRequest(changes))).toThrow(
      expect.objectContaining({ code: "request_invalid", field }),
    );
  });

  test("may hold tool calls whose ids are long, as some models write them", () => {
    const id = "call_".padEnd(5_000, "x");
    const [, , result] = messagesOf(
      hello,
      { role: "assistant", tool_calls: [{ id, function: { name: "weather", arguments: "{}" } }] },
      { role: "tool", tool_call_id: id, content: "26" },
    );
    expect(result).toMatchObject({ toolCallId: id, text: "26" });
  });

  test("is refused when a tool answers a call that nobody made", () => {
    expect(() => messagesOf(hello, { role: "tool", tool_call_id: "c9", content: "26" })).toThrow(
      expect.objectContaining({ code: "request_invalid", field: "messages.1.tool_call_id" }),
    );
  });

  test.each([[undefined], [null], ["text"], [[]]])("must be an object, not %s", (body) => {
    expect(() => readRequest(body)).toThrow(expect.objectContaining({ code: "request_invalid" }));
  });
});
