import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf, chatQuery, eventNames, userMessage } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type ChatWorld, openChatWorld } from "./chat-world.ts";

const forever = new Promise<never>(() => {});

describe.each(engines)("Coze chats that are not saved on $name", (engine) => {
  let world: ChatWorld;

  beforeAll(async () => {
    world = await openChatWorld(engine);
  });

  afterAll(() => world.close());

  function ask(text: string, { conversationId = "", ...more }: Record<string, unknown> = {}) {
    return world.coze().stream(`POST /v3/chat?conversation_id=${conversationId}`, {
      bot_id: world.botId("shop"),
      user_id: "u-1",
      auto_save_history: false,
      additional_messages: [userMessage(text)],
      ...more,
    });
  }

  test("see what is in their conversation and leave nothing there", async () => {
    const { id: conversationId } = await world.coze().data("POST /v1/conversation/create", {
      bot_id: world.botId("shop"),
      messages: [userMessage("我叫安娜"), { role: "assistant", content: "您好，安娜", content_type: "text" }],
    });
    const kept = await world.coze().messages(conversationId);
    world.teach("我叫什么？", ["安娜"]);
    const events = await (await ask("我叫什么？", { conversationId })).all();
    expect(answerOf(events)).toBe("安娜");
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toMatchObject([
      { role: "user", content: "我叫安娜" },
      { role: "assistant", content: "您好，安娜" },
      { role: "user", content: "我叫什么？" },
    ]);
    expect(await world.coze().messages(conversationId)).toEqual(kept);
    const [chat] = events;
    expect(chat?.data).not.toHaveProperty("inserted_additional_messages");
    for (const path of ["retrieve", "message/list"]) {
      const answer = await world.coze().call(`GET /v3/chat/${path}?${chatQuery(chat?.data)}`);
      expect(answer).toMatchObject({ code: 4200 });
    }
  });

  test("can be canceled while they run, by whoever sees the conversation", async () => {
    world.teach("不存也能停", ["开始", { type: "hold", until: forever }]);
    const stream = await ask("不存也能停");
    const { data: chat } = await stream.until("conversation.chat.created");
    await stream.until("conversation.message.delta");
    const { conversation_id, id: chat_id } = chat;
    const cancel = { conversation_id, chat_id };
    expect(await world.coze("member").call("POST /v3/chat/cancel", cancel)).toMatchObject({ code: 4200 });
    expect(await world.coze().data("POST /v3/chat/cancel", cancel)).toMatchObject({
      id: chat_id,
      status: "canceled",
    });
    expect(eventNames(await stream.all()).at(-1)).toBe("done");
    await eventually(() => world.upstream.requests.at(-1)?.closedAtMs !== undefined);
    expect(await world.coze().call("POST /v3/chat/cancel", cancel)).toMatchObject({ code: 4200 });
  });

  test("end with their client, because nobody can fetch them later", async () => {
    world.teach("不存就挂断", ["开始", { type: "hold", until: forever }]);
    const stream = await ask("不存就挂断");
    await stream.until("conversation.message.delta");
    stream.hangUp();
    await eventually(() => world.upstream.requests.at(-1)?.closedAtMs !== undefined);
  });
});

describe.each(engines.slice(0, 1))("a server that ends answers with their client", (engine) => {
  test("ends saved Coze chats too, and keeps the text so far", async () => {
    const world = await openChatWorld(engine, { ANTIPHON_ABORT_ON_DISCONNECT: "true" });
    try {
      world.teach("挂断即停", ["开始", { type: "hold", until: forever }]);
      const stream = await world.coze().stream("POST /v3/chat", {
        bot_id: world.botId("shop"),
        user_id: "u-1",
        additional_messages: [userMessage("挂断即停")],
      });
      const { data: chat } = await stream.until("conversation.chat.created");
      await stream.until("conversation.message.delta");
      stream.hangUp();
      expect((await world.coze().polled(chat)).status).toBe("canceled");
      const [answer] = await world.coze().chatMessages(chat);
      expect(answer.content).toBe("开始");
    } finally {
      await world.close();
    }
  });
});
