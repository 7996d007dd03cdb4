import { describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { aSession, LIBRARY_TEXT, rowOf, useInsightWorld } from "./world.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(engines)("messages of Insight on $name", (engine) => {
  const world = useInsightWorld(engine);
  const shop = () => ({ botId: world().botId("shop"), sessionId: aSession("chat") });

  test.each(["/openapi", "/api/openapi"])(
    "a bare text below %s is answered with everything documented",
    async (prefix) => {
      const { teach, client } = world();
      teach("几点开门", ["九点", "开门。"]);
      const reply = await client("chat", prefix).call("POST /bot/message", {
        ...shop(),
        message: "几点开门？",
      });
      expect(reply.status).toBe(200);
      const requestId = reply.headers.get("x-request-id");
      expect(reply.body).toEqual({
        code: 0,
        data: {
          message: "九点开门。",
          handover: false,
          domain: "",
          msgId: expect.stringMatching(UUID),
          references: [],
          fileUrls: [],
          execId: expect.stringMatching(UUID),
          outputActions: [{ type: "send-text-message", status: "send", payload: { text: "九点开门。" } }],
        },
        requestId,
      });
    },
  );

  test("a session is made on first use and remembers what was said", async () => {
    const { insight, teach, told } = world();
    const session = shop();
    teach("我叫小王", ["你好，小王。"]);
    teach("我叫什么", ["小王。"]);
    await insight.ask({ ...session, message: { type: "text", text: "我叫小王" } });
    const { message } = await insight.ask({ ...session, message: "我叫什么？" });
    expect(message).toBe("小王。");
    expect(told("我叫什么")).toEqual([
      { role: "user", content: "我叫小王" },
      { role: "assistant", content: "你好，小王。" },
      { role: "user", content: "我叫什么？" },
    ]);
  });

  test("a history that comes along replaces what is stored, for this call only", async () => {
    const { insight, told } = world();
    const session = shop();
    await insight.ask({ ...session, message: "第一句" });
    const history = [
      { text: "要退货", isSelf: false },
      { text: "请说订单号", isSelf: true },
    ];
    await insight.ask({ ...session, message: "带着历史", history });
    expect(told("带着历史")).toEqual([
      { role: "user", content: "要退货" },
      { role: "assistant", content: "请说订单号" },
      { role: "user", content: "带着历史" },
    ]);
    await insight.ask({ ...session, message: "没有历史", history: [] });
    expect(told("没有历史")).toEqual([{ role: "user", content: "没有历史" }]);
    await insight.ask({ ...session, message: "回到从前" });
    expect(told("回到从前").filter((message) => (message as { role: string }).role === "user")).toEqual(
      ["第一句", "带着历史", "没有历史", "回到从前"].map((content) => ({ role: "user", content })),
    );
  });

  test.each([
    {
      message: { type: "image", imageUrl: "https://files.example/a.png", text: "这是什么" },
      trigger: {
        triggerType: "receive-image-message",
        receiveImageMessage: { imageUrl: "https://files.example/a.png", text: "这是什么", role: "user" },
      },
      told: [
        { type: "text", text: "这是什么" },
        { type: "image_url", image_url: { url: "https://files.example/a.png" } },
      ],
    },
    {
      message: { type: "audio", audioUrl: "https://files.example/a.mp3" },
      trigger: {
        triggerType: "receive-audio-message",
        receiveAudioMessage: { audioUrl: "https://files.example/a.mp3", role: "user" },
      },
      told: "[file] https://files.example/a.mp3",
    },
    {
      message: { type: "video", videoUrl: "https://files.example/a.mp4" },
      trigger: {
        triggerType: "receive-video-message",
        receiveVideoMessage: { videoUrl: "https://files.example/a.mp4", role: "user" },
      },
      told: "[file] https://files.example/a.mp4",
    },
    {
      message: { type: "file", fileUrl: "https://files.example/a.pdf", fileName: "合同.pdf" },
      trigger: {
        triggerType: "receive-file-message",
        receiveFileMessage: { fileUrl: "https://files.example/a.pdf", fileName: "合同.pdf", role: "user" },
      },
      told: "[合同.pdf] https://files.example/a.pdf",
    },
    {
      message: { type: "other", rawContent: '{"lat":39.9}' },
      trigger: {
        triggerType: "receive-other-message",
        receiveOtherMessage: { rawContent: '{"lat":39.9}', role: "user" },
      },
      told: '{"lat":39.9}',
    },
  ])("a message of type $message.type is the trigger of that type, and told to the model", async (sample) => {
    const { insight, upstream } = world();
    const session = shop();
    const { execId } = await insight.ask({ ...session, message: sample.message });
    const { content } = upstream.requests.at(-1)?.body.messages.at(-1) ?? {};
    expect(content).toEqual(sample.told);
    const row = await rowOf(insight, session.botId, execId);
    expect(row.rawTrigger).toEqual({
      ...sample.trigger,
      sessionId: session.sessionId,
      triggerSource: "api",
    });
  });

  test("who wrote, to whom and where stands in the trigger, and whose the session is", async () => {
    const { insight, hiagent } = world();
    const session = shop();
    const about = {
      contactId: `c-${session.sessionId}`.slice(0, 20),
      receiverId: "im-7",
      roomId: "room-42",
      customAttrs: [{ name: "vip", value: true }],
      messageId: "m-1",
    };
    const { execId } = await insight.ask({ ...session, ...about, message: "你好" });
    const row = await rowOf(insight, session.botId, execId);
    expect(row.rawTrigger.receiveTextMessage).toEqual({ text: "你好", role: "user", ...about });
    const list = await hiagent(about.contactId).call("get_conversation_list");
    expect(list.body.ConversationList).toHaveLength(1);
  });

  test("values are kept with the session and known to the prompt", async () => {
    const { insight, asked } = world();
    const session = shop();
    const prompt = (question: string) => asked(question).at(-1)?.body.messages[0]?.content;
    await insight.ask({ ...session, message: "值一", variables: { name: "小李", level: 3 } });
    expect(prompt("值一")).toContain("称呼用户为 小李");
    await insight.ask({ ...session, message: "值二" });
    expect(prompt("值二")).toContain("称呼用户为 小李");
    await insight.ask({ ...session, message: "值三", variables: { name: "老李" } });
    expect(prompt("值三")).toContain("称呼用户为 老李");
    const tooLong = await insight.call("POST /bot/message", {
      ...session,
      message: "值四",
      variables: { name: "很长".repeat(11) },
    });
    expect([tooLong.status, tooLong.body.code]).toEqual([400, 40001]);
    expect(tooLong.body.details).toMatchObject([{ field: "variables.name" }]);
    await insight.ask({ ...session, message: "值五", variables: { name: "" } });
    expect(prompt("值五")).not.toContain("老李");
  });

  test("what was found in documents and pairs is referred to", async () => {
    const { insight, botId, asked } = world();
    const library = { botId: botId("library"), sessionId: aSession("references") };
    const fromPair = await insight.ask({ ...library, message: "可以带宠物吗？" });
    expect(fromPair.message).toBe("导盲犬可以，其他宠物不可以。");
    expect(asked("可以带宠物吗")).toEqual([]);
    expect(fromPair.references).toEqual([
      {
        similarity: expect.stringMatching(/^(0\.\d\d|1\.00)$/),
        content: "导盲犬可以，其他宠物不可以。",
        reference: {
          type: "qa",
          source: {
            id: expect.stringMatching(/^\d+$/),
            question: "可以带宠物吗？",
            answer: "导盲犬可以，其他宠物不可以。",
            reviewed: "true",
            generated: "false",
            updatedBy: "",
            createdBy: "",
          },
        },
      },
    ]);
    const { references } = await insight.ask({ ...library, message: "图书馆几点闭馆？" });
    expect(references[0]).toEqual({
      similarity: expect.stringMatching(/^(0\.\d\d|1\.00)$/),
      content: LIBRARY_TEXT,
      reference: {
        type: "doc",
        source: {
          id: expect.any(Number),
          name: "手册.md",
          docId: expect.any(Number),
          paragraphId: expect.any(Number),
          url: "",
        },
      },
    });
  });

  test("8000 characters are a message, one more is too long", async () => {
    const { insight } = world();
    const reply = await insight.ask({ ...shop(), message: "🙂".repeat(8_000) });
    expect(reply.execId).toMatch(UUID);
    const tooLong = await insight.call("POST /bot/message", { ...shop(), message: "长".repeat(8_001) });
    expect([tooLong.status, tooLong.body.code, tooLong.body.errorCode]).toEqual([
      400,
      40003,
      "CONTENT_TOO_LONG",
    ]);
    expect(tooLong.body.details).toMatchObject([{ field: "message.text" }]);
  });

  test.each([
    ["message", {}],
    ["message", { message: 7 }],
    ["message.type", { message: { text: "ohne Art" } }],
    ["message.type", { message: { type: "sticker" } }],
    ["message.text", { message: "  " }],
    ["message.imageUrl", { message: { type: "image", imageUrl: "data:image/png;base64,AAAA" } }],
    ["message.fileUrl", { message: { type: "file" } }],
    ["sessionId", { sessionId: "", message: "x" }],
    ["sessionId", { sessionId: "s".repeat(129), message: "x" }],
    ["stream", { message: "x", stream: "maybe" }],
    ["history.0.text", { message: "x", history: [{ isSelf: true }] }],
    ["history", { message: "x", history: "no list" }],
    ["variables", { message: "x", variables: ["a"] }],
    ["contactId", { message: "x", contactId: 7 }],
    ["messageId", { message: "x", messageId: "" }],
    ["customAttrs", { message: "x", customAttrs: {} }],
  ])("what is wrong with %s is said, and no session is made (%j)", async (field, given) => {
    const { insight, upstream } = world();
    const asked = upstream.requests.length;
    const session = shop();
    const reply = await insight.call("POST /bot/message", { ...session, ...given });
    expect([reply.status, reply.body.code, reply.body.errorCode]).toEqual([400, 40001, "INVALID_PARAM"]);
    expect(reply.body.details.map((detail: { field: string }) => detail.field)).toContain(field);
    expect(upstream.requests).toHaveLength(asked);
    const gone = await insight.call(
      `GET /bot/session/details?botId=${session.botId}&sessionId=${session.sessionId}`,
    );
    expect(gone.body.code).toBe(40407);
  });

  test.each([
    ["attributes", "customAttrs", { customAttrs: Array.from({ length: 101 }, () => 1) }],
    ["attributes' characters", "customAttrs", { customAttrs: ["x".repeat(16_000)] }],
    ["values", "variables", { variables: Object.fromEntries(manyOf(101).map((name) => [name, ""])) }],
    ["earlier messages", "history", { history: manyOf(201).map((text) => ({ text })) }],
    ["characters of an account", "receiverId", { receiverId: "x".repeat(257) }],
    ["characters of a writer", "contactId", { contactId: "x".repeat(129) }],
    ["characters of a name", "messageId", { messageId: "x".repeat(129) }],
  ])("too many %s are refused", async (_what, field, given) => {
    const asked = { ...shop(), message: "x", ...given };
    const reply = await world().insight.call("POST /bot/message", asked);
    expect(reply.status).toBe(400);
    expect(reply.body.details.map((detail: { field: string }) => detail.field)).toContain(field);
  });

  test("a conversation that HiAgent began goes on under its id, in the same context", async () => {
    const { insight, hiagent, told, botId } = world();
    const app = hiagent("u-insight");
    const AppConversationID = await app.newConversation();
    await app.call("chat_query_v2", { AppConversationID, Query: "从海那边来", ResponseMode: "blocking" });
    const now = Date.now();
    const [row] = await insight.data(
      `GET /workflow/history/list?botId=${botId("shop")}&startTimestamp=${now - 60_000}&endTimestamp=${now + 60_000}&keyword=${encodeURIComponent("从海那边来")}`,
    );
    expect(row.sessionId).toMatch(UUID);
    await insight.ask({ botId: botId("shop"), sessionId: row.sessionId, message: "到山这边" });
    expect(told("到山这边")).toMatchObject([
      { role: "user", content: "从海那边来" },
      { role: "assistant" },
      { role: "user", content: "到山这边" },
    ]);
    expect(await app.history(AppConversationID)).toHaveLength(2);
    const elsewhere = { botId: botId("strict"), sessionId: row.sessionId };
    const taken = await insight.call("POST /bot/session/handover", elsewhere);
    expect([taken.status, taken.body.code]).toEqual([404, 40407]);
    await insight.ask({ ...elsewhere, message: "在另一个机器人那里" });
    expect(told("在另一个机器人那里")).toEqual([{ role: "user", content: "在另一个机器人那里" }]);
    expect(await app.history(AppConversationID)).toHaveLength(2);
  });

  test("a session belongs to its bot: another bot has its own of that name", async () => {
    const { insight, botId, told } = world();
    const { sessionId } = shop();
    await insight.ask({ botId: botId("shop"), sessionId, message: "对客服说" });
    await insight.ask({ botId: botId("strict"), sessionId, message: "对质检说" });
    expect(told("对质检说")).toEqual([{ role: "user", content: "对质检说" }]);
  });

  test("first messages that come at once share one session and are answered one after another", async () => {
    const { insight } = world();
    const session = shop();
    const questions = ["同时一", "同时二", "同时三"];
    const replies = await Promise.all(questions.map((message) => insight.ask({ ...session, message })));
    expect(new Set(replies.map(({ execId }) => execId)).size).toBe(3);
    const details = await insight.data(
      `GET /bot/session/details?botId=${session.botId}&sessionId=${session.sessionId}`,
    );
    expect(details.sessionId).toBe(session.sessionId);
  });

  test("eight messages wait while one is answered; the next is refused", async () => {
    const { insight, teach, asked } = world();
    const session = shop();
    const gate = Promise.withResolvers<void>();
    teach("先来的", ["好", { type: "hold", until: gate.promise }]);
    const first = insight.ask({ ...session, message: "先来的" });
    await eventually(() => asked("先来的").length === 1);
    const rest = Array.from({ length: 9 }, (_, index) =>
      insight.call("POST /bot/message", { ...session, message: `排队${index}` }),
    );
    const refused = await Promise.race(rest);
    expect([refused.status, refused.body.code, refused.body.errorCode]).toEqual([409, 40905, "SESSION_BUSY"]);
    gate.resolve();
    await first;
    const statuses = (await Promise.all(rest)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
  });

  test("a model that fails is an error of its own", async () => {
    const { insight, teach } = world();
    teach("坏掉", [{ type: "status", status: 400, body: { error: { message: "no" } } }]);
    const session = shop();
    const reply = await insight.call("POST /bot/message", { ...session, message: "坏掉" });
    expect([reply.status, reply.body.code, reply.body.errorCode]).toEqual([502, 50201, "MODEL_ERROR"]);
  });

  test("keys without the scope, unknown bots and those that are not live are refused", async () => {
    const { client, insight, botId } = world();
    const { sessionId } = shop();
    const codes = await Promise.all([
      client("reader").call("POST /bot/message", { ...shop(), message: "x" }),
      insight.call("POST /bot/message", { botId: botId("unpublished"), sessionId, message: "x" }),
      insight.call("POST /bot/message", {
        botId: "f7bb8f07-dc5c-416b-88d4-c1568f923857",
        sessionId,
        message: "x",
      }),
    ]);
    expect(codes.map(({ status, body }) => [status, body.code])).toEqual([
      [403, 40301],
      [403, 40302],
      [404, 40401],
    ]);
  });
});

describe.each(engines)("the time a reply of Insight may take on $name", (engine) => {
  const world = useInsightWorld(engine, { ANTIPHON_INSIGHT_REPLY_SECONDS: "4" });

  test("a reply that takes too long is given up: the model is stopped, what waited is refused too", async () => {
    const { insight, teach, asked, botId } = world();
    const session = { botId: botId("shop"), sessionId: aSession("late") };
    const never = Promise.withResolvers<void>();
    teach("没完没了", ["开头，", { type: "hold", until: never.promise }]);
    const late = insight.call("POST /bot/message", { ...session, message: "没完没了" });
    await eventually(() => asked("没完没了").length === 1);
    const reply = await late;
    expect([reply.status, reply.body.code, reply.body.errorCode]).toEqual([504, 50401, "EXEC_TIMEOUT"]);
    await eventually(() => asked("没完没了")[0]?.closedAtMs !== undefined);
    const now = Date.now();
    const [row] = await insight.data(
      `GET /workflow/history/list?botId=${session.botId}&startTimestamp=${now - 60_000}&endTimestamp=${now + 60_000}&sessionId=${session.sessionId}`,
    );
    expect(row).toMatchObject({ status: "error", outputActions: [{ payload: { text: "开头，" } }] });
  });

  test("a stream that takes too long says so after what was said, and says it again", async () => {
    const { insight, teach, botId } = world();
    const session = { botId: botId("shop"), sessionId: aSession("late"), messageId: "m" };
    const never = Promise.withResolvers<void>();
    teach("说不完", ["开头，", { type: "hold", until: never.promise }]);
    for (const _ of ["first", "again"]) {
      const frames = await (await insight.stream({ ...session, message: "说不完" })).all();
      expect(frames.map(({ event }) => event)).toEqual(["delta", "error", "done"]);
      expect(frames[1]).toMatchObject({ code: 50401, errorCode: "EXEC_TIMEOUT", data: null });
    }
    const whole = await insight.call("POST /bot/message", { ...session, message: "说不完" });
    expect([whole.status, whole.body.code]).toEqual([504, 50401]);
  });

  test("a message that waits for its turn too long is refused, and is not asked later", async () => {
    const { insight, hiagent, teach, asked, botId } = world();
    const session = { botId: botId("shop"), sessionId: aSession("late") };
    await insight.ask({ ...session, message: "先开一个会话", contactId: session.sessionId });
    const app = hiagent(session.sessionId);
    const { body } = await app.call("get_conversation_list");
    const gate = Promise.withResolvers<void>();
    teach("占着", ["好", { type: "hold", until: gate.promise }]);
    const AppConversationID = body.ConversationList[0].AppConversationID;
    const busy = app.call("chat_query_v2", { AppConversationID, Query: "占着", ResponseMode: "blocking" });
    await eventually(() => asked("占着").length === 1);
    const reply = await insight.call("POST /bot/message", { ...session, message: "等不到" });
    expect([reply.status, reply.body.code]).toEqual([504, 50401]);
    gate.resolve();
    await busy;
    await insight.ask({ ...session, message: "轮到了" });
    expect(asked("等不到")).toEqual([]);
  });
});

function manyOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${index}`);
}
