import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CozeEvent, chatQuery, userMessage } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import { type ChatWorld, LIBRARY_TEXT, openChatWorld } from "./chat-world.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every kind.
type Message = any;

const FOLLOW_UPS = '["明天几点开门？", "可以续借吗？", "有自习室吗？"]';

describe.each(engines)("messages of a Coze conversation on $name", (engine) => {
  let world: ChatWorld;
  let conversationId: string;
  /** What the streams of three chats told of middle messages and answers, in order. */
  let told: Message[];
  /** All messages of the conversation, oldest first, middle ones too. */
  let all: Message[];

  beforeAll(async () => {
    world = await openChatWorld(engine);
    world.upstream.reply(({ lastUserText }) => [
      lastUserText.includes("闭馆") ? `答：${lastUserText}` : FOLLOW_UPS,
    ]);
    conversationId = (await world.coze().data("POST /v1/conversation/create", {})).id;
    await insert(userMessage("先说一句"));
    await insert({ role: "assistant", content: "请讲", content_type: "text" });
    told = [];
    for (const question of ["图书馆几点闭馆？", "图书馆周末几点闭馆？", "图书馆现在闭馆了吗？"]) {
      told.push(...completed(await chat(question)));
    }
    await insert(userMessage("还没问"));
    all = await listed({ order: "asc", include_middle_message: true });
  });

  afterAll(() => world.close());

  function insert(message: object) {
    const path = `/v1/conversation/message/create?conversation_id=${conversationId}` as const;
    return world.coze().data(`POST ${path}`, message);
  }

  async function chat(question: string): Promise<CozeEvent[]> {
    const stream = await world.coze().stream(`POST /v3/chat?conversation_id=${conversationId}`, {
      bot_id: world.botId("library"),
      user_id: "reader",
      additional_messages: [userMessage(question)],
    });
    return stream.all();
  }

  function completed(events: CozeEvent[]): Message[] {
    return events.filter(({ event }) => event === "conversation.message.completed").map(({ data }) => data);
  }

  function page(options: object): Promise<Message> {
    return world.coze().call(`POST /v1/conversation/message/list?conversation_id=${conversationId}`, options);
  }

  async function listed(options: object): Promise<Message[]> {
    const { data } = await page(options);
    return data;
  }

  function message(action: "retrieve" | "delete" | "modify", id: string): `/${string}` {
    return `/v1/conversation/message/${action}?conversation_id=${conversationId}&message_id=${id}`;
  }

  /** Follows cursors from the first page to the last. */
  async function walk(options: object): Promise<Message[]> {
    const seen: Message[] = [];
    for (let after = ""; ; ) {
      const { data, has_more, last_id, first_id } = await page({ ...options, after_id: after });
      expect(data.length > 0 ? [data[0].id, data.at(-1).id] : ["0", "0"]).toEqual([first_id, last_id]);
      seen.push(...data);
      if (!has_more) return seen;
      after = last_id;
    }
  }

  /** The same from the last message back. */
  async function walkBack(options: object, from: string): Promise<Message[]> {
    const seen: Message[] = [];
    for (let before = from; ; ) {
      const { data, has_more, first_id } = await page({ ...options, before_id: before });
      seen.unshift(...data);
      if (!has_more) return seen;
      before = first_id;
    }
  }

  test("the conversation has what was inserted, asked, answered and done in between, in time order", () => {
    const chatTypes = ["question", "knowledge", "answer", "verbose", "follow_up", "follow_up", "follow_up"];
    expect(all.map(({ type }) => type)).toEqual([
      "question",
      "answer",
      ...chatTypes,
      ...chatTypes,
      ...chatTypes,
      "question",
    ]);
    const knowledge = JSON.parse(all[3].content);
    expect(JSON.parse(knowledge.data).chunks[0].slice).toContain(LIBRARY_TEXT);
  });

  test("stream, list and look-up tell the same message under the same id", async () => {
    const ofChats = all.filter(({ chat_id, type }) => chat_id !== "" && type !== "question");
    expect(ofChats).toEqual(told);
    for (const one of ofChats) {
      expect(await world.coze().data(`GET ${message("retrieve", one.id)}`)).toEqual(one);
    }
    const [first] = ofChats;
    const chatReference = { id: first.chat_id, conversation_id: conversationId };
    expect(await world.coze().chatMessages(chatReference)).toEqual(told.slice(0, 6));
  });

  test.each([1, 2, 3, 4, 5, 7, 50])("cursors of %i reach every message once, both ways", async (limit) => {
    const options = { limit, include_middle_message: true };
    expect(await walk({ ...options, order: "asc" })).toEqual(all);
    expect(await walk({ ...options, order: "desc" })).toEqual(all.toReversed());
    const lastId = all.at(-1).id;
    expect(await walkBack({ ...options, order: "asc" }, lastId)).toEqual(all.slice(0, -1));
    expect(await walkBack({ ...options, order: "desc" }, all[0].id)).toEqual(all.slice(1).toReversed());
  });

  test("any message may be the cursor", async () => {
    for (const [index, { id }] of all.entries()) {
      const options = { order: "asc", include_middle_message: true };
      expect(await listed({ ...options, after_id: id })).toEqual(all.slice(index + 1));
      expect(await listed({ ...options, before_id: id })).toEqual(all.slice(0, index));
    }
  });

  test("without middle messages the same cursors walk over questions and answers only", async () => {
    const plain = all.filter(({ type }) => type === "question" || type === "answer");
    for (const limit of [1, 2, 3, 50]) {
      expect(await walk({ order: "asc", limit })).toEqual(plain);
      expect(await walk({ order: "desc", limit })).toEqual(plain.toReversed());
    }
  });

  test("chat_id keeps one chat's messages, its question too", async () => {
    const [, second] = [...new Set(told.map(({ chat_id }) => chat_id))];
    const options = { order: "asc", chat_id: second, include_middle_message: true };
    expect(await listed(options)).toEqual(all.filter(({ chat_id }) => chat_id === second));
    expect(await walk({ ...options, limit: 2 })).toEqual(all.filter(({ chat_id }) => chat_id === second));
    expect(await listed({ chat_id: "1" })).toEqual([]);
  });

  test("a bot that is not the conversation's has said nothing there", async () => {
    expect(await listed({ bot_id: world.botId("school") })).toEqual([]);
    expect(await listed({ bot_id: world.botId("library") })).toHaveLength(9);
  });

  test.each([["1"], ["abc"], ["488040533065730999"], ["99999999999999999999"]])(
    "a cursor %s that nobody knows is refused by name",
    async (id) => {
      const refusal = { code: 4000, msg: expect.stringContaining("after_id") };
      expect(await page({ after_id: id })).toMatchObject(refusal);
    },
  );

  test("middle messages can be neither changed, deleted nor rated", async () => {
    const { id } = told[0];
    const feedback = `/v1/conversations/${conversationId}/messages/${id}/feedback` as const;
    const refusal = { code: 4000, msg: expect.stringContaining("message_id") };
    const coze = world.coze();
    expect(await coze.call(`POST ${message("delete", id)}`)).toMatchObject(refusal);
    expect(await coze.call(`POST ${message("modify", id)}`, { content: "x" })).toMatchObject(refusal);
    expect(await coze.call(`POST ${feedback}`, { feedback_type: "like" })).toMatchObject(refusal);
    expect(await coze.data(`GET ${message("retrieve", id)}`)).toEqual(told[0]);
  });

  test("another user of the workspace sees none of it", async () => {
    const member = world.coze("member");
    const list = `/v1/conversation/message/list?conversation_id=${conversationId}` as const;
    for (const answer of [
      await member.call(`POST ${list}`),
      await member.call(`GET ${message("retrieve", all[0].id)}`),
      await member.call(`POST ${message("delete", all[0].id)}`),
      await member.call(`POST ${message("modify", all[0].id)}`, { content: "x" }),
      await member.call(
        `GET /v3/chat/message/list?${chatQuery({ id: told[0].chat_id, conversation_id: conversationId })}`,
      ),
    ]) {
      expect(answer).toMatchObject({ code: 4200 });
      expect(answer).not.toHaveProperty("data");
    }
  });

  test("a message of another conversation is not found in this one", async () => {
    const { id } = await world.coze().data("POST /v1/conversation/create", {});
    const path = `/v1/conversation/message/retrieve?conversation_id=${id}&message_id=` as const;
    expect(await world.coze().call(`GET ${path}${all[0].id}`)).toMatchObject({ code: 4200 });
    expect(await world.coze().call(`GET ${path}${told[0].id}`)).toMatchObject({ code: 4200 });
    expect(
      await world.coze().call(`POST /v1/conversation/message/list?conversation_id=${id}`, {
        after_id: told[0].id,
      }),
    ).toMatchObject({ code: 4000 });
  });
});
