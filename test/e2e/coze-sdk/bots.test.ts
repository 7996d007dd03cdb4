import type { CreateBotReq, SuggestReplyInfo } from "@coze/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import {
  type CozeWorld,
  completedMessages,
  expectStrictAnswers,
  openCozeWorld,
  question,
  readAll,
  refusalOf,
} from "./world.ts";

describe.each(engines)("bots of @coze/api on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const create = async (more: Partial<CreateBotReq> = {}) => {
    const { bot_id } = await world.sdk().bots.create({ space_id: world.spaceId, name: "新助手", ...more });
    return bot_id;
  };
  const publish = async (bot_id: string) => {
    // The SDK's type says that nothing comes back.
    const published: unknown = await world.sdk().bots.publish({ bot_id, connector_ids: ["1024"] });
    return published as { bot_id: string; version: string };
  };
  const ask = async (bot_id: string, text: string, more: object = {}) =>
    readAll(
      world.sdk().chat.stream({ bot_id, user_id: "u1", additional_messages: [question(text)], ...more }),
    );

  test("create, then retrieve the draft: everything is there as it was given", async () => {
    const suggest = { reply_mode: "customized", customized_prompt: "三个问题" } as SuggestReplyInfo;
    const bot_id = await create({
      name: "客服小助手",
      description: "回答问题",
      prompt_info: { prompt: "你是客服。" },
      onboarding_info: { prologue: "您好！", suggested_questions: ["怎么退货？", "多久发货？"] },
      plugin_id_list: { id_list: [{ plugin_id: "731", api_id: "732" }] },
      workflow_id_list: { ids: [{ id: "741" }] },
      model_info_config: {
        model_id: "upstream",
        top_k: 5,
        top_p: 0.7,
        max_tokens: 512,
        temperature: 0.3,
        context_round: 3,
        response_format: "json",
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
      },
      suggest_reply_info: suggest,
    });
    const before = Math.floor(Date.now() / 1000);
    const bot = await world.sdk().bots.retrieveNew(bot_id, { is_published: false });
    expect(bot).toMatchObject({
      bot_id,
      name: "客服小助手",
      description: "回答问题",
      icon_url: "",
      bot_mode: 0,
      prompt_info: { prompt: "你是客服。" },
      onboarding_info: { prologue: "您好！", suggested_questions: ["怎么退货？", "多久发货？"] },
      plugin_info_list: [{ plugin_id: "731", api_info_list: [{ api_id: "732" }] }],
      workflow_info_list: [{ id: "741" }],
      model_info: {
        model_name: "upstream",
        top_k: 5,
        top_p: 0.7,
        max_tokens: 512,
        temperature: 0.3,
        context_round: 3,
        response_format: "json",
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
      },
      suggest_reply_info: suggest,
    });
    expect(bot.create_time).toBeGreaterThan(before - 60);
    expect(bot.update_time).toBeGreaterThanOrEqual(bot.create_time);
  });

  test("what nobody gave is there in its empty form", async () => {
    const bot = await world.sdk().bots.retrieveNew(await create(), { is_published: false });
    expect(bot).toMatchObject({
      description: "",
      prompt_info: { prompt: "" },
      onboarding_info: { prologue: "", suggested_questions: [] },
      plugin_info_list: [],
      workflow_info_list: [],
      shortcut_commands: [],
      variables: [],
      suggest_reply_info: { reply_mode: "disable" },
    });
  });

  test("update changes only what it names", async () => {
    const bot_id = await create({ description: "vorher", prompt_info: { prompt: "eins" } });
    expect(await world.sdk().bots.update({ bot_id, name: "新名字" })).toBeUndefined();
    await world.sdk().bots.update({ bot_id, onboarding_info: { prologue: "你好" } });
    expect(await world.sdk().bots.retrieveNew(bot_id, { is_published: false })).toMatchObject({
      name: "新名字",
      description: "vorher",
      prompt_info: { prompt: "eins" },
      onboarding_info: { prologue: "你好" },
    });
  });

  test("a draft is no version: not in chats, not online, not in the published list", async () => {
    const bot_id = await create();
    const events = await ask(bot_id, "hello");
    expect(events).toMatchObject([{ event: "error", data: { code: 4015 } }]);
    expect(
      await refusalOf(world.sdk().chat.create({ bot_id, additional_messages: [question("hi")] })),
    ).toMatchObject({ code: 4015 });
    expect(await refusalOf(world.sdk().bots.retrieve({ bot_id }))).toMatchObject({ code: 4015 });
    const { space_bots } = await world.sdk().bots.list({ space_id: world.spaceId, page_size: 50 });
    expect(space_bots.map((bot) => bot.bot_id)).not.toContain(bot_id);
  });

  test("publish: chats use the published version until the next one, the draft with unpublished_draft", async () => {
    const bot_id = await create({ prompt_info: { prompt: "erste Fassung" } });
    const first = await publish(bot_id);
    expect(first).toMatchObject({ bot_id, version: expect.stringMatching(/^\d{13}$/) });
    await world.sdk().bots.update({ bot_id, name: "neu", prompt_info: { prompt: "zweite Fassung" } });

    expect(await world.sdk().bots.retrieve({ bot_id })).toMatchObject({
      name: "新助手",
      version: first.version,
      prompt_info: { prompt: "erste Fassung" },
    });
    expect(await world.sdk().bots.retrieveNew(bot_id)).toMatchObject({
      prompt_info: { prompt: "erste Fassung" },
    });
    expect(await world.sdk().bots.retrieveNew(bot_id, { is_published: false })).toMatchObject({
      name: "neu",
      prompt_info: { prompt: "zweite Fassung" },
    });

    await ask(bot_id, "which version speaks");
    expect(JSON.stringify(world.asked("which version speaks").body.messages)).toContain("erste Fassung");
    await ask(bot_id, "which draft speaks", { publish_status: "unpublished_draft" });
    expect(JSON.stringify(world.asked("which draft speaks").body.messages)).toContain("zweite Fassung");

    const second = await publish(bot_id);
    expect(Number(second.version)).toBeGreaterThan(Number(first.version));
    await ask(bot_id, "and now which");
    expect(JSON.stringify(world.asked("and now which").body.messages)).toContain("zweite Fassung");
    await ask(bot_id, "the old one please", { bot_version: first.version });
    expect(JSON.stringify(world.asked("the old one please").body.messages)).toContain("erste Fassung");
  });

  test("bot_version with unpublished_draft is refused, an unknown one is not found", async () => {
    const bot_id = await create();
    const { version } = await publish(bot_id);
    expect(
      await ask(bot_id, "x", { bot_version: version, publish_status: "unpublished_draft" }),
    ).toMatchObject([{ event: "error", data: { code: 4000, msg: expect.stringContaining("bot_version") } }]);
    expect(await ask(bot_id, "x", { bot_version: "1600000000000" })).toMatchObject([
      { event: "error", data: { code: 4200 } },
    ]);
  });

  test("both lists, newest first, page by page", async () => {
    const names = ["名单一", "名单二", "名单三"];
    const ids: string[] = [];
    for (const name of names) {
      const bot_id = await create({ name, description: `d ${name}` });
      await publish(bot_id);
      ids.unshift(bot_id);
    }
    const unpublished = await create({ name: "名单四" });

    const all = await world.sdk().bots.listNew({ workspace_id: world.spaceId, page_size: 50 });
    expect(all.total).toBe(all.items.length);
    expect(all.items.slice(0, 3).map((bot) => bot.id)).toEqual(ids);
    expect(all.items.map((bot) => bot.id)).not.toContain(unpublished);
    expect(all.items[0]).toMatchObject({ name: "名单三", description: "d 名单三", is_published: true });
    expect(all.items[0]?.published_at).toBeGreaterThan(0);

    const paged = [];
    for (const page_num of [1, 2]) {
      const page = await world.sdk().bots.listNew({ workspace_id: world.spaceId, page_size: 2, page_num });
      expect(page.total).toBe(all.total);
      paged.push(...page.items.map((bot) => bot.id));
    }
    expect(paged).toEqual(all.items.slice(0, 4).map((bot) => bot.id));

    const old = await world.sdk().bots.list({ space_id: world.spaceId, page_size: 3, page_index: 1 });
    expect(old.total).toBe(all.total);
    expect(old.space_bots.map((bot) => bot.bot_id)).toEqual(ids);
    expect(old.space_bots[0]).toMatchObject({ bot_name: "名单三", description: "d 名单三", icon_url: "" });
    const far = await world.sdk().bots.list({ space_id: world.spaceId, page_size: 50, page_index: 9 });
    expect(far).toEqual({ space_bots: [], total: all.total });
  });

  test("listNew tells drafts and published ones apart", async () => {
    const published = await create({ name: "已发布" });
    await publish(published);
    const changed = await create({ name: "改过的" });
    await publish(changed);
    await world.sdk().bots.update({ bot_id: changed, name: "改过的二" });
    const draft = await create({ name: "没发布" });
    const list = async (publish_status: string) => {
      const { items } = await world
        .sdk()
        .bots.listNew({ workspace_id: world.spaceId, publish_status, page_size: 50 });
      return items.filter((bot) => [published, changed, draft].includes(bot.id));
    };
    expect((await list("published_online")).map((bot) => [bot.id, bot.name])).toEqual([
      [changed, "改过的"],
      [published, "已发布"],
    ]);
    expect((await list("unpublished_draft")).map((bot) => [bot.id, bot.is_published])).toEqual([
      [draft, false],
    ]);
    expect(new Set((await list("all")).map((bot) => `${bot.id} ${bot.name}`))).toEqual(
      new Set([`${published} 已发布`, `${changed} 改过的二`, `${draft} 没发布`]),
    );
    expect((await list("published_draft")).map((bot) => bot.name)).toContain("改过的二");
  });

  test("an icon is an uploaded file of the caller's", async () => {
    const form = new FormData();
    form.append("file", new File([PNG], "icon.png", { type: "image/png" }));
    const { id } = (await world.call("POST /v1/files/upload", { body: form })).json.data;
    const bot_id = await create({ icon_file_id: id });
    const bot = await world.sdk().bots.retrieveNew(bot_id, { is_published: false });
    expect(bot.bot_id).toBe(bot_id);
    expect(await refusalOf(create({ icon_file_id: "123456789012345" }))).toMatchObject({ code: 4200 });
  });

  test("a suggestion prompt of its own reaches the model, and disable turns follow-ups off", async () => {
    const bot_id = await create({
      suggest_reply_info: { reply_mode: "customized", customized_prompt: "只问价格" } as SuggestReplyInfo,
    });
    await publish(bot_id);
    world.upstream.replyOnce(["the answer"], { lastUserText: "suggest with my words" });
    const asked = world.upstream.requests.length;
    await ask(bot_id, "suggest with my words");
    expect(JSON.stringify(world.upstream.requests.slice(asked).map((one) => one.body.messages))).toContain(
      "只问价格",
    );

    await world
      .sdk()
      .bots.update({ bot_id, suggest_reply_info: { reply_mode: "disable" } as SuggestReplyInfo });
    await publish(bot_id);
    expect(completedMessages(await ask(bot_id, "no more questions"), "follow_up")).toEqual([]);
  });

  test("the model and its parameters reach the model", async () => {
    const bot_id = await create({
      model_info_config: {
        model_id: "upstream",
        temperature: 0.9,
        max_tokens: 77,
        top_p: 0.4,
        presence_penalty: 0.3,
      },
    });
    await publish(bot_id);
    await ask(bot_id, "with parameters");
    expect(world.asked("with parameters").body).toMatchObject({
      model: "upstream-model",
      temperature: 0.9,
      max_tokens: 77,
      top_p: 0.4,
      presence_penalty: 0.3,
    });
  });

  test.each<[string, Partial<CreateBotReq>, string]>([
    ["a name of 21 characters", { name: "名".repeat(21) }, "name"],
    ["no name", { name: "" }, "name"],
    ["a description of 501", { description: "d".repeat(501) }, "description"],
    ["a prompt of 20001", { prompt_info: { prompt: "p".repeat(20_001) } }, "prompt_info.prompt"],
    ["a prologue of 301", { onboarding_info: { prologue: "p".repeat(301) } }, "onboarding_info.prologue"],
    [
      "a suggested question of 51",
      { onboarding_info: { prologue: "", suggested_questions: ["q".repeat(51)] } },
      "onboarding_info.suggested_questions.0",
    ],
    [
      "a temperature of 9",
      { model_info_config: { model_id: "upstream", temperature: 9 } },
      "model_info_config.temperature",
    ],
  ])("%s is refused by name and makes nothing", async (_, wrong, field) => {
    const before = await world
      .sdk()
      .bots.listNew({ workspace_id: world.spaceId, publish_status: "all", page_size: 50 });
    const refusal = await refusalOf(create(wrong));
    expect(refusal).toMatchObject({ name: "BadRequestError", code: 4000 });
    expect(refusal.msg).toContain(field);
    const after = await world
      .sdk()
      .bots.listNew({ workspace_id: world.spaceId, publish_status: "all", page_size: 50 });
    expect(after.total).toBe(before.total);
  });

  test("unknown agents and workspaces are not found", async () => {
    const bot_id = "123456789012345";
    const { bots } = world.sdk();
    const refusals = [
      bots.retrieve({ bot_id }),
      bots.retrieveNew(bot_id),
      bots.update({ bot_id, name: "x" }),
      bots.publish({ bot_id, connector_ids: ["1024"] }),
      bots.create({ space_id: "123456789012345", name: "x" }),
      bots.list({ space_id: "123456789012345" }),
      bots.listNew({ workspace_id: "123456789012345" }),
      bots.retrieveNew("nonsense"),
    ].map(refusalOf);
    for (const refusal of await Promise.all(refusals)) {
      expect(refusal).toMatchObject({ name: "NotFoundError", code: 4200 });
    }
  });

  test("a member may see and chat but not change what another made", async () => {
    const bot_id = await create();
    await publish(bot_id);
    const { bots } = world.sdk("member");
    expect(await bots.retrieve({ bot_id })).toMatchObject({ bot_id });
    expect(await refusalOf(bots.update({ bot_id, name: "mine" }))).toMatchObject({
      name: "PermissionDeniedError",
      code: 4101,
    });
    expect(await refusalOf(bots.publish({ bot_id, connector_ids: ["1024"] }))).toMatchObject({ code: 4101 });
    expect(await world.sdk().bots.retrieve({ bot_id })).toMatchObject({ name: "新助手" });
  });

  test("members of a body that are not the caller's to choose change nothing", async () => {
    const bot_id = await create({
      bot_id: "77",
      owner_user_id: "78",
      version: "79",
      create_time: 1,
    } as Partial<CreateBotReq>);
    expect(bot_id).not.toBe("77");
    const me = await world.sdk().users.me();
    const bot = await world.sdk().bots.retrieveNew(bot_id, { is_published: false });
    expect(bot).toMatchObject({ bot_id, owner_user_id: me.user_id, version: "" });
    expect(bot.create_time).toBeGreaterThan(1_000_000_000);
  });
});

/** One transparent pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);
