import { expect, test } from "vitest";
import { readEvents } from "../../chat/turn-log.ts";
import type { TurnEvent } from "../../domain/turn-event.ts";
import { completionFrames, presentCompletion } from "./completion-frames.ts";

const head = { id: "chatcmpl-7", createdAt: new Date(1_750_000_000_900), model: "shop" };
const usage: TurnEvent = {
  type: "usage",
  inputTokens: 12,
  outputTokens: 3,
  firstTokenAtMs: 0,
  firstTokenMs: 0,
  latencyMs: 5,
};
const call = { id: "c1", name: "weather", arguments: '{"city":"南京"}' };

function framesOf(events: TurnEvent[], { includeUsage = false, readBefore = 0 } = {}): string[] {
  const later = readEvents(events.slice(readBefore));
  const source = completionFrames(events.slice(0, readBefore), later, head, { includeUsage });
  const frames: string[] = [];
  for (;;) {
    const frame = source.next();
    if (typeof frame !== "string") return frames;
    frames.push(frame);
  }
}

const start =
  'data: {"id":"chatcmpl-7","object":"chat.completion.chunk","created":1750000000,"model":"shop","choices":';

test("a completion streams its role, its text, the reason it ended and the end", () => {
  const events: TurnEvent[] = [
    { type: "reasoning-delta", text: "想" },
    { type: "text-delta", text: "你" },
    { type: "text-delta", text: "好" },
    usage,
    { type: "turn-end", status: "completed" },
  ];
  const expected = [
    `${start}[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}\n\n`,
    `${start}[{"index":0,"delta":{"reasoning_content":"想"},"logprobs":null,"finish_reason":null}]}\n\n`,
    `${start}[{"index":0,"delta":{"content":"你"},"logprobs":null,"finish_reason":null}]}\n\n`,
    `${start}[{"index":0,"delta":{"content":"好"},"logprobs":null,"finish_reason":null}]}\n\n`,
    `${start}[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n`,
    "data: [DONE]\n\n",
  ];
  expect(framesOf(events)).toEqual(expected);
  expect(framesOf(events, { readBefore: 2 })).toEqual(expected);
});

test("usage comes in a chunk of its own where it was asked for, and as null in all others", () => {
  const frames = framesOf(
    [{ type: "text-delta", text: "好" }, usage, { type: "turn-end", status: "completed" }],
    { includeUsage: true },
  );
  expect(frames.slice(-2)).toEqual([
    `${start}[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}\n\n`,
    "data: [DONE]\n\n",
  ]);
  for (const frame of frames.slice(0, -2)) expect(frame).toContain(',"usage":null}\n\n');
});

test("tools that the caller has to run are streamed as calls", () => {
  const frames = framesOf([
    { type: "requires-action", calls: [call] },
    { type: "turn-end", status: "waiting" },
  ]);
  expect(frames.slice(1)).toEqual([
    `${start}[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"南京\\"}"}}]},"logprobs":null,"finish_reason":null}]}\n\n`,
    `${start}[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}]}\n\n`,
    "data: [DONE]\n\n",
  ]);
});

test("a failure on the way is the last chunk", () => {
  const frames = framesOf([
    { type: "text-delta", text: "半" },
    { type: "turn-error", code: "model_failed", message: "the model's server broke off" },
  ]);
  expect(frames.slice(2)).toEqual([
    'data: {"error":{"message":"the model\'s server broke off","type":"server_error","param":null,"code":"upstream_failed"}}\n\n',
  ]);
});

test("a completion as a whole has text or calls, and its usage", () => {
  const result = { text: "好", reasoning: "想", calls: [], usage: { inputTokens: 12, outputTokens: 3 } };
  expect(presentCompletion(head, result)).toEqual({
    id: "chatcmpl-7",
    object: "chat.completion",
    created: 1_750_000_000,
    model: "shop",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "好", refusal: null, reasoning_content: "想" },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
  });
  expect(
    presentCompletion(head, { ...result, text: "", reasoning: "", calls: [call] }).choices,
  ).toMatchObject([
    {
      message: {
        content: null,
        tool_calls: [
          { id: "c1", type: "function", function: { name: "weather", arguments: call.arguments } },
        ],
      },
      finish_reason: "tool_calls",
    },
  ]);
});
