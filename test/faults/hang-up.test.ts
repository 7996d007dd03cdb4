import { afterEach, describe, expect, test } from "vitest";
import { parseUlid } from "../../src/dialects/hiagent/ids.ts";
import type { TurnId } from "../../src/domain/ids.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../support/antiphon.ts";
import { eventually } from "../support/eventually.ts";
import { answerOf, hiagentClient } from "../support/hiagent-client.ts";
import { openHttpStream, payloadsIn } from "../support/http-stream.ts";
import { startUpstream, tokensText, tokenText, type Upstream } from "../support/upstream.ts";

const KEY = "hanguptestkey0000001";
const TOKENS = 50;
const WHOLE = tokensText(TOKENS);
/** The model waits after so many tokens, until the test lets it go on. */
const PAUSE_AT = 10;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

interface Scene {
  upstream: Upstream;
  server: TestAntiphon;
  client: ReturnType<typeof hiagentClient>;
  conversation: string;
  /** Lets the model go on. */
  goOn(): void;
}

async function scene(environment: Record<string, string> = {}): Promise<Scene> {
  const pause = Promise.withResolvers<void>();
  const texts = Array.from({ length: TOKENS }, (_, index) => tokenText(index));
  const upstream = await startUpstream({
    reply: [...texts.slice(0, PAUSE_AT), { type: "hold", until: pause.promise }, ...texts.slice(PAUSE_AT)],
  });
  closers.push(() => upstream.close());
  const server = await startAntiphon({
    file: { models: upstreamModel(upstream.baseUrl), agents: [{ slug: "a", name: "A", appKey: KEY }] },
    environment,
  });
  closers.push(() => server.close());
  const client = hiagentClient({ url: server.url, key: KEY });
  const conversation = await client.newConversation();
  return { upstream, server, client, conversation, goOn: pause.resolve };
}

/** Asks, takes five tokens, destroys the connection. Resolves with the id of the answer. */
async function hangUpAtTokenFive({ server, conversation }: Scene): Promise<string> {
  const stream = await openHttpStream({
    url: server.url,
    key: KEY,
    action: "chat_query_v2",
    body: { AppConversationID: conversation, Query: "tell me" },
  });
  const first = await eventually(() => {
    const payloads = payloadsIn(stream.text);
    expect(payloads.filter((payload) => payload.event === "message").length).toBeGreaterThanOrEqual(5);
    return payloads[0];
  });
  stream.destroy();
  await stream.ended;
  return first?.id ?? "";
}

function turnId(messageId: string): TurnId {
  const id = parseUlid<TurnId>("turn", messageId);
  if (id === undefined) throw new Error(`no message id: ${messageId}`);
  return id;
}

/** Asks without a stream and destroys the connection while the model answers. */
async function hangUpOnBlocking(here: Scene, action: string): Promise<void> {
  const controller = new AbortController();
  const body = { AppConversationID: here.conversation, Query: "tell me", ResponseMode: "blocking" };
  const { signal } = controller;
  const call = expect(openHttpStream({ url: here.server.url, key: KEY, action, body, signal })).rejects;
  await eventually(() => here.upstream.requests[0]?.sentText === tokensText(PAUSE_AT));
  controller.abort();
  await call.toThrow();
}

async function storedAnswer({ client, conversation }: Scene): Promise<string> {
  const [round] = await client.history(conversation);
  return round?.AnswerInfo.Answer;
}

describe("a client that hangs up after five tokens of fifty", () => {
  test("finds the whole answer in the history later", async () => {
    const here = await scene();
    await hangUpAtTokenFive(here);
    here.goOn();
    await eventually(async () => expect(await storedAnswer(here)).toBe(WHOLE));
    expect(here.upstream.requests).toMatchObject([{ finished: true, closedAtMs: undefined }]);
    expect(await here.client.history(here.conversation)).toHaveLength(1);
  });

  test.each([
    ["v1", false],
    ["v2", true],
  ] as const)(
    "comes back while the answer runs and gets it from the beginning (%s)",
    async (framing, isV2) => {
      const here = await scene();
      const id = await hangUpAtTokenFive(here);
      await eventually(() => here.server.app.turns.find(turnId(id))?.log.text === tokensText(PAUSE_AT));
      const stream = await here.client.stream("chat_continue", { MessageID: id, RespDataStandard: isV2 });
      expect((await stream.next())?.event).toBe("message_start");
      expect((await stream.until("message")).answer).toBe(tokensText(PAUSE_AT));
      here.goOn();
      const payloads = await stream.all();
      expect(answerOf(payloads)).toBe(WHOLE);
      expect(payloads.filter((payload) => payload.event === "message").length).toBeGreaterThan(1);
      expect(
        payloads.map((payload) => payload.event).filter((event) => event === "message_end"),
      ).toHaveLength(1);
      expect(payloads.at(-1)).toMatchObject({ event: "message_end", id });
      expect(stream.raw.startsWith(`event:text\ndata:${framing === "v1" ? "data: " : " "}{`)).toBe(true);
    },
  );

  test.each([
    ["v1", false],
    ["v2", true],
  ] as const)("comes back after the end and is told all of it (%s)", async (framing, isV2) => {
    const here = await scene();
    const id = await hangUpAtTokenFive(here);
    here.goOn();
    await eventually(() => here.server.app.turns.runningIds.size === 0);
    const stream = await here.client.stream("chat_continue", { MessageID: id, RespDataStandard: isV2 });
    const payloads = await stream.all();
    expect(payloads.map((payload) => payload.event)).toEqual([
      "message_start",
      "message_output_start",
      "message",
      "message_output_end",
      "message_cost",
      "message_end",
    ]);
    expect(answerOf(payloads)).toBe(WHOLE);
    expect(stream.raw.startsWith(`event:text\ndata:${framing === "v1" ? "data: " : " "}{`)).toBe(true);
  });

  test("can ask the next question, which waits for the answer nobody reads", async () => {
    const here = await scene();
    await hangUpAtTokenFive(here);
    here.goOn();
    const next = await here.client.stream("chat_query_v2", {
      AppConversationID: here.conversation,
      Query: "and then?",
    });
    expect(answerOf(await next.all())).toBe(WHOLE);
    const { messages } = here.upstream.requests[1]?.body ?? { messages: [] };
    expect(messages).toContainEqual({ role: "assistant", content: WHOLE });
  });
});

test.each(["chat_query", "chat_query_v2"])(
  "a caller that hangs up on a blocking %s finds the whole answer in the history",
  async (action) => {
    const here = await scene();
    await hangUpOnBlocking(here, action);
    here.goOn();
    await eventually(async () => expect(await storedAnswer(here)).toBe(WHOLE));
    expect(here.upstream.requests).toMatchObject([{ finished: true }]);
  },
);

describe("where answers stop when the client hangs up", () => {
  const stopping = { ANTIPHON_ABORT_ON_DISCONNECT: "true" };

  async function expectStopped(here: Scene): Promise<void> {
    await eventually(() => expect(here.upstream.requests[0]?.closedAtMs).toBeTypeOf("number"));
    await eventually(() => here.server.app.turns.runningIds.size === 0);
    const text = await storedAnswer(here);
    expect(text).not.toBe("");
    expect(text).not.toBe(WHOLE);
    expect(WHOLE.startsWith(text)).toBe(true);
  }

  test("a stream: the model's connection closes and the text so far is kept", async () => {
    const here = await scene(stopping);
    const id = await hangUpAtTokenFive(here);
    await expectStopped(here);
    const stream = await here.client.stream("chat_continue", { MessageID: id, RespDataStandard: true });
    expect((await stream.all()).at(-1)?.event).toBe("message_end");
  });

  test("a blocking call: the model's connection closes and the text so far is kept", async () => {
    const here = await scene(stopping);
    await hangUpOnBlocking(here, "chat_query_v2");
    await expectStopped(here);
  });

  test("a second reader that hangs up does not stop the answer of the first", async () => {
    const here = await scene(stopping);
    const first = await here.client.stream("chat_query_v2", {
      AppConversationID: here.conversation,
      Query: "tell me",
    });
    const { id } = await first.until("message");
    const second = await openHttpStream({
      url: here.server.url,
      key: KEY,
      action: "chat_continue",
      body: { MessageID: id },
    });
    await eventually(() => second.receivedBytes > 0);
    second.destroy();
    await second.ended;
    here.goOn();
    expect(answerOf(await first.all())).toBe(WHOLE);
  });
});
