import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { type CozeWorld, expectStrictAnswers, openCozeWorld, question, readAll, refusalOf } from "./world.ts";

describe.each(engines)("workspaces, users, variables and templates of @coze/api on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  test("workspaces.list: the caller's, with the caller's role", async () => {
    const mine = await world.sdk().workspaces.list();
    expect(mine.workspaces.find((one) => one.id === world.spaceId)).toMatchObject({
      name: "default",
      role_type: "owner",
      workspace_type: "team",
      enterprise_id: "",
    });
    expect(mine.total_count).toBe(mine.workspaces.length);
    const theirs = await world.sdk("member").workspaces.list({ page_num: 1, page_size: 50 });
    expect(theirs.workspaces.find((one) => one.id === world.spaceId)).toMatchObject({ role_type: "member" });
    expect((await world.sdk().workspaces.list({ page_num: 99 })).workspaces).toEqual([]);
  });

  test("users.me: who the token belongs to", async () => {
    const me = await world.sdk("member").users.me();
    expect(me).toMatchObject({ user_name: "member", nick_name: "member" });
    expect((await world.sdk().users.me()).user_id).not.toBe(me.user_id);
  });

  describe("variables", () => {
    const who = (connector_uid: string) => ({ bot_id: world.botId("shop"), connector_uid });
    const set = (connector_uid: string, name: string) =>
      world.sdk().variables.update({ ...who(connector_uid), data: [{ keyword: "name", value: name }] });
    const ask = (user_id: string, text: string, more: object = {}) =>
      readAll(
        world.sdk().chat.stream({
          bot_id: world.botId("shop"),
          user_id,
          additional_messages: [question(text)],
          ...more,
        }),
      );

    test("one nobody set has its default, and no time", async () => {
      expect(await world.sdk().variables.retrieve(who("nobody-set"))).toEqual({
        items: [{ keyword: "name", value: "朋友", create_time: 0, update_time: 0 }],
      });
    });

    test("update, retrieve and update again", async () => {
      await set("ada", "Ada");
      const { items } = await world.sdk().variables.retrieve({ ...who("ada"), keywords: ["name"] });
      expect(items).toMatchObject([{ keyword: "name", value: "Ada" }]);
      expect(items[0]?.create_time).toBeGreaterThan(1_000_000_000);
      await set("ada", "Ada Lovelace");
      expect((await world.sdk().variables.retrieve(who("ada"))).items).toMatchObject([
        { value: "Ada Lovelace" },
      ]);
      expect((await world.sdk().variables.retrieve(who("somebody else"))).items).toMatchObject([
        { value: "朋友" },
      ]);
    });

    test("the value is in the prompt of this user's chats, and custom_variables win", async () => {
      await set("grace", "Grace");
      await ask("grace", "who am I, says grace");
      expect(world.asked("who am I, says grace").body.messages[0]?.content).toContain("称呼用户为 Grace");
      await ask("alan", "who am I, says alan");
      expect(world.asked("who am I, says alan").body.messages[0]?.content).toContain("称呼用户为 朋友");
      await ask("grace", "who am I for once", { custom_variables: { name: "Hopper" } });
      expect(world.asked("who am I for once").body.messages[0]?.content).toContain("称呼用户为 Hopper");
    });

    test("a variable the agent does not have is refused by name, and nothing is kept", async () => {
      const refusal = await refusalOf(
        world.sdk().variables.update({
          ...who("undeclared"),
          data: [
            { keyword: "name", value: "kept?" },
            { keyword: "shoe_size", value: "44" },
          ],
        }),
      );
      expect(refusal).toMatchObject({ code: 4000, msg: expect.stringContaining("shoe_size") });
      expect((await world.sdk().variables.retrieve(who("undeclared"))).items).toMatchObject([
        { value: "朋友" },
      ]);
      expect(
        await refusalOf(world.sdk().variables.retrieve({ ...who("x"), keywords: ["shoe_size"] })),
      ).toMatchObject({ code: 4000 });
    });

    test("unknown agents, and neither agent nor app", async () => {
      const { variables } = world.sdk();
      expect(
        await refusalOf(variables.retrieve({ bot_id: "123456789012345", connector_uid: "x" })),
      ).toMatchObject({ code: 4200 });
      expect(await refusalOf(variables.retrieve({ connector_uid: "x" }))).toMatchObject({ code: 4000 });
      const refusal = await refusalOf(variables.retrieve({ bot_id: world.botId("shop") }));
      expect(refusal).toMatchObject({ code: 4000, msg: expect.stringContaining("connector_uid") });
    });
  });

  test("templates.duplicate makes a draft of the caller's own", async () => {
    const { templates, bots } = world.sdk();
    const template = world.botId("template");
    const copy = await templates.duplicate(template, { workspace_id: world.spaceId, name: "我的副本" });
    expect(copy).toEqual({ entity_id: expect.stringMatching(/^\d+$/), entity_type: "agent" });
    expect(copy.entity_id).not.toBe(template);
    const me = await world.sdk().users.me();
    expect(await bots.retrieveNew(copy.entity_id, { is_published: false })).toMatchObject({
      name: "我的副本",
      prompt_info: { prompt: "你是模板。" },
      owner_user_id: me.user_id,
    });
    expect(await refusalOf(bots.retrieve({ bot_id: copy.entity_id }))).toMatchObject({ code: 4015 });
  });

  test("what is no template cannot be duplicated", async () => {
    const { templates } = world.sdk();
    for (const id of [world.botId("shop"), "123456789012345"]) {
      expect(await refusalOf(templates.duplicate(id, { workspace_id: world.spaceId }))).toMatchObject({
        code: 4200,
      });
    }
    const refusal = await refusalOf(templates.duplicate(world.botId("template"), { workspace_id: "" }));
    expect(refusal).toMatchObject({ code: 4000, msg: expect.stringContaining("workspace_id") });
  });
});
