import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type AgentsWorld, openAgentsWorld, SHOP_KEY } from "./agents-world.ts";

describe.each(engines)("agents over HTTP on $name", (engine) => {
  let world: AgentsWorld;
  beforeAll(async () => {
    world = await openAgentsWorld(engine);
  });
  afterAll(() => world.close());

  const draft = async (id: string) =>
    (await world.call("owner", `GET /v1/bots/${id}?is_published=false`)).json.data;
  const online = (id: string) => world.call("owner", `GET /v1/bots/${id}`);
  const update = (id: string, fields: object, as: "owner" | "member" = "owner") =>
    world.call(as, "POST /v1/bot/update", { bot_id: id, ...fields });
  const publish = async (id: string, connector_ids = ["1024"]) =>
    (await world.call("owner", "POST /v1/bot/publish", { bot_id: id, connector_ids })).json;

  test("an agent of the configuration file shows everything that the file says of it", async () => {
    const bot = (await online(world.botId("商城"))).json.data;
    expect(bot).toMatchObject({
      name: "商城",
      description: "卖东西",
      icon_url: "https://pictures.example/icon.png",
      version: expect.stringMatching(/^\d{13}$/),
      owner_user_id: "",
      folder_id: expect.stringMatching(/^\d+$/),
      bot_mode: 0,
      prompt_info: { prompt: "你好 {{ name }}", prompt_mode: "standard" },
      model_info: { model_name: "upstream" },
      knowledge: { knowledge_infos: [{ id: expect.stringMatching(/^\d+$/), name: "常见问题" }] },
      variables: [
        {
          keyword: "name",
          default_value: "朋友",
          variable_type: "KVVariable",
          channel: "custom",
          description: "怎么称呼",
          enable: true,
          prompt_enable: true,
        },
      ],
      shortcut_commands: [
        {
          id: "s1",
          name: "退货",
          command: "/return",
          query_template: "退 {{order}}",
          agent_id: world.botId("商城"),
          components: [
            { name: "order", description: "订单号", type: "text", default_value: "1", is_hide: false },
          ],
        },
      ],
      background_image_info: {
        web_background_image: { image_url: "https://pictures.example/back.png" },
      },
      suggest_reply_info: { reply_mode: "disable" },
    });
    expect(JSON.stringify(bot)).not.toContain("tool-secret");
  });

  test("HiAgent serves the live version, and refuses an agent that is taken off the API", async () => {
    const id = world.botId("商城");
    const hiagent = hiagentClient({ url: world.server.url, key: SHOP_KEY });
    const promptOf = async (question: string) => {
      const conversation = await hiagent.newConversation();
      await (await hiagent.stream("chat_query", { AppConversationID: conversation, Query: question })).all();
      return JSON.stringify(world.upstream.requests.at(-1)?.body.messages);
    };
    expect(await promptOf("before")).toContain("你好");
    await update(id, { prompt_info: { prompt: "anders" } });
    expect(await promptOf("draft")).toContain("你好");
    const { data } = await publish(id);
    expect(await promptOf("published")).toContain("anders");

    expect(
      (await world.call("owner", `POST /v1/bots/${id}/unpublish`, { connector_id: "1024" })).json.code,
    ).toBe(0);
    const refused = await hiagent.call("create_conversation", { Inputs: {} });
    expect(refused.status).toBe(401);
    expect((await online(id)).json.code).toBe(4015);
    const versions = (await world.call("owner", `GET /v1/bots/${id}/versions`)).json.data;
    expect(versions.items[0]).toMatchObject({ version: data.version, creator: { id: world.userIds.owner } });
    expect(versions.items[1]).toMatchObject({ creator: { id: "", name: "" } });
    await publish(id);
  });

  test("models are named by their name or by the id that is made of it", async () => {
    const id = await world.create({ model_info_config: { model_id: "second", temperature: 0.5, top_k: 3 } });
    const { model_info } = await draft(id);
    const expected = createHash("sha256").update("second").digest().readUIntBE(0, 6);
    expect(model_info).toEqual({
      model_id: String(expected),
      model_name: "second",
      temperature: 0.5,
      top_k: 3,
    });
    await update(id, { model_info_config: { model_id: model_info.model_id, max_tokens: 9 } });
    expect((await draft(id)).model_info).toEqual({ ...model_info, max_tokens: 9 });
    const refused = (await update(id, { model_info_config: { model_id: "third" } })).json;
    expect(refused).toMatchObject({
      code: 4000,
      msg: expect.stringContaining("model_info_config.model_id"),
    });
    expect((await draft(id)).model_info.model_name).toBe("second");
  });

  test("everything that the spec lets a maker say is kept, and stays when something else changes", async () => {
    const { json } = await online(world.botId("商城"));
    const dataset = json.data.knowledge.knowledge_infos[0].id;
    const model = {
      context_round: 4,
      sp_current_time: true,
      sp_anti_leak: true,
      cache_type: "prefix",
      api_mode: "responses_api",
      parameters: { thinking_type: "auto" },
    };
    const id = await world.create({
      prompt_info: {
        prompt: "hallo {{name}}",
        prompt_mode: "prefix",
        prefix_prompt_info: { prefix_prompt: "fest", dynamic_prompt: "beweglich" },
      },
      knowledge: { dataset_ids: [dataset, dataset], auto_call: false, search_strategy: 20 },
      plugin_id_list: {
        id_list: [{ plugin_id: "1", api_id: "11" }, { plugin_id: "1", api_id: "12" }, { plugin_id: "2" }],
      },
      workflow_id_list: { ids: [{ id: "7" }] },
      model_info_config: { model_id: "upstream", ...model },
      suggest_reply_info: { reply_mode: "customized", customized_prompt: "只问价格" },
    });
    const kept = await draft(id);
    expect(kept).toMatchObject({
      prompt_info: {
        prompt: "hallo {{name}}",
        prompt_mode: "prefix",
        prefix_prompt_info: { prefix_prompt: "fest", dynamic_prompt: "beweglich" },
      },
      knowledge: {
        knowledge_infos: [{ id: dataset, name: "常见问题" }],
        dataset_ids: [dataset],
        auto_call: false,
        search_strategy: 20,
      },
      plugin_info_list: [
        { plugin_id: "1", api_info_list: [{ api_id: "11" }, { api_id: "12" }] },
        { plugin_id: "2", api_info_list: [] },
      ],
      workflow_info_list: [{ id: "7", name: "", description: "", icon_url: "" }],
      model_info: { model_name: "upstream", ...model },
      suggest_reply_info: { reply_mode: "customized", customized_prompt: "只问价格" },
      version: "",
    });
    await update(id, { name: "别名", description: null, prompt_info: { prompt: null } });
    const { name, update_time, ...others } = kept;
    expect(await draft(id)).toMatchObject({ ...others, name: "别名" });
    await update(id, {
      prompt_info: { prompt_mode: "standard" },
      knowledge: { dataset_ids: [] },
      suggest_reply_info: { reply_mode: "disable" },
    });
    expect(await draft(id)).toMatchObject({
      prompt_info: { prompt: "hallo {{name}}", prompt_mode: "standard" },
      knowledge: { knowledge_infos: [], auto_call: false },
      suggest_reply_info: { reply_mode: "disable" },
    });
  });

  test.each<[string, object, number, string]>([
    ["a prompt that is no template", { prompt_info: { prompt: "{{a b}}" } }, 4000, "prompt_info.prompt"],
    [
      "a prompt that would keep the server busy",
      { prompt_info: { prompt: "{% for i in range(1000000000) %}{% endfor %}" } },
      4000,
      "prompt_info.prompt",
    ],
    [
      "the same before the prompt",
      { prompt_info: { prefix_prompt_info: { dynamic_prompt: "{{ range(1000000000) | join }}" } } },
      4000,
      "prompt_info.prefix_prompt_info.dynamic_prompt",
    ],
    [
      "a prefix that is no template",
      { prompt_info: { prompt_mode: "prefix", prefix_prompt_info: { prefix_prompt: "{% if %}" } } },
      4000,
      "prefix_prompt",
    ],
    [
      "a strategy that there is not",
      { knowledge: { search_strategy: 7 } },
      4000,
      "knowledge.search_strategy",
    ],
    ["an unknown knowledge base", { knowledge: { dataset_ids: ["77"] } }, 4200, "knowledge base"],
    ["151 knowledge bases", { knowledge: { dataset_ids: Array(151).fill("1") } }, 4000, "dataset_ids"],
    ["an icon that nobody uploaded", { icon_file_id: "77" }, 4200, "file"],
    ["an unknown mode", { prompt_info: { prompt_mode: "loud" } }, 4000, "prompt_info.prompt_mode"],
    ["a list where an object belongs", { onboarding_info: [] }, 4000, "onboarding_info"],
    [
      "model parameters without a model",
      { model_info_config: { temperature: 1 } },
      4000,
      "model_info_config.model_id",
    ],
  ])("%s is refused and changes nothing", async (_, fields, code, message) => {
    const id = await world.create();
    const before = await draft(id);
    const reply = await update(id, { name: "别名", ...fields });
    expect(reply.json).toMatchObject({ code, msg: expect.stringContaining(message) });
    expect(await draft(id)).toEqual(before);
  });

  test("a knowledge base of another workspace is not found", async () => {
    const { json } = await online(world.botId("商城"));
    const dataset_ids = [json.data.knowledge.knowledge_infos[0].id];
    const body = { space_id: world.away, name: "x", knowledge: { dataset_ids } };
    expect((await world.call("owner", "POST /v1/bot/create", body)).json.code).toBe(4200);
  });

  test("what is not the caller's to choose changes nothing, however deep it stands", async () => {
    const mine = { id: "1", bot_id: "2", owner: "3", owner_user_id: "4", role: "owner", version: "5" };
    const id = await world.create({ ...mine, space: world.away, workspace_id: world.away, slug: "shop" });
    const before = await draft(id);
    expect(before).toMatchObject({ bot_id: id, owner_user_id: world.userIds.owner, version: "" });
    const nested = { ...mine, space_id: world.away, baseIds: [1], workspaceId: Number(world.away) };
    await update(id, {
      ...nested,
      bot_id: id,
      folder_id: "9",
      is_template: true,
      isTemplate: true,
      revision: 99,
      prompt_info: nested,
      knowledge: nested,
      onboarding_info: nested,
      model_info_config: { ...nested, model_id: "upstream", model_name: "second", modelParameters: {} },
    });
    const { update_time, ...unchanged } = before;
    const after = await draft(id);
    expect(after).toMatchObject(unchanged);
    const wanted = { workspace_id: world.home };
    const duplicated = await world.call("owner", `POST /v1/templates/${id}/duplicate`, wanted);
    expect(duplicated.json.code).toBe(4200);
    const elsewhere = await world.call("owner", `GET /v1/bots?workspace_id=${world.away}&publish_status=all`);
    expect(elsewhere.json.data).toMatchObject({ items: [], total: 0 });
  });

  test("two publishers at once get two versions, the later one live", async () => {
    const id = await world.create();
    const answers = await Promise.all([publish(id), publish(id), publish(id)]);
    const numbers = answers.map(({ data }) => Number(data.version));
    expect(new Set(numbers).size).toBe(3);
    expect((await online(id)).json.data.version).toBe(String(Math.max(...numbers)));
    const path = `/v1/bots/${id}/versions` as const;
    const { data } = (await world.call("owner", `GET ${path}?page_size=2`)).json;
    const newest = numbers.toSorted((one, other) => other - one).map(String);
    expect(data).toMatchObject({ total: 3, has_more: true });
    expect(data.items.map((version: { version: string }) => version.version)).toEqual(newest.slice(0, 2));
    const second = (await world.call("owner", `GET ${path}?page_size=2&page_num=2`)).json.data;
    expect(second).toMatchObject({ items: [{ version: newest[2] }], has_more: false });
    const liveOnly = (await world.call("owner", `GET ${path}?connector_id=1024`)).json.data;
    expect(liveOnly).toMatchObject({ items: [{ version: newest[0] }], total: 1 });
    const drafts = (await world.call("owner", `GET ${path}?publish_status=unpublished_draft`)).json.data;
    expect(drafts).toMatchObject({ items: [], total: 0 });
  });

  test("a chat needs the API channel, whatever its connector, and gets what is live on its connector", async () => {
    const prompt = (words: string) => update(id, { prompt_info: { prompt: words } });
    const ask = async (connector_id?: string) => {
      const asked = { role: "user", content: "hi", content_type: "text" };
      const chat = { bot_id: id, user_id: "u", stream: true, additional_messages: [asked], connector_id };
      const reply = await world.call("owner", "POST /v3/chat", chat);
      if (!reply.body.startsWith("event:")) return reply.json.code;
      return world.upstream.requests.at(-1)?.body.messages[0]?.content;
    };
    const id = await world.create({ prompt_info: { prompt: "eins" } });
    await publish(id, ["999"]);
    expect([await ask(), await ask("1024"), await ask("999")]).toEqual([4015, 4015, 4015]);
    await prompt("zwei");
    await publish(id, ["1024"]);
    expect([await ask(), await ask("1024"), await ask("999")]).toEqual(["zwei", "zwei", "eins"]);
    expect([await ask("998"), await ask("7470849514748")]).toEqual(["zwei", "zwei"]);
    await world.call("owner", `POST /v1/bots/${id}/unpublish`, { connector_id: "1024" });
    expect([await ask(), await ask("999")]).toEqual([4015, 4015]);
  });

  test("channels that need nobody's audit can be published to, each by itself; no others are there", async () => {
    const id = await world.create();
    await publish(id, ["999", "998", "999"]);
    expect((await online(id)).json.code).toBe(4015);
    const list = async (connector: string) => {
      const query = `workspace_id=${world.home}&connector_id=${connector}&page_size=50`;
      const { items } = (await world.call("owner", `GET /v1/bots?${query}`)).json.data;
      return items.some((bot: { id: string }) => bot.id === id);
    };
    expect([await list("1024"), await list("999"), await list("998")]).toEqual([false, true, true]);
    await world.call("owner", `POST /v1/bots/${id}/unpublish`, { bot_id: id, connector_id: "999" });
    expect([await list("999"), await list("998")]).toEqual([false, true]);
    const again = await world.call("owner", `POST /v1/bots/${id}/unpublish`, { connector_id: "999" });
    expect(again.json.code).toBe(4015);
    const refusal = async (connector_ids: string[]) =>
      (await world.call("owner", "POST /v1/bot/publish", { bot_id: id, connector_ids })).json;
    const named = { code: 4000, msg: expect.stringContaining("connector_ids") };
    for (const connectors of [["1024", "wechat"], []]) expect(await refusal(connectors)).toMatchObject(named);
    expect((await refusal(["1024", "10000113"])).code).toBe(4200);
    expect((await world.call("owner", `GET /v1/bots/${id}/versions`)).json.data.total).toBe(1);
  });

  test("lists take page_index for page_num, and clamp the page size", async () => {
    await world.create({ name: "一" });
    await world.create({ name: "二" });
    const path = `/v1/bots?workspace_id=${world.home}&publish_status=all` as const;
    const whole = (await world.call("owner", `GET ${path}&page_size=5000`)).json.data;
    expect(whole).toMatchObject({ has_more: false, total: whole.items.length });
    for (const name of ["page_num", "page_index"]) {
      const page = (await world.call("owner", `GET ${path}&page_size=1&${name}=2`)).json.data;
      expect(page.items).toEqual([whole.items[1]]);
      expect(page).toMatchObject({ total: whole.total, has_more: true });
    }
    const refused = (await world.call("owner", `GET ${path}&page_index=0`)).json;
    expect(refused).toMatchObject({ code: 4000, msg: expect.stringContaining("page_index") });
  });

  test("a token without the permission, and users of other workspaces, change and see nothing", async () => {
    const id = await world.create();
    const before = await draft(id);
    const denied = await world.call("reader", "POST /v1/bot/update", { bot_id: id, name: "x" });
    expect(denied.json).toMatchObject({ code: 4101, msg: expect.stringContaining("updateBot") });
    for (const [route, body] of [
      ["POST /v1/bot/create", { space_id: world.home, name: "x" }],
      ["POST /v1/bot/publish", { bot_id: id, connector_ids: ["1024"] }],
      [`POST /v1/bots/${id}/unpublish`, { connector_id: "1024" }],
    ] as const) {
      expect((await world.call("reader", route, body)).json.code).toBe(4101);
    }
    const hidden = await world.create({ space_id: world.away });
    for (const reply of [
      await world.call("member", `GET /v1/bots/${hidden}?is_published=false`),
      await world.call("member", `GET /v1/bots/${hidden}/versions`),
      await world.call("member", `GET /v1/bots?workspace_id=${world.away}`),
      await update(hidden, { name: "x" }, "member"),
      await world.call("member", "POST /v1/bot/create", { space_id: world.away, name: "x" }),
    ]) {
      expect(reply.json.code).toBe(4200);
    }
    expect(await draft(id)).toEqual(before);
  });
});
