import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { plainCalls } from "./plain-calls.ts";
import { type CozeWorld, expectStrictAnswers, openCozeWorld, question } from "./world.ts";

const UNKNOWN = "123456789012345";

/** A message as the Python SDK dumps it: every field it does not have is `null`. */
function dumped(role: "user" | "assistant", content: string) {
  return {
    role,
    type: role === "user" ? "question" : "answer",
    content,
    content_type: "text",
    meta_data: null,
    id: null,
    conversation_id: null,
    section_id: null,
    bot_id: null,
    chat_id: null,
    created_at: null,
    updated_at: null,
  };
}

describe.each(engines)("what the Python and Go SDKs send, on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const { data, codeOf, userId, newBot } = plainCalls(() => world);
  const newConversation = async () =>
    (await data("POST /v1/conversation/create", { body: { bot_id: world.botId("shop") } })).id;

  describe("conversations", () => {
    test("created with nulls, renamed, deleted", async () => {
      const made = await data("POST /v1/conversation/create", {
        body: {
          messages: [dumped("user", "hello"), dumped("assistant", "hi")],
          meta_data: null,
          bot_id: world.botId("shop"),
          name: null,
          connector_id: "",
        },
      });
      expect(made).toMatchObject({ meta_data: {}, connector_id: "1024" });
      const renamed = await data(`PUT /v1/conversations/${made.id}`, { body: { name: "售后 会话" } });
      expect(renamed).toMatchObject({ id: made.id, name: "售后 会话" });
      expect(await data(`GET /v1/conversation/retrieve?conversation_id=${made.id}`)).toMatchObject({
        name: "售后 会话",
      });
      for (const [name, reason] of [
        ["n".repeat(101), "name"],
        ["", "name"],
      ]) {
        const { json } = await world.call(`PUT /v1/conversations/${made.id}`, { body: { name } });
        expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining(reason ?? "") });
      }

      expect((await world.call(`DELETE /v1/conversations/${made.id}`, { as: "member" })).json.code).toBe(
        4200,
      );
      expect(await codeOf(`DELETE /v1/conversations/${made.id}`)).toBe(0);
      expect(await codeOf(`DELETE /v1/conversations/${made.id}`)).toBe(4200);
      expect(await codeOf(`GET /v1/conversation/retrieve?conversation_id=${made.id}`)).toBe(4200);
      const { conversations } = await data(`GET /v1/conversations?bot_id=${world.botId("shop")}`);
      expect(conversations.map((one: { id: string }) => one.id)).not.toContain(made.id);
    });

    test("empty query values and an empty form are nothing", async () => {
      const id = await newConversation();
      const listed = await data(
        `GET /v1/conversations?bot_id=${world.botId("shop")}&page_num=&page_size=&sort_order=&connector_id=`,
      );
      expect(listed.conversations.map((one: { id: string }) => one.id)).toContain(id);
      const cleared = await data(`POST /v1/conversations/${id}/clear`, {
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      expect(cleared.conversation_id).toBe(id);
      const empty = await world.call(`POST /v1/conversation/message/list?conversation_id=${id}`, {
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      expect(empty.json).toMatchObject({ code: 0, data: [], has_more: false });
    });

    test("conversations of another connector stand in lists of their own", async () => {
      const bot_id = world.botId("school");
      const { id } = await data("POST /v1/conversation/create", { body: { bot_id, connector_id: "999" } });
      const ids = async (more: string) =>
        (await data(`GET /v1/conversations?bot_id=${bot_id}${more}`)).conversations.map(
          (one: { id: string }) => one.id,
        );
      expect(await ids("&connector_id=999")).toEqual([id]);
      expect(await ids("")).not.toContain(id);
    });
  });

  describe("messages", () => {
    test("listed, changed and deleted with nulls around what is meant", async () => {
      const id = await newConversation();
      const place = `conversation_id=${id}`;
      const made = await data(`POST /v1/conversation/message/create?${place}`, {
        body: { role: "user", content: "eins", content_type: "text", meta_data: null },
      });
      const list = await world.call(`POST /v1/conversation/message/list?${place}`, {
        body: { order: "desc", chat_id: null, before_id: null, after_id: null, limit: 50 },
      });
      expect(list.json).toMatchObject({ first_id: made.id, last_id: made.id, has_more: false });
      for (const nothing of ["0", "", null]) {
        const same = await world.call(`POST /v1/conversation/message/list?${place}`, {
          body: { before_id: nothing, after_id: nothing },
        });
        expect(same.json.data).toHaveLength(1);
      }
      const { json } = await world.call(
        `POST /v1/conversation/message/modify?${place}&message_id=${made.id}`,
        { body: { content: null, content_type: null, meta_data: { k: "v" } } },
      );
      expect(json.message).toMatchObject({ id: made.id, content: "eins", meta_data: { k: "v" } });
      expect(await data(`POST /v1/conversation/message/delete?${place}&message_id=${made.id}`)).toMatchObject(
        {
          id: made.id,
        },
      );
    });

    test("include_middle_message lists what stands between question and answer", async () => {
      const chat = await chatOf("图书馆几点闭馆", "library");
      const place = `conversation_id=${chat.conversation_id}`;
      const types = async (body: object) =>
        (await world.call(`POST /v1/conversation/message/list?${place}`, { body })).json.data.map(
          (one: { type: string }) => one.type,
        );
      expect(await types({ order: "asc" })).toEqual(["question", "answer"]);
      expect(await types({ order: "asc", include_middle_message: true })).toEqual([
        "question",
        "knowledge",
        "answer",
        "verbose",
      ]);
    });
  });

  /** A chat as Python creates and polls it. */
  async function chatOf(text: string, slug: "shop" | "library" = "shop") {
    const { id, conversation_id } = await data("POST /v3/chat?conversation_id=", {
      body: {
        bot_id: world.botId(slug),
        user_id: "py",
        additional_messages: [dumped("user", text)],
        stream: false,
        custom_variables: null,
        auto_save_history: true,
        conversation_id: null,
        meta_data: null,
        parameters: null,
        enable_card: null,
        publish_status: null,
        bot_version: null,
      },
    });
    return eventually(async () => {
      const chat = await data(`POST /v3/chat/retrieve?conversation_id=${conversation_id}&chat_id=${id}`);
      expect(chat.status).toBe("completed");
      return chat as { id: string; conversation_id: string };
    });
  }

  describe("chats", () => {
    test("Python: nulls and an empty conversation_id; a POST without a body retrieves", async () => {
      const chat = await chatOf("hello from Python");
      const messages = await data(
        `GET /v3/chat/message/list?conversation_id=${chat.conversation_id}&chat_id=${chat.id}`,
      );
      expect(messages.map((one: { type: string }) => one.type)).toEqual(["answer", "verbose"]);
    });

    test("Go: connector_id in the body, GET retrieves, streams and cancels", async () => {
      const body = {
        bot_id: world.botId("shop"),
        user_id: "go",
        additional_messages: [question("hello from Go")],
        stream: true,
        auto_save_history: true,
        connector_id: "1024",
      };
      const streamed = await world.call("POST /v3/chat", { body });
      expect(streamed.body).toMatch(/event:done\ndata:"\[DONE\]"\n\n$/);
      const { json } = await world.call("POST /v3/chat", {
        body: { ...body, stream: false, connector_id: "" },
      });
      const { id, conversation_id } = json.data;
      await eventually(async () => {
        const chat = await data(`GET /v3/chat/retrieve?conversation_id=${conversation_id}&chat_id=${id}`);
        expect(chat.status).toBe("completed");
      });
      expect(await codeOf("POST /v3/chat/cancel", { body: { conversation_id, chat_id: id } })).toBe(4104);
    });

    test("ids may come as numbers, and none above 2^53 is taken for another", async () => {
      const { id, conversation_id } = await chatOf("ids as numbers");
      const cancel = (chat_id: string) =>
        codeOf("POST /v3/chat/cancel", {
          body: `{"conversation_id":${conversation_id},"chat_id":${chat_id}}`,
        });
      expect(await cancel(id)).toBe(4104);
      expect(await cancel("7404830425073352713")).toBe(4200);
      const big = `{"space_id":${world.spaceId},"name":"n","icon_file_id":7404830425073352713}`;
      expect(await codeOf("POST /v1/bot/create", { body: big })).toBe(4200);
      expect(await codeOf(`GET /v1/bots/7404830425073352713`)).toBe(4200);
    });

    test("a connector it is not published to gets what is on the API channel", async () => {
      const { json } = await world.call("POST /v3/chat", {
        body: {
          bot_id: world.botId("shop"),
          user_id: "go",
          additional_messages: [question("x")],
          connector_id: "999",
        },
      });
      expect(json.code).toBe(0);
    });
  });

  describe("feedback", () => {
    test("like, unlike with reasons and a comment, and back to nothing", async () => {
      const chat = await chatOf("rate me");
      const { json } = await world.call(
        `POST /v1/conversation/message/list?conversation_id=${chat.conversation_id}`,
      );
      const [answered, asked] = json.data as { id: string; type: string }[];
      const path = (messageId = "", conversation = chat.conversation_id) =>
        `/v1/conversations/${conversation}/messages/${messageId}/feedback` as const;
      for (const body of [
        { feedback_type: "like" },
        { feedback_type: "unlike", reason_types: ["不准确", "太长"], comment: "说得不对" },
        { feedback_type: "unlike", reason_types: null, comment: null },
      ]) {
        const reply = await world.call(`POST ${path(answered?.id)}`, { body });
        expect([body, reply.json.code]).toEqual([body, 0]);
      }
      expect(await codeOf(`DELETE ${path(answered?.id)}`)).toBe(0);

      for (const [body, field] of [
        [{}, "feedback_type"],
        [{ feedback_type: "meh" }, "feedback_type"],
        [{ feedback_type: "like", comment: "c".repeat(251) }, "comment"],
        [{ feedback_type: "like", reason_types: Array(11).fill("r") }, "reason_types"],
        [{ feedback_type: "like", reason_types: ["r".repeat(31)] }, "reason_types"],
      ] as const) {
        const reply = await world.call(`POST ${path(answered?.id)}`, { body });
        expect([body, reply.json.code]).toEqual([body, 4000]);
        expect(reply.json.msg).toContain(field);
      }
      const like = { body: { feedback_type: "like" } };
      expect([4000, 4200]).toContain(await codeOf(`POST ${path(asked?.id)}`, like));
      expect(await codeOf(`POST ${path(UNKNOWN)}`, like)).toBe(4200);
      expect(await codeOf(`POST ${path(answered?.id, UNKNOWN)}`, like)).toBe(4200);
      expect(await codeOf(`POST ${path(answered?.id)}`, { ...like, as: "member" })).toBe(4200);
      expect(await codeOf(`DELETE ${path(answered?.id)}`, { as: "member" })).toBe(4200);
    });
  });

  describe("bots", () => {
    test("Python's publish, versions, unpublish", async () => {
      const bot_id = await newBot();
      const first = await data("POST /v1/bot/publish", { body: { bot_id, connector_ids: ["1024"] } });
      await data("POST /v1/bot/update", { body: { bot_id, name: "Py 2", description: "" } });
      const second = await data("POST /v1/bot/publish", { body: { bot_id, connector_ids: ["1024", "999"] } });
      const versions = await data(`GET /v1/bots/${bot_id}/versions?page_num=1&page_size=10`);
      expect(versions).toMatchObject({
        total: 2,
        has_more: false,
        items: [{ version: second.version }, { version: first.version }],
      });
      expect(versions.items[0].creator).toEqual({ id: await userId("owner"), name: "owner" });
      const page = await data(`GET /v1/bots/${bot_id}/versions?page_num=1&page_size=1`);
      expect(page).toMatchObject({ total: 2, has_more: true });

      expect(
        await codeOf(`POST /v1/bots/${bot_id}/unpublish`, {
          body: { bot_id, connector_id: "1024", unpublish_reason: null },
        }),
      ).toBe(0);
      expect(await codeOf(`GET /v1/bot/get_online_info?bot_id=${bot_id}`)).toBe(4015);
      const { json } = await world.call("POST /v3/chat", {
        body: { bot_id, user_id: "py", additional_messages: [dumped("user", "still there?")] },
      });
      expect(json.code).toBe(4015);
      const still = await data(`GET /v1/bots?workspace_id=${world.spaceId}&connector_id=999&page_size=50`);
      expect(still.items.map((bot: { id: string }) => bot.id)).toContain(bot_id);
    });

    test("page_index is page_num, and a page too large is cut, not refused", async () => {
      const list = (more: string) =>
        data(`GET /v1/bots?workspace_id=${world.spaceId}&publish_status=all${more}`);
      const all = await list("&page_size=5000");
      const second = await list("&page_size=2&page_index=2");
      expect(second.items.map((bot: { id: string }) => bot.id)).toEqual(
        all.items.slice(2, 4).map((bot: { id: string }) => bot.id),
      );
      expect(await codeOf(`GET /v1/bots?workspace_id=${world.spaceId}&page_size=0`)).toBe(4000);
    });

    test("Go's create and update with every field, empty or null", async () => {
      const body = {
        space_id: world.spaceId,
        name: "Go",
        description: "",
        icon_file_id: "",
        prompt_info: { prompt: "go prompt" },
        onboarding_info: {},
        model_info_config: null,
      };
      const { bot_id } = await data("POST /v1/bot/create", { body });
      expect(
        await codeOf("POST /v1/bot/update", {
          body: { ...body, bot_id, name: "", prompt_info: null, knowledge: null, onboarding_info: null },
        }),
      ).toBe(0);
      expect(await data(`GET /v1/bots/${bot_id}?is_published=false`)).toMatchObject({
        name: "Go",
        prompt_info: { prompt: "go prompt" },
      });
    });

    test("collaboration: a collaborator may change the agent, and no longer once removed", async () => {
      const bot_id = await newBot("Zusammen");
      const member = await userId("member");
      const rename = (name: string) =>
        codeOf("POST /v1/bot/update", { as: "member", body: { bot_id, name } });
      const mode = (collaboration_mode: string) =>
        codeOf(`POST /v1/bots/${bot_id}/collaboration_mode`, { body: { collaboration_mode } });
      const collaborators = { body: { collaborators: [{ user_id: member }] } };

      expect(await rename("vorher")).toBe(4101);
      expect(await codeOf(`POST /v1/bots/${bot_id}/collaborators`, collaborators)).toBe(4000);
      expect(await mode("collaboration")).toBe(0);
      expect(await codeOf(`POST /v1/bots/${bot_id}/collaborators`, collaborators)).toBe(0);
      expect(await rename("mit")).toBe(0);
      expect(await mode("single")).toBe(4000);
      expect(await codeOf(`DELETE /v1/bots/${bot_id}/collaborators/${member}`)).toBe(0);
      expect(await rename("danach")).toBe(4101);
      expect(await mode("single")).toBe(0);
      expect(await data(`GET /v1/bots/${bot_id}?is_published=false`)).toMatchObject({ name: "mit" });
      expect(await mode("commune")).toBe(4000);
    });
  });
});
