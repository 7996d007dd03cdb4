import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { type AgentSlug, LIBRARY_TEXT, openWorld, PAIR, type World } from "./world.ts";

describe.each(engines)("HiAgent TracingJsonStr on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const infoAfter = async (slug: AgentSlug, question: string, mode: "streaming" | "blocking") => {
    const client = world.client(slug);
    const AppConversationID = await client.newConversation();
    const stream = { AppConversationID, Query: question, ResponseMode: mode };
    const reply = await client.call("chat_query", stream);
    expect(reply.status).toBe(200);
    const [round] = await client.history(AppConversationID);
    const info = await client.call("get_message_info", { MessageID: round.AnswerInfo.MessageID });
    return { round, info: info.body.MessageInfo };
  };

  test.each(["streaming", "blocking"] as const)(
    "§15.14 after a retrieval (%s) the last element has docs.outputList",
    async (mode) => {
      const { round, info } = await infoAfter("library", "图书馆几点闭馆", mode);
      const tracing = JSON.parse(info.AnswerInfo.TracingJsonStr);
      expect(tracing.map((event: { event: string }) => event.event)).toEqual([
        "knowledge_retrieve",
        "knowledge_retrieve_end",
      ]);
      const [found] = tracing.at(-1).docs.outputList;
      expect(found.output).toContain(LIBRARY_TEXT);
      expect(found.metadata).toMatchObject({ document_name: "手册.md", dataset_name: "校园手册" });
      expect(found.metadata.score).toBeGreaterThan(0);
      expect(info.AnswerInfo.RetrieverResource).toBe(true);
      expect(round.AnswerInfo.TracingJsonStr).toBe("");
    },
  );

  test("§15.14 after a QA retrieval too", async () => {
    const { info } = await infoAfter("faq", PAIR.question, "streaming");
    const tracing = JSON.parse(info.AnswerInfo.TracingJsonStr);
    expect(tracing.at(-1)).toMatchObject({
      event: "qa_retrieve_end",
      docs: { outputList: [{ output: PAIR.answer }] },
    });
    expect(info.AnswerInfo.RetrieverResource).toBe(true);
  });

  test("§4.4 a tool call leaves its thought, without any text or cost event", async () => {
    world.teach("trace the weather", (request) =>
      request.body.messages.at(-1)?.role === "tool"
        ? ["26 度"]
        : [{ type: "tool-call", name: "get_weather", arguments: '{"city":"深圳"}' }],
    );
    const { info } = await infoAfter("weather", "trace the weather", "blocking");
    const tracing = JSON.parse(info.AnswerInfo.TracingJsonStr);
    expect(tracing.map((event: { event: string }) => event.event)).toEqual([
      "agent_thought",
      "agent_thought_end",
    ]);
    expect(info.AnswerInfo.RetrieverResource).toBe(false);
  });

  test("§15.14 a search the model asked for is in the trace, and last", async () => {
    world.teach("when does it close", (request) =>
      request.body.messages.at(-1)?.role === "tool"
        ? ["22:00"]
        : [{ type: "tool-call", name: "search_knowledge", arguments: '{"query":"图书馆几点闭馆"}' }],
    );
    const { info } = await infoAfter("scholar", "when does it close", "streaming");
    const tracing = JSON.parse(info.AnswerInfo.TracingJsonStr);
    expect(tracing.map((event: { event: string }) => event.event)).toEqual([
      "agent_thought",
      "agent_thought_end",
      "knowledge_retrieve",
      "knowledge_retrieve_end",
    ]);
    expect(tracing.at(-1).docs.outputList[0].output).toContain(LIBRARY_TEXT);
    expect(tracing[1].observation).toContain(LIBRARY_TEXT);
    expect(info.AnswerInfo.RetrieverResource).toBe(true);
  });

  test("§4.4 a plain answer has an empty trace", async () => {
    const { round, info } = await infoAfter("shop", "no trace", "streaming");
    expect(info.AnswerInfo.TracingJsonStr).toBe("");
    expect(info.AnswerInfo.RetrieverResource).toBe(false);
    expect(round.AnswerInfo.RetrieverResource).toBe(false);
  });

  test("§4.3 RetrieverResource also shows in the history of a round with retrieval", async () => {
    const { round } = await infoAfter("library", "图书馆几点闭馆", "streaming");
    expect(round.AnswerInfo.RetrieverResource).toBe(true);
  });
});
