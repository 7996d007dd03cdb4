import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerOf, type CozeStream, userMessage } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import { type AgentSlug, type ChatWorld, openChatWorld } from "./chat-world.ts";

describe.each(engines)("Coze conversations on $name", (engine) => {
  let world: ChatWorld;

  beforeAll(async () => {
    world = await openChatWorld(engine);
  });

  afterAll(() => world.close());

  function ask(
    conversationId: string,
    agent: AgentSlug,
    text: string,
    more: object = {},
  ): Promise<CozeStream> {
    return world.coze().stream(`POST /v3/chat?conversation_id=${conversationId}`, {
      bot_id: world.botId(agent),
      user_id: "u-1",
      additional_messages: [userMessage(text)],
      ...more,
    });
  }

  async function created(body: object = {}) {
    return world.coze().data("POST /v1/conversation/create", body);
  }

  function list(agent: AgentSlug, more = "") {
    return world.coze().data(`GET /v1/conversations?bot_id=${world.botId(agent)}${more}`);
  }

  test("one made without a bot becomes the first bot's, and no other bot may speak in it", async () => {
    const { id } = await created();
    expect((await list("school")).conversations).not.toContainEqual(expect.objectContaining({ id }));
    await (await ask(id, "school", "你好")).all();
    expect((await list("school")).conversations).toContainEqual(expect.objectContaining({ id }));
    expect(
      await world.coze().call(`POST /v3/chat?conversation_id=${id}`, {
        bot_id: world.botId("shop"),
        user_id: "u-1",
        additional_messages: [userMessage("你好")],
      }),
    ).toMatchObject({ code: 4000, msg: expect.stringContaining("conversation_id") });
  });

  test("a chat without a conversation begins one, which is listed with its connector", async () => {
    const { conversation_id: id } = await world.coze().data("POST /v3/chat", {
      bot_id: world.botId("school"),
      user_id: "u-2",
      additional_messages: [userMessage("新会话")],
    });
    const conversation = await world.coze().data(`GET /v1/conversation/retrieve?conversation_id=${id}`);
    expect(conversation).toMatchObject({
      id,
      name: "",
      connector_id: "1024",
      meta_data: {},
      last_section_id: expect.stringMatching(/^\d+$/),
      creator_id: expect.stringMatching(/^\d+$/),
    });
    expect((await list("school")).conversations).toContainEqual(conversation);
  });

  test("a refused chat begins none", async () => {
    const before = (await list("shop")).conversations.length;
    for (const wrong of [
      { additional_messages: [] },
      { additional_messages: [{ role: "assistant", content: "?", content_type: "text" }] },
      { shortcut_command: { command_id: "none" } },
      { bot_version: "1" },
      { bot_version: "1", publish_status: "unpublished_draft" },
      { auto_save_history: false },
    ]) {
      const answer = await world.coze().call("POST /v3/chat", {
        bot_id: world.botId("shop"),
        user_id: "u-1",
        additional_messages: [userMessage("x")],
        ...wrong,
      });
      expect([wrong, answer.code >= 4000]).toEqual([wrong, true]);
    }
    expect((await list("shop")).conversations).toHaveLength(before);
  });

  test("several users may speak in one conversation, each with values of its own", async () => {
    const { id } = await created({ bot_id: world.botId("shop") });
    for (const [user_id, name] of [
      ["u-1", "安娜"],
      ["u-2", "鲍勃"],
    ]) {
      const stream = await ask(id, "shop", `我是${name}`, { user_id, custom_variables: { name } });
      expect(answerOf(await stream.all())).not.toBe("");
      expect(world.upstream.requests.at(-1)?.body.messages[0]?.content).toContain(`称呼用户为 ${name}`);
    }
    expect(await world.coze().messages(id)).toHaveLength(4);
  });

  test("the place of the user is told where the bot asks for it, and nowhere else", async () => {
    const { id } = await created({ bot_id: world.botId("shop") });
    const extra_params = { latitude: "39.9", longitude: "116.3" };
    await (await ask(id, "shop", "我在哪？", { extra_params })).all();
    const prompt = world.upstream.requests.at(-1)?.body.messages[0]?.content;
    expect(prompt).toContain("北纬 39.9");
    expect(prompt).not.toContain("116.3");
  });

  test("the draft of an unpublished bot may be chatted with on demand", async () => {
    const chat = {
      bot_id: world.botId("unpublished"),
      user_id: "u-1",
      additional_messages: [userMessage("草稿？")],
    };
    expect(await world.coze().call("POST /v3/chat", chat)).toMatchObject({ code: 4015 });
    const draft = await world.coze().data("POST /v3/chat", { ...chat, publish_status: "unpublished_draft" });
    expect((await world.coze().polled(draft)).status).toBe("completed");
  });

  test("names of 100 characters pass, of 101 do not, and a missing one is named", async () => {
    const { id } = await created();
    const rename = (name: unknown) => world.coze().call(`PUT /v1/conversations/${id}`, { name });
    expect(await rename("名".repeat(100))).toMatchObject({ code: 0, data: { name: "名".repeat(100) } });
    for (const name of ["名".repeat(101), "", null, 7]) {
      expect(await rename(name)).toMatchObject({ code: 4000, msg: expect.stringContaining("name") });
    }
    expect(await world.coze().data(`GET /v1/conversation/retrieve?conversation_id=${id}`)).toMatchObject({
      name: "名".repeat(100),
    });
  });

  test("a deleted conversation is gone for everything", async () => {
    const { id } = await created({ bot_id: world.botId("shop"), messages: [userMessage("在吗")] });
    expect(await world.coze().call(`DELETE /v1/conversations/${id}`)).toMatchObject({ code: 0 });
    for (const answer of [
      await world.coze().call(`GET /v1/conversation/retrieve?conversation_id=${id}`),
      await world.coze().call(`DELETE /v1/conversations/${id}`),
      await world.coze().call(`PUT /v1/conversations/${id}`, { name: "x" }),
      await world.coze().call(`POST /v1/conversations/${id}/clear`),
      await world.coze().call(`POST /v1/conversation/message/list?conversation_id=${id}`),
      await world.coze().call(`POST /v3/chat?conversation_id=${id}`, {
        bot_id: world.botId("shop"),
        user_id: "u-1",
      }),
    ]) {
      expect(answer).toMatchObject({ code: 4200 });
    }
  });

  test("a question from before a new section is none to answer", async () => {
    const { id } = await created({ bot_id: world.botId("shop"), messages: [userMessage("旧问题")] });
    const section = await world.coze().data(`POST /v1/conversations/${id}/clear`);
    expect(section).toMatchObject({ conversation_id: id });
    const chat = { bot_id: world.botId("shop"), user_id: "u-1" };
    expect(await world.coze().call(`POST /v3/chat?conversation_id=${id}`, chat)).toMatchObject({
      code: 4000,
      msg: expect.stringContaining("additional_messages"),
    });
    const events = await (await ask(id, "shop", "新问题")).all();
    expect(events[0]?.data.section_id).toBe(section.id);
  });
});
