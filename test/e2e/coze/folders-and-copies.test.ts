import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawWorkflows } from "../../support/coze-workflows.ts";
import { engines } from "../../support/engines.ts";
import { type AgentsWorld, openAgentsWorld } from "./agents-world.ts";

describe.each(engines)("folders, copies, templates, collaborators, apps on $name", (engine) => {
  let world: AgentsWorld;
  beforeAll(async () => {
    world = await openAgentsWorld(engine);
  });
  afterAll(() => world.close());

  const draft = async (id: string, as: "owner" | "member" = "owner") =>
    (await world.call(as, `GET /v1/bots/${id}?is_published=false`)).json;
  const copy = (body: object, as: "owner" | "member" = "owner") =>
    world.call(as, "POST /v1/entities/copy_tasks", body);

  test("folders of the configuration file are listed level by level", async () => {
    const list = async (query = "") =>
      (
        await world.call(
          "member",
          `GET /v1/folders?workspace_id=${world.home}&folder_type=development${query}`,
        )
      ).json.data;
    for (const root of [await list(), await list("&parent_folder_id=0"), await list("&parent_folder_id=")]) {
      expect(root).toMatchObject({
        items: [{ name: "门店", workspace_id: world.home, folder_type: "development", children_count: 1 }],
        total_count: 1,
        has_more: false,
      });
    }
    const [outer] = (await list()).items;
    const { items } = await list(`&parent_folder_id=${outer.id}`);
    expect(items).toMatchObject([{ name: "线上", parent_folder_id: outer.id, children_count: 1 }]);
    const one = await world.call("member", `GET /v1/folders/${items[0].id}`);
    expect(one.json.data).toEqual(items[0]);
    expect((await draft(world.botId("商城"))).data.folder_id).toBe(items[0].id);
    const library = await world.call(
      "owner",
      `GET /v1/folders?workspace_id=${world.home}&folder_type=library`,
    );
    expect(library.json.data).toMatchObject({ items: [], total_count: 0 });
  });

  test("folders of other workspaces are not found, nor as parents in the wrong one", async () => {
    const root = await world.call(
      "owner",
      `GET /v1/folders?workspace_id=${world.home}&folder_type=development`,
    );
    const { id } = root.json.data.items[0];
    const codes = [];
    for (const [as, route] of [
      ["member", `GET /v1/folders?workspace_id=${world.away}&folder_type=development`],
      ["owner", `GET /v1/folders?workspace_id=${world.away}&folder_type=development&parent_folder_id=${id}`],
      ["owner", `GET /v1/folders?workspace_id=${world.home}&folder_type=development&parent_folder_id=77`],
      ["owner", "GET /v1/folders/77"],
      ["owner", "GET /v1/folders/..%2F..%2Fetc"],
    ] as const) {
      codes.push((await world.call(as, route)).json.code);
    }
    expect(codes).toEqual([4200, 4200, 4200, 4200, 4200]);
    const untyped = await world.call("owner", `GET /v1/folders?workspace_id=${world.home}`);
    expect(untyped.json).toMatchObject({ code: 4000, msg: expect.stringContaining("folder_type") });
  });

  test("a copy in the same workspace is there at once, a draft of the caller's", async () => {
    const source = world.botId("商城");
    for (const target of [{}, { to_workspace_id: world.home }]) {
      const reply = await copy({ entity_id: source, entity_type: "bot", ...target }, "member");
      const { copied_entity_id } = reply.json.data;
      const { data } = await draft(copied_entity_id, "member");
      expect(data).toMatchObject({
        name: "商城",
        owner_user_id: world.userIds.member,
        version: "",
        knowledge: { knowledge_infos: [{ name: "常见问题" }] },
        shortcut_commands: [{ id: "s1", agent_id: copied_entity_id }],
      });
      expect((await world.call("member", `GET /v1/bots/${copied_entity_id}`)).json.code).toBe(4015);
    }
  });

  test("a copy into another workspace is a task, which only its maker sees", async () => {
    const body = { entity_id: world.botId("商城"), entity_type: "bot", to_workspace_id: world.away };
    const { task_id } = (await copy(body)).json.data;
    const task = (await world.call("owner", `GET /v1/entities/copy_tasks/${task_id}`)).json.data;
    expect(task).toMatchObject({
      task_id,
      entity_type: "bot",
      task_status: "successful",
      source_entity_id: world.botId("商城"),
      target_workspace_id: world.away,
      failed_reasons: ["knowledge bases belong to their workspace", "tools with headers may hold secrets"],
    });
    const copied = (await draft(task.target_entity_id)).data;
    expect(copied).toMatchObject({ name: "商城", folder_id: "", knowledge: { knowledge_infos: [] } });
    expect((await draft(task.target_entity_id, "member")).code).toBe(4200);
    expect((await world.call("member", `GET /v1/entities/copy_tasks/${task_id}`)).json.code).toBe(4200);
    expect((await world.call("owner", "GET /v1/entities/copy_tasks/77")).json.code).toBe(4200);
  });

  test("a workflow is copied as one, and is no bot", async () => {
    const nodes = [
      { id: "start", type: "start", next: "call" },
      {
        id: "call",
        type: "http",
        url: "https://a.example/",
        headers: { authorization: "secret" },
        next: "end",
      },
      { id: "end", type: "end", outputs: {} },
    ];
    const drawn = await drawWorkflows(world.server.store, world.home, [{ name: "流程", nodes }]);
    const entity_id = drawn.get("流程") ?? "";
    const { copied_entity_id } = (await copy({ entity_id, entity_type: "workflow" })).json.data;
    const workflow = await world.call("owner", `GET /v1/workflows/${copied_entity_id}`);
    expect(workflow.json.data.workflow_detail).toMatchObject({
      workflow_id: copied_entity_id,
      workflow_name: "流程",
    });
    const ran = await world.call("owner", "POST /v1/workflow/run", { workflow_id: copied_entity_id });
    expect(ran.json.code).toBe(4200);
    const away = { entity_id, entity_type: "workflow", to_workspace_id: world.away };
    const { task_id } = (await copy(away)).json.data;
    const task = (await world.call("owner", `GET /v1/entities/copy_tasks/${task_id}`)).json.data;
    expect(task).toMatchObject({
      entity_type: "workflow",
      task_status: "successful",
      failed_reasons: ["headers of requests and tools may hold secrets"],
    });
    const { settings } = (await world.server.store.agents.find(task.target_entity_id)) ?? {};
    expect(JSON.stringify(settings?.graph)).not.toContain("secret");
    expect((await copy({ entity_id, entity_type: "bot" })).json.code).toBe(4200);
    expect((await copy({ entity_id: world.botId("商城"), entity_type: "workflow" })).json.code).toBe(4200);
  });

  test("copies of apps, and into foreign workspaces, are refused", async () => {
    const entity_id = world.botId("商城");
    expect((await copy({ entity_id, entity_type: "app" })).json).toMatchObject({
      code: 4000,
      msg: expect.stringContaining("apps"),
    });
    const foreign = { entity_id, entity_type: "bot", to_workspace_id: world.away };
    expect((await copy(foreign, "member")).json.code).toBe(4200);
    expect((await copy({ entity_id: "77", entity_type: "bot" })).json.code).toBe(4200);
    expect((await copy({ entity_id, entity_type: "cat" })).json).toMatchObject({
      code: 4000,
      msg: expect.stringContaining("entity_type"),
    });
  });

  test("a template is duplicated under its name or a given one; other agents are none", async () => {
    const duplicate = (id: string, body: object, as: "owner" | "member" = "owner") =>
      world.call(as, `POST /v1/templates/${id}/duplicate`, body);
    const template = world.botId("商城");
    const { data } = (await duplicate(template, { workspace_id: world.away })).json;
    expect(data).toEqual({ entity_id: expect.stringMatching(/^\d+$/), entity_type: "agent" });
    expect((await draft(data.entity_id)).data).toMatchObject({
      name: "商城",
      owner_user_id: world.userIds.owner,
      knowledge: { knowledge_infos: [] },
    });
    const named = (await duplicate(template, { workspace_id: world.home, name: "我的店" }, "member")).json
      .data;
    expect((await draft(named.entity_id)).data).toMatchObject({
      name: "我的店",
      knowledge: { knowledge_infos: [{ name: "常见问题" }] },
    });
    const wanted = { workspace_id: world.home };
    expect((await duplicate(world.botId("未发布"), wanted)).json.code).toBe(4200);
    expect((await duplicate(template, { workspace_id: world.away }, "member")).json.code).toBe(4200);
    expect((await duplicate(template, {})).json).toMatchObject({
      code: 4000,
      msg: expect.stringContaining("workspace_id"),
    });
  });

  test("a collaborator may change an agent, until it is removed", async () => {
    const id = await world.create();
    const { member } = world.userIds;
    const change = (as: "owner" | "member", route: string, body?: object) =>
      world.call(as, `POST /v1/bots/${id}/${route}`, body);
    const rename = () => world.call("member", "POST /v1/bot/update", { bot_id: id, name: "改名" });
    const collaborators = [{ user_id: member }];

    expect((await rename()).json.code).toBe(4101);
    expect((await change("owner", "collaborators", { collaborators })).json.code).toBe(4000);
    const mode = { collaboration_mode: "collaboration" };
    expect((await change("member", "collaboration_mode", mode)).json.code).toBe(4101);
    expect((await change("owner", "collaboration_mode", mode)).json.code).toBe(0);
    for (const [wrong, code] of [
      [[], 4000],
      [[{ user_id: member }, { user_id: member }], 4000],
      [[{ user_id: "77" }], 4200],
    ] as const) {
      expect((await change("owner", "collaborators", { collaborators: wrong })).json.code).toBe(code);
    }
    expect((await rename()).json.code).toBe(4101);
    expect((await change("owner", "collaborators", { collaborators })).json.code).toBe(0);
    expect((await rename()).json.code).toBe(0);
    expect((await draft(id)).data.name).toBe("改名");

    const single = { collaboration_mode: "single" };
    const refused = await change("owner", "collaboration_mode", single);
    expect(refused.json).toMatchObject({ code: 4000, msg: expect.stringContaining("collaboration_mode") });
    const remove = () => world.call("owner", `DELETE /v1/bots/${id}/collaborators/${member}`);
    expect((await remove()).json.code).toBe(0);
    expect((await remove()).json.code).toBe(4200);
    expect((await rename()).json.code).toBe(4101);
    expect((await change("owner", "collaboration_mode", single)).json.code).toBe(0);
  });

  test("there are no apps: lists are empty, ids are unknown", async () => {
    const list = await world.call("owner", `GET /v1/apps?workspace_id=${world.home}&page_num=2`);
    expect(list.json.data).toEqual({ items: [], total: 0, has_more: false });
    expect((await world.call("member", `GET /v1/apps?workspace_id=${world.away}`)).json.code).toBe(4200);
    const id = world.botId("商城");
    for (const [route, body] of [
      [`GET /v1/apps/${id}`, undefined],
      [`POST /v1/apps/${id}/collaborators`, { collaborators: [{ user_id: "1" }] }],
      [`DELETE /v1/apps/${id}/collaborators/1`, undefined],
    ] as const) {
      expect((await world.call("owner", route, body)).json.code).toBe(4200);
    }
  });
});
