import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { eventually } from "../support/eventually.ts";
import { type HangingTool, startHangingTool } from "../support/hanging-tool.ts";
import { answerOf, hiagentClient } from "../support/hiagent-client.ts";
import { openHttpStream } from "../support/http-stream.ts";
import { StopClock } from "../support/stop-clock.ts";
import { startUpstream, tokens, tokensText, type Upstream } from "../support/upstream.ts";

const PLAIN_KEY = "stoptestplain0000001";
const TOOL_KEY = "stoptesttool00000001";
const SUGGESTING_KEY = "stoptestsuggest00001";
const never = new Promise<never>(() => {});

let upstream: Upstream;
let server: AntiphonProcess;
let tool: HangingTool;
let clock: StopClock;

beforeAll(async () => {
  upstream = await startUpstream();
  clock = new StopClock(upstream);
  tool = await startHangingTool();
  const plain = { slug: "plain", name: "Plain", appKey: PLAIN_KEY };
  server = await startAntiphonProcess({
    file: {
      models: upstreamModel(upstream.baseUrl),
      agents: [
        plain,
        {
          ...plain,
          slug: "tool",
          appKey: TOOL_KEY,
          tools: [{ name: "look", description: "looks", url: tool.url, timeoutSeconds: 60 }],
        },
        { ...plain, slug: "suggesting", appKey: SUGGESTING_KEY, suggestions: true },
      ],
    },
    environment: { ...NO_LIMITS, ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
  });
});

afterAll(async () => {
  clock.print("stop");
  await server.close();
  tool.close();
  await upstream.close();
});

beforeEach(() => {
  upstream.requests.length = 0;
});

afterEach(() => {
  upstream.reply(["hello"]);
});

function talk(key = PLAIN_KEY) {
  const client = hiagentClient({ url: server.url, key });
  const prepare = async (more: Record<string, unknown> = {}) => {
    const conversation = await client.newConversation();
    return { conversation, body: { AppConversationID: conversation, Query: "tell me", ...more } };
  };
  return { client, prepare };
}

type Talk = ReturnType<typeof talk>;

/** Calls stop_message and measures it; the model's connection, if one is open, must close. */
async function stop({ client }: Talk, messageId: string): Promise<void> {
  const reply = await clock.measure(() => client.call("stop_message", { MessageID: messageId }));
  expect([reply.status, reply.body]).toEqual([
    200,
    { BaseResp: { StatusCode: 0, StatusMessage: "", Extra: {} } },
  ]);
}

async function lastRound({ client }: Talk, conversation: string) {
  return (await client.history(conversation)).at(-1);
}

test.each(["chat_query", "chat_query_v2"])(
  "a stream of %s ends in order and keeps its text",
  async (action) => {
    upstream.reply([tokens(500, { delayMs: 5 })]);
    const own = talk();
    const { conversation, body } = await own.prepare();
    const stream = await own.client.stream(action, body);
    const { id } = await stream.until("message");
    await stop(own, id);
    const payloads = await stream.all();
    expect(payloads.map((payload) => payload.event).filter((event) => event !== "message")).toEqual([
      "message_start",
      "message_output_start",
      "message_output_end",
      "message_cost",
      "message_end",
    ]);
    expect(payloads.at(-1)?.answer).toBe("");
    const text = answerOf(payloads);
    expect(tokensText(500).startsWith(text) && text !== tokensText(500)).toBe(true);
    expect(upstream.requests[0]?.sentText.startsWith(text)).toBe(true);
    expect((await lastRound(own, conversation)).AnswerInfo.Answer).toBe(text);
    const again = await own.client.stream("chat_continue", { MessageID: id, RespDataStandard: true });
    expect(answerOf(await again.all())).toBe(text);
    expect(again.payloads.at(-1)?.event).toBe("message_end");
  },
);

test("a blocking v2 call is answered with the text so far", async () => {
  upstream.reply([tokens(20), { type: "hold", until: never }]);
  const own = talk();
  const { conversation, body } = await own.prepare({ ResponseMode: "blocking" });
  const call = own.client.call("chat_query_v2", body);
  const id = await eventually(async () => {
    expect(upstream.requests[0]?.sentText).toBe(tokensText(20));
    return (await lastRound(own, conversation)).AnswerInfo.MessageID;
  });
  await eventually(async () => (await lastRound(own, conversation)).AnswerInfo.Answer !== "");
  await stop(own, id);
  const reply = await call;
  expect([reply.status, reply.body.answer]).toEqual([200, tokensText(20)]);
  expect((await lastRound(own, conversation)).AnswerInfo.Answer).toBe(tokensText(20));
});

test("a blocking v1 call is answered with one message_end that has the text so far", async () => {
  upstream.reply([tokens(20), { type: "hold", until: never }]);
  const own = talk();
  const { conversation, body } = await own.prepare({ ResponseMode: "blocking" });
  const call = own.client.stream("chat_query", body);
  await eventually(async () => (await lastRound(own, conversation))?.AnswerInfo.Answer === tokensText(20));
  await stop(own, (await lastRound(own, conversation)).AnswerInfo.MessageID);
  const payloads = await (await call).all();
  expect(payloads).toMatchObject([{ event: "message_end", answer: tokensText(20) }]);
});

test("an answer nobody reads any more", async () => {
  upstream.reply([tokens(20), { type: "hold", until: never }]);
  const own = talk();
  const { conversation, body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { id } = await stream.until("message");
  stream.hangUp();
  await eventually(async () => (await lastRound(own, conversation)).AnswerInfo.Answer === tokensText(20));
  await stop(own, id);
  expect((await lastRound(own, conversation)).AnswerInfo.Answer).toBe(tokensText(20));
});

test("an answer that waits for a tool: the tool's connection closes", async () => {
  upstream.reply(["let me look", { type: "tool-call", name: "look", arguments: "{}" }]);
  const own = talk(TOOL_KEY);
  const { conversation, body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { id } = await stream.until("agent_thought");
  await eventually(() => tool.open === 1);
  await stop(own, id);
  await eventually(() => tool.open === 0);
  expect((await stream.all()).at(-1)?.event).toBe("message_end");
  expect((await lastRound(own, conversation)).AnswerInfo.Answer).toBe("let me look");
  expect(upstream.requests).toHaveLength(1);
});

test("an answer whose model has not even sent its headers", async () => {
  upstream.reply([{ type: "hold", until: never }]);
  const own = talk();
  const { conversation, body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { id } = await stream.until("message_start");
  await eventually(() => upstream.requests.length === 1);
  await stop(own, id);
  const events = (await stream.all()).map((payload) => payload.event);
  expect(events).toEqual(["message_start", "message_cost", "message_end"]);
  expect((await lastRound(own, conversation)).AnswerInfo.Answer).toBe("");
});

test("an answer that waits before it asks the model again", async () => {
  upstream.reply([{ type: "status", status: 429, headers: { "retry-after": "8" } }]);
  const own = talk();
  const { body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { id } = await stream.until("message_start");
  await eventually(() => upstream.requests[0]?.finished === true);
  const sentAtMs = Date.now();
  await stop(own, id);
  const events = (await stream.all()).map((payload) => payload.event);
  expect(Date.now() - sentAtMs).toBeLessThan(7_000);
  expect(events).toEqual(["message_start", "message_cost", "message_end"]);
  expect(upstream.requests).toHaveLength(1);
});

test("an answer that is complete while questions are being proposed stays complete", async () => {
  upstream.reply((request) =>
    request.lastUserText === "tell me" ? [tokens(5)] : [{ type: "hold", until: never }],
  );
  const own = talk(SUGGESTING_KEY);
  const { conversation, body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { id } = await stream.until("message_cost");
  await eventually(() => upstream.requests.length === 2);
  await stop(own, id);
  const events = (await stream.all()).map((payload) => payload.event);
  expect(events.slice(-2)).toEqual(["message_cost", "message_end"]);
  expect(events).not.toContain("suggestion");
  expect((await lastRound(own, conversation)).AnswerInfo.Answer).toBe(tokensText(5));
});

test("stopping twice, and stopping what has ended, changes nothing", async () => {
  upstream.reply([tokens(10), { type: "hold", until: never }]);
  const own = talk();
  const { conversation, body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { id } = await stream.until("message");
  await stop(own, id);
  await stop(own, id);
  const text = answerOf(await stream.all());
  await stop(own, id);
  expect((await lastRound(own, conversation)).AnswerInfo.Answer).toBe(text);

  upstream.reply([tokens(3)]);
  const whole = await own.client.stream("chat_query_v2", { ...body, Query: "again" });
  const payloads = await whole.all();
  await stop(own, payloads[0]?.id ?? "");
  expect((await lastRound(own, conversation)).AnswerInfo.Answer).toBe(tokensText(3));
});

test("two stops at once both succeed and the stream ends once", async () => {
  upstream.reply([tokens(10), { type: "hold", until: never }]);
  const own = talk();
  const { body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { id } = await stream.until("message");
  await Promise.all([stop(own, id), stop(own, id)]);
  const events = (await stream.all()).map((payload) => payload.event);
  expect(events.filter((event) => event === "message_end")).toHaveLength(1);
});

test("TaskID, the old name, stops as well", async () => {
  upstream.reply([tokens(10), { type: "hold", until: never }]);
  const own = talk();
  const { body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { task_id } = await stream.until("message");
  const reply = await own.client.call("stop_message", { TaskID: task_id });
  expect(reply.status).toBe(200);
  expect((await stream.all()).at(-1)?.event).toBe("message_end");
});

test("nobody stops the answer of another user or another agent", async () => {
  upstream.reply([tokens(10), { type: "hold", until: never }]);
  const own = talk();
  const { body } = await own.prepare();
  const stream = await own.client.stream("chat_query_v2", body);
  const { id } = await stream.until("message");
  const strangers = [
    hiagentClient({ url: server.url, key: PLAIN_KEY, userId: "u2" }),
    hiagentClient({ url: server.url, key: TOOL_KEY }),
  ];
  for (const stranger of strangers) {
    expect((await stranger.call("stop_message", { MessageID: id })).status).toBe(400);
  }
  expect(upstream.requests[0]?.closedAtMs).toBeUndefined();
  await stop(own, id);
});

test("a reader that has stopped reading does not hold up the stop", async () => {
  const piece = "长".repeat(2_000);
  upstream.reply([...Array.from({ length: 400 }, () => piece), { type: "hold", until: never }]);
  const own = talk();
  const { conversation, body } = await own.prepare();
  const stream = await openHttpStream({
    url: server.url,
    key: PLAIN_KEY,
    action: "chat_query_v2",
    body,
    keepText: false,
  });
  stream.pause();
  await eventually(() => upstream.requests[0]?.sentText.length === 800_000);
  const { MessageID } = (await lastRound(own, conversation)).AnswerInfo;
  await stop(own, MessageID);
  const text = (await lastRound(own, conversation)).AnswerInfo.Answer;
  expect(piece.repeat(400).startsWith(text)).toBe(true);
  stream.resume();
  expect(await stream.ended).toBe("whole");
});

test("the conversation is free for the next question as soon as the stop is answered", async () => {
  const own = talk();
  const { conversation, body } = await own.prepare();
  for (let count = 0; count < 5; count++) {
    upstream.reply([tokens(5), { type: "hold", until: never }]);
    const stream = await own.client.stream("chat_query_v2", body);
    const { id } = await stream.until("message");
    await stop(own, id);
    upstream.reply([tokens(3)]);
    const next = await own.client.call("chat_query_v2", { ...body, ResponseMode: "blocking" });
    expect(next.body.answer).toBe(tokensText(3));
  }
  expect(await own.client.history(conversation)).toHaveLength(10);
});
