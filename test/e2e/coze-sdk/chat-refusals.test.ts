import { CozeAPI } from "@coze/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { shopChats } from "./shop-chats.ts";
import {
  answer,
  type CozeWorld,
  chatOf,
  deltasOf,
  expectStrictAnswers,
  openCozeWorld,
  question,
  readAll,
  refusalOf,
} from "./world.ts";

describe.each(engines)("chats of @coze/api that are refused, on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const { shop, streamed, history } = shopChats(() => world);

  test("errors before the first event come to a stream as one event of their own", async () => {
    const wrong = async (more: object) => readAll(world.sdk().chat.stream(shop("x", more)));
    const unknown = "123456789012345";
    expect(await wrong({ bot_id: unknown })).toMatchObject([{ event: "error", data: { code: 4200 } }]);
    expect(await wrong({ conversation_id: unknown })).toMatchObject([
      { event: "error", data: { code: 4200 } },
    ]);
    expect(await wrong({ bot_id: world.botId("unpublished") })).toMatchObject([
      { event: "error", data: { code: 4015 } },
    ]);
    expect(await wrong({ additional_messages: [{ ...question("x"), role: "system" }] })).toMatchObject([
      { event: "error", data: { code: 4000, msg: expect.stringContaining("additional_messages.0.role") } },
    ]);
    expect(world.proxy.last().body).not.toMatch(/\n$/);
  });

  test.each([
    [
      "17 pairs of notes",
      { meta_data: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, "v"])) },
      "meta_data",
    ],
    ["a note of 513 characters", { meta_data: { k: "v".repeat(513) } }, "meta_data"],
    ["101 messages", { additional_messages: Array(101).fill(question("x")) }, "additional_messages"],
    [
      "a follow_up as a message",
      { additional_messages: [{ ...question("x"), type: "follow_up" }] },
      "additional_messages.0.type",
    ],
    [
      "an assistant's question",
      { additional_messages: [{ ...answer("x"), type: "question" }] },
      "additional_messages.0.type",
    ],
    ["a number as a variable", { custom_variables: { name: 7 } }, "custom_variables.name"],
  ])("%s is refused by name and leaves nothing behind", async (_, more, field) => {
    const { conversations, chat } = world.sdk();
    const { id } = await conversations.create({ bot_id: world.botId("shop") });
    const refusal = await refusalOf(chat.create(shop("x", { conversation_id: id, ...more })));
    expect(refusal).toMatchObject({ name: "BadRequestError", code: 4000 });
    expect(refusal.msg).toContain(field);
    expect(await history(id)).toEqual([]);
  });

  test("chats of others, unknown ones and those of another conversation are not found", async () => {
    const { conversation_id, id } = chatOf(await streamed("private"));
    const other = chatOf(await streamed("another"));
    const stranger = world.sdk("member").chat;
    const { chat } = world.sdk();
    const refusals = [
      stranger.retrieve(conversation_id, id),
      stranger.messages.list(conversation_id, id),
      stranger.cancel(conversation_id, id),
      stranger.create(shop("in your conversation", { conversation_id })),
      chat.retrieve(other.conversation_id, id),
      chat.retrieve(conversation_id, "123456789012345"),
      chat.retrieve("nonsense", "nonsense"),
    ].map(refusalOf);
    for (const refusal of await Promise.all(refusals)) {
      expect(refusal).toMatchObject({ name: "NotFoundError", code: 4200 });
    }
  });

  test("a token that may only chat may chat, and nothing else", async () => {
    const { chat, bots } = world.sdk("chatter");
    const events = await readAll(chat.stream(shop("only chatting")));
    expect(deltasOf(events)).toBe("你好，this is the upstream.");
    expect(await refusalOf(bots.create({ space_id: world.spaceId, name: "x" }))).toMatchObject({
      name: "PermissionDeniedError",
      code: 4101,
    });
  });

  test("a wrong token: 4100 to a call, and to a stream as an event", async () => {
    const { proxy } = world;
    const nobody = new CozeAPI({ baseURL: proxy.url, token: "pat_nobody" });
    expect(await refusalOf(nobody.chat.create(shop("x")))).toMatchObject({
      name: "AuthenticationError",
      code: 4100,
    });
    expect(await readAll(nobody.chat.stream(shop("x")))).toMatchObject([
      { event: "error", data: { code: 4100 } },
    ]);
  });
});
