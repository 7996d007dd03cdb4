import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { answerOf } from "../../support/hiagent-client.ts";
import { tokensText, tokenText } from "../../support/upstream.ts";
import { gate } from "./gate.ts";
import { checkOrder, checkPayloads } from "./payload-schema.ts";
import { openWorld, type World } from "./world.ts";

const FRAMINGS = [
  { framing: "v1", action: "chat_query", standard: {}, opening: "event:text\ndata:data: {" },
  {
    framing: "v2",
    action: "chat_query_v2",
    standard: { RespDataStandard: true },
    opening: "event:text\ndata: {",
  },
];

describe.each(engines)("HiAgent clients that leave and come back on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  /** An answer of 50 tokens of which only the first 5 come before the gate opens. */
  const teachFifty = (question: string) => {
    const rest = gate();
    const all = Array.from({ length: 50 }, (_, index) => tokenText(index));
    world.teach(question, [...all.slice(0, 5), { type: "hold", until: rest.until }, ...all.slice(5)]);
    return rest;
  };

  test.each(FRAMINGS)(
    "§15.8 $framing: hanging up at token 5 of 50 loses nothing; chat_continue replays while it runs and after",
    async ({ framing, action, standard, opening }) => {
      const client = world.client();
      const question = `leave and come back ${framing}`;
      const rest = teachFifty(question);
      const AppConversationID = await client.newConversation();
      const stream = await client.stream(action, { AppConversationID, Query: question });
      for (let token = 0; token < 5; token++) await stream.until("message");
      const MessageID = stream.payloads[0]?.id;
      stream.hangUp();

      const meanwhile = await client.stream("chat_continue", { MessageID, ...standard });
      expect((await meanwhile.until("message_start")).id).toBe(MessageID);
      expect((await meanwhile.until("message")).answer).toBe(tokensText(5));
      rest.open();
      await meanwhile.all();
      checkPayloads(meanwhile.payloads);
      checkOrder(meanwhile.payloads.map((payload) => payload.event));
      expect(answerOf(meanwhile.payloads)).toBe(tokensText(50));
      const deltas = meanwhile.payloads.filter((payload) => payload.event === "message");
      expect(deltas.map((payload) => payload.answer)).toEqual([
        tokensText(5),
        ...Array.from({ length: 45 }, (_, index) => tokenText(index + 5)),
      ]);

      const [round] = await client.history(AppConversationID);
      expect(round.AnswerInfo).toMatchObject({ MessageID, Answer: tokensText(50) });

      const after = await client.stream("chat_continue", { MessageID, ...standard });
      await after.all();
      checkPayloads(after.payloads);
      expect(after.raw.startsWith(opening)).toBe(true);
      expect(after.payloads.map((payload) => payload.event)).toEqual([
        "message_start",
        "message_output_start",
        "message",
        "message_output_end",
        "message_cost",
        "message_end",
      ]);
      expect(answerOf(after.payloads)).toBe(tokensText(50));
      expect(world.upstream.requests.filter((one) => one.lastUserText === question)).toHaveLength(1);
    },
  );

  test("§15.8 an answer nobody reads finishes by itself", async () => {
    const client = world.client();
    const rest = teachFifty("nobody reads");
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query", { AppConversationID, Query: "nobody reads" });
    await stream.until("message");
    stream.hangUp();
    rest.open();
    await eventually(async () => {
      const [round] = await client.history(AppConversationID);
      expect(round.AnswerInfo.Answer).toBe(tokensText(50));
    });
    const [round] = await client.history(AppConversationID);
    await eventually(async () => {
      const info = await client.call("get_message_info", { MessageID: round.AnswerInfo.MessageID });
      expect(info.body.MessageInfo.AnswerInfo.TotalTokens).toBeGreaterThan(0);
    });
  });

  test("§15.8 a blocking caller who hangs up finds the answer in the history", async () => {
    const client = world.client();
    const rest = teachFifty("blocking and gone");
    const AppConversationID = await client.newConversation();
    const body = { UserID: "u1", AppConversationID, Query: "blocking and gone", ResponseMode: "blocking" };
    const controller = new AbortController();
    const calling = fetch(`${world.url}/chat_query_v2`, {
      method: "POST",
      headers: { apikey: "shop".padEnd(20, "0") },
      body: JSON.stringify(body),
      signal: controller.signal,
    });
    await eventually(() => world.upstream.requests.some((one) => one.lastUserText === body.Query));
    controller.abort();
    await expect(calling).rejects.toThrow();
    rest.open();
    await eventually(async () => {
      const [round] = await client.history(AppConversationID);
      expect(round.AnswerInfo.Answer).toBe(tokensText(50));
    });
  });

  test("§15.8 a reader who has it all after reasoning gets reasoning and text joined", async () => {
    const client = world.client();
    const rest = gate();
    world.teach("think then hold", [
      { type: "reasoning", text: "一" },
      { type: "reasoning", text: "二" },
      "a",
      "b",
      { type: "hold", until: rest.until },
      "c",
    ]);
    const AppConversationID = await client.newConversation();
    const first = await client.stream("chat_query_v2", { AppConversationID, Query: "think then hold" });
    await first.until("message");
    await first.until("message");
    const MessageID = first.payloads[0]?.id;
    const second = await client.stream("chat_continue", { MessageID, RespDataStandard: true });
    expect((await second.until("think_message")).answer).toBe("一二");
    expect((await second.until("message")).answer).toBe("ab");
    rest.open();
    expect(answerOf(await second.all())).toBe("abc");
    expect(answerOf(await first.all())).toBe("abc");
  });

  test("§15.9 deleting the conversation does not break a stream that runs in it", async () => {
    const client = world.client();
    const rest = teachFifty("deleted under way");
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query", { AppConversationID, Query: "deleted under way" });
    await stream.until("message");
    expect((await client.call("delete_conversation", { AppConversationID })).status).toBe(200);
    rest.open();
    const payloads = await stream.all();
    expect(answerOf(payloads)).toBe(tokensText(50));
    expect(payloads.at(-1)?.event).toBe("message_end");
    const history = await client.call("get_conversation_messages", { AppConversationID });
    expect(history.body.ResponseMetadata.Error.Code).toBe("ConversationNotFound");
    const list = await client.call("get_conversation_list");
    expect(list.text).not.toContain(AppConversationID);
  });

  test("§3.9 clearing the conversation does not break a stream that runs in it", async () => {
    const client = world.client();
    const rest = teachFifty("cleared under way");
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query_v2", { AppConversationID, Query: "cleared under way" });
    await stream.until("message");
    await client.call("clear_message", { AppConversationID });
    rest.open();
    expect(answerOf(await stream.all())).toBe(tokensText(50));
    expect(stream.payloads.at(-1)?.event).toBe("message_end");
    expect(await client.history(AppConversationID)).toEqual([]);
  });

  test("§13.8 the id of a running answer works in every action that takes a MessageID", async () => {
    const client = world.client();
    const rest = teachFifty("used while running");
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query_v2", { AppConversationID, Query: "used while running" });
    const { id: MessageID } = await stream.until("message");
    for (const [action, more] of [
      ["feedback", { LikeType: 1 }],
      ["get_message_info", {}],
      ["get_suggested_questions", {}],
      ["set_message_answer_used", {}],
    ] as const) {
      expect([action, (await client.call(action, { MessageID, ...more })).status]).toEqual([action, 200]);
    }
    rest.open();
    expect(answerOf(await stream.all())).toBe(tokensText(50));
    const [round] = await client.history(AppConversationID);
    expect(round.AnswerInfo).toMatchObject({ Answer: tokensText(50), Like: 1 });
    const again = await client.stream("query_again_v2", { AppConversationID, MessageID });
    expect((await again.all()).at(-1)?.event).toBe("message_end");
    expect((await client.call("delete_message", { MessageID })).status).toBe(200);
  });

  test("deleting an answer while it runs does not break its stream", async () => {
    const client = world.client();
    const rest = teachFifty("deleted message under way");
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query_v2", {
      AppConversationID,
      Query: "deleted message under way",
    });
    const { id: MessageID } = await stream.until("message");
    expect((await client.call("delete_message", { MessageID })).status).toBe(200);
    rest.open();
    expect((await stream.all()).at(-1)?.event).toBe("message_end");
    expect(await client.history(AppConversationID)).toEqual([]);
  });
});
