import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import {
  answer,
  type CozeWorld,
  expectStrictAnswers,
  openCozeWorld,
  question,
  readAll,
  refusalOf,
} from "./world.ts";

describe.each(engines)("conversations of @coze/api on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  test("create and retrieve: notes, agent and messages are kept", async () => {
    const { conversations } = world.sdk();
    const me = await world.sdk().users.me();
    const made = await conversations.create({
      bot_id: world.botId("shop"),
      meta_data: { order: "A-1", 渠道: "微信" },
      messages: [question("我的订单呢？"), answer("请稍等。")],
    });
    expect(made).toMatchObject({ meta_data: { order: "A-1", 渠道: "微信" }, creator_id: me.user_id });
    expect(await conversations.retrieve(made.id)).toEqual(made);
    const { data } = await conversations.messages.list(made.id, { order: "asc" });
    expect(data).toMatchObject([
      { role: "user", type: "question", content: "我的订单呢？", content_type: "text", chat_id: "" },
      { role: "assistant", type: "answer", content: "请稍等。", content_type: "text", chat_id: "" },
    ]);
  });

  test("a body of nothing makes a conversation of no agent", async () => {
    const { conversations } = world.sdk();
    for (const made of [await conversations.create({}), await world.sdk().post("/v1/conversation/create")]) {
      const { id } = (made as { data?: { id: string }; id?: string }).data ?? (made as { id: string });
      expect(await conversations.retrieve(String(id))).toMatchObject({ id, meta_data: {} });
    }
  });

  test("the list holds the caller's conversations with one agent, newest first, page by page", async () => {
    const bot_id = world.botId("school");
    const { conversations } = world.sdk();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await conversations.create({ bot_id })).id);
    await conversations.create({ bot_id: world.botId("shop") });
    await world.sdk("member").conversations.create({ bot_id });

    const all = await conversations.list({ bot_id });
    expect(all.conversations.map((one) => one.id)).toEqual(ids);
    expect(all.has_more).toBe(false);
    const paged: string[] = [];
    for (const [page_num, has_more] of [
      [1, true],
      [2, true],
      [3, false],
    ] as const) {
      const page = await conversations.list({ bot_id, page_num, page_size: 2 });
      expect(page.has_more).toBe(has_more);
      paged.push(...page.conversations.map((one) => one.id));
    }
    expect(paged).toEqual(ids);
    const ascending = await conversations.list({ bot_id, sort_order: "ASC" } as Parameters<
      typeof conversations.list
    >[0]);
    expect(ascending.conversations.map((one) => one.id)).toEqual(ids.toReversed());
    expect((await conversations.list({ bot_id, page_size: 5_000 })).conversations).toHaveLength(5);
  });

  test("clear begins a new section: earlier messages stay listed and leave the model's sight", async () => {
    const { conversations, chat } = world.sdk();
    const bot_id = world.botId("shop");
    const { id, last_section_id } = await conversations.create({ bot_id });
    const ask = (text: string) =>
      readAll(
        chat.stream({ bot_id, user_id: "u1", conversation_id: id, additional_messages: [question(text)] }),
      );
    await ask("before clearing");

    const cleared = await conversations.clear(id);
    expect(cleared).toMatchObject({ conversation_id: id });
    expect(cleared.id).not.toBe(last_section_id);
    expect((await conversations.retrieve(id)).last_section_id).toBe(cleared.id);

    await ask("after clearing");
    expect(JSON.stringify(world.asked("after clearing").body.messages)).not.toContain("before clearing");
    const { data } = await conversations.messages.list(id, { order: "asc" });
    expect(data.map((message) => [message.type, message.section_id])).toEqual([
      ["question", last_section_id],
      ["answer", last_section_id],
      ["question", cleared.id],
      ["answer", cleared.id],
    ]);
  });

  test("meta_data: 16 pairs of 64 and 512 characters pass, one more or longer is refused by name", async () => {
    const { conversations } = world.sdk();
    const pairs = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
    const most = { ...pairs(15), ["键".repeat(64)]: "值".repeat(512) };
    expect((await conversations.create({ meta_data: most })).meta_data).toEqual(most);
    for (const meta_data of [pairs(17), { ["k".repeat(65)]: "v" }, { k: "v".repeat(513) }]) {
      const refusal = await refusalOf(conversations.create({ meta_data }));
      expect(refusal).toMatchObject({ name: "BadRequestError", code: 4000 });
      expect(refusal.msg).toContain("meta_data");
    }
  });

  test("a conversation of another user, an unknown one and nonsense are not found", async () => {
    const { id } = await world.sdk().conversations.create({ bot_id: world.botId("shop") });
    const { conversations } = world.sdk("member");
    for (const wrong of [id, "123456789012345", "nonsense"]) {
      const refusals = [
        conversations.retrieve(wrong),
        conversations.clear(wrong),
        conversations.messages.list(wrong),
        conversations.messages.create(wrong, { ...question("x"), meta_data: {} }),
      ].map(refusalOf);
      for (const refusal of await Promise.all(refusals)) {
        expect(refusal).toMatchObject({ name: "NotFoundError", code: 4200 });
      }
    }
  });
});
