import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { type Client, openWorld, type World } from "./world.ts";

describe.each(engines)("HiAgent answers on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  /** A round with one answer per text, the last of them the used one. */
  const roundWith = async (client: Client, question: string, texts: string[]) => {
    const AppConversationID = await client.newConversation();
    const ids: string[] = [];
    for (const [index, text] of texts.entries()) {
      world.upstream.replyOnce([text], { lastUserText: question });
      const reply =
        index === 0
          ? await client.call("chat_query_v2", {
              AppConversationID,
              Query: question,
              ResponseMode: "blocking",
            })
          : await client.call("query_again_v2", {
              AppConversationID,
              MessageID: ids.at(-1),
              ResponseMode: "blocking",
            });
      expect(reply.status).toBe(200);
      ids.push(reply.body.id);
    }
    return { AppConversationID, ids };
  };
  const onlyRound = async (client: Client, AppConversationID: string) => {
    const rounds = await client.history(AppConversationID);
    expect(rounds).toHaveLength(1);
    return rounds[0];
  };
  // biome-ignore lint/suspicious/noExplicitAny: rounds of every shape.
  const textsOf = (round: any) => ({
    used: round.AnswerInfo.Answer,
    others: round.OtherAnswers.map((answer: { Answer: string }) => answer.Answer),
  });

  test("§15.6 a question can be answered again ten times, the eleventh is refused", async () => {
    const client = world.client();
    const texts = Array.from({ length: 11 }, (_, index) => `answer ${index}`);
    const { AppConversationID, ids } = await roundWith(client, "again and again", texts);
    expect(new Set(ids).size).toBe(11);
    const asked = world.upstream.requests.length;
    for (const action of ["query_again", "query_again_v2"]) {
      const refused = await client.call(action, { AppConversationID, MessageID: ids[0] });
      expect(refused.status).toBe(400);
      expect(refused.body.ResponseMetadata.Error.Code).toBe("RegenerateLimitExceeded");
    }
    expect(world.upstream.requests).toHaveLength(asked);
    const round = await onlyRound(client, AppConversationID);
    expect(textsOf(round)).toEqual({ used: "answer 10", others: texts.slice(0, 10) });
    expect(round.QueryID).toMatch(/^[0-9a-v]{20}$/);
  });

  test("§15.6 deleting answers does not win back regenerations", async () => {
    const client = world.client();
    const texts = Array.from({ length: 11 }, (_, index) => `gone ${index}`);
    const { AppConversationID, ids } = await roundWith(client, "delete and again", texts);
    for (const MessageID of ids.slice(1)) await client.call("delete_message", { MessageID });
    const refused = await client.call("query_again_v2", { AppConversationID, MessageID: ids[0] });
    expect(refused.body.ResponseMetadata.Error.Code).toBe("RegenerateLimitExceeded");
  });

  test("§15.6 OtherAnswers grows with every regeneration, which sees only what came before the round", async () => {
    const client = world.client();
    const { AppConversationID, ids } = await roundWith(client, "two answers", ["eins"]);
    expect(textsOf(await onlyRound(client, AppConversationID))).toEqual({ used: "eins", others: [] });
    world.upstream.replyOnce(["zwei"], { lastUserText: "two answers" });
    const stream = await client.stream("query_again", { AppConversationID, MessageID: ids[0] });
    await stream.all();
    expect(textsOf(await onlyRound(client, AppConversationID))).toEqual({ used: "zwei", others: ["eins"] });
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toEqual([
      { role: "user", content: "two answers" },
    ]);
  });

  test("§3.3 regenerating an earlier round sees only the rounds before it", async () => {
    const client = world.client();
    const AppConversationID = await client.newConversation();
    const ids: string[] = [];
    for (const Query of ["r1", "r2", "r3"]) {
      world.teach(Query, [`to ${Query}`]);
      const body = { AppConversationID, Query, ResponseMode: "blocking" };
      ids.push((await client.call("chat_query_v2", body)).body.id);
    }
    const again = { AppConversationID, MessageID: ids[1], ResponseMode: "blocking" };
    expect((await client.call("query_again_v2", again)).body.answer).toBe("to r2");
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toEqual([
      { role: "user", content: "r1" },
      { role: "assistant", content: "to r1" },
      { role: "user", content: "r2" },
    ]);
    expect((await client.history(AppConversationID)).map((round) => round.Query)).toEqual(["r1", "r2", "r3"]);
  });

  test("§3.12 a deleted round leaves the model's context, the ones around it stay", async () => {
    const client = world.client();
    const AppConversationID = await client.newConversation();
    const ask = async (Query: string) => {
      world.teach(Query, [`to ${Query}`]);
      return (await client.call("chat_query_v2", { AppConversationID, Query, ResponseMode: "blocking" }))
        .body;
    };
    await ask("d1");
    const { id: MessageID } = await ask("d2");
    await ask("d3");
    await client.call("delete_message", { MessageID });
    await ask("d4");
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toEqual([
      { role: "user", content: "d1" },
      { role: "assistant", content: "to d1" },
      { role: "user", content: "d3" },
      { role: "assistant", content: "to d3" },
      { role: "user", content: "d4" },
    ]);
  });

  test("§15.6 set_message_answer_used swaps answers, and the model sees the chosen one", async () => {
    const client = world.client();
    const { AppConversationID, ids } = await roundWith(client, "which one", ["eins", "zwei", "drei"]);
    const chosen = await client.call("set_message_answer_used", { MessageID: ids[0] });
    expect(chosen.status).toBe(200);
    expect(textsOf(await onlyRound(client, AppConversationID))).toEqual({
      used: "eins",
      others: ["zwei", "drei"],
    });
    await client.call("chat_query_v2", { AppConversationID, Query: "and now", ResponseMode: "blocking" });
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toEqual([
      { role: "user", content: "which one" },
      { role: "assistant", content: "eins" },
      { role: "user", content: "and now" },
    ]);
  });

  test("§3.11 get_message_info shows whichever answer was asked for as the main one", async () => {
    const client = world.client();
    const { ids } = await roundWith(client, "main one", ["eins", "zwei"]);
    const reply = await client.call("get_message_info", { MessageID: ids[0] });
    expect(textsOf(reply.body.MessageInfo)).toEqual({ used: "eins", others: ["zwei"] });
  });

  test("§15.6 deleting the used answer by MessageID promotes the newest remaining one", async () => {
    const client = world.client();
    const { AppConversationID, ids } = await roundWith(client, "delete one", ["eins", "zwei", "drei"]);
    await client.call("delete_message", { MessageID: ids[2] });
    expect(textsOf(await onlyRound(client, AppConversationID))).toEqual({ used: "zwei", others: ["eins"] });
    await client.call("delete_message", { MessageID: ids[0] });
    expect(textsOf(await onlyRound(client, AppConversationID))).toEqual({ used: "zwei", others: [] });
    const gone = await client.call("get_message_info", { MessageID: ids[2] });
    expect(gone.body.ResponseMetadata.Error.Code).toBe("MessageNotFound");
  });

  test("§15.6 deleting the last answer by MessageID deletes the round, also for the model", async () => {
    const client = world.client();
    const { AppConversationID, ids } = await roundWith(client, "delete all", ["eins"]);
    await client.call("delete_message", { MessageID: ids[0], QueryID: "" });
    expect(await client.history(AppConversationID)).toEqual([]);
    await client.call("chat_query_v2", { AppConversationID, Query: "what now", ResponseMode: "blocking" });
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toEqual([
      { role: "user", content: "what now" },
    ]);
  });

  test("§15.6 deleting by QueryID deletes the round with all its answers", async () => {
    const client = world.client();
    const { AppConversationID, ids } = await roundWith(client, "delete round", ["eins", "zwei"]);
    const { QueryID } = await onlyRound(client, AppConversationID);
    expect((await client.call("delete_message", { QueryID, MessageID: "" })).status).toBe(200);
    expect(await client.history(AppConversationID)).toEqual([]);
    for (const MessageID of ids) {
      const reply = await client.call("get_message_info", { MessageID });
      expect(reply.body.ResponseMetadata.Error.Code).toBe("MessageNotFound");
    }
    const twice = await client.call("delete_message", { QueryID });
    expect(twice.body.ResponseMetadata.Error.Code).toBe("MessageNotFound");
  });

  test("§15.6 with both ids MessageID decides; with neither the call is refused", async () => {
    const client = world.client();
    const { AppConversationID, ids } = await roundWith(client, "both ids", ["eins", "zwei"]);
    const { QueryID } = await onlyRound(client, AppConversationID);
    await client.call("delete_message", { QueryID, MessageID: ids[0] });
    expect(textsOf(await onlyRound(client, AppConversationID))).toEqual({ used: "zwei", others: [] });
    const neither = await client.call("delete_message", { QueryID: "", MessageID: null });
    expect(neither.status).toBe(400);
    expect(neither.body.ResponseMetadata.Error.Message).toContain("MessageID");
  });

  test("§15.6 feedback shows in Like, also as a numeric string, per answer; 0 withdraws it", async () => {
    const client = world.client();
    const { AppConversationID, ids } = await roundWith(client, "rate me", ["eins", "zwei"]);
    const likes = async () => {
      const round = await onlyRound(client, AppConversationID);
      return [round.AnswerInfo.Like, round.OtherAnswers[0].Like];
    };
    const rate = (MessageID: string | undefined, LikeType: unknown, more = {}) =>
      client.call("feedback", { MessageID, LikeType, ...more });
    expect(await likes()).toEqual([0, 0]);
    await rate(ids[1], 1);
    expect(await likes()).toEqual([1, 0]);
    await rate(ids[0], "-1", { FeedbackInfo: { ProblemCategories: ["wrong"], ProblemDetail: "说错了" } });
    expect(await likes()).toEqual([1, -1]);
    await rate(ids[1], "0");
    await rate(ids[0], 1);
    expect(await likes()).toEqual([0, 1]);
    for (const wrong of [2, -2, "2", "x", 0.5, true, {}, undefined, null]) {
      const reply = await rate(ids[0], wrong);
      expect(reply.status).toBe(400);
      expect(reply.body.ResponseMetadata.Error.Message).toContain("LikeType");
    }
    expect(await likes()).toEqual([0, 1]);
  });

  test("§3.10 history is the latest rounds, oldest first", async () => {
    const client = world.client();
    const AppConversationID = await client.newConversation();
    for (const Query of ["one", "two", "three"]) {
      await client.call("chat_query_v2", { AppConversationID, Query, ResponseMode: "blocking" });
    }
    const queries = async (limit: number) =>
      (await client.history(AppConversationID, limit)).map((round) => round.Query);
    expect(await queries(100)).toEqual(["one", "two", "three"]);
    expect(await queries(2)).toEqual(["two", "three"]);
  });

  test("§3.9 clear_message empties a conversation for reader and model and keeps name and values", async () => {
    const client = world.client();
    const created = await client.call("create_conversation", {
      ConversationName: "我的",
      Inputs: { name: "小明" },
    });
    const { AppConversationID } = created.body.Conversation;
    const ask = (Query: string) =>
      client.call("chat_query_v2", { AppConversationID, Query, ResponseMode: "blocking" });
    await ask("before");
    expect((await client.call("clear_message", { AppConversationID })).status).toBe(200);
    expect(await client.history(AppConversationID)).toEqual([]);
    await ask("after");
    expect(world.upstream.requests.at(-1)?.body.messages).toEqual([
      { role: "system", content: "你是商城客服，称呼用户为 小明。" },
      { role: "user", content: "after" },
    ]);
    const inputs = await client.call("get_conversation_inputs", { AppConversationID });
    expect(inputs.body.Inputs).toEqual({ name: "小明" });
  });
});
