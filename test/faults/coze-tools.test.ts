import { describe, expect, test, vi } from "vitest";
import { type ChatReference, type CozeHttp, chatQuery } from "../support/coze-http.ts";
import { createDatabase } from "../support/databases.ts";
import { engines } from "../support/engines.ts";
import { tokens, tokensText } from "../support/upstream.ts";
import {
  answerText,
  CALLER_TOOL,
  type CozeScene,
  submission,
  useCozeScene,
  waitForCaller,
} from "./coze-scene.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const ANSWER = `Wait. ${tokensText(5)}`;

/** Hands the output over, in a stream or not, and expects the whole answer in the end. */
async function goOn(scene: CozeScene, coze: CozeHttp, chat: ChatReference, isStream: boolean): Promise<void> {
  expect(await coze.data(`GET /v3/chat/retrieve?${chatQuery(chat)}`)).toEqual(chat);
  scene.upstream.replyOnce([tokens(5)]);
  const [route, body] = submission(chat, "opened");
  if (isStream) {
    const stream = await coze.stream(route, body);
    const payloads = await stream.all();
    expect(payloads[0]).toMatchObject({
      event: "conversation.chat.in_progress",
      data: { id: chat.id, status: "in_progress" },
    });
    expect(payloads.slice(-2)).toMatchObject([
      { event: "conversation.chat.completed", data: { id: chat.id, status: "completed" } },
      { event: "done", data: "[DONE]" },
    ]);
    expect(payloads.find(({ data }) => data.type === "answer" && data.content === ANSWER)?.event).toBe(
      "conversation.message.completed",
    );
  } else {
    expect(await coze.data(route, body)).toMatchObject({ id: chat.id, status: "in_progress" });
  }
  expect((await coze.polled(chat)).status).toBe("completed");
  expect(await answerText(coze, chat)).toBe(ANSWER);
  expect((await coze.messages(chat.conversation_id)).map((message) => message.content)).toEqual([
    "open up",
    ANSWER,
  ]);
  expect(scene.upstream.requests.at(-1)?.body.messages.slice(-3)).toMatchObject([
    { role: "user", content: "open up" },
    { role: "assistant", content: "Wait. ", tool_calls: [{ id: "c1", function: { name: "open_door" } }] },
    { role: "tool", tool_call_id: "c1", content: "opened" },
  ]);
}

describe.each(engines)("a restart between requires_action and the outputs, on $name", (engine) => {
  const set = useCozeScene(async () => ({
    agent: { callerTools: [CALLER_TOOL] },
    databaseUrl: await engine.databaseUrl(),
  }));

  test.each([
    { signal: "SIGTERM", isStream: true },
    { signal: "SIGTERM", isStream: false },
    { signal: "SIGKILL", isStream: true },
    { signal: "SIGKILL", isStream: false },
  ] as const)("by $signal loses nothing (streaming: $isStream)", async ({ signal, isStream }) => {
    const scene = set();
    const chat = await waitForCaller(scene, "open up", isStream);
    scene.server.kill(signal);
    await scene.server.waitExit();
    await scene.server.restart();
    await goOn(scene, scene.coze(), chat, isStream);
  });
});

describe("two servers of one database", () => {
  const set = useCozeScene(async () => ({
    agent: { callerTools: [CALLER_TOOL] },
    databaseUrl: await createDatabase(),
    nodes: 2,
  }));

  test.each([true, false])("outputs may be handed to the other server (streaming: %s)", async (isStream) => {
    const scene = set();
    const chat = await waitForCaller(scene, "open up", isStream);
    await goOn(scene, scene.coze({ node: 1 }), chat, isStream);
    expect((await scene.coze().polled(chat)).status).toBe("completed");
  });
});
