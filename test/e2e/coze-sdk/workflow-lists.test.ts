import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "../../../src/access/tokens.ts";
import type { TokenScope } from "../../../src/domain/access.ts";
import type { AgentId, UserId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { openWorkflowWorld, type WorkflowWorld } from "./workflow-world.ts";
import { chatOf, completedMessages, expectStrictAnswers, question, readAll } from "./world.ts";

describe.each(engines)("workflows and what is around them on $name", (engine) => {
  let world: WorkflowWorld;
  beforeAll(async () => {
    world = await openWorkflowWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const list = async (more = "") =>
    (await world.call(`GET /v1/workflows?workspace_id=${world.spaceId}&page_num=1${more}`)).json.data;
  const namesOf = (page: { items: { workflow_name: string }[] }) =>
    page.items.map(({ workflow_name }) => workflow_name).toSorted();
  const userId = async (as: "member") => (await world.call("GET /v1/users/me", { as })).json.data.user_id;

  /** Calls with a token of its own. */
  const callerWith = async (token: { scope?: TokenScope; sessionName?: string }) => {
    const { user_id } = (await world.call("GET /v1/users/me")).json.data;
    const { text: secret } = await issueToken(world.server.store, {
      kind: "oauth-jwt",
      userId: Number(user_id) as UserId,
      name: "t",
      ...{ scope: { permissions: ["all"] }, sessionName: "", ...token },
    });
    return async (route: string, body?: object) => {
      const [method = "", path = ""] = route.split(" ");
      const headers = { authorization: `Bearer ${secret}` };
      const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
      const text = await (await fetch(`${world.url}${path}`, init)).text();
      const json = text.startsWith("{") ? JSON.parse(text) : {};
      return { text, json, code: json.code };
    };
  };

  test("lists what is published, by mode and page; Python asks for more than there may be", async () => {
    const all = await list("&page_size=100");
    expect(all.has_more).toBe(false);
    expect(namesOf(all)).toEqual(expect.arrayContaining(["天气", "对话", "外层"]));
    expect(namesOf(all)).not.toContain("草稿");
    expect(namesOf(all)).not.toContain("商城客服");
    expect(namesOf(await list("&workflow_mode=chatflow"))).toEqual(["对话", "点餐"].toSorted());
    expect(namesOf(await list("&workflow_mode=chatflow&page_size=1"))).toHaveLength(1);
    expect(await list("&workflow_mode=chatflow&page_size=1")).toMatchObject({ has_more: true });
    expect(namesOf(await list("&publish_status=unpublished_draft"))).toEqual(["草稿"]);
    expect(await list("&app_id=77")).toEqual({ items: [], has_more: false });
    const first = await list("&page_size=3");
    const second = (
      await world.call(`GET /v1/workflows?workspace_id=${world.spaceId}&page_num=2&page_size=3`)
    ).json.data;
    expect([first.items.length, first.has_more, second.items.length]).toEqual([3, true, 3]);
    expect(namesOf(first)).not.toEqual(namesOf(second));
  });

  test("one workflow, with what it is given and gives", async () => {
    const id = world.flowId("天气");
    const plain = (await world.call(`GET /v1/workflows/${id}`)).json.data;
    expect(plain).toEqual({
      workflow_detail: {
        workflow_id: id,
        workflow_name: "天气",
        description: "说天气",
        icon_url: "",
        app_id: "0",
        created_at: expect.stringMatching(/^\d{10}$/),
        updated_at: expect.stringMatching(/^\d{10}$/),
        creator: { id: "", name: "" },
      },
    });
    const whole = (await world.call(`GET /v1/workflows/${id}?include_input_output=true`)).json.data;
    expect(whole).toMatchObject({
      input: {
        parameters: {
          city: { type: "string", required: true },
          days: { type: "integer", required: false, default_value: "1" },
        },
      },
      output: {
        terminate_plan: "return_variables",
        parameters: { output: { type: "string", required: false } },
        content: "",
      },
    });
    const answering = (
      await world.call(`GET /v1/workflows/${world.flowId("写诗")}?include_input_output=true`)
    ).json.data;
    expect(answering.output).toMatchObject({
      terminate_plan: "use_answer_content",
      content: "诗：{{ poem.text }}",
    });
  });

  test("versions, newest first, by page token; one of them can be run", async () => {
    const id = world.flowId("天气");
    await world.call("POST /v1/bot/publish", { body: { bot_id: id, connector_ids: ["1024"] } });
    const page = async (more: string) =>
      (await world.call(`GET /v1/workflows/${id}/versions?${more}`)).json.data;
    const first = await page("page_size=1&include_input_output=true");
    expect(first).toMatchObject({ has_more: true, items: [{ workflow_id: id, input: expect.anything() }] });
    const second = await page(`page_size=1&page_token=${first.next_page_token}`);
    expect(second).toMatchObject({ has_more: false, next_page_token: "", items: [{ description: "first" }] });
    expect(Number(first.items[0].version)).toBeGreaterThan(Number(second.items[0].version));
    const { json } = await world.call("POST /v1/workflow/run", {
      body: { workflow_id: id, workflow_version: second.items[0].version, parameters: { city: "北京" } },
    });
    expect(json.data).toBe('{"output":"北京 × 1"}');
  });

  test("collaborators may be let in and taken out", async () => {
    const id = world.flowId("问答");
    const member = await userId("member");
    const code = async (route: `${string} /${string}`, body?: unknown) =>
      (await world.call(route, body === undefined ? {} : { body })).json.code;
    const collaborators = { collaborators: [{ user_id: member }] };
    expect(await code(`POST /v1/workflows/${id}/collaborators`, collaborators)).toBe(4000);
    expect(
      await code(`POST /v1/workflows/${id}/collaboration_mode`, { collaboration_mode: "collaboration" }),
    ).toBe(0);
    expect(await code(`POST /v1/workflows/${id}/collaborators`, collaborators)).toBe(0);
    expect(await code(`POST /v1/workflows/${id}/collaboration_mode`, { collaboration_mode: "single" })).toBe(
      4000,
    );
    expect(await code(`DELETE /v1/workflows/${id}/collaborators/${member}`)).toBe(0);
    expect(await code(`DELETE /v1/workflows/${id}/collaborators/${member}`)).toBe(4200);
    expect(await code(`POST /v1/workflows/${world.botId("shop")}/collaborators`, collaborators)).toBe(4200);
  });

  test("a token that is limited to some workflows runs and answers no others", async () => {
    const { store } = world.server;
    const [allowed, other] = [world.flowId("问答"), world.flowId("表单")];
    const { user_id } = (await world.call("GET /v1/users/me")).json.data;
    const { text } = await issueToken(store, {
      kind: "oauth-jwt",
      userId: Number(user_id) as UserId,
      name: "t",
      scope: { permissions: ["run"], workflowIds: [Number(allowed) as AgentId] },
      sessionName: "",
    });
    const send = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${text}` };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      return (await fetch(`${world.url}${path}`, init)).json();
    };
    expect(await send("/v1/workflow/run", { workflow_id: allowed })).toMatchObject({ code: 0 });
    expect(await send("/v1/workflow/run", { workflow_id: other })).toMatchObject({ code: 4101 });
    const { json } = await world.call("POST /v1/workflow/run", { body: { workflow_id: other } });
    const { event_id, type: interrupt_type } = json.interrupt_data;
    const answer = { workflow_id: other, event_id, interrupt_type, resume_data: "order: 1" };
    expect(await send("/v1/workflows/resume", answer)).toMatchObject({ code: 4101 });
  });

  test("a token with a session sees the runs of its own conversations only", async () => {
    const [ann, bob] = [await callerWith({ sessionName: "ann" }), await callerWith({ sessionName: "bob" })];
    const workflow_id = world.flowId("点餐");
    const chat = await ann("POST /v1/workflows/chat", { workflow_id, additional_messages: [question("茶")] });
    const executeId = new URL(JSON.parse(/event:done\ndata:(.*)\n/.exec(chat.text)?.[1] ?? "").debug_url)
      .searchParams;
    const one = `GET /v1/workflows/${workflow_id}/run_histories/${executeId.get("execute_id")}`;
    const all = `GET /v1/workflow/get_run_history?workflow_id=${workflow_id}`;
    expect([(await ann(one)).code, (await bob(one)).code]).toEqual([0, 4200]);
    const lengths = [(await ann(all)).json, (await bob(all)).json].map(({ data }) => data.length);
    expect(lengths).toEqual([1, 0]);
  });

  test("a token that is limited to some bots or workflows goes on with no chat of others", async () => {
    const order = world.flowId("点餐");
    const bot_id = world.botId("shop");
    const limitedTo = async (scope: Partial<TokenScope>) => {
      const send = await callerWith({ scope: { permissions: ["all"], ...scope } });
      return async (path: string, body: object) => (await send(`POST ${path}`, body)).code;
    };
    const ask = (more: object) =>
      readAll(
        world.sdk().workflows.chat.stream({
          workflow_id: order,
          additional_messages: [question("我要点餐")],
          ...more,
        }),
      );
    const { conversation_id, id: chat_id } = chatOf(await ask({}));
    const reply = `/v3/chat/submit_tool_outputs?conversation_id=${conversation_id}&chat_id=${chat_id}`;
    const others = await limitedTo({ workflowIds: [Number(world.flowId("问答")) as AgentId] });
    expect(await others(reply, { tool_outputs: [] })).toBe(4101);
    const ofBot = chatOf(await ask({ bot_id }));
    const nobody = await limitedTo({ agentIds: [] });
    const more = { workflow_id: order, additional_messages: [question("茶")] };
    const { conversation_id: there } = ofBot;
    expect(await nobody("/v1/workflows/chat", { ...more, conversation_id: there })).toBe(4101);
  });

  test("workflows are no bots, and bots no workflows", async () => {
    const id = world.flowId("天气");
    const shop = world.botId("shop");
    const { items } = await world.sdk().bots.listNew({ workspace_id: world.spaceId, page_size: 50 });
    expect(items.map((bot) => bot.id)).not.toContain(id);
    const routes: [`${string} /${string}`, unknown?][] = [
      [`GET /v1/bots/${id}`],
      [`GET /v1/bots/${id}?is_published=false`],
      [`GET /v1/bot/get_online_info?bot_id=${id}`],
      ["POST /v1/bot/update", { bot_id: id, name: "x" }],
      [`GET /v1/workflows/${shop}`],
      [`GET /v1/workflows/${shop}/versions`],
      ["POST /v1/workflow/run", { workflow_id: shop }],
      ["POST /v1/workflow/stream_run", { workflow_id: shop }],
    ];
    for (const [route, body] of routes) {
      const { json } = await world.call(route, body === undefined ? {} : { body });
      expect([route, json.code]).toEqual([route, 4200]);
    }
  });

  test("a bot shows its workflows by name, and that a workflow answers for it", async () => {
    const id = world.flowId("天气");
    const { bot_id } = await world.sdk().bots.create({ space_id: world.spaceId, name: "有流程" });
    const body = { bot_id, workflow_id_list: { ids: [{ id }, { id: "77" }] } };
    await world.call("POST /v1/bot/update", { body });
    const draft = async () => (await world.call(`GET /v1/bots/${bot_id}?is_published=false`)).json.data;
    expect(await draft()).toMatchObject({
      bot_mode: 0,
      workflow_info_list: [
        { id, name: "天气", description: "说天气", icon_url: "" },
        { id: "77", name: "", description: "", icon_url: "" },
      ],
    });
    await answeredBy(bot_id, world.flowId("点餐"));
    expect(await draft()).toMatchObject({
      bot_mode: 2,
      workflow_info_list: [{ name: "点餐" }, { name: "天气" }, { name: "" }],
    });
  });

  test("a bot that a workflow answers for asks through requires_action, and takes the reply either way", async () => {
    const sdk = world.sdk();
    const { bot_id } = await sdk.bots.create({ space_id: world.spaceId, name: "点餐员" });
    await answeredBy(bot_id, world.flowId("点餐"));
    await sdk.bots.publish({ bot_id, connector_ids: ["1024"] });
    const ask = (text: string, conversation_id?: string, shop = "大店") =>
      readAll(
        sdk.chat.stream({
          bot_id,
          user_id: "u",
          ...(conversation_id === undefined ? {} : { conversation_id }),
          additional_messages: [question(text)],
          parameters: { shop },
        }),
      );
    const asked = await ask("我要点餐");
    const { conversation_id, id: chat_id } = chatOf(asked);
    const paused = asked.at(-2)?.data;
    expect(paused).toMatchObject({
      status: "requires_action",
      required_action: { submit_tool_outputs: { tool_calls: [{ type: "reply_message" }] } },
    });
    const { required_action } = await sdk.chat.retrieve(conversation_id, chat_id);
    const [call] = required_action?.submit_tool_outputs.tool_calls ?? [];
    const outputs = { conversation_id, chat_id, stream: true as const };
    const submitted = await readAll(
      sdk.chat.submitToolOutputs({
        ...outputs,
        tool_outputs: [{ tool_call_id: call?.id ?? "", output: '{"drink":"茶","cups":3}' }],
      }) as AsyncIterable<never>,
    );
    expect(completedMessages(submitted, "answer").at(-1)?.content).toContain("3 杯茶");
    await ask("再来", conversation_id);
    const replied = await ask("drink: 水\ncups: 1", conversation_id);
    expect(completedMessages(replied, "answer").at(-1)?.content).toBe("1 杯水");
    // An empty text is a value, and not the default.
    const nowhere = await ask("又来", conversation_id, "");
    expect(completedMessages(nowhere, "answer").at(-1)?.content).toBe("：要什么？");
  });

  /** As the configuration file or the console has it: the family has no field for it. */
  async function answeredBy(botId: string, workflowId: string): Promise<void> {
    const { store } = world.server;
    const agent = await store.agents.find(Number(botId) as AgentId);
    if (agent === undefined) throw new Error(`no bot ${botId}`);
    const responder = Number(workflowId) as AgentId;
    await store.agents.save({
      ...agent,
      settings: { ...agent.settings, responder },
      revision: agent.revision + 1,
    });
  }
});
