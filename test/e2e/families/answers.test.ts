import { describe, expect, test } from "vitest";
import { chatQuery } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import {
  act,
  askCoze,
  askHiagent,
  cozeChatId,
  cozeConversationId,
  hiagentConversationId,
  hiagentMessageId,
  told,
  useFamilyWorld,
} from "./world.ts";

describe.each(engines)("Answers, ratings and deletions in two families on $name", (engine) => {
  const world = useFamilyWorld(engine);

  /** A question answered through HiAgent. */
  const answered = async (userId: string, question = "tell me") => {
    const client = world().hiagent(userId);
    const AppConversationID = await client.newConversation();
    const MessageID = await askHiagent(client, AppConversationID, question);
    const id = cozeConversationId(AppConversationID);
    const lastRound = async () => (await client.history(AppConversationID)).at(-1);
    const answer = async () => (await world().coze().messages(id)).at(-1);
    return { client, AppConversationID, MessageID, id, lastRound, answer };
  };
  type Answered = Awaited<ReturnType<typeof answered>>;

  const again = async ({ client, AppConversationID, MessageID }: Answered) => {
    const body = { AppConversationID, MessageID, ResponseMode: "blocking" };
    return (await act(client, "query_again_v2", body)).id as string;
  };

  describe("an answer that was made again in HiAgent", () => {
    test("is the one that Coze shows, until another one is chosen, and what the model sees next", async () => {
      const coze = world().coze();
      let count = 0;
      world().teach("which one", () => [`answer ${++count}`]);
      const own = await answered("again-1", "which one");
      const second = await again(own);
      const third = await again(own);
      expect(told(await coze.messages(own.id))).toEqual([
        ["question", "which one"],
        ["answer", "answer 3"],
      ]);
      expect((await own.answer()).chat_id).toBe(cozeChatId(third));

      await act(own.client, "set_message_answer_used", { MessageID: second });
      const messages = await coze.messages(own.id);
      expect(told(messages)).toEqual([
        ["question", "which one"],
        ["answer", "answer 2"],
      ]);
      expect(messages.map((message) => message.chat_id)).toEqual([cozeChatId(second), cozeChatId(second)]);

      await askCoze(coze, {
        ...{ botId: world().botId, userId: "again-1", conversationId: own.id },
        question: "and then?",
      });
      expect(world().lastMessages()).toEqual([
        { role: "user", content: "which one" },
        { role: "assistant", content: "answer 2" },
        { role: "user", content: "and then?" },
      ]);
    });

    test("can still be looked up in Coze by its chat when it is not the chosen one", async () => {
      const coze = world().coze();
      let count = 0;
      world().teach("which chat", () => [`choice ${++count}`]);
      const own = await answered("again-2", "which chat");
      const second = await again(own);
      for (const [MessageID, text] of [
        [own.MessageID, "choice 1"],
        [second, "choice 2"],
      ] as const) {
        const chat = { conversation_id: own.id, id: cozeChatId(MessageID) };
        expect(await coze.data(`GET /v3/chat/retrieve?${chatQuery(chat)}`)).toMatchObject({
          ...chat,
          status: "completed",
        });
        expect(told(await coze.chatMessages(chat))[0]).toEqual(["answer", text]);
      }
    });

    test("may have been asked in Coze first", async () => {
      const coze = world().coze();
      let count = 0;
      world().teach("asked in coze", () => [`take ${++count}`]);
      const { chat, answer } = await askCoze(coze, {
        ...{ botId: world().botId, userId: "again-3", question: "asked in coze" },
      });
      const client = world().hiagent("again-3");
      const AppConversationID = hiagentConversationId(chat.conversation_id);
      const MessageID = hiagentMessageId(chat.id);
      const body = { AppConversationID, MessageID, ResponseMode: "blocking" };
      await act(client, "query_again_v2", body);
      const [round] = await client.history(AppConversationID);
      expect(round).toMatchObject({
        AnswerInfo: { Answer: "take 2" },
        OtherAnswers: [{ MessageID, Answer: "take 1" }],
      });
      expect((await coze.messages(chat.conversation_id)).at(-1)).toMatchObject({ content: "take 2" });
      await act(client, "set_message_answer_used", { MessageID });
      expect((await coze.messages(chat.conversation_id)).at(-1)).toEqual(answer);
    });
  });

  describe("a rating", () => {
    const path = (conversationId: string, messageId: string) =>
      `/v1/conversations/${conversationId}/messages/${messageId}/feedback` as const;

    test("given in Coze is seen in HiAgent, replaced there and taken back in Coze", async () => {
      const coze = world().coze();
      const own = await answered("rated-1");
      const { id: messageId } = await own.answer();
      await coze.data(`POST ${path(own.id, messageId)}`, {
        ...{ feedback_type: "like", reason_types: ["清楚"], comment: "很好" },
      });
      expect((await own.lastRound()).AnswerInfo.Like).toBe(1);

      await act(own.client, "feedback", { MessageID: own.MessageID, LikeType: -1 });
      expect((await own.lastRound()).AnswerInfo.Like).toBe(-1);
      await coze.data(`DELETE ${path(own.id, messageId)}`);
      expect((await own.lastRound()).AnswerInfo.Like).toBe(0);
      await coze.data(`POST ${path(own.id, messageId)}`, { feedback_type: "unlike" });
      expect((await own.lastRound()).AnswerInfo.Like).toBe(-1);
      await act(own.client, "feedback", { MessageID: own.MessageID, LikeType: 0 });
      expect((await own.lastRound()).AnswerInfo.Like).toBe(0);
    });

    test("in Coze is about the answer that it names, also when another one is chosen", async () => {
      const coze = world().coze();
      const own = await answered("rated-2");
      const { id: first } = await own.answer();
      await again(own);
      const { id: second } = await own.answer();
      await coze.data(`POST ${path(own.id, first)}`, { feedback_type: "unlike" });
      await coze.data(`POST ${path(own.id, second)}`, { feedback_type: "like" });
      expect(await own.lastRound()).toMatchObject({ AnswerInfo: { Like: 1 }, OtherAnswers: [{ Like: -1 }] });
    });

    test("of a chat that Coze began is seen by its user in HiAgent", async () => {
      const coze = world().coze();
      const { chat, answer } = await askCoze(coze, {
        botId: world().botId,
        userId: "rated-3",
        question: "rate me",
      });
      await coze.data(`POST ${path(chat.conversation_id, answer.id)}`, { feedback_type: "like" });
      const client = world().hiagent("rated-3");
      const [round] = await client.history(hiagentConversationId(chat.conversation_id));
      expect(round.AnswerInfo).toMatchObject({ MessageID: hiagentMessageId(chat.id), Like: 1 });
    });
  });

  describe("what is deleted in one family is gone in the other", () => {
    const remove = (conversationId: string, messageId: string) =>
      world()
        .coze()
        .data(
          `POST /v1/conversation/message/delete?conversation_id=${conversationId}&message_id=${messageId}`,
        );

    test("an answer deleted in Coze: its question stays for the model and has no round in HiAgent", async () => {
      const own = await answered("deleted-1", "to be deleted");
      await askHiagent(own.client, own.AppConversationID, "the next");
      const [question, answer] = await world().coze().messages(own.id);
      expect(await remove(own.id, answer.id)).toMatchObject({ id: answer.id });
      expect(told(await world().coze().messages(own.id))[0]).toEqual(["question", question.content]);
      expect(await world().coze().messages(own.id)).toHaveLength(3);
      const rounds = await own.client.history(own.AppConversationID);
      expect(rounds.map((round) => round.Query)).toEqual(["the next"]);
      const MessageID = own.MessageID;
      expect((await own.client.call("get_message_info", { MessageID })).status).toBe(400);
    });

    test("one of two answers deleted in Coze: HiAgent shows the other", async () => {
      const own = await answered("deleted-2");
      await again(own);
      const { id: second } = await own.answer();
      await remove(own.id, second);
      expect(await own.lastRound()).toMatchObject({
        AnswerInfo: { MessageID: own.MessageID },
        OtherAnswers: [],
      });
      expect((await own.answer()).chat_id).toBe(cozeChatId(own.MessageID));
    });

    test("a question deleted in Coze: HiAgent has the answer and no words of the question", async () => {
      const own = await answered("deleted-3", "a secret question");
      const [question, answer] = await world().coze().messages(own.id);
      await remove(own.id, question.id);
      expect(await world().coze().messages(own.id)).toEqual([answer]);
      expect(await own.lastRound()).toMatchObject({ Query: "", AnswerInfo: { Answer: answer.content } });
      await askHiagent(own.client, own.AppConversationID, "what did I ask?");
      expect(JSON.stringify(world().lastMessages())).not.toContain("a secret question");
    });

    test("a round deleted in HiAgent", async () => {
      const own = await answered("deleted-4", "gone soon");
      await askHiagent(own.client, own.AppConversationID, "left over");
      const [round] = await own.client.history(own.AppConversationID);
      const chat = { conversation_id: own.id, id: cozeChatId(own.MessageID) };
      const [question] = await world().coze().messages(own.id);
      await act(own.client, "delete_message", { QueryID: round.QueryID });
      const messages = await world().coze().messages(own.id);
      expect(messages.map((message) => message.content)).not.toContain("gone soon");
      expect(messages).toHaveLength(2);
      const query = `conversation_id=${own.id}&message_id=${question.id}`;
      expect(await world().coze().call(`GET /v1/conversation/message/retrieve?${query}`)).toMatchObject({
        code: 4200,
      });
      expect(
        await world()
          .coze()
          .call(`GET /v3/chat/retrieve?${chatQuery(chat)}`),
      ).toMatchObject({
        code: 4200,
      });
    });

    test("the chosen answer deleted in HiAgent: Coze shows what is left", async () => {
      const own = await answered("deleted-5");
      const second = await again(own);
      await act(own.client, "delete_message", { MessageID: second });
      expect((await own.answer()).chat_id).toBe(cozeChatId(own.MessageID));
      await act(own.client, "delete_message", { MessageID: own.MessageID });
      expect(await world().coze().messages(own.id)).toEqual([]);
    });
  });

  test("words changed in Coze are what HiAgent shows and what the model sees next", async () => {
    const own = await answered("edited", "the first words");
    const [question, answer] = await world().coze().messages(own.id);
    for (const [message, content] of [
      [question, "better words"],
      [answer, "a better answer"],
    ] as const) {
      const query = `conversation_id=${own.id}&message_id=${message.id}`;
      await world().coze().data(`POST /v1/conversation/message/modify?${query}`, { content });
    }
    expect(await own.lastRound()).toMatchObject({
      Query: "better words",
      AnswerInfo: { Answer: "a better answer" },
    });
    await askHiagent(own.client, own.AppConversationID, "go on");
    expect(world().lastMessages()).toEqual([
      { role: "user", content: "better words" },
      { role: "assistant", content: "a better answer" },
      { role: "user", content: "go on" },
    ]);
  });
});
