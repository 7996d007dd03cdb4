import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { ChatReference } from "../support/coze-http.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { seededRandom } from "../support/random.ts";
import { tokens, tokensText } from "../support/upstream.ts";
import { answerText, type CozeScene, firstIncrement, useCozeScene } from "./coze-scene.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** Kills per engine, and the seed of everything random, for running one failure again. */
const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 10);
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const CALLERS = 6;
const LATEST_KILL_MS = 300;
const never = new Promise<never>(() => {});

async function killAndRestart({ server }: CozeScene): Promise<void> {
  server.kill("SIGKILL");
  await server.waitExit();
  await server.restart();
}

describe.each(engines)("a server killed in the middle of a chat, on $name", (engine) => {
  const set = useCozeScene(async () => ({ databaseUrl: await engine.databaseUrl() }));

  test.each(["streamed", "polled"])("a chat that is %s has failed, with its text so far", async (way) => {
    const scene = set();
    scene.upstream.replyOnce([tokens(20), { type: "hold", until: never }]);
    const coze = scene.coze();
    const body = scene.asking("tell me", { meta_data: { order: "7" } });
    const stream = way === "streamed" ? await coze.stream("POST /v3/chat", body) : undefined;
    const chat: ChatReference =
      stream === undefined ? await coze.data("POST /v3/chat", body) : await firstIncrement(stream);
    await eventually(async () => (await answerText(coze, chat)) === tokensText(20));
    const broken = stream === undefined ? undefined : expect(stream.all()).rejects.toThrow();
    await killAndRestart(scene);
    await broken;

    const after = scene.coze();
    const failed = await after.polled(chat);
    expect(failed).toMatchObject({
      ...{ id: chat.id, conversation_id: chat.conversation_id, bot_id: scene.botId },
      ...{ status: "failed", meta_data: { order: "7" }, last_error: { code: 5000 } },
    });
    expect(failed.last_error.msg).toMatch(/\w/);
    expect(failed.failed_at).toBeGreaterThanOrEqual(failed.created_at);
    expect(failed).not.toHaveProperty("completed_at");
    expect(await answerText(after, chat)).toBe(tokensText(20));
    const messages = await after.messages(chat.conversation_id);
    expect(messages.map(({ type, content }) => [type, content])).toEqual([
      ["question", "tell me"],
      ["answer", tokensText(20)],
    ]);
    expect(
      await after.call("POST /v3/chat/cancel", {
        ...{ conversation_id: chat.conversation_id, chat_id: chat.id },
      }),
    ).toMatchObject({ code: 4104 });

    const next = await after.data(
      `POST /v3/chat?conversation_id=${chat.conversation_id}`,
      scene.asking("go on"),
    );
    expect((await after.polled(next)).status).toBe("completed");
    expect(scene.upstream.requests.at(-1)?.body.messages.slice(-3)).toEqual([
      { role: "user", content: "tell me" },
      { role: "assistant", content: tokensText(20) },
      { role: "user", content: "go on" },
    ]);
  });

  test(
    "at any instant: every chat that was acknowledged is there, and none is in progress for ever",
    async () => {
      const random = seededRandom(SEED);
      printFigure(`coze crash test: CRASH_SEED=${SEED} CRASH_ROUNDS=${ROUNDS}`);
      const scene = set();
      scene.upstream.reply(() => [tokens(5 + Math.floor(random() * 30), { delayMs: random() * 8 })]);
      const promised: Promised[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const before = promised.length;
        const callers = Array.from({ length: CALLERS }, (_, index) =>
          chatUntilCut(scene, `round ${round} caller ${index}`, promised),
        );
        await eventually(() => promised.length >= before + CALLERS);
        await delay(random() * LATEST_KILL_MS);
        await killAndRestart(scene);
        await Promise.all(callers);
        for (const promise of promised.slice(before)) await checkPromise(scene, promise);
      }
      printFigure(`${ROUNDS} kills: ${promised.length} chats acknowledged`);
    },
    60_000 + ROUNDS * 10_000,
  );
});

/** What the server told a caller before it was killed. */
interface Promised {
  chat: ChatReference;
  question: string;
  /** Text that the caller was told is all of the answer. */
  wholeText: string | undefined;
}

/** Somebody who begins one chat after the other in one conversation, polling each, until the connection breaks. */
async function chatUntilCut(scene: CozeScene, name: string, promised: Promised[]): Promise<void> {
  const coze = scene.coze();
  try {
    const { id } = await coze.data("POST /v1/conversation/create", { bot_id: scene.botId });
    for (let count = 1; ; count++) {
      const question = `${name} question ${count}`;
      const chat = await coze.data(`POST /v3/chat?conversation_id=${id}`, scene.asking(question));
      const promise: Promised = { chat, question, wholeText: undefined };
      promised.push(promise);
      const { status } = await untilOver(coze, chat);
      expect(status).toBe("completed");
      promise.wholeText = await answerText(coze, chat);
    }
  } catch (error) {
    if (!(error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message))) throw error;
  }
}

/** Polls without patience for broken connections. */
async function untilOver(coze: ReturnType<CozeScene["coze"]>, chat: ChatReference) {
  for (;;) {
    const place = `conversation_id=${chat.conversation_id}&chat_id=${chat.id}`;
    const state = await coze.data(`GET /v3/chat/retrieve?${place}`);
    if (state.status !== "in_progress") return state;
  }
}

async function checkPromise({ upstream, coze }: CozeScene, promise: Promised): Promise<void> {
  const { chat, question, wholeText } = promise;
  const caller = coze();
  const { status } = await caller.polled(chat);
  expect(["completed", "failed"]).toContain(status);
  const text = (await answerText(caller, chat)) ?? "";
  const [asked] = await caller.messages(chat.conversation_id, { chat_id: chat.id });
  expect(asked).toMatchObject({ type: "question", content: question });
  if (wholeText !== undefined) expect([status, text]).toEqual(["completed", wholeText]);
  const request = upstream.requests.find(({ lastUserText }) => lastUserText === question);
  if (status === "completed") expect(text).toBe(request?.sentText);
  else expect(request?.sentText.startsWith(text) ?? text === "").toBe(true);
}
