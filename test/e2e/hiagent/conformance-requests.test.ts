import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { postJson } from "./raw-call.ts";
import { keyOf, openWorld, type World } from "./world.ts";

const KEY = keyOf("shop");

describe.each(engines)("HiAgent request reading on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const post = (action: string, body: unknown) => postJson(`${world.url}/${action}`, body, { apikey: KEY });
  const newConversation = async () => world.client().newConversation({ name: "小明" });

  test("§15.10 keys match in any case, at every depth", async () => {
    const created = await post("create_conversation", {
      userid: "u1",
      INPUTS: { name: "小红" },
      conversationname: "x",
    });
    expect(created.status).toBe(200);
    expect(created.body.Conversation.ConversationName).toBe("x");
    const AppConversationID = created.body.Conversation.AppConversationID;
    const chat = await post("chat_query_v2", {
      UserId: "u1",
      appconversationid: AppConversationID,
      query: "hello",
      responsemode: "blocking",
      queryextends: { files: [{ url: "http://127.0.0.1/a.pdf", NAME: "a.pdf" }] },
    });
    expect(chat.status).toBe(200);
    const history = await post("get_conversation_messages", {
      userID: "u1",
      appConversationId: AppConversationID,
      limit: 5,
    });
    expect(history.body.Messages[0].QueryExtends.Files[0]).toMatchObject({
      Url: "http://127.0.0.1/a.pdf",
      Name: "a.pdf",
    });
    expect(history.body.Messages[0].Inputs).toEqual({ name: "小红" });
  });

  test("§15.10 an exact key wins over one in another case, wherever it stands", async () => {
    const AppConversationID = await newConversation();
    for (const body of [
      { UserID: "u1", query: "wrong", Query: "right" },
      { UserID: "u1", Query: "right", query: "wrong" },
      { userid: "nobody", UserID: "u1", Query: "right" },
    ]) {
      const reply = await post("chat_query_v2", { ...body, AppConversationID, ResponseMode: "blocking" });
      expect(reply.status).toBe(200);
    }
    const rounds = await world.client().history(AppConversationID);
    expect(rounds.map((round) => round.Query)).toEqual(["right", "right", "right"]);
  });

  test("§15.10 null optionals are absent and unknown fields are ignored", async () => {
    const created = await post("create_conversation", {
      UserID: "u1",
      AppKey: null,
      Inputs: null,
      ConversationName: null,
    });
    expect(created.status).toBe(200);
    const chat = await post("chat_query_v2", {
      UserID: "u1",
      AppConversationID: created.body.Conversation.AppConversationID,
      Query: "hello",
      QueryExtends: null,
      PubAgentJump: null,
      ResponseMode: "blocking",
      AppID: "x",
      Apikey: "x",
      UserName: { any: "thing" },
      Inputs: null,
      IsStream: [1],
    });
    expect(chat.status).toBe(200);
    const files = { QueryExtends: { Files: null } };
    const again = await post("chat_query_v2", {
      UserID: "u1",
      AppConversationID: created.body.Conversation.AppConversationID,
      Query: "hello",
      ...files,
      ResponseMode: "blocking",
    });
    expect(again.status).toBe(200);
    const rounds = await world.client().history(created.body.Conversation.AppConversationID);
    for (const round of rounds) expect(round).not.toHaveProperty("QueryExtends");
  });

  test("§15.10 a missing Limit is 100, 200 is clamped to 100, 0 and less are refused, numeric strings count", async () => {
    const AppConversationID = await newConversation();
    for (const Query of ["one", "two", "three"]) {
      await post("chat_query_v2", { UserID: "u1", AppConversationID, Query, ResponseMode: "blocking" });
    }
    const rounds = async (limit: object) => {
      const reply = await post("get_conversation_messages", { UserID: "u1", AppConversationID, ...limit });
      expect(reply.status).toBe(200);
      return reply.body.Messages.length;
    };
    expect(await rounds({})).toBe(3);
    expect(await rounds({ Limit: null })).toBe(3);
    expect(await rounds({ Limit: 200 })).toBe(3);
    expect(await rounds({ Limit: "2" })).toBe(2);
    expect(await rounds({ Limit: 1 })).toBe(1);
    for (const Limit of [0, -1, "0", 1.5, "many", true]) {
      const reply = await post("get_conversation_messages", { UserID: "u1", AppConversationID, Limit });
      expect([Limit, reply.status]).toEqual([Limit, 400]);
      expect(reply.body.ResponseMetadata.Error.Message).toContain("Limit");
    }
  });

  test("§15.10 Limit 200 returns the latest hundred rounds", { timeout: 60_000 }, async () => {
    const AppConversationID = await newConversation();
    const agentOnly = { UserID: "u1", AppConversationID, ResponseMode: "blocking" };
    for (let number = 0; number < 102; number++) {
      const reply = await postJson(
        `${world.url}/chat_query_v2`,
        { ...agentOnly, Query: `question ${number}` },
        { apikey: KEY },
      );
      expect(reply.status).toBe(200);
    }
    const rounds = await world.client().history(AppConversationID, 200);
    expect(rounds).toHaveLength(100);
    expect(rounds[0].Query).toBe("question 2");
    expect(rounds.at(-1).Query).toBe("question 101");
  });

  test.each(["u", "x".repeat(20), "campus-gateway", "web_user_ab12cd34", "a b", "user@example.com"])(
    "§15.11 the UserID %j is accepted",
    async (UserID) => {
      expect((await post("create_conversation", { UserID })).status).toBe(200);
    },
  );

  test.each([
    ["empty", ""],
    ["white space", "   "],
    ["21 characters", "x".repeat(21)],
    ["Chinese", "用户"],
    ["an emoji", "u😀"],
    ["a control character", "a\u0007b"],
    ["a line break", "a\nb"],
    ["NUL", "a\u0000"],
    ["DEL", "a\u007f"],
    ["a C1 control character", "a\u0085b"],
    ["a lone surrogate", "\ud800"],
    ["a number", 7],
    ["an object", {}],
    ["a list", ["u1"]],
    ["null", null],
    ["missing", undefined],
  ])("§15.11 a UserID that is %s is refused with the field's name", async (_, UserID) => {
    const reply = await post("create_conversation", { UserID });
    expect(reply.status).toBe(400);
    expect(reply.body.ResponseMetadata.Error).toMatchObject({
      Code: "InvalidParameter",
      Message: expect.stringContaining("UserID"),
      Data: null,
    });
    expect(reply.body.BaseResp).toMatchObject({ StatusCode: 400 });
  });

  test("§15.11 get_app_config_preview takes any UserID or none", async () => {
    for (const UserID of ["", "x".repeat(50), "用户", 7, null, undefined, {}]) {
      const reply = await post("get_app_config_preview", { UserID });
      expect([UserID, reply.status]).toEqual([UserID, 200]);
    }
  });

  test("§3.1 numbers and booleans become text, nulls are dropped, objects are refused, unknown keys are kept", async () => {
    const inputs = { name: 7, note: true, extra: "kept", nothing: null };
    const created = await post("create_conversation", { UserID: "u1", Inputs: inputs });
    const { AppConversationID } = created.body.Conversation;
    const read = await post("get_conversation_inputs", { UserID: "u1", AppConversationID });
    expect(read.body.Inputs).toEqual({ name: "7", note: "true", extra: "kept" });
    for (const value of [{}, [], ["a"]]) {
      const reply = await post("create_conversation", { UserID: "u1", Inputs: { name: value } });
      expect(reply.status).toBe(400);
      expect(reply.body.ResponseMetadata.Error.Message).toContain("Inputs.name");
    }
  });

  test("§3.7 get_conversation_inputs without an id reads the latest conversation, and needs one", async () => {
    const client = world.client("shop", { userId: "inputs-latest" });
    const none = await client.call("get_conversation_inputs");
    expect(none.status).toBe(400);
    await client.newConversation({ name: "first" });
    await client.newConversation({ name: "second" });
    expect((await client.call("get_conversation_inputs")).body.Inputs).toEqual({ name: "second" });
  });

  test("§3.8 update_conversation renames, merges values, and leaves alone what is empty", async () => {
    const client = world.client("shop", { userId: "updater" });
    const AppConversationID = await client.newConversation({ name: "小明", tone: "正式" });
    const state = async () => {
      const inputs = await client.call("get_conversation_inputs", { AppConversationID });
      const list = await client.call("get_conversation_list");
      return [list.body.ConversationList[0].ConversationName, inputs.body.Inputs];
    };
    expect(await state()).toEqual(["新的会话", { name: "小明", tone: "正式" }]);
    const update = (body: object) => client.call("update_conversation", { AppConversationID, ...body });
    expect((await update({ ConversationName: "改名", Inputs: {} })).status).toBe(200);
    expect(await state()).toEqual(["改名", { name: "小明", tone: "正式" }]);
    expect((await update({ ConversationName: "", Inputs: { tone: "随和" } })).status).toBe(200);
    expect(await state()).toEqual(["改名", { name: "小明", tone: "随和" }]);
    expect((await update({ Inputs: { name: "x".repeat(9) } })).status).toBe(400);
    expect(await state()).toEqual(["改名", { name: "小明", tone: "随和" }]);
  });

  test("§3.6 the list is newest activity first, pinned first, and tells empty conversations", async () => {
    const client = world.client("shop", { userId: "lister" });
    expect((await client.call("get_conversation_list")).body.ConversationList).toEqual([]);
    const [first, second, third] = [
      await client.newConversation(),
      await client.newConversation(),
      await client.newConversation(),
    ];
    const order = async () =>
      (await client.call("get_conversation_list")).body.ConversationList.map(
        (one: { AppConversationID: string }) => one.AppConversationID,
      );
    expect(await order()).toEqual([third, second, first]);
    const ask = { AppConversationID: first, Query: "hello", ResponseMode: "blocking" };
    await client.call("chat_query_v2", ask);
    expect(await order()).toEqual([first, third, second]);
    await client.call("set_conversation_top", { AppConversationID: second });
    expect(await order()).toEqual([second, first, third]);
    await client.call("cancel_conversation_top", { AppConversationID: second });
    expect(await order()).toEqual([first, third, second]);
    const { ConversationList } = (await client.call("get_conversation_list")).body;
    expect(ConversationList[0]).toMatchObject({
      EmptyConversation: false,
      LastChatTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      CreateTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    });
    expect(ConversationList[1]).toMatchObject({ EmptyConversation: true, LastChatTime: "" });
  });
});

describe.each(engines)("HiAgent request settings on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine, {
      ANTIPHON_HIAGENT_USER_ID_MAX_LENGTH: "26",
      ANTIPHON_HIAGENT_USER_ID_ASCII: "false",
      ANTIPHON_TIME_ZONE_OFFSET: "-05:30",
    });
  });
  afterAll(() => world.close());

  test("§1.4 longer UserIDs and other alphabets can be allowed, control characters never", async () => {
    const create = (UserID: string) => world.client("shop", { userId: UserID }).call("create_conversation");
    for (const userId of ["01K8Z6R2M4T7V9X0C3E5G7J9PN", "用户一号", "😀".repeat(26)]) {
      expect([userId, (await create(userId)).status]).toEqual([userId, 200]);
    }
    for (const userId of ["x".repeat(27), "😀".repeat(27), "a\u0000", "a\u0085", "a\nb", "  ", "\u3000"]) {
      expect([userId, (await create(userId)).status]).toEqual([userId, 400]);
    }
  });

  test("§1.6 conversation times are local times of the configured zone", async () => {
    const client = world.client("shop", { userId: "clock" });
    const before = Date.now();
    const AppConversationID = await client.newConversation();
    await client.call("chat_query_v2", { AppConversationID, Query: "hello", ResponseMode: "blocking" });
    const after = Date.now();
    const [conversation] = (await client.call("get_conversation_list")).body.ConversationList;
    for (const text of [conversation.CreateTime, conversation.LastChatTime]) {
      const time = Date.parse(`${text.replace(" ", "T")}-05:30`);
      expect(time).toBeGreaterThanOrEqual(before - 1_000);
      expect(time).toBeLessThanOrEqual(after);
    }
  });
});
