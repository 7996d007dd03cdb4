import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HIAGENT_ACTIONS } from "../../../src/dialects/hiagent/index.ts";
import { engines } from "../../support/engines.ts";
import { postJson, rawCall } from "./raw-call.ts";
import { keyOf, openWorld, type World } from "./world.ts";

const PREFIXES = ["", "/api/proxy/api/v1", "/api/v1", "/api/proxy/chat/v2", "/app/v1"];
const KEY = keyOf("shop");
/** Where the app key may stand. In the second the body holds another one, which the header overrules. */
const KEY_PLACES = [
  { where: "header only", headers: { Apikey: KEY }, body: {} },
  { where: "header and body", headers: { ApiKey: KEY }, body: { AppKey: "some-bot-id" } },
  { where: "body only", headers: {}, body: { AppKey: KEY } },
  { where: "bearer token", headers: { authorization: `Bearer ${KEY}` }, body: {} },
];

describe.each(engines)("HiAgent paths and keys on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine, { ANTIPHON_PATH_PREFIX: "/app/v1" });
  });
  afterAll(() => world.close());

  describe.each(PREFIXES)("under the prefix %j", (prefix) => {
    test.each(KEY_PLACES)("§15.1 create, chat and chat again with the key in: $where", async (place) => {
      const call = (action: string, body: Record<string, unknown>) =>
        postJson(`${world.url}${prefix}/${action}`, { UserID: "u1", ...place.body, ...body }, place.headers);
      const created = await call("create_conversation", {});
      expect(created.status).toBe(200);
      const { AppConversationID } = created.body.Conversation;
      const ask = (Query: string) =>
        call("chat_query_v2", { AppConversationID, Query, ResponseMode: "blocking" });

      const first = await ask("first question");
      expect(first.status).toBe(200);
      expect(first.body).toMatchObject({ event: "message", answer: "你好，this is the upstream." });
      const second = await ask("second question");
      expect(second.body.answer).not.toBe("");
      expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toEqual([
        { role: "user", content: "first question" },
        { role: "assistant", content: first.body.answer },
        { role: "user", content: "second question" },
      ]);
    });
  });

  test("§15.1 on the web-page channel the visitor key, in header or cookie, takes the place of UserID", async () => {
    const base = `${world.url}/api/proxy/chat/v2`;
    const body = { AppKey: KEY };
    const created = await postJson(`${base}/create_conversation`, body, { "app-visitor-key": "visitor-1" });
    expect(created.status).toBe(200);
    const { AppConversationID } = created.body.Conversation;
    const question = { ...body, AppConversationID, Query: "hello", ResponseMode: "blocking" };

    const byCookie = { cookie: "theme=dark; app-visitor-key=visitor-1" };
    expect((await postJson(`${base}/chat_query_v2`, question, byCookie)).status).toBe(200);
    const stranger = await postJson(`${base}/chat_query_v2`, question, { "app-visitor-key": "visitor-2" });
    expect(stranger.body.ResponseMetadata.Error.Code).toBe("ConversationNotFound");
    const nobody = await postJson(`${base}/create_conversation`, body);
    expect(nobody.status).toBe(400);
    expect(nobody.body.ResponseMetadata.Error.Message).toContain("UserID");
  });

  test("the visitor key means nothing under the other prefixes", async () => {
    const reply = await postJson(
      `${world.url}/api/v1/create_conversation`,
      {},
      { apikey: KEY, "app-visitor-key": "v" },
    );
    expect(reply.status).toBe(400);
    expect(reply.body.ResponseMetadata.Error.Message).toContain("UserID");
  });

  test.each([
    "//create_conversation",
    "/create_conversation/",
    "//api/proxy//api/v1//create_conversation//",
    "/api/proxy/api/v1/create_conversation?lang=zh",
    "/CreateConversation",
    "/api/v1/CreateConversation/",
    "/create_conversion",
    "/CreateConversion",
  ])("§15.1 the path %s creates a conversation", async (path) => {
    const reply = await postJson(world.url + path, { UserID: "u1" }, { apikey: KEY });
    expect(reply.status).toBe(200);
    expect(reply.body.Conversation.AppConversationID).toMatch(/^[0-9a-v]{20}$/);
  });

  test.each(["get_app_config_preview", "GetAppConfigPreview", "get_app", "GetApp"])(
    "§1.1 %s shows the app",
    async (name) => {
      const reply = await postJson(`${world.url}/${name}`, { UserID: "u1" }, { apikey: KEY });
      expect(reply.body.Name).toBe("商城客服");
    },
  );

  test("§1.1 every action answers under its CamelCase name too", async () => {
    for (const { name } of HIAGENT_ACTIONS) {
      const camel = name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      const reply = await postJson(`${world.url}/api/v1/${camel}`, {});
      expect([name, reply.status]).toEqual([name, 401]);
    }
  });

  test("§1.1 reads also answer GET, with a JSON body or with query parameters", async () => {
    const client = world.client();
    const id = await client.newConversation();
    await client.call("chat_query_v2", { AppConversationID: id, Query: "hello", ResponseMode: "blocking" });
    const [round] = await client.history(id);
    const MessageID = round.AnswerInfo.MessageID;

    const byBody = await rawCall(`${world.url}/api/proxy/api/v1/get_message_info`, {
      method: "GET",
      headers: { apikey: KEY, "content-type": "application/json" },
      body: JSON.stringify({ UserID: "u1", MessageID }),
    });
    expect(byBody.status).toBe(200);
    expect(byBody.body.MessageInfo.AnswerInfo.MessageID).toBe(MessageID);

    const query = new URLSearchParams({ AppKey: KEY, UserID: "u1", AppConversationID: id, Limit: "1" });
    const byQuery = await rawCall(`${world.url}/get_conversation_messages?${query}`, { method: "GET" });
    expect(byQuery.status).toBe(200);
    expect(byQuery.body.Messages).toHaveLength(1);
  });

  test("§1.1 actions that change something do not answer GET", async () => {
    const query = new URLSearchParams({ AppKey: KEY, UserID: "u1" });
    const reply = await rawCall(`${world.url}/api/v1/create_conversation?${query}`, { method: "GET" });
    expect(reply.status).toBe(404);
    expect((await world.client().call("get_conversation_list")).status).toBe(200);
  });

  test("§1.1 the body is read as JSON whatever the content type says, and Accept decides nothing", async () => {
    const client = world.client();
    const id = await client.newConversation();
    const question = { UserID: "u1", AppConversationID: id, Query: "hello" };
    const streamed = await rawCall(`${world.url}/chat_query_v2`, {
      headers: { apikey: KEY, "content-type": "text/plain", accept: "application/json" },
      body: JSON.stringify(question),
    });
    expect(streamed.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    const blocking = await rawCall(`${world.url}/chat_query_v2`, {
      headers: {
        apikey: KEY,
        "content-type": "application/x-www-form-urlencoded",
        accept: "text/event-stream",
      },
      body: JSON.stringify({ ...question, ResponseMode: "blocking" }),
    });
    expect(blocking.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(blocking.body.answer).not.toBe("");
  });
});
