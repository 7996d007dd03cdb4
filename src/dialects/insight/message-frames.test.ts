import { afterEach, expect, test, vi } from "vitest";
import { followTurn, TurnLog } from "../../chat/turn-log.ts";
import type { MessageId, TurnId } from "../../domain/ids.ts";
import type { OutputAction } from "../../domain/output-action.ts";
import type { TurnEvent } from "../../domain/turn-event.ts";
import { formatUuid } from "./ids.ts";
import { MessageFrames } from "./message-frames.ts";
import { finishedReply, type Told } from "./message-reply.ts";

const turnId = 4_242_424 as TurnId;
const answerMessageId = 4_242_425 as MessageId;
const IDS = `"msgId":"${formatUuid("message", answerMessageId)}","execId":"${formatUuid("turn", turnId)}"`;
const USAGE: TurnEvent = {
  type: "usage",
  ...{ inputTokens: 1, outputTokens: 2, firstTokenAtMs: 3, firstTokenMs: 4, latencyMs: 5 },
};
const POST: OutputAction = {
  type: "send-post-message",
  status: "send",
  payload: {
    messages: [
      { type: "text", content: "附言" },
      { type: "image", content: "https://a.example/1.png" },
    ],
  },
};

afterEach(() => {
  vi.useRealTimers();
});

function toldOf(log: TurnLog, isHeld = false): Told {
  return { turnId, answerMessageId, isHeld, reader: followTurn(log) };
}

function logOf(...events: TurnEvent[]): TurnLog {
  const log = new TurnLog();
  for (const event of events) log.append(event);
  return log;
}

/** Everything there is now. */
function taken(frames: MessageFrames): (string | null)[] {
  const all: (string | null)[] = [];
  for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
    all.push(frame);
    if (frame === null) break;
  }
  return all;
}

function delta(text: string): string {
  return `data: {"code":0,"data":{"message":${JSON.stringify(text)},${IDS}}}\n\n`;
}

test("a reply is its increments, one frame with an empty message and everything else, and the end", () => {
  const log = logOf(
    { type: "text-start" },
    { type: "text-delta", text: "您" },
    { type: "text-delta", text: "" },
    { type: "text-delta", text: "好\u2028" },
    { type: "text-end" },
    USAGE,
    { type: "turn-end", status: "completed" },
  );
  const actions = [{ type: "send-text-message", status: "send", payload: { text: "您好\u2028" } }];
  const closing = `{"code":0,"data":{"message":"","finish":true,${IDS},"handover":false,"domain":"","references":[],"fileUrls":[],"outputActions":${JSON.stringify(actions)}}}`;
  expect(taken(new MessageFrames(toldOf(log)))).toEqual([
    delta("您"),
    delta("好\u2028").replace("\u2028", "\\u2028"),
    `data: ${closing.replace("\u2028", "\\u2028")}\n\n`,
    "data: [DONE]\n\n",
    null,
  ]);
});

test.each<{ what: string; events: TurnEvent[]; message: string }>([
  {
    what: "words around a tool",
    events: [
      { type: "text-delta", text: "我看看。" },
      { type: "thought-start", position: 1, thought: "", skill: "tool", tool: "look", input: "{}" },
      {
        ...{ type: "thought-end", position: 1, observation: "42" },
        ...{ latencyMs: 1, toolLatencyMs: 1, thoughtLatencyMs: 1 },
      },
      { type: "text-delta", text: "四十二。" },
    ],
    message: "我看看。四十二。",
  },
  {
    what: "a post between words",
    events: [
      { type: "text-delta", text: "先" },
      { type: "action", action: POST },
      { type: "text-delta", text: "后" },
    ],
    message: "先后\n附言",
  },
  { what: "a post alone", events: [{ type: "action", action: POST }], message: "附言" },
  {
    what: "a text that replaces what it goes on from",
    events: [
      { type: "text-delta", text: "您好" },
      { type: "text-replace", text: "您好，再见" },
      { type: "text-delta", text: "。" },
    ],
    message: "您好，再见。",
  },
  { what: "no words at all", events: [], message: "" },
])("what was streamed is the message of the whole reply: $what", async ({ events, message }) => {
  const all: TurnEvent[] = [...events, USAGE];
  const whole = await finishedReply(toldOf(logOf(...all)), new AbortController().signal);
  const frames = taken(new MessageFrames(toldOf(logOf(...all)))).slice(0, -2);
  const data = frames.map((frame) => JSON.parse((frame ?? "").slice("data: ".length)).data);
  expect(data.map((part) => part.message).join("")).toBe(message);
  expect(whole.message).toBe(message);
  const { message: _, ...rest } = whole;
  expect(data.at(-1)).toEqual({ message: "", finish: true, ...rest });
});

test("files of actions are listed; what was not carried out is no part of the words", async () => {
  const skipped: OutputAction = { ...POST, status: "skip" };
  const actions: OutputAction[] = [
    skipped,
    { type: "send-image-message", status: "send", payload: { imageUrl: "https://a.example/2.png" } },
    { type: "send-file-message", status: "send", payload: { fileUrl: "https://a.example/3.pdf" } },
    { type: "send-audio-message", status: "skip", payload: { audioUrl: "https://a.example/4.mp3" } },
    { type: "handover", status: "send", payload: { reason: "退款" } },
  ];
  const events = actions.map((action): TurnEvent => ({ type: "action", action }));
  const log = logOf(...events, { type: "text-delta", text: "好" }, USAGE);
  const reply = await finishedReply(toldOf(log), new AbortController().signal);
  expect(reply.message).toBe("好");
  expect(reply.handover).toBe(true);
  expect(reply.fileUrls).toEqual(["https://a.example/2.png", "https://a.example/3.pdf"]);
  expect(reply.outputActions.map(({ type }) => type)).toEqual([
    ...actions.map(({ type }) => type),
    "send-text-message",
  ]);
});

test("a session that is with a person is answered with nothing but that", async () => {
  const reply = await finishedReply(toldOf(logOf(USAGE), true), new AbortController().signal);
  expect(reply).toMatchObject({ message: "", handover: true, outputActions: [] });
});

test("a failure after words is a frame without a message; before any it is thrown", async () => {
  const failure: TurnEvent = { type: "turn-error", code: "model_failed", message: "the model broke off" };
  const { signal } = new AbortController();
  const frames = new MessageFrames(toldOf(logOf({ type: "text-delta", text: "半句" }, failure)));
  await frames.ready(signal);
  expect(taken(frames)).toEqual([
    delta("半句"),
    'data: {"code":50201,"errorCode":"MODEL_ERROR","errorMessage":"the model broke off","data":null}\n\n',
    "data: [DONE]\n\n",
    null,
  ]);
  await expect(new MessageFrames(toldOf(logOf(failure))).ready(signal)).rejects.toMatchObject({
    code: "model_failed",
  });
});

test("a stream that says nothing for long says that it lives, and begins to", async () => {
  vi.useFakeTimers();
  const log = new TurnLog();
  const frames = new MessageFrames(toldOf(log), 15_000);
  let isReady = false;
  const ready = frames.ready(new AbortController().signal).then(() => {
    isReady = true;
  });
  await vi.advanceTimersByTimeAsync(14_999);
  expect(isReady).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await ready;
  let wakes = 0;
  const unsubscribe = frames.subscribe(() => {
    wakes += 1;
  });
  expect([frames.next(), frames.next()]).toEqual([": keep-alive\n\n", undefined]);
  await vi.advanceTimersByTimeAsync(15_000);
  expect([wakes, frames.next(), frames.next()]).toEqual([1, ": keep-alive\n\n", undefined]);
  await vi.advanceTimersByTimeAsync(10_000);
  log.append({ type: "text-delta", text: "终于" });
  expect(frames.next()).toBe(delta("终于"));
  await vi.advanceTimersByTimeAsync(14_000);
  expect(frames.next()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(frames.next()).toBe(": keep-alive\n\n");
  unsubscribe();
  expect(vi.getTimerCount()).toBe(0);
  expect(log.isRead).toBe(false);
});

test("a client that leaves before the first word leaves nothing behind", async () => {
  const log = new TurnLog();
  const leaving = new AbortController();
  const ready = new MessageFrames(toldOf(log)).ready(leaving.signal);
  leaving.abort(new Error("gone"));
  await expect(ready).rejects.toThrow("gone");
  expect(log.isRead).toBe(false);
});
