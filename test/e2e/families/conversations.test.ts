import { describe, expect, test } from "vitest";
import { chatQuery, userMessage } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { tokens, tokensText } from "../../support/upstream.ts";
import {
  askCoze,
  askHiagent,
  cozeChatId,
  cozeConversationId,
  hiagentConversationId,
  hiagentMessageId,
  told,
  useFamilyWorld,
} from "./world.ts";

const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

describe.each(engines)("One conversation in two families on $name", (engine) => {
  const world = useFamilyWorld(engine);

  describe("a conversation held with an app key", () => {
    test("is listed and read with a token of the workspace", async () => {
      const client = world().hiagent("held-1");
      world().teach("first question", ["first answer"]);
      world().teach("second question", ["second answer"]);
      const AppConversationID = await client.newConversation();
      const first = await askHiagent(client, AppConversationID, "first question");
      const second = await askHiagent(client, AppConversationID, "second question");
      const id = cozeConversationId(AppConversationID);

      for (const coze of [world().coze(), world().coze("member")]) {
        const { conversations } = await coze.data(`GET /v1/conversations?bot_id=${world().botId}`);
        const listed = conversations.find((conversation: { id: string }) => conversation.id === id);
        expect(listed).toMatchObject({ connector_id: "1024", creator_id: "" });
        expect(await coze.data(`GET /v1/conversation/retrieve?conversation_id=${id}`)).toEqual(listed);

        const messages = await coze.messages(id);
        expect(told(messages)).toEqual([
          ["question", "first question"],
          ["answer", "first answer"],
          ["question", "second question"],
          ["answer", "second answer"],
        ]);
        const chats = [cozeChatId(first), cozeChatId(second)];
        expect(messages.map((message) => message.chat_id)).toEqual(chats.flatMap((chat) => [chat, chat]));
        for (const message of messages) {
          const query = `conversation_id=${id}&message_id=${message.id}`;
          expect(await coze.data(`GET /v1/conversation/message/retrieve?${query}`)).toEqual(message);
        }
      }
    });

    test("can be polled while HiAgent streams, and has the whole answer at the end", async () => {
      const client = world().hiagent("held-2");
      const rest = Promise.withResolvers<void>();
      world().teach("a slow one", [tokens(5), { type: "hold", until: rest.promise }, "the end"]);
      const AppConversationID = await client.newConversation();
      const stream = await client.stream("chat_query_v2", { AppConversationID, Query: "a slow one" });
      const { id: MessageID } = await stream.until("message");
      const chat = { id: cozeChatId(MessageID), conversation_id: cozeConversationId(AppConversationID) };

      const coze = world().coze();
      const running = await coze.data(`GET /v3/chat/retrieve?${chatQuery(chat)}`);
      expect(running).toMatchObject({ ...chat, bot_id: world().botId, status: "in_progress" });
      await eventually(async () =>
        expect(told(await coze.chatMessages(chat))).toEqual([["answer", tokensText(5)]]),
      );

      rest.resolve();
      const ended = await coze.polled(chat);
      expect(ended).toMatchObject({ ...chat, status: "completed", last_error: { code: 0 } });
      expect(ended.usage.token_count).toBe(ended.usage.input_count + ended.usage.output_count);
      expect(told(await coze.chatMessages(chat))[0]).toEqual(["answer", `${tokensText(5)}the end`]);
      expect((await stream.all()).at(-1)?.event).toBe("message_end");
    });

    test("is stopped through Coze, and stopped through HiAgent when Coze began it", async () => {
      const client = world().hiagent("held-3");
      const coze = world().coze();
      world().teach("stop me", [tokens(5), { type: "hold", until: new Promise(() => {}) }]);
      const AppConversationID = await client.newConversation();
      const conversation_id = cozeConversationId(AppConversationID);
      const stream = await client.stream("chat_query_v2", { AppConversationID, Query: "stop me" });
      const { id } = await stream.until("message");
      await coze.data("POST /v3/chat/cancel", { conversation_id, chat_id: cozeChatId(id) });
      expect((await stream.all()).at(-1)?.event).toBe("message_end");

      const chat = await coze.stream(`POST /v3/chat?conversation_id=${conversation_id}`, {
        bot_id: world().botId,
        user_id: "held-3",
        additional_messages: [userMessage("stop me")],
      });
      const { data } = await chat.until("conversation.message.delta");
      await client.call("stop_message", { MessageID: hiagentMessageId(data.chat_id) });
      expect((await chat.all()).at(-1)?.event).toBe("done");
      const state = await coze.polled({ id: data.chat_id, conversation_id });
      expect(state.status).toBe("canceled");
    });

    test("goes on in Coze for the same user, and the model sees all of it", async () => {
      const client = world().hiagent("held-4");
      for (const number of [1, 2, 3]) world().teach(`step ${number}`, [`reply ${number}`]);
      const AppConversationID = await client.newConversation();
      await askHiagent(client, AppConversationID, "step 1");
      const conversationId = cozeConversationId(AppConversationID);
      const asked = { botId: world().botId, userId: "held-4", conversationId };
      const { chat } = await askCoze(world().coze(), { ...asked, question: "step 2" });
      expect(chat.conversation_id).toBe(conversationId);
      await askHiagent(client, AppConversationID, "step 3");
      expect(world().lastMessages()).toEqual([
        user("step 1"),
        assistant("reply 1"),
        user("step 2"),
        assistant("reply 2"),
        user("step 3"),
      ]);
      const rounds = await client.history(AppConversationID);
      expect(rounds.map((round) => [round.Query, round.AnswerInfo.Answer])).toEqual([
        ["step 1", "reply 1"],
        ["step 2", "reply 2"],
        ["step 3", "reply 3"],
      ]);
      expect(rounds[1].AnswerInfo.MessageID).toBe(hiagentMessageId(chat.id));
    });
  });

  describe("a conversation begun through Coze", () => {
    test.each([
      { way: "by the chat itself", userId: "coze-1" },
      { way: "with its bot", userId: "coze-2" },
      { way: "without a bot", userId: "coze-3" },
    ])(
      "$way belongs to the chat's user in HiAgent, goes on there and again in Coze",
      async ({ way, userId }) => {
        const coze = world().coze();
        for (const number of [1, 2, 3]) world().teach(`part ${number}`, [`told ${number}`]);
        let conversationId: string | undefined;
        if (way !== "by the chat itself") {
          const body = way === "with its bot" ? { bot_id: world().botId } : {};
          conversationId = (await coze.data("POST /v1/conversation/create", body)).id;
        }
        const { chat } = await askCoze(coze, {
          ...{ botId: world().botId, userId, question: "part 1" },
          ...(conversationId === undefined ? {} : { conversationId }),
        });
        const AppConversationID = hiagentConversationId(chat.conversation_id);

        const client = world().hiagent(userId);
        const { ConversationList } = (await client.call("get_conversation_list")).body;
        expect(ConversationList).toMatchObject([{ AppConversationID, EmptyConversation: false }]);
        expect(await client.history(AppConversationID)).toMatchObject([
          { Query: "part 1", AnswerInfo: { Answer: "told 1", MessageID: hiagentMessageId(chat.id) } },
        ]);

        await askHiagent(client, AppConversationID, "part 2");
        const asked = { botId: world().botId, userId, conversationId: chat.conversation_id };
        await askCoze(coze, { ...asked, question: "part 3" });
        expect(world().lastMessages()).toEqual([
          user("part 1"),
          assistant("told 1"),
          user("part 2"),
          assistant("told 2"),
          user("part 3"),
        ]);
        expect(told(await coze.messages(chat.conversation_id))).toEqual(
          [1, 2, 3].flatMap((number) => [
            ["question", `part ${number}`],
            ["answer", `told ${number}`],
          ]),
        );
      },
    );

    test("is nobody else's: not of another user, not of another agent, not of another token", async () => {
      const coze = world().coze();
      const { chat } = await askCoze(coze, { botId: world().botId, userId: "private", question: "hello" });
      const AppConversationID = hiagentConversationId(chat.conversation_id);
      for (const stranger of [world().hiagent("someone"), world().hiagent("private", "other")]) {
        expect((await stranger.call("get_conversation_list")).body.ConversationList).toEqual([]);
        expect((await stranger.call("get_conversation_messages", { AppConversationID })).status).toBe(400);
        const MessageID = hiagentMessageId(chat.id);
        expect((await stranger.call("get_message_info", { MessageID })).status).toBe(400);
      }
      const member = world().coze("member");
      const query = `conversation_id=${chat.conversation_id}`;
      expect(await member.call(`GET /v1/conversation/retrieve?${query}`)).toMatchObject({ code: 4200 });
      expect(await member.call(`GET /v3/chat/retrieve?${chatQuery(chat)}`)).toMatchObject({ code: 4200 });
      expect(await member.call(`POST /v1/conversation/message/list?${query}`)).toMatchObject({ code: 4200 });
    });
  });

  test("names, values and deletion are the same in both", async () => {
    const client = world().hiagent("named");
    const coze = world().coze();
    const AppConversationID = await client.newConversation();
    const id = cozeConversationId(AppConversationID);
    await client.call("update_conversation", { AppConversationID, ConversationName: "从 HiAgent" });
    expect(await coze.data(`GET /v1/conversation/retrieve?conversation_id=${id}`)).toMatchObject({
      name: "从 HiAgent",
    });
    await coze.data(`PUT /v1/conversations/${id}`, { name: "从 Coze" });
    const { ConversationList } = (await client.call("get_conversation_list")).body;
    expect(ConversationList).toMatchObject([{ AppConversationID, ConversationName: "从 Coze" }]);
    await coze.data(`DELETE /v1/conversations/${id}`);
    expect((await client.call("get_conversation_list")).body.ConversationList).toEqual([]);

    const second = await client.newConversation();
    await client.call("delete_conversation", { AppConversationID: second });
    const gone = `GET /v1/conversation/retrieve?conversation_id=${cozeConversationId(second)}` as const;
    expect(await coze.call(gone)).toMatchObject({ code: 4200 });
  });

  test("what is cleared in Coze stays listed in both and leaves the model's context", async () => {
    const client = world().hiagent("cleared");
    const coze = world().coze();
    const AppConversationID = await client.newConversation();
    await askHiagent(client, AppConversationID, "before the line");
    const id = cozeConversationId(AppConversationID);
    const { id: sectionId } = await coze.data(`POST /v1/conversations/${id}/clear`);
    await askHiagent(client, AppConversationID, "after the line");
    expect(world().lastMessages()).toEqual([user("after the line")]);
    await askHiagent(client, AppConversationID, "and on");
    expect(world().lastMessages()).toHaveLength(3);
    const rounds = await client.history(AppConversationID);
    expect(rounds.map((round) => round.Query)).toEqual(["before the line", "after the line", "and on"]);
    const messages = await coze.messages(id);
    expect(messages).toHaveLength(6);
    expect(messages.map((message) => message.section_id === sectionId)).toEqual([
      ...[false, false],
      ...[true, true, true, true],
    ]);
  });

  test("what is cleared in HiAgent is gone in Coze", async () => {
    const client = world().hiagent("wiped");
    const coze = world().coze();
    const AppConversationID = await client.newConversation();
    const MessageID = await askHiagent(client, AppConversationID, "forget this");
    const conversation_id = cozeConversationId(AppConversationID);
    await client.call("clear_message", { AppConversationID });
    expect(await coze.messages(conversation_id)).toEqual([]);
    const chat = { conversation_id, id: cozeChatId(MessageID) };
    expect(await coze.call(`GET /v3/chat/retrieve?${chatQuery(chat)}`)).toMatchObject({ code: 4200 });
    await askCoze(coze, {
      ...{ botId: world().botId, userId: "wiped", conversationId: conversation_id },
      question: "anew",
    });
    expect(world().lastMessages()).toEqual([user("anew")]);
  });
});
