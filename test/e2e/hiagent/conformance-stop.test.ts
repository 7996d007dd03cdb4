import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { answerOf } from "../../support/hiagent-client.ts";
import { tokens, tokensText, type UpstreamRequest } from "../../support/upstream.ts";
import { checkOrder, checkPayloads } from "./payload-schema.ts";
import { type Client, openWorld, type World } from "./world.ts";

/** Goes on for ever: only closing the connection ends it. */
const ENDLESS = [tokens(5), { type: "hold", until: new Promise(() => {}) }] as const;

describe.each(engines)("HiAgent stop_message on $name", (engine) => {
  let world: World;
  const closingTimesMs: number[] = [];
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(async () => {
    const sorted = closingTimesMs.toSorted((a, b) => a - b);
    process.stdout.write(
      `${engine.name}: the model's connection closed ${sorted.join(", ")} ms after stop_message was called\n`,
    );
    await world.close();
  });

  /** Begins an answer that never ends by itself; resolves once its five tokens have gone out. */
  const endlessAnswer = async (client: Client, question: string) => {
    world.teach(question, ENDLESS);
    const AppConversationID = await client.newConversation();
    return { AppConversationID, Query: question };
  };
  const upstreamOf = (question: string): Promise<UpstreamRequest> =>
    eventually(() => {
      const request = world.upstream.requests.findLast((one) => one.lastUserText === question);
      if (request?.sentText !== tokensText(5)) throw new Error("the model has not said everything yet");
      return request;
    });
  /** The id of the answer that is being made, as anybody can find it. */
  const runningId = async (client: Client, AppConversationID: string): Promise<string> =>
    eventually(async () => (await client.history(AppConversationID))[0].AnswerInfo.MessageID);
  /** Stops, and resolves once the model's connection is closed. */
  const stop = async (client: Client, body: Record<string, unknown>, request: UpstreamRequest) => {
    const calledAtMs = Date.now();
    const reply = await client.call("stop_message", body);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ BaseResp: { StatusCode: 0, StatusMessage: "", Extra: {} } });
    const closedAtMs = await eventually(() => {
      if (request.closedAtMs === undefined) throw new Error("the model's connection is still open");
      return request.closedAtMs;
    });
    closingTimesMs.push(closedAtMs - calledAtMs);
    expect(request.finished).toBe(false);
  };
  const storedAnswer = async (client: Client, AppConversationID: string) =>
    (await client.history(AppConversationID))[0].AnswerInfo.Answer;

  test.each([
    { by: "MessageID alone", body: (id: string) => ({ MessageID: id }) },
    { by: "TaskID alone", body: (id: string) => ({ TaskID: id }) },
    { by: "MessageID, TaskID empty", body: (id: string) => ({ MessageID: id, TaskID: "" }) },
    { by: "TaskID, MessageID empty", body: (id: string) => ({ MessageID: "", TaskID: id }) },
    { by: "both", body: (id: string) => ({ MessageID: id, TaskID: id }) },
    { by: "TaskID, MessageID null", body: (id: string) => ({ MessageID: null, TaskID: id }) },
  ])("§15.7 a stream stops by $by, ends properly, and its text so far is kept", async ({ by, body }) => {
    const client = world.client();
    const question = await endlessAnswer(client, `stop by ${by}`);
    const stream = await client.stream("chat_query", question);
    for (let token = 0; token < 5; token++) await stream.until("message");
    await stop(client, body(stream.payloads[0]?.task_id ?? ""), await upstreamOf(question.Query));

    const payloads = await stream.all();
    expect(payloads.slice(-3).map((payload) => payload.event)).toEqual([
      "message_output_end",
      "message_cost",
      "message_end",
    ]);
    expect(answerOf(payloads)).toBe(tokensText(5));
    expect(await storedAnswer(client, question.AppConversationID)).toBe(tokensText(5));
  });

  test("§15.7 a blocking v2 call that is stopped returns the text so far", async () => {
    const client = world.client();
    const question = await endlessAnswer(client, "stop a blocking call");
    const calling = client.call("chat_query_v2", { ...question, ResponseMode: "blocking" });
    const request = await upstreamOf(question.Query);
    const MessageID = await runningId(client, question.AppConversationID);
    await stop(client, { MessageID }, request);
    const reply = await calling;
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ event: "message", id: MessageID, answer: tokensText(5) });
    expect(await storedAnswer(client, question.AppConversationID)).toBe(tokensText(5));
  });

  test("§15.7 a blocking v1 call that is stopped returns the text so far in its one frame", async () => {
    const client = world.client();
    const question = await endlessAnswer(client, "stop a blocking v1 call");
    const calling = client.stream("chat_query", { ...question, ResponseMode: "blocking" });
    const request = await upstreamOf(question.Query);
    await stop(client, { MessageID: await runningId(client, question.AppConversationID) }, request);
    const payloads = await (await calling).all();
    expect(payloads).toMatchObject([{ event: "message_end", answer: tokensText(5) }]);
  });

  test("§15.7 an answer that nobody reads any more can be stopped", async () => {
    const client = world.client();
    const question = await endlessAnswer(client, "stop what nobody reads");
    const stream = await client.stream("chat_query_v2", question);
    const { id: MessageID } = await stream.until("message");
    const request = await upstreamOf(question.Query);
    stream.hangUp();
    await stop(client, { MessageID }, request);
    expect(await storedAnswer(client, question.AppConversationID)).toBe(tokensText(5));
  });

  test("§15.7 an answer whose model has not said a word can be stopped", async () => {
    const client = world.client();
    world.teach("stop the silent one", [{ type: "headers" }, { type: "hold", until: new Promise(() => {}) }]);
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query_v2", { AppConversationID, Query: "stop the silent one" });
    const { id: MessageID } = await stream.until("message_start");
    const request = await eventually(() => {
      const found = world.upstream.requests.findLast((one) => one.lastUserText === "stop the silent one");
      if (found === undefined) throw new Error("the model was not asked yet");
      return found;
    });
    await stop(client, { MessageID }, request);
    const events = (await stream.all()).map((payload) => payload.event);
    expect(events).toEqual(["message_start", "message_cost", "message_end"]);
    expect(await storedAnswer(client, AppConversationID)).toBe("");
  });

  test("§15.7 an answer that waits for a tool can be stopped: the tool is let go, the thought is ended", async () => {
    const client = world.client("weather");
    world.teach("stop during the tool", [
      "let me see",
      { type: "tool-call", name: "get_weather", arguments: '{"city":"slow"}' },
    ]);
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query_v2", { AppConversationID, Query: "stop during the tool" });
    const { id: MessageID } = await stream.until("agent_thought");
    await eventually(() => world.slowToolCalls === 1);
    expect((await client.call("stop_message", { MessageID })).status).toBe(200);
    await eventually(() => world.abandonedToolCalls === 1);
    const payloads = await stream.all();
    checkPayloads(payloads);
    checkOrder(payloads.map((payload) => payload.event));
    expect(payloads.slice(-4).map((payload) => payload.event)).toEqual([
      "agent_thought",
      "agent_thought_end",
      "message_cost",
      "message_end",
    ]);
    expect(await storedAnswer(client, AppConversationID)).toBe("let me see");
    const info = await client.call("get_message_info", { MessageID });
    const tracing = JSON.parse(info.body.MessageInfo.AnswerInfo.TracingJsonStr);
    expect(tracing.at(-1).event).toBe("agent_thought_end");
  });

  test("§15.7 stopping while questions are proposed ends the stream, and the answer stays whole", async () => {
    const client = world.client("curious");
    world.teach("stop the proposals", ["the answer"]);
    world.teach("Propose the 3 questions", [
      { type: "headers" },
      { type: "hold", until: new Promise(() => {}) },
    ]);
    const AppConversationID = await client.newConversation();
    const stream = await client.stream("chat_query_v2", { AppConversationID, Query: "stop the proposals" });
    const { id: MessageID } = await stream.until("message_cost");
    const request = await eventually(() => {
      const found = world.upstream.requests.findLast((one) => one.lastUserText.startsWith("Propose"));
      if (found === undefined) throw new Error("no proposals were asked for yet");
      return found;
    });
    await stop(client, { MessageID }, request);
    expect((await stream.all()).at(-1)?.event).toBe("message_end");
    expect(await storedAnswer(client, AppConversationID)).toBe("the answer");
  });

  test("§3.16 a stopped answer is replayed as it was shown", async () => {
    const client = world.client();
    const question = await endlessAnswer(client, "stop and replay");
    const stream = await client.stream("chat_query_v2", question);
    const { id: MessageID } = await stream.until("message");
    await stop(client, { MessageID }, await upstreamOf(question.Query));
    const replayed = await client.stream("chat_continue", { MessageID });
    const payloads = await replayed.all();
    checkOrder(payloads.map((payload) => payload.event));
    expect(answerOf(payloads)).toBe(tokensText(5));
    expect(payloads.at(-1)?.event).toBe("message_end");
  });

  test("§3.4 every reader of a stopped answer sees its end", async () => {
    const client = world.client();
    const question = await endlessAnswer(client, "stop for all readers");
    const first = await client.stream("chat_query", question);
    const { id: MessageID } = await first.until("message");
    const second = await client.stream("chat_continue", { MessageID, RespDataStandard: true });
    await second.until("message");
    await stop(client, { MessageID }, await upstreamOf(question.Query));
    for (const stream of [first, second]) {
      expect((await stream.all()).at(-1)?.event).toBe("message_end");
      expect(answerOf(stream.payloads)).toBe(tokensText(5));
    }
  });

  test("§3.4 stopping what has ended changes nothing and succeeds, as often as one likes", async () => {
    const client = world.client();
    const AppConversationID = await client.newConversation();
    const ask = { AppConversationID, Query: "hello", ResponseMode: "blocking" };
    const { id: MessageID } = (await client.call("chat_query_v2", ask)).body;
    const before = (await client.call("get_message_info", { MessageID })).text;
    for (let time = 0; time < 3; time++) {
      expect((await client.call("stop_message", { MessageID })).status).toBe(200);
    }
    expect((await client.call("get_message_info", { MessageID })).text).toBe(before);
  });

  test("§15.7 a conversation goes on after a stop, and the model sees the partial answer", async () => {
    const client = world.client();
    const question = await endlessAnswer(client, "stop and go on");
    const stream = await client.stream("chat_query_v2", question);
    const { id: MessageID } = await stream.until("message");
    await stop(client, { MessageID }, await upstreamOf(question.Query));
    await client.call("chat_query_v2", { ...question, Query: "go on", ResponseMode: "blocking" });
    expect(world.upstream.requests.at(-1)?.body.messages.slice(1)).toEqual([
      { role: "user", content: "stop and go on" },
      { role: "assistant", content: tokensText(5) },
      { role: "user", content: "go on" },
    ]);
  });

  test("§3.4 neither id, and an id of nothing, are refused", async () => {
    const client = world.client();
    const neither = await client.call("stop_message", { MessageID: "", TaskID: "" });
    expect(neither.status).toBe(400);
    expect(neither.body.ResponseMetadata.Error.Message).toContain("MessageID");
    const unknown = await client.call("stop_message", { MessageID: "01K8Z6R2M4T7V9X0C3E5G7J9PN" });
    expect(unknown.status).toBe(400);
    expect(unknown.body.ResponseMetadata.Error.Code).toBe("MessageNotFound");
  });
});
