import type { ChatV3Message } from "@coze/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import {
  answer,
  type CozeWorld,
  chatOf,
  expectStrictAnswers,
  openCozeWorld,
  question,
  readAll,
  refusalOf,
} from "./world.ts";

describe.each(engines)("messages of @coze/api on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const conversation = async () => {
    const { id } = await world.sdk().conversations.create({ bot_id: world.botId("shop") });
    return id;
  };
  const texts = (messages: ChatV3Message[]) => messages.map((message) => message.content);
  const chatIn = async (conversation_id: string, text: string) => {
    const events = await readAll(
      world.sdk().chat.stream({
        bot_id: world.botId("shop"),
        user_id: "u1",
        conversation_id,
        additional_messages: [question(text)],
      }),
    );
    return chatOf(events);
  };

  test("create, retrieve, update and delete one message", async () => {
    const id = await conversation();
    const { messages } = world.sdk().conversations;
    const made = await messages.create(id, { ...question("第一条"), meta_data: { a: "1" } });
    expect(made).toMatchObject({
      conversation_id: id,
      role: "user",
      type: "question",
      content: "第一条",
      content_type: "text",
      meta_data: { a: "1" },
    });
    expect(await messages.retrieve(id, made.id)).toEqual(made);

    const changed = await messages.update(id, made.id, { content: "改过的", meta_data: { b: "2" } });
    expect(changed).toMatchObject({ id: made.id, content: "改过的", meta_data: { b: "2" } });
    const onlyNotes = await messages.update(id, made.id, { meta_data: { c: "3" } });
    expect(onlyNotes).toMatchObject({ content: "改过的", meta_data: { c: "3" } });
    expect(await messages.retrieve(id, made.id)).toEqual(onlyNotes);

    expect(await messages.delete(id, made.id)).toMatchObject({ id: made.id, content: "改过的" });
    expect(await refusalOf(messages.retrieve(id, made.id))).toMatchObject({ code: 4200 });
    expect(await refusalOf(messages.delete(id, made.id))).toMatchObject({ code: 4200 });
    expect((await messages.list(id)).data).toEqual([]);
  });

  test("an update of nothing is refused", async () => {
    const id = await conversation();
    const { messages } = world.sdk().conversations;
    const made = await messages.create(id, { ...question("x"), meta_data: {} });
    expect(await refusalOf(messages.update(id, made.id, {}))).toMatchObject({ code: 4000 });
  });

  test("a list of nothing has its four members", async () => {
    const { messages } = world.sdk().conversations;
    const list = await messages.list(await conversation());
    expect(list).toMatchObject({ data: [], has_more: false });
    expect(typeof list.first_id).toBe("string");
    expect(typeof list.last_id).toBe("string");
  });

  describe("a list of seven", () => {
    let id: string;
    let all: string[];
    beforeAll(async () => {
      id = await conversation();
      const { messages } = world.sdk().conversations;
      for (let index = 0; index < 7; index++) {
        const made = index % 2 === 0 ? question(`m${index}`) : answer(`m${index}`);
        await messages.create(id, { ...made, meta_data: {} });
      }
      all = Array.from({ length: 7 }, (_, index) => `m${index}`);
    });

    test("newest first unless asked otherwise", async () => {
      const { messages } = world.sdk().conversations;
      expect(texts((await messages.list(id)).data)).toEqual(all.toReversed());
      expect(texts((await messages.list(id, { order: "desc" })).data)).toEqual(all.toReversed());
      expect(texts((await messages.list(id, { order: "asc" })).data)).toEqual(all);
    });

    test.each(["asc", "desc"] as const)("page after page, %s, forward and back", async (order) => {
      const { messages } = world.sdk().conversations;
      const expected = order === "asc" ? all : all.toReversed();
      const forward: string[] = [];
      let after_id: string | undefined;
      let has_more = true;
      let page: Awaited<ReturnType<typeof messages.list>> | undefined;
      while (has_more) {
        page = await messages.list(id, { order, limit: 3, ...(after_id === undefined ? {} : { after_id }) });
        expect(page.first_id).toBe(page.data.at(0)?.id);
        expect(page.last_id).toBe(page.data.at(-1)?.id);
        forward.push(...texts(page.data));
        ({ last_id: after_id, has_more } = page);
      }
      expect(forward).toEqual(expected);
      expect(page?.data).toHaveLength(1);

      const before = await messages.list(id, { order, limit: 3, before_id: page?.first_id ?? "" });
      expect(texts(before.data)).toEqual(expected.slice(3, 6));
      expect(before.has_more).toBe(true);
      const first = await messages.list(id, { order, limit: 5, before_id: before.first_id });
      expect(texts(first.data)).toEqual(expected.slice(0, 3));
      expect(first.has_more).toBe(false);
    });

    test("limits outside 1 to 50 and unknown orders", async () => {
      const { messages } = world.sdk().conversations;
      expect((await messages.list(id, { limit: 5_000 })).data).toHaveLength(7);
      expect((await refusalOf(messages.list(id, { limit: -1 }))).msg).toContain("limit");
      const order = "newest" as "asc";
      expect((await refusalOf(messages.list(id, { order }))).msg).toContain("order");
    });
  });

  test("chat_id keeps one chat's messages", async () => {
    const id = await conversation();
    await world.sdk().conversations.messages.create(id, { ...question("inserted"), meta_data: {} });
    const first = await chatIn(id, "question one");
    const second = await chatIn(id, "question two");
    const { messages } = world.sdk().conversations;
    expect(texts((await messages.list(id, { chat_id: second.id, order: "asc" })).data)[0]).toBe(
      "question two",
    );
    expect((await messages.list(id, { chat_id: first.id })).data.map((one) => one.chat_id)).toEqual([
      first.id,
      first.id,
    ]);
    expect((await messages.list(id)).data).toHaveLength(5);
  });

  test("messages of a chat carry its ids; inserted ones do not", async () => {
    const id = await conversation();
    const made = await world
      .sdk()
      .conversations.messages.create(id, { ...answer("inserted"), meta_data: {} });
    expect(made).toMatchObject({ role: "assistant", type: "answer", chat_id: "" });
    const chat = await chatIn(id, "who are you");
    const { data } = await world.sdk().conversations.messages.list(id, { order: "asc" });
    expect(data.slice(1)).toMatchObject([
      { type: "question", chat_id: chat.id, bot_id: world.botId("shop") },
      { type: "answer", chat_id: chat.id, bot_id: world.botId("shop") },
    ]);
  });

  test("inserted messages are the model's history", async () => {
    const id = await conversation();
    const { messages } = world.sdk().conversations;
    await messages.create(id, { ...question("my name is Ada"), meta_data: {} });
    await messages.create(id, { ...answer("hello Ada"), meta_data: {} });
    await chatIn(id, "what is my name");
    expect(world.asked("what is my name").body.messages.slice(-3)).toMatchObject([
      { role: "user", content: "my name is Ada" },
      { role: "assistant", content: "hello Ada" },
      { role: "user", content: "what is my name" },
    ]);
  });

  test("a changed and a deleted message are what the model sees from then on", async () => {
    const id = await conversation();
    const { messages } = world.sdk().conversations;
    const secret = await messages.create(id, { ...question("the secret is 42"), meta_data: {} });
    await chatIn(id, "remember it");
    const { data } = await messages.list(id, { order: "asc" });
    const said = data.find((message) => message.type === "answer");
    await messages.update(id, said?.id ?? "", { content: "CORRECTED" });
    await messages.delete(id, secret.id);
    await chatIn(id, "what was said");
    const seen = JSON.stringify(world.asked("what was said").body.messages);
    expect(seen).toContain("CORRECTED");
    expect(seen).not.toContain("the secret is 42");
  });

  test("object_string: kept as a string, whether it came as one or as a list", async () => {
    const id = await conversation();
    const { messages } = world.sdk().conversations;
    const parts = [
      { type: "text", text: "看图" },
      { type: "image", file_url: "https://pictures.example/cat.png" },
    ] as const;
    for (const content of [[...parts], JSON.stringify(parts)]) {
      const made = await messages.create(id, {
        ...question(""),
        content,
        content_type: "object_string",
        meta_data: {},
      });
      expect(made.content_type).toBe("object_string");
      expect(JSON.parse(made.content)).toEqual(parts);
      expect(await messages.retrieve(id, made.id)).toEqual(made);
    }
  });

  test.each([
    ["two texts", [{ type: "text", text: "a" }, { type: "text", text: "b" }, image()]],
    ["only a text", [{ type: "text", text: "a" }]],
    ["an image of nothing", [{ type: "text", text: "a" }, { type: "image" }]],
    [
      "an unknown file",
      [
        { type: "text", text: "a" },
        { type: "file", file_id: "123456789012345" },
      ],
    ],
    [
      "an unknown kind",
      [
        { type: "text", text: "a" },
        { type: "hologram", file_url: "https://x.example/a" },
      ],
    ],
    ["no list", { type: "text" }],
    ["nothing", []],
  ])("an object_string of %s is refused", async (_, parts) => {
    const id = await conversation();
    const { messages } = world.sdk().conversations;
    const content = JSON.stringify(parts);
    const wrong = { ...question(""), content, content_type: "object_string" as const, meta_data: {} };
    const refusal = await refusalOf(messages.create(id, wrong));
    expect(refusal).toMatchObject({ name: "BadRequestError", code: 4000 });
    expect(refusal.msg).toContain("content");
    expect((await messages.list(id)).data).toEqual([]);
  });

  test("roles, kinds and notes that are none are refused by name", async () => {
    const id = await conversation();
    const { messages } = world.sdk().conversations;
    for (const [wrong, field] of [
      [{ role: "system" }, "role"],
      [{ content_type: "card" }, "content_type"],
      [{ meta_data: { k: "v".repeat(513) } }, "meta_data"],
      [{ content: "" }, "content"],
    ] as const) {
      const request = { ...question("x"), meta_data: {}, ...wrong } as Parameters<typeof messages.create>[1];
      const refusal = await refusalOf(messages.create(id, request));
      expect([field, refusal.code]).toEqual([field, 4000]);
      expect(refusal.msg).toContain(field);
    }
  });

  test("deleting an answer deletes what stood between it and its question", async () => {
    const id = await conversation();
    const { chat, conversations } = world.sdk();
    const events = await readAll(
      chat.stream({
        bot_id: world.botId("library"),
        user_id: "u1",
        additional_messages: [question("图书馆几点闭馆")],
      }),
    );
    const { id: chat_id, conversation_id } = chatOf(events);
    const kinds = async () => (await chat.messages.list(conversation_id, chat_id)).map((one) => one.type);
    expect(await kinds()).toEqual(["knowledge", "answer", "verbose"]);
    const said = (await chat.messages.list(conversation_id, chat_id)).find((one) => one.type === "answer");
    await conversations.messages.delete(conversation_id, said?.id ?? "");
    expect((await conversations.messages.list(conversation_id)).data.map((one) => one.type)).toEqual([
      "question",
    ]);
    expect(await refusalOf(conversations.messages.retrieve(conversation_id, said?.id ?? ""))).toMatchObject({
      code: 4200,
    });
    expect(id).not.toBe(conversation_id);
  });
});

function image() {
  return { type: "image", file_url: "https://pictures.example/cat.png" };
}
