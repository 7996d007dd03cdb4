import { afterEach, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { answerOf, type HiagentReply } from "../../support/hiagent-client.ts";
import { gate } from "./gate.ts";
import { openWorld, type World } from "./world.ts";

describe.each(engines)("HiAgent limits on $name", (engine) => {
  const open: World[] = [];
  const start = async (environment: Record<string, string> = {}) => {
    const world = await openWorld(engine, environment);
    open.push(world);
    return world;
  };
  afterEach(async () => {
    for (const world of open.splice(0)) await world.close();
  });
  const errorOf = (reply: HiagentReply) => reply.body.ResponseMetadata.Error;
  const asked = (world: World, question: string) =>
    eventually(() => world.upstream.requests.some((request) => request.lastUserText === question));

  test("§6.6 two chats at once in one conversation: the second waits and sees the first", async () => {
    const world = await start();
    const client = world.client("school");
    const AppConversationID = await client.newConversation();
    const rest = gate();
    world.teach("first question", ["one", { type: "hold", until: rest.until }, " done"]);
    world.teach("second question", ["two"]);
    const first = await client.stream("chat_query", { AppConversationID, Query: "first question" });
    await first.until("message");
    const second = client.stream("chat_query_v2", { AppConversationID, Query: "second question" });
    // Another conversation is answered meanwhile, so the second question had every chance to be asked.
    const elsewhere = { AppConversationID: await client.newConversation(), Query: "elsewhere" };
    await client.call("chat_query_v2", { ...elsewhere, ResponseMode: "blocking" });
    expect(world.upstream.requests.map((request) => request.lastUserText)).toEqual([
      "first question",
      "elsewhere",
    ]);

    rest.open();
    expect(answerOf(await first.all())).toBe("one done");
    expect(answerOf(await (await second).all())).toBe("two");
    expect(world.upstream.requests.at(-1)?.body.messages).toEqual([
      { role: "user", content: "first question" },
      { role: "assistant", content: "one done" },
      { role: "user", content: "second question" },
    ]);
    const rounds = await client.history(AppConversationID);
    expect(rounds.map((round) => round.Query)).toEqual(["first question", "second question"]);
  });

  test("§6.6 with ANTIPHON_BUSY=refuse the second is refused with 429 and nothing of it is stored", async () => {
    const world = await start({ ANTIPHON_BUSY: "refuse" });
    const client = world.client("school");
    const AppConversationID = await client.newConversation();
    const rest = gate();
    world.teach("busy question", ["one", { type: "hold", until: rest.until }]);
    const first = await client.stream("chat_query", { AppConversationID, Query: "busy question" });
    const { id: MessageID } = await first.until("message");
    for (const [action, more] of [
      ["chat_query", { Query: "refused" }],
      ["chat_query_v2", { Query: "refused", ResponseMode: "blocking" }],
      ["query_again", { MessageID }],
    ] as const) {
      const reply = await client.call(action, { AppConversationID, ...more });
      expect([action, reply.status]).toEqual([action, 429]);
      expect(errorOf(reply).Code).toBe("ConversationBusy");
      expect(reply.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    }
    rest.open();
    await first.all();
    expect(await client.history(AppConversationID)).toHaveLength(1);
    const now = { AppConversationID, Query: "now", ResponseMode: "blocking" };
    expect((await client.call("chat_query_v2", now)).status).toBe(200);
  });

  test("§6.6 a question that waited too long is refused", async () => {
    const world = await start({ ANTIPHON_QUEUE_SECONDS: "1" });
    const client = world.client("school");
    const AppConversationID = await client.newConversation();
    world.teach("for ever", ["one", { type: "hold", until: new Promise(() => {}) }]);
    const first = await client.stream("chat_query", { AppConversationID, Query: "for ever" });
    const { id: MessageID } = await first.until("message");
    const late = await client.call("chat_query", { AppConversationID, Query: "late" });
    expect([late.status, errorOf(late).Code]).toEqual([429, "ConversationBusy"]);
    await client.call("stop_message", { MessageID });
    expect(await client.history(AppConversationID)).toHaveLength(1);
  });

  test("§6.6 a client that hangs up while its question waits leaves nothing behind", async () => {
    const world = await start();
    const client = world.client("school");
    const AppConversationID = await client.newConversation();
    const rest = gate();
    world.teach("in front", ["one", { type: "hold", until: rest.until }]);
    world.teach("behind", ["three"]);
    const first = await client.stream("chat_query", { AppConversationID, Query: "in front" });
    await first.until("message");
    const controller = new AbortController();
    const waiting = fetch(`${world.url}/chat_query`, {
      method: "POST",
      headers: { apikey: "school".padEnd(20, "0") },
      body: JSON.stringify({ UserID: "u1", AppConversationID, Query: "given up" }),
      signal: controller.signal,
    });
    const third = client.stream("chat_query", { AppConversationID, Query: "behind" });
    await client.call("get_conversation_list");
    controller.abort();
    await expect(waiting).rejects.toThrow();
    rest.open();
    await first.all();
    expect(answerOf(await (await third).all())).toBe("three");
    const rounds = await client.history(AppConversationID);
    expect(rounds.map((round) => round.Query)).toEqual(["in front", "behind"]);
  });

  test("§6.6 a question that waited sees what was changed meanwhile", async () => {
    const world = await start();
    const client = world.client();
    const AppConversationID = await client.newConversation({ name: "旧" });
    const rest = gate();
    world.teach("ahead", ["one", { type: "hold", until: rest.until }]);
    const first = await client.stream("chat_query", { AppConversationID, Query: "ahead" });
    await first.until("message");
    const waiting = client.stream("chat_query", { AppConversationID, Query: "waiting" });
    await client.call("get_conversation_list");
    await client.call("update_conversation", { AppConversationID, Inputs: { name: "新" } });
    await client.call("clear_message", { AppConversationID });
    rest.open();
    await first.all();
    await (await waiting).all();
    expect(world.upstream.requests.at(-1)?.body.messages).toEqual([
      { role: "system", content: "你是商城客服，称呼用户为 新。" },
      { role: "user", content: "waiting" },
    ]);
    await client.call("chat_query_v2", { AppConversationID, Query: "later", ResponseMode: "blocking" });
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1, 2)).toEqual([
      { role: "user", content: "waiting" },
    ]);
  });

  test("§6.6 a question that waits in a conversation which is then deleted is refused", async () => {
    const world = await start();
    const client = world.client();
    const AppConversationID = await client.newConversation();
    const rest = gate();
    world.teach("ahead", ["one", { type: "hold", until: rest.until }]);
    const first = await client.stream("chat_query", { AppConversationID, Query: "ahead" });
    const { id: MessageID } = await first.until("message");
    const waiting = client.call("chat_query", { AppConversationID, Query: "too late" });
    const again = client.call("query_again", { AppConversationID, MessageID });
    await client.call("get_conversation_list");
    await client.call("delete_conversation", { AppConversationID });
    rest.open();
    expect(answerOf(await first.all())).toBe("one");
    for (const reply of [await waiting, await again]) {
      expect(reply.status).toBe(400);
      expect(errorOf(reply).Code).toMatch(/^(Conversation|Message)NotFound$/);
    }
    expect(world.upstream.requests.map((request) => request.lastUserText)).toEqual(["ahead"]);
  });

  test("§10 more answers a minute than allowed: 429 TooManyRequests with the seconds to wait", async () => {
    const world = await start({ ANTIPHON_USER_TURNS_PER_MINUTE: "2" });
    const client = world.client("school");
    const AppConversationID = await client.newConversation();
    const ask = (userClient = client, id = AppConversationID) =>
      userClient.call("chat_query_v2", { AppConversationID: id, Query: "hi", ResponseMode: "blocking" });
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect([refused.status, errorOf(refused).Code]).toEqual([429, "TooManyRequests"]);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(await client.history(AppConversationID)).toHaveLength(2);
    const other = world.client("school", { userId: "u2" });
    expect((await ask(other, await other.newConversation())).status).toBe(200);
  });

  test("§10 more answers at once than allowed for a user or a key: 429", async () => {
    const world = await start({ ANTIPHON_USER_CONCURRENT_TURNS: "1", ANTIPHON_KEY_CONCURRENT_TURNS: "2" });
    const rest = gate();
    world.teach("slow", ["one", { type: "hold", until: rest.until }]);
    const [anna, berta, carla] = ["anna", "berta", "carla"].map((userId) =>
      world.client("school", { userId }),
    );
    if (anna === undefined || berta === undefined || carla === undefined) throw new Error("no clients");
    const begin = async (client: typeof anna, Query = "slow") =>
      client.stream("chat_query", { AppConversationID: await client.newConversation(), Query });
    const first = await begin(anna);
    await first.until("message");
    const perUser = await anna.call("chat_query", {
      AppConversationID: await anna.newConversation(),
      Query: "second",
    });
    expect([perUser.status, errorOf(perUser).Code]).toEqual([429, "TooManyRequests"]);
    const second = await begin(berta);
    await second.until("message");
    const perKey = await carla.call("chat_query", {
      AppConversationID: await carla.newConversation(),
      Query: "third",
    });
    expect([perKey.status, errorOf(perKey).Code]).toEqual([429, "TooManyRequests"]);
    expect(errorOf(perKey).Message).toContain("app key");
    rest.open();
    await first.all();
    await second.all();
    await eventually(async () => {
      const third = await begin(carla, "third");
      expect(third.status).toBe(200);
      await third.all();
    });
  });

  test("ANTIPHON_ABORT_ON_DISCONNECT stops the model when the caller hangs up", async () => {
    const world = await start({ ANTIPHON_ABORT_ON_DISCONNECT: "true" });
    const client = world.client("school");
    const AppConversationID = await client.newConversation();
    world.teach("hung up", ["one", { type: "hold", until: new Promise(() => {}) }]);
    const stream = await client.stream("chat_query", { AppConversationID, Query: "hung up" });
    await stream.until("message");
    stream.hangUp();
    await eventually(() => world.upstream.requests[0]?.closedAtMs !== undefined);
    await asked(world, "hung up");
    await eventually(async () => {
      expect((await client.history(AppConversationID))[0].AnswerInfo.Answer).toBe("one");
    });
  });

  test("§3.1 with strict inputs a required variable must be there when the conversation begins", async () => {
    const world = await start({ ANTIPHON_HIAGENT_STRICT_INPUTS: "true" });
    const client = world.client();
    for (const Inputs of [undefined, null, {}, { name: "" }, { tone: "正式" }]) {
      const reply = await client.call("create_conversation", { Inputs });
      expect(reply.status).toBe(400);
      expect(errorOf(reply)).toMatchObject({
        Code: "InvalidParameter",
        Message: expect.stringContaining("Inputs.name"),
      });
    }
    expect((await client.call("create_conversation", { Inputs: { name: "x" } })).status).toBe(200);
    expect((await client.call("get_conversation_list")).body.ConversationList).toHaveLength(1);
  });

  test("§3.1 a value too long or not among the choices is refused by the field's name", async () => {
    const client = (await start()).client();
    for (const [Inputs, field] of [
      [{ name: "九个字的名字太长啦" }, "Inputs.name"],
      [{ tone: "粗鲁" }, "Inputs.tone"],
    ] as const) {
      const reply = await client.call("create_conversation", { Inputs });
      expect([reply.status, errorOf(reply).Code]).toEqual([400, "InvalidParameter"]);
      expect(errorOf(reply).Message).toContain(field);
    }
    for (const name of ["八个字的名字正好", "😀😀😀😀😀😀😀😀"]) {
      expect((await client.call("create_conversation", { Inputs: { name } })).status).toBe(200);
    }
    expect((await client.call("get_conversation_list")).body.ConversationList).toHaveLength(2);
  });
});
