import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { answerOf, type Payload } from "../../support/hiagent-client.ts";
import { gate } from "./gate.ts";
import { checkPayloads } from "./payload-schema.ts";
import { type Client, LIBRARY_TEXT, openWorld, type World } from "./world.ts";

describe.each(engines)("HiAgent chats that a workflow answers on $name", (engine) => {
  let world: World;
  let chat: Client;
  beforeAll(async () => {
    world = await openWorld(engine);
    chat = world.client("clerk");
  });
  afterAll(() => world.close());

  const begin = (way: string) => chat.newConversation({ way });
  const ask = async (AppConversationID: string, Query: string): Promise<Payload[]> => {
    const stream = await chat.stream("chat_query_v2", { AppConversationID, Query });
    return stream.all();
  };
  const names = (payloads: readonly Payload[]) => payloads.map(({ event }) => event);
  const SPEECH = ["message_output_start", "message", "message_output_end"];

  test("§7.9 a question is an interruption and the answer; the next message answers it", async () => {
    const conversation = await begin("ask");
    const asked = await ask(conversation, "hello");
    checkPayloads(asked);
    expect(names(asked)).toEqual([
      "message_start",
      ...SPEECH,
      "interrupted",
      ...SPEECH,
      "message_cost",
      "message_end",
    ]);
    expect(asked.find(({ event }) => event === "interrupted")).toMatchObject({
      interrupted_msg: "Which order?",
      interrupted_type: "question",
    });
    expect(answerOf(asked)).toBe("Working on it\n\nWhich order?");
    expect(answerOf(await ask(conversation, "17"))).toBe("17");
    const rounds = await chat.history(conversation);
    expect(rounds.map(({ AnswerInfo }) => AnswerInfo.Answer)).toEqual([answerOf(asked), "17"]);
  });

  test("a search is told with its bases and limits, in both framings, and stands in the trace", async () => {
    const conversation = await begin("search");
    const told = await ask(conversation, "图书馆几点闭馆");
    checkPayloads(told);
    expect(answerOf(told)).toContain(LIBRARY_TEXT);
    const start = told.find(({ event }) => event === "knowledge_retrieve");
    expect(start).toMatchObject({ query: "图书馆几点闭馆", top_k: 3, score_threshold: 0.1 });
    const datasets = start?.["dataset_ids"];
    expect(datasets).toHaveLength(2);
    const MessageID = told[0]?.id;
    const again = await (await chat.stream("chat_continue", { MessageID })).all();
    checkPayloads(again);
    expect(names(again)).toContain("knowledge_retrieve_start");
    expect(answerOf(again)).toBe(answerOf(told));
    const { MessageInfo } = (await chat.call("get_message_info", { MessageID })).body;
    expect(MessageInfo.AnswerInfo.RetrieverResource).toBe(true);
    const { event, docs } = JSON.parse(MessageInfo.AnswerInfo.TracingJsonStr).at(-1);
    expect(event).toBe("knowledge_retrieve_end");
    expect(datasets).toContain(docs.outputList[0].metadata.dataset_id);
    expect(docs.outputList[0].metadata).toMatchObject({ dataset_name: "校园手册", document_name: "手册.md" });
  });

  test("an answer is stopped, with its run, and made again under the same question", async () => {
    const rest = gate();
    world.teach("go on", ["on", { type: "hold", until: rest.until }, " and on"]);
    const AppConversationID = await begin("model");
    const stream = await chat.stream("chat_query_v2", { AppConversationID, Query: "go on" });
    const { id: MessageID } = await stream.until("message");
    await stream.until("message");
    expect((await chat.call("stop_message", { MessageID })).status).toBe(200);
    const stopped = await stream.all();
    checkPayloads(stopped);
    expect(names(stopped)).toContain("message_output_end");
    expect(names(stopped).slice(-2)).toEqual(["message_cost", "message_end"]);
    rest.open();
    const again = await chat.stream("query_again_v2", { AppConversationID, MessageID });
    const remade = await again.all();
    checkPayloads(remade);
    expect(answerOf(remade)).toBe("Working on it\n\non and on");
    const [round, ...others] = await chat.history(AppConversationID);
    expect(others).toEqual([]);
    expect(round.AnswerInfo.Answer).toBe("Working on it\n\non and on");
    expect(round.OtherAnswers).toMatchObject([{ Answer: "Working on it\n\non", MessageID }]);
  });

  test("§8 blocking gives what all nodes said; a failed workflow is an error", async () => {
    const body = { AppConversationID: await begin("values"), Query: "hi", ResponseMode: "blocking" };
    const reply = await chat.call("chat_query_v2", body);
    expect([reply.status, reply.body.answer]).toEqual([200, "Working on it"]);
    const failing = { ...body, AppConversationID: await begin("fail") };
    const failed = await chat.call("chat_query_v2", failing);
    expect([failed.status, failed.body.ResponseMetadata.Error.Code]).toEqual([500, "InternalError"]);
    const told = await ask(failing.AppConversationID, "again");
    checkPayloads(told);
    expect(told.at(-1)).toMatchObject({
      event: "message_failed",
      error: expect.stringContaining("it broke"),
    });
  });
});
