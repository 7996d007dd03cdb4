import { describe, expect, test } from "vitest";
import { userMessage } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import {
  askCoze,
  askHiagent,
  cozeConversationId,
  hiagentConversationId,
  SHOP_KEY,
  told,
  useFamilyWorld,
} from "./world.ts";

const CAT = "https://pictures.example/cat.png?sign=1";
const REPORT = "https://files.example/report.pdf";

describe.each(engines)("Files and inserted messages in two families on $name", (engine) => {
  const world = useFamilyWorld(engine);

  test("files of HiAgent are the parts of an object string in Coze", async () => {
    const client = world().hiagent("files-1");
    const AppConversationID = await client.newConversation();
    const Files = [
      { Url: CAT, Name: "cat.png", Size: 12 },
      { Url: REPORT, Name: "report.pdf", Size: 34 },
    ];
    await askHiagent(client, AppConversationID, "what is this", { QueryExtends: { Files } });
    const [question, answer] = await world().coze().messages(cozeConversationId(AppConversationID));
    expect(question).toMatchObject({ role: "user", type: "question", content_type: "object_string" });
    expect(JSON.parse(question.content)).toEqual([
      { type: "text", text: "what is this" },
      { type: "image", file_url: CAT },
      { type: "file", file_url: REPORT },
    ]);
    expect(answer.content_type).toBe("text");
  });

  test("an object string of Coze is a question with files in HiAgent, and a picture for the model", async () => {
    const parts = [
      { type: "text", text: "and this" },
      { type: "image", file_url: CAT },
      { type: "file", file_url: REPORT },
    ];
    const { chat } = await askCoze(world().coze(), {
      ...{ botId: world().botId, userId: "files-2", question: "" },
      more: {
        additional_messages: [
          { role: "user", content: JSON.stringify(parts), content_type: "object_string" },
        ],
      },
    });
    const seen = JSON.stringify(world().lastMessages());
    const client = world().hiagent("files-2");
    const AppConversationID = hiagentConversationId(chat.conversation_id);
    const [round] = await client.history(AppConversationID);
    expect(round).toMatchObject({
      Query: "and this",
      QueryExtends: {
        Files: [
          { Name: "cat.png", Url: CAT },
          { Name: "report.pdf", Url: REPORT },
        ],
      },
    });
    expect(seen).toContain(`"image_url":{"url":"${CAT}"}`);

    await askHiagent(client, AppConversationID, "and once more");
    expect(JSON.stringify(world().lastMessages())).toContain(`"image_url":{"url":"${CAT}"}`);
  });

  test("a file uploaded through Coze is named in HiAgent and still seen by the model that HiAgent asks", async () => {
    const coze = world().coze();
    const form = new FormData();
    form.append("file", new File(["退货政策：7 天无理由。"], "政策.txt", { type: "text/plain" }));
    const file = await coze.upload("/v1/files/upload", form);
    const parts = [
      { type: "text", text: "read it" },
      { type: "file", file_id: file.id },
    ];
    const { chat } = await askCoze(coze, {
      ...{ botId: world().botId, userId: "files-3", question: "" },
      more: {
        additional_messages: [
          { role: "user", content: JSON.stringify(parts), content_type: "object_string" },
        ],
      },
    });
    const client = world().hiagent("files-3");
    const AppConversationID = hiagentConversationId(chat.conversation_id);
    const [round] = await client.history(AppConversationID);
    expect(round).toMatchObject({ Query: "read it", QueryExtends: { Files: [{ Name: "政策.txt" }] } });
    await askHiagent(client, AppConversationID, "what does it say?");
    expect(JSON.stringify(world().lastMessages())).toContain("退货政策：7 天无理由。");
    const [question] = await coze.messages(chat.conversation_id);
    expect(JSON.parse(question.content)).toEqual(parts);
  });

  test("messages inserted through Coze reach the model when HiAgent asks, and are no rounds there", async () => {
    const client = world().hiagent("inserted-1");
    const coze = world().coze();
    const AppConversationID = await client.newConversation();
    await askHiagent(client, AppConversationID, "first of all");
    const id = cozeConversationId(AppConversationID);
    const insert = (role: string, content: string) =>
      coze.data(`POST /v1/conversation/message/create?conversation_id=${id}`, {
        ...{ role, content, content_type: "text" },
      });
    await insert("user", "my name is Ming");
    await insert("assistant", "hello Ming");
    await askHiagent(client, AppConversationID, "who am I?");
    expect(world().lastMessages().slice(2)).toEqual([
      { role: "user", content: "my name is Ming" },
      { role: "assistant", content: "hello Ming" },
      { role: "user", content: "who am I?" },
    ]);
    const rounds = await client.history(AppConversationID);
    expect(rounds.map((round) => round.Query)).toEqual(["first of all", "who am I?"]);
    expect(told(await coze.messages(id)).map(([, content]) => content)).toEqual([
      "first of all",
      "你好，this is the upstream.",
      "my name is Ming",
      "hello Ming",
      "who am I?",
      "你好，this is the upstream.",
    ]);
  });

  test("history given with a chat of Coze is what the model sees when HiAgent asks next", async () => {
    const { chat } = await askCoze(world().coze(), {
      ...{ botId: world().botId, userId: "inserted-2", question: "" },
      more: {
        additional_messages: [
          userMessage("I live in Hangzhou"),
          { role: "assistant", type: "answer", content: "noted", content_type: "text" },
          userMessage("remember that"),
        ],
      },
    });
    const client = world().hiagent("inserted-2");
    const AppConversationID = hiagentConversationId(chat.conversation_id);
    await askHiagent(client, AppConversationID, "where do I live?");
    expect(world().lastMessages()).toEqual([
      { role: "user", content: "I live in Hangzhou" },
      { role: "assistant", content: "noted" },
      { role: "user", content: "remember that" },
      { role: "assistant", content: "你好，this is the upstream." },
      { role: "user", content: "where do I live?" },
    ]);
  });

  test("a question inserted through Coze is answered by a chat that brings none, and is then a round", async () => {
    const client = world().hiagent("inserted-3");
    const coze = world().coze();
    const AppConversationID = await client.newConversation();
    const id = cozeConversationId(AppConversationID);
    await coze.data(`POST /v1/conversation/message/create?conversation_id=${id}`, {
      ...{ role: "user", content: "still open", content_type: "text" },
    });
    expect(await client.history(AppConversationID)).toEqual([]);
    const { answer } = await askCoze(coze, {
      ...{ botId: world().botId, userId: "inserted-3", conversationId: id, question: "" },
      more: { additional_messages: [] },
    });
    const rounds = await client.history(AppConversationID);
    expect(rounds.map((round) => [round.Query, round.AnswerInfo.Answer])).toEqual([
      ["still open", answer.content],
    ]);
  });

  describe("the OpenAI door", () => {
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
    const open = async (path: string, body?: object): Promise<any> => {
      const response = await fetch(`${world().url}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${SHOP_KEY}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      expect(response.status).toBe(200);
      return response.json();
    };

    test("opened by the agent's app key asks the same agent and leaves nothing behind in the other families", async () => {
      const models = await open("/v1/models");
      expect(models.data.map((model: { id: string }) => model.id)).toEqual(["shop"]);
      const before = await world().coze().data(`GET /v1/conversations?bot_id=${world().botId}`);
      const completion = await open("/v1/chat/completions", {
        model: "shop",
        user: "door-user",
        messages: [{ role: "user", content: "through the door" }],
      });
      expect(completion.choices[0].message).toMatchObject({
        role: "assistant",
        content: "你好，this is the upstream.",
      });
      expect(world().lastMessages()).toEqual([{ role: "user", content: "through the door" }]);
      const after = await world().coze().data(`GET /v1/conversations?bot_id=${world().botId}`);
      expect(after).toEqual(before);
      const { ConversationList } = (await world().hiagent("door-user").call("get_conversation_list")).body;
      expect(ConversationList).toEqual([]);
    });
  });
});
