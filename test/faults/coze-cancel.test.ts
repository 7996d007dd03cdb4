import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf, type ChatReference, type CozeBody, eventNames } from "../support/coze-http.ts";
import { eventually } from "../support/eventually.ts";
import { type HangingTool, startHangingTool } from "../support/hanging-tool.ts";
import { StopClock } from "../support/stop-clock.ts";
import { tokens, tokensText } from "../support/upstream.ts";
import {
  answerText,
  CALLER_TOOL,
  firstIncrement,
  submission,
  useCozeScene,
  waitForCaller,
} from "./coze-scene.ts";

const never = new Promise<never>(() => {});

let tool: HangingTool;
let clock: StopClock;

const scene = useCozeScene(async () => {
  tool = await startHangingTool();
  return {
    agent: {
      tools: [{ name: "look", description: "looks", url: tool.url, timeoutSeconds: 60 }],
      callerTools: [CALLER_TOOL],
    },
    environment: { ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
  };
});

beforeAll(() => {
  clock = new StopClock(scene().upstream);
});

afterAll(() => {
  clock.print("cancel");
  tool.close();
});

const coze = () => scene().coze();

/** Cancels and measures it; the model's connection, if one is open, must close. */
function cancel({ id, conversation_id }: ChatReference, caller = coze()): Promise<CozeBody> {
  return clock.measure(() => caller.call("POST /v3/chat/cancel", { conversation_id, chat_id: id }));
}

const stream = (more: object = {}) => coze().stream("POST /v3/chat", scene().asking("tell me", more));
const begin = (more: object = {}): Promise<ChatReference> =>
  coze().data("POST /v3/chat", scene().asking("tell me", more));

const CANCELED = [
  "conversation.chat.created",
  "conversation.chat.in_progress",
  "conversation.message.completed",
  "conversation.message.completed",
  "conversation.chat.completed",
  "done",
];

describe("a chat that is canceled", () => {
  test("while it streams ends in order and keeps its text", async () => {
    scene().upstream.reply([tokens(500, { delayMs: 5 })]);
    const chat = await stream();
    const named = await firstIncrement(chat);
    expect(await cancel(named)).toMatchObject({ code: 0, data: { ...named, status: "canceled" } });
    const payloads = await chat.all();
    expect(eventNames(payloads)).toEqual(CANCELED);
    expect(payloads.at(-2)?.data).toMatchObject({ ...named, status: "canceled" });
    const text = answerOf(payloads);
    expect(tokensText(500).startsWith(text) && text !== tokensText(500)).toBe(true);
    expect(scene().upstream.requests[0]?.sentText.startsWith(text)).toBe(true);
    expect(await answerText(coze(), named)).toBe(text);
    expect((await coze().messages(named.conversation_id)).at(-1)).toMatchObject({
      ...{ type: "answer", content: text },
    });
    expect((await coze().polled(named)).status).toBe("canceled");
  });

  test("while it is polled keeps the text so far", async () => {
    scene().upstream.reply([tokens(20), { type: "hold", until: never }]);
    const chat = await begin();
    await eventually(async () => (await answerText(coze(), chat)) === tokensText(20));
    expect(await cancel(chat)).toMatchObject({ code: 0, data: { id: chat.id, status: "canceled" } });
    expect((await coze().polled(chat)).status).toBe("canceled");
    expect(await answerText(coze(), chat)).toBe(tokensText(20));
  });

  test("before the model has even sent its headers has no answer", async () => {
    scene().upstream.reply([{ type: "hold", until: never }]);
    const chat = await stream();
    const { data } = await chat.until("conversation.chat.in_progress");
    await eventually(() => scene().upstream.requests.length === 1);
    expect(await cancel(data)).toMatchObject({ code: 0, data: { status: "canceled" } });
    const payloads = await chat.all();
    expect(answerOf(payloads)).toBe("");
    expect(payloads.at(-2)?.data).toMatchObject({ id: data.id, status: "canceled" });
    expect(await answerText(coze(), data)).toBeUndefined();
    const messages = await coze().messages(data.conversation_id);
    expect(messages.map((message) => message.type)).toEqual(["question"]);
  });

  test("at once after it was begun, whatever it was about to do", async () => {
    scene().upstream.reply([tokens(500, { delayMs: 5 })]);
    for (let count = 0; count < 5; count++) {
      const chat = await begin();
      expect(await cancel(chat)).toMatchObject({ code: 0, data: { status: "canceled" } });
      expect((await coze().polled(chat)).status).toBe("canceled");
    }
    await eventually(() =>
      expect(scene().upstream.requests.every((request) => request.closedAtMs !== undefined)).toBe(true),
    );
  });

  test("while it waits for a tool of the server closes the tool's connection", async () => {
    scene().upstream.reply(["let me look", { type: "tool-call", name: "look", arguments: "{}" }]);
    const chat = await stream();
    const named = await firstIncrement(chat);
    await eventually(() => tool.open === 1);
    expect(await cancel(named)).toMatchObject({ code: 0, data: { status: "canceled" } });
    await eventually(() => tool.open === 0);
    expect((await chat.all()).at(-2)?.data).toMatchObject({ status: "canceled" });
    expect(await answerText(coze(), named)).toBe("let me look");
    expect(scene().upstream.requests).toHaveLength(1);
  });

  test("after its caller's tool, while the model goes on", async () => {
    const waiting = await waitForCaller(scene(), "tell me", true);
    expect(await coze().call("POST /v3/chat/cancel", cancelBody(waiting))).toMatchObject({
      code: 4104,
    });

    scene().upstream.reply([tokens(500, { delayMs: 5 })]);
    const rest = await scene()
      .coze()
      .stream(...submission(waiting, "opened"));
    await rest.until("conversation.message.delta");
    expect(await cancel(waiting)).toMatchObject({ code: 0, data: { id: waiting.id, status: "canceled" } });
    const payloads = await rest.all();
    expect(payloads.at(-2)?.data).toMatchObject({ status: "canceled" });
    expect(await answerText(coze(), waiting)).toBe(`Wait. ${answerOf(payloads)}`);
  });

  test("while it waits before it asks the model again", async () => {
    scene().upstream.reply([{ type: "status", status: 429, headers: { "retry-after": "8" } }]);
    const chat = await begin();
    await eventually(() => scene().upstream.requests[0]?.finished === true);
    const sentAtMs = Date.now();
    expect(await cancel(chat)).toMatchObject({ code: 0, data: { status: "canceled" } });
    expect(Date.now() - sentAtMs).toBeLessThan(7_000);
    expect(scene().upstream.requests).toHaveLength(1);
  });

  test("with nobody reading any more", async () => {
    scene().upstream.reply([tokens(20), { type: "hold", until: never }]);
    const chat = await stream();
    const named = await firstIncrement(chat);
    chat.hangUp();
    await eventually(async () => (await answerText(coze(), named)) === tokensText(20));
    expect(await cancel(named)).toMatchObject({ code: 0, data: { status: "canceled" } });
    expect(await answerText(coze(), named)).toBe(tokensText(20));
  });

  test("with a reader that has stopped reading", async () => {
    const piece = "长".repeat(2_000);
    scene().upstream.reply([...Array.from({ length: 400 }, () => piece), { type: "hold", until: never }]);
    const held = await coze().hold("/v3/chat", scene().asking("tell me"), { keepText: false });
    held.pause();
    await eventually(() => scene().upstream.requests[0]?.sentText.length === 800_000);
    const { conversations } = await scene()
      .coze()
      .data(`GET /v1/conversations?bot_id=${scene().botId}&page_size=1`);
    const [answer] = (
      await coze().call(`POST /v1/conversation/message/list?conversation_id=${conversations[0].id}`)
    ).data;
    const named = { id: answer.chat_id, conversation_id: answer.conversation_id };
    expect(await cancel(named)).toMatchObject({ code: 0, data: { status: "canceled" } });
    expect(piece.repeat(400).startsWith((await answerText(coze(), named)) ?? "none")).toBe(true);
    held.resume();
    expect(await held.ended).toBe("whole");
  });

  test("leaves its conversation free as soon as the call is answered", async () => {
    const { id } = await coze().data("POST /v1/conversation/create", { bot_id: scene().botId });
    for (let count = 0; count < 5; count++) {
      scene().upstream.reply([tokens(5), { type: "hold", until: never }]);
      const chat = await scene()
        .coze()
        .stream(`POST /v3/chat?conversation_id=${id}`, scene().asking("tell me"));
      await cancel(await firstIncrement(chat));
      scene().upstream.reply([tokens(3)]);
      const next = await scene()
        .coze()
        .data(`POST /v3/chat?conversation_id=${id}`, scene().asking("tell me"));
      expect((await coze().polled(next)).status).toBe("completed");
      expect(await answerText(coze(), next)).toBe(tokensText(3));
    }
  });

  test("twice at once is canceled once; a third time there is nothing to cancel", async () => {
    scene().upstream.reply([tokens(10), { type: "hold", until: never }]);
    const chat = await stream();
    const named = await firstIncrement(chat);
    const both = await Promise.all([cancel(named), cancel(named)]);
    expect(both.map(({ code }) => code).filter((code) => code !== 4104)).toContain(0);
    expect(eventNames(await chat.all()).filter((name) => name === "done")).toHaveLength(1);
    expect(await cancel(named)).toMatchObject({ code: 4104 });
    expect((await coze().polled(named)).status).toBe("canceled");
  });

  test("is nobody else's, and no chat of another conversation", async () => {
    scene().upstream.reply([tokens(10), { type: "hold", until: never }]);
    const chat = await stream();
    const named = await firstIncrement(chat);
    const other = await coze().data("POST /v1/conversation/create", { bot_id: scene().botId });
    const strangers = [
      scene().coze({ user: "member" }).call("POST /v3/chat/cancel", cancelBody(named)),
      scene()
        .coze()
        .call("POST /v3/chat/cancel", cancelBody({ ...named, conversation_id: other.id })),
    ];
    for (const refused of await Promise.all(strangers)) expect(refused).toMatchObject({ code: 4200 });
    expect(scene().upstream.requests[0]?.closedAtMs).toBeUndefined();
    expect(await cancel(named)).toMatchObject({ code: 0 });
    await chat.all();
  });
});

function cancelBody({ id, conversation_id }: ChatReference) {
  return { conversation_id, chat_id: id };
}
