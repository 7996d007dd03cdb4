import { ChatEventType, RoleType } from "@coze/api";
import { describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import {
  act,
  askCoze,
  askHiagent,
  cozeChatId,
  cozeConversationId,
  HANDOVER_MESSAGE,
  RELEASE_COMMAND,
  told,
  useFamilyWorld,
} from "./world.ts";

describe.each(engines)("A conversation that goes to a person, in two families on $name", (engine) => {
  const world = useFamilyWorld(engine);

  /** A conversation of HiAgent that its model has given away. */
  const givenAway = async (userId: string) => {
    world().teach("转人工", [{ type: "tool-call", name: "transfer_to_human", arguments: "{}" }]);
    const client = world().hiagent(userId);
    const AppConversationID = await client.newConversation();
    const MessageID = await askHiagent(client, AppConversationID, "转人工");
    return { client, AppConversationID, MessageID, id: cozeConversationId(AppConversationID) };
  };

  const calls = () => world().upstream.requests.length;

  test("HiAgent tells the words that are set, then keeps questions in streams of the documented order", async () => {
    const { client, AppConversationID, MessageID } = await givenAway("held-1");
    const [first] = await client.history(AppConversationID);
    expect(first.AnswerInfo.Answer).toBe(HANDOVER_MESSAGE);
    const before = calls();
    for (const [action, more] of [
      ["chat_query_v2", { Query: "还在吗" }],
      ["chat_query", { Query: "还在吗" }],
      ["query_again_v2", { MessageID }],
    ] as const) {
      const stream = await client.stream(action, {
        AppConversationID,
        ResponseMode: "streaming",
        ...more,
      });
      const payloads = await stream.all();
      expect(payloads.map(({ event }) => event)).toEqual([
        "message_start",
        "message_output_start",
        "message_output_end",
        "message_cost",
        "message_end",
      ]);
      expect(payloads.map(({ answer }) => answer ?? "").join("")).toBe("");
      const again = await client.stream("chat_continue", {
        MessageID: payloads[0]?.id,
        RespDataStandard: true,
      });
      expect((await again.all()).map(({ event }) => event)).toEqual(payloads.map(({ event }) => event));
    }
    const blocking = await client.call("chat_query_v2", {
      ...{ AppConversationID, Query: "有人吗", ResponseMode: "blocking" },
    });
    expect(blocking.status).toBe(200);
    expect(blocking.body).toMatchObject({ event: "message", answer: "", think_messages: [] });
    const info = await act(client, "get_message_info", { MessageID: blocking.body.id });
    expect(info.MessageInfo).toMatchObject({ Query: "有人吗", AnswerInfo: { Answer: "" } });
    const suggested = await act(client, "get_suggested_questions", { MessageID: blocking.body.id });
    expect(suggested.SuggestedQuestions ?? []).toEqual([]);
    expect(calls()).toBe(before);
    const rounds = await client.history(AppConversationID);
    expect(rounds.map(({ Query }) => Query)).toEqual(["转人工", "还在吗", "还在吗", "有人吗"]);
  });

  test("Coze completes chats without an answer, for the official SDK too", async () => {
    const { id } = await givenAway("held-2");
    const before = calls();
    const coze = world().coze();
    const own = { botId: world().botId, userId: "held-2", conversationId: id };
    const { chat, answer } = await askCoze(coze, { ...own, question: "在吗" });
    expect(chat).toMatchObject({ status: "completed", usage: { token_count: 0 } });
    expect(answer).toBeUndefined();
    const { chat: api } = world().sdk();
    const request = {
      bot_id: own.botId,
      user_id: own.userId,
      conversation_id: id,
      additional_messages: [{ role: RoleType.User, content: "有人吗", content_type: "text" as const }],
    };
    const polled = await api.createAndPoll(request);
    expect(polled.chat.status).toBe("completed");
    expect(polled.messages?.map(({ type }) => type)).toEqual(["verbose"]);
    const events: string[] = [];
    for await (const { event } of api.stream(request)) events.push(event);
    expect(events).toEqual([
      ChatEventType.CONVERSATION_CHAT_CREATED,
      ChatEventType.CONVERSATION_CHAT_IN_PROGRESS,
      ChatEventType.CONVERSATION_MESSAGE_COMPLETED,
      ChatEventType.CONVERSATION_CHAT_COMPLETED,
      ChatEventType.DONE,
    ]);
    expect(calls()).toBe(before);
    expect(told(await coze.messages(id)).slice(2)).toEqual([
      ["question", "在吗"],
      ["question", "有人吗"],
      ["question", "有人吗"],
    ]);
    for await (const { event, data } of api.stream({ ...request, auto_save_history: false })) {
      if (event === ChatEventType.CONVERSATION_CHAT_COMPLETED) expect(data.status).toBe("completed");
      expect(event).not.toBe(ChatEventType.CONVERSATION_MESSAGE_DELTA);
    }
    expect(calls()).toBe(before);
  });

  test("a person answers through Coze, the words that are set give it back, and the model knows everything", async () => {
    const { client, AppConversationID, MessageID, id } = await givenAway("held-3");
    await askHiagent(client, AppConversationID, "订单 7 到哪了");
    await world()
      .coze()
      .data(`POST /v1/conversation/message/create?conversation_id=${id}`, {
        ...{ role: "assistant", content: "我是小王，明天送到。", content_type: "text" },
      });
    world().teach(RELEASE_COMMAND, ["我回来了。"]);
    const back = await askHiagent(client, AppConversationID, RELEASE_COMMAND);
    const rounds = await client.history(AppConversationID);
    expect(rounds.at(-1)).toMatchObject({ Query: RELEASE_COMMAND, AnswerInfo: { Answer: "我回来了。" } });
    expect(back).not.toBe(MessageID);
    expect(world().lastMessages()).toEqual([
      { role: "user", content: "转人工" },
      { role: "assistant", content: HANDOVER_MESSAGE },
      { role: "user", content: "订单 7 到哪了" },
      { role: "assistant", content: "我是小王，明天送到。" },
      { role: "user", content: RELEASE_COMMAND },
    ]);
    expect(cozeChatId(back)).toBe((await world().coze().messages(id)).at(-1).chat_id);
  });
});
