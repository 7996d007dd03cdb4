import { afterEach, describe, expect, test, vi } from "vitest";
import { type ChatReference, userMessage } from "../support/coze-http.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { metricOf } from "../support/metrics.ts";
import { tokens, tokensText, tokenText } from "../support/upstream.ts";
import {
  answerText,
  CALLER_TOOL,
  type CozeScene,
  type CozeSceneOptions,
  firstIncrement,
  startCozeScene,
  submission,
  useCozeScene,
  waitForCaller,
} from "./coze-scene.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

const TOKENS = 50;
const WHOLE = tokensText(TOKENS);
/** The model waits after so many tokens, until the test lets it go on. */
const PAUSE_AT = 10;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

async function start(options?: CozeSceneOptions): Promise<CozeScene> {
  const scene = await startCozeScene(options);
  closers.push(() => scene.close());
  return scene;
}

/** Makes the model pause in the middle of its next answer; the function lets it go on. */
function pauseNextAnswer({ upstream }: CozeScene): () => void {
  const pause = Promise.withResolvers<void>();
  const texts = Array.from({ length: TOKENS }, (_, index) => tokenText(index));
  upstream.replyOnce([
    ...texts.slice(0, PAUSE_AT),
    { type: "hold", until: pause.promise },
    ...texts.slice(PAUSE_AT),
  ]);
  return pause.resolve;
}

/** Asks, takes a few increments, destroys the connection. */
async function hangUp(scene: CozeScene, more: object = {}): Promise<ChatReference> {
  const stream = await scene.coze().stream("POST /v3/chat", scene.asking("tell me", more));
  const chat = await firstIncrement(stream);
  stream.hangUp();
  await eventually(async () => (await metricOf(scene.server.url, "antiphon_http_open_streams")) === 0);
  return chat;
}

describe.each(engines)("a client that hangs up in the middle of a stream, on $name", (engine) => {
  const set = useCozeScene(async () => ({
    agent: { callerTools: [CALLER_TOOL] },
    databaseUrl: await engine.databaseUrl(),
  }));

  test("finds the whole answer by polling", async () => {
    const scene = set();
    const goOn = pauseNextAnswer(scene);
    const chat = await hangUp(scene);
    const coze = scene.coze();
    const { data } = await coze.call(
      `GET /v3/chat/retrieve?conversation_id=${chat.conversation_id}&chat_id=${chat.id}`,
    );
    expect(data).toMatchObject({ ...chat, status: "in_progress" });
    goOn();
    expect(await coze.polled(chat)).toMatchObject({ ...chat, status: "completed" });
    expect(await answerText(coze, chat)).toBe(WHOLE);
    expect((await coze.messages(chat.conversation_id)).map((message) => message.content)).toEqual([
      "tell me",
      WHOLE,
    ]);
    expect(scene.upstream.requests[0]).toMatchObject({ finished: true, closedAtMs: undefined });
  });

  test("finds the whole answer after the outputs of its tools, too", async () => {
    const scene = set();
    const coze = scene.coze();
    const waiting = await waitForCaller(scene, "open up");
    const goOn = pauseNextAnswer(scene);
    const rest = await coze.stream(...submission(waiting, "opened"));
    await firstIncrement(rest);
    rest.hangUp();
    goOn();
    expect((await coze.polled(waiting)).status).toBe("completed");
    expect(await answerText(coze, waiting)).toBe(`Wait. ${WHOLE}`);
  });
});

test("where hanging up stops answers, the chat is canceled with the text so far", async () => {
  const scene = await start({ environment: { ANTIPHON_ABORT_ON_DISCONNECT: "true" } });
  pauseNextAnswer(scene);
  const chat = await hangUp(scene);
  const coze = scene.coze();
  expect((await coze.polled(chat)).status).toBe("canceled");
  expect(WHOLE.startsWith((await answerText(coze, chat)) ?? "nothing")).toBe(true);
  expect(scene.upstream.requests[0]?.closedAtMs).toBeDefined();
});

test("an answer that is not stored ends with its only reader", async () => {
  const scene = await start();
  pauseNextAnswer(scene);
  const chat = await hangUp(scene, { auto_save_history: false });
  await eventually(() => expect(scene.upstream.requests[0]?.closedAtMs).toBeDefined());
  expect(
    await scene
      .coze()
      .call(`GET /v3/chat/retrieve?conversation_id=${chat.conversation_id}&chat_id=${chat.id}`),
  ).toMatchObject({ code: 4200 });
});

test("a reader that takes nothing more is dropped; other chats and its answer are not", async () => {
  const scene = await start({
    environment: { ANTIPHON_SLOW_READER_SECONDS: "2", ANTIPHON_LOG_LEVEL: "info" },
  });
  const { upstream, server } = scene;
  const piece = "0123456789abcdef".repeat(256);
  const pieces = 5_000;
  upstream.replyOnce(Array.from({ length: pieces }, () => piece));
  const coze = scene.coze();
  const { id } = await coze.data("POST /v1/conversation/create", { bot_id: scene.botId });
  const slow = await coze.hold(`/v3/chat?conversation_id=${id}`, scene.asking("tell me everything"), {
    keepText: false,
  });
  await eventually(() => slow.receivedBytes >= 1_000_000);
  slow.pause();

  upstream.reply([tokens(TOKENS, { delayMs: 5 })]);
  const quick = await coze.data("POST /v3/chat", {
    ...scene.asking(""),
    additional_messages: [userMessage("quick")],
  });
  expect((await coze.polled(quick)).status).toBe("completed");
  expect(await answerText(coze, quick)).toBe(WHOLE);

  await eventually(async () => (await metricOf(server.url, "antiphon_http_slow_readers_total")) === 1);
  await eventually(() =>
    expect(server.logs()).toContainEqual(expect.objectContaining({ msg: "request", end: "slow_reader" })),
  );
  slow.resume();
  expect(await slow.ended).toBe("cut");
  const [question] = await coze.messages(id, { limit: 1 });
  const chat = { id: question.chat_id, conversation_id: id };
  expect((await coze.polled(chat)).status).toBe("completed");
  expect((await answerText(coze, chat)) === piece.repeat(pieces)).toBe(true);
  expect(await metricOf(server.url, "antiphon_http_open_streams")).toBe(0);
});
