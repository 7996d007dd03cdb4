import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { answerOf } from "../../support/hiagent-client.ts";
import type { ReplyStep } from "../../support/upstream.ts";
import { gate } from "./gate.ts";
import { checkOrder, checkPayloads } from "./payload-schema.ts";
import { type Client, openWorld, type World } from "./world.ts";

const SILENCE: ReplyStep = { type: "hold", until: new Promise(() => {}) };
const SUGGESTING = "Propose the 3 questions";

describe.each(engines)("HiAgent and its model on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine, {
      ANTIPHON_MODEL_FIRST_PART_SECONDS: "1",
      ANTIPHON_MODEL_IDLE_SECONDS: "1",
    });
  });
  afterAll(() => world.close());

  const begin = async (client: Client, Query: string) => ({
    AppConversationID: await client.newConversation(),
    Query,
  });
  const timesAsked = (question: string) =>
    world.upstream.requests.filter((request) => request.lastUserText === question).length;

  test("a model that refuses before the first token is asked again, then the answer comes", async () => {
    const Query = "refused twice";
    for (const status of [503, 429]) {
      world.upstream.replyOnce([{ type: "status", status }], { lastUserText: Query });
    }
    world.teach(Query, ["third time lucky"]);
    const client = world.client();
    const stream = await client.stream("chat_query_v2", await begin(client, Query));
    expect(answerOf(await stream.all())).toBe("third time lucky");
    expect(timesAsked(Query)).toBe(3);
  });

  test("a model that stays out of order: message_failed in a stream, HTTP 500 in blocking mode", async () => {
    const Query = "always refused";
    world.teach(Query, [{ type: "status", status: 500, body: { error: { message: "secret detail" } } }]);
    const client = world.client();
    const question = await begin(client, Query);
    const stream = await client.stream("chat_query", question);
    const payloads = await stream.all();
    checkPayloads(payloads);
    checkOrder(payloads.map((payload) => payload.event));
    expect(payloads.map((payload) => payload.event)).toEqual(["message_start", "message_failed"]);
    expect(stream.raw).not.toContain("secret detail");
    expect(timesAsked(Query)).toBe(3);

    for (const action of ["chat_query", "chat_query_v2"]) {
      const reply = await client.call(action, { ...question, ResponseMode: "blocking" });
      expect([action, reply.status]).toEqual([action, 500]);
      expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(reply.body.ResponseMetadata.Error.Code).toBe("InternalError");
      expect(reply.text).not.toContain("secret detail");
    }
    const rounds = await client.history(question.AppConversationID);
    expect(rounds.map((round) => round.AnswerInfo.Answer)).toEqual(["", "", ""]);

    const next = { ...question, Query: "works again", ResponseMode: "blocking" };
    expect((await client.call("chat_query_v2", next)).status).toBe(200);
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toEqual([
      { role: "user", content: "works again" },
    ]);
  });

  test.each([
    { kind: "says nothing", script: [SILENCE] },
    { kind: "sends headers and then nothing", script: [{ type: "headers" }, SILENCE] },
    { kind: "stops half-way", script: ["half", SILENCE] },
  ] satisfies { kind: string; script: ReplyStep[] }[])(
    "a model that $kind: 504 ModelTimeout in blocking mode",
    async ({ kind, script }) => {
      const Query = `times out: ${kind}`;
      world.teach(Query, script);
      const client = world.client();
      const reply = await client.call("chat_query_v2", {
        ...(await begin(client, Query)),
        ResponseMode: "blocking",
      });
      expect([reply.status, reply.body.ResponseMetadata.Error.Code]).toEqual([504, "ModelTimeout"]);
    },
  );

  test.each([
    { kind: "breaks the connection", steps: [{ type: "destroy" }] },
    { kind: "reports an error", steps: [{ type: "data", data: { error: { message: "overloaded" } } }] },
    { kind: "sends nonsense", steps: [{ type: "data", data: "{nonsense" }] },
    { kind: "falls silent", steps: [SILENCE] },
  ] satisfies { kind: string; steps: ReplyStep[] }[])(
    "§6.5 a model that $kind mid-stream: partial text kept, message_output_end, message_failed, no message_end",
    async ({ kind, steps }) => {
      const Query = `mid-stream: ${kind}`;
      world.teach(Query, ["今天", "天气", { type: "delay", ms: 20 }, ...steps]);
      const client = world.client();
      const question = await begin(client, Query);
      const stream = await client.stream("chat_query_v2", question);
      const payloads = await stream.all();
      checkPayloads(payloads);
      checkOrder(payloads.map((payload) => payload.event));
      expect(payloads.slice(-2).map((payload) => payload.event)).toEqual([
        "message_output_end",
        "message_failed",
      ]);
      expect(stream.raw).not.toContain("message_end");
      expect(answerOf(payloads)).toBe("今天天气");
      expect(timesAsked(Query)).toBe(1);
      const [round] = await client.history(question.AppConversationID);
      expect(round.AnswerInfo.Answer).toBe("今天天气");
      // The conversation is free again, and the failed answer can be made anew.
      world.teach(Query, ["好"]);
      const again = await client.call("query_again_v2", {
        AppConversationID: question.AppConversationID,
        MessageID: payloads[0]?.id,
        ResponseMode: "blocking",
      });
      expect(again.body.answer).toBe("好");
    },
  );

  test("suggestions come after the answer, and get_suggested_questions tells them later", async () => {
    world.teach("tell me", ["好的。"]);
    world.teach(SUGGESTING, ['["周末呢？",', '"可以续借吗？"]']);
    const client = world.client("curious");
    const stream = await client.stream("chat_query_v2", await begin(client, "tell me"));
    const payloads = await stream.all();
    checkPayloads(payloads);
    const questions = ["周末呢？", "可以续借吗？"];
    expect(payloads.at(-3)).toMatchObject({ event: "suggestion", suggested_questions: questions });
    const reply = await client.call("get_suggested_questions", { MessageID: payloads[0]?.id });
    expect(reply.body.SuggestedQuestions).toEqual(questions);
  });

  test("a blocking caller has the answer before the suggestions, which get_suggested_questions waits for", async () => {
    const rest = gate();
    world.teach("do not keep me waiting", ["好的。"]);
    world.teach(SUGGESTING, ['["周末', { type: "hold", until: rest.until }, '呢？"]']);
    const client = world.client("curious");
    const question = await begin(client, "do not keep me waiting");
    const reply = await client.call("chat_query_v2", { ...question, ResponseMode: "blocking" });
    expect(reply.body.answer).toBe("好的。");
    const suggested = client.call("get_suggested_questions", { MessageID: reply.body.id });
    rest.open();
    expect((await suggested).body.SuggestedQuestions).toEqual(["周末呢？"]);
  });

  test("an app without suggestions makes none, and the list is empty, not null", async () => {
    const client = world.client("shop");
    const reply = await client.call("chat_query_v2", {
      ...(await begin(client, "no suggestions please")),
      ResponseMode: "blocking",
    });
    const suggested = await client.call("get_suggested_questions", { MessageID: reply.body.id });
    expect(suggested.body.SuggestedQuestions).toEqual([]);
  });

  test.each([
    { kind: "fail", script: [{ type: "status", status: 400 }] },
    { kind: "break off", script: ['["x', { type: "destroy" }] },
    { kind: "are prose", script: ["I would not know."] },
    { kind: "are no list of texts", script: ['[1, {"a":2}, null, ""]'] },
  ] satisfies { kind: string; script: ReplyStep[] }[])(
    "suggestions that $kind do not harm the answer",
    async ({ kind, script }) => {
      world.teach(`suggestions ${kind}`, ["好的。"]);
      world.teach(SUGGESTING, script);
      const client = world.client("curious");
      const question = await begin(client, `suggestions ${kind}`);
      const payloads = await (await client.stream("chat_query_v2", question)).all();
      checkPayloads(payloads);
      expect(payloads.slice(-2).map((payload) => payload.event)).toEqual(["message_cost", "message_end"]);
      expect(answerOf(payloads)).toBe("好的。");
      const reply = await client.call("get_suggested_questions", { MessageID: payloads[0]?.id });
      expect(reply.body.SuggestedQuestions).toEqual([]);
    },
  );

  test("the tokens and the time of an answer are told and kept", async () => {
    world.teach("what did it cost", ["12345", { type: "usage", inputTokens: 420, outputTokens: 9 }]);
    const client = world.client();
    const question = await begin(client, "what did it cost");
    const payloads = await (await client.stream("chat_query", question)).all();
    const cost = payloads.find((payload) => payload.event === "message_cost");
    expect(cost).toMatchObject({ input_tokens: 420, output_tokens: 9 });
    const [round] = await client.history(question.AppConversationID);
    expect(round.AnswerInfo).toMatchObject({ TotalTokens: 429, Latency: cost?.["latency"] });
  });
});
