import type { Dispatcher } from "undici";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CompletionStream } from "./completion-stream.ts";

/** The connection as undici hands it to us: it remembers what was done to it. */
interface FakeConnection extends Dispatcher.DispatchController {
  done: string[];
}

function aConnection(): FakeConnection {
  const done: string[] = [];
  let paused = false;
  return {
    done,
    aborted: false,
    reason: null,
    get paused() {
      return paused;
    },
    abort: () => done.push("abort"),
    pause: () => {
      paused = true;
      done.push("pause");
    },
    resume: () => {
      paused = false;
      done.push("resume");
    },
  };
}

const textEvent = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;
const finishEvent = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';

function begin(): { stream: CompletionStream; connection: FakeConnection; receive: (text: string) => void } {
  const connection = aConnection();
  const stream = new CompletionStream(new AbortController().signal, []);
  stream.onRequestStart(connection);
  stream.onResponseStart(connection, 200, {});
  return { stream, connection, receive: (text) => stream.onResponseData(connection, Buffer.from(text)) };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a connection is read no further while many parts wait, and read again when they are taken", async () => {
  const { stream, connection, receive } = begin();
  receive(textEvent("a").repeat(1000));
  expect(connection.done).toEqual([]);
  receive(textEvent("a").repeat(1000));
  expect(connection.done).toEqual(["pause"]);
  for (let part = 0; part < 2000; part++) await stream.next();
  expect(connection.done).toEqual(["pause", "resume"]);
});

test("giving up while the connection is being made closes it when it is there", async () => {
  const controller = new AbortController();
  const stream = new CompletionStream(controller.signal, []);
  const next = stream.next();
  controller.abort("stop");
  await expect(next).rejects.toBe("stop");
  const connection = aConnection();
  stream.onRequestStart(connection);
  expect(connection.done).toEqual(["abort"]);
});

test("parts that waited when the stream was aborted are not handed out", async () => {
  const controller = new AbortController();
  const stream = new CompletionStream(controller.signal, []);
  const connection = aConnection();
  stream.onRequestStart(connection);
  stream.onResponseStart(connection, 200, {});
  stream.onResponseData(connection, Buffer.from(textEvent("a") + textEvent("b")));
  await stream.next();
  controller.abort("stop");
  expect(connection.done).toEqual(["abort"]);
  await expect(stream.next()).rejects.toBe("stop");
});

test("parts that waited when the stream broke are handed out before the failure", async () => {
  const { stream, receive } = begin();
  receive(`${textEvent("a")}data: {nonsense\n\n`);
  expect(await stream.next()).toEqual({ done: false, value: { type: "text-delta", text: "a" } });
  await expect(stream.next()).rejects.toMatchObject({ failure: "broken", detail: "{nonsense" });
});

test("a server that gives a finish reason and then stays silent is waited for only a moment", async () => {
  const { stream, connection, receive } = begin();
  receive(finishEvent);
  const next = stream.next();
  await vi.advanceTimersByTimeAsync(2_900);
  expect(connection.done).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(await next).toEqual({ done: false, value: { type: "finish", reason: "stop" } });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect(connection.done).toEqual(["abort"]);
});

test("a usage that comes in that moment counts", async () => {
  const { stream, receive } = begin();
  receive(finishEvent);
  await vi.advanceTimersByTimeAsync(1_000);
  receive('data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\ndata: [DONE]\n\n');
  expect((await stream.next()).value).toEqual({ type: "usage", inputTokens: 1, outputTokens: 2 });
});

test("after a whole answer the connection is kept, and closed if the server does not end the response", async () => {
  const ended = begin();
  ended.receive(`${finishEvent}data: [DONE]\n\n`);
  await ended.stream.return();
  ended.stream.onResponseEnd();
  const open = begin();
  open.receive(`${finishEvent}data: [DONE]\n\n`);
  await open.stream.return();
  expect(open.connection.done).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ended.connection.done).toEqual([]);
  expect(open.connection.done).toEqual(["abort"]);
});

test("informational answers are passed over", async () => {
  const stream = new CompletionStream(new AbortController().signal, []);
  const connection = aConnection();
  stream.onRequestStart(connection);
  stream.onResponseStart(connection, 103, {});
  stream.onResponseStart(connection, 200, {});
  stream.onResponseData(connection, Buffer.from(textEvent("a")));
  expect((await stream.next()).value).toEqual({ type: "text-delta", text: "a" });
});

test("an endless refusal is read only in part", async () => {
  const stream = new CompletionStream(new AbortController().signal, []);
  const connection = aConnection();
  stream.onRequestStart(connection);
  stream.onResponseStart(connection, 500, {});
  for (let piece = 0; piece < 30; piece++) stream.onResponseData(connection, Buffer.from("x".repeat(1000)));
  expect(connection.done).toEqual(["abort"]);
  await expect(stream.next()).rejects.toMatchObject({ failure: "overloaded", status: 500 });
});
