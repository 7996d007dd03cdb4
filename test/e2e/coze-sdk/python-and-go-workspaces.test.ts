import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { plainCalls } from "./plain-calls.ts";
import { type CozeWorld, expectStrictAnswers, openCozeWorld } from "./world.ts";

const UNKNOWN = "123456789012345";

describe.each(engines)("what the Python and Go SDKs send about workspaces, on $name", (engine) => {
  let world: CozeWorld;
  beforeAll(async () => {
    world = await openCozeWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const { data, codeOf, userId, newBot } = plainCalls(() => world);

  describe("workspaces", () => {
    test("members: listed, added with a body, removed with a body", async () => {
      const { id: workspace } = await data("POST /v1/workspaces", {
        body: { name: "第二空间", description: "给大家", icon_file_id: null },
      });
      expect(await codeOf(`PUT /v1/workspaces/${workspace}`, { body: { name: "改名空间" } })).toBe(0);
      const listed = await data("GET /v1/workspaces?page_num=1&page_size=20&user_id=&enterprise_id=");
      expect(listed.workspaces).toContainEqual(
        expect.objectContaining({ id: workspace, name: "改名空间", role_type: "owner" }),
      );

      const member = await userId("member");
      const owner = await userId("owner");
      const members = async () =>
        (await data(`GET /v1/workspaces/${workspace}/members?page_num=1&page_size=20`)).items.map(
          (one: { user_id: string; role_type: string }) => `${one.user_id} ${one.role_type}`,
        );
      expect(await members()).toEqual([`${owner} owner`]);
      const path = `/v1/workspaces/${workspace}/members` as const;
      expect(await codeOf(`GET ${path}`, { as: "member" })).toBe(4200);

      const users = [
        { user_id: member, role_type: "member" },
        { user_id: UNKNOWN, role_type: "admin" },
        { user_id: owner, role_type: "member" },
      ];
      expect(await data(`POST ${path}`, { body: { users } })).toEqual({
        added_success_user_ids: [member],
        invited_success_user_ids: [],
        not_exist_user_ids: [UNKNOWN],
        already_joined_user_ids: [owner],
        already_invited_user_ids: [],
      });
      expect((await members()).toSorted()).toEqual([`${owner} owner`, `${member} member`].toSorted());
      expect(await codeOf(`POST ${path}`, { as: "member", body: { users } })).toBe(4101);

      expect(await data(`DELETE ${path}`, { body: { user_ids: [member, owner, UNKNOWN] } })).toEqual({
        removed_success_user_ids: [member],
        not_in_workspace_user_ids: [UNKNOWN],
        not_in_space_user_ids: [UNKNOWN],
        owner_not_support_remove_user_ids: [owner],
      });
      expect(await members()).toEqual([`${owner} owner`]);
      for (const wrong of [{}, { user_ids: [] }, { user_ids: Array(6).fill(member) }]) {
        const { json } = await world.call(`DELETE ${path}`, { body: wrong });
        expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("user_ids") });
      }
    });

    test("apps and folders: lists of what there is", async () => {
      expect(
        await data(`GET /v1/apps?workspace_id=${world.spaceId}&page_index=1&page_size=20&publish_status=`),
      ).toMatchObject({ items: [], total: 0 });
      expect(
        await data(
          `GET /v1/folders?workspace_id=${world.spaceId}&folder_type=development&page_num=1&page_size=20`,
        ),
      ).toEqual({ items: [], total_count: 0, has_more: false });
      expect(await codeOf(`GET /v1/folders/${UNKNOWN}`)).toBe(4200);
      expect(await codeOf(`GET /v1/folders?workspace_id=${UNKNOWN}&folder_type=library`)).toBe(4200);
      const { json } = await world.call(`GET /v1/folders?workspace_id=${world.spaceId}&folder_type=attic`);
      expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("folder_type") });
    });

    test("copies: in the same workspace at once, in another as a task", async () => {
      const { id: workspace } = await data("POST /v1/workspaces", {
        body: { name: "Ziel", description: "x" },
      });
      const bot_id = await newBot("Vorlage");
      const same = await data("POST /v1/entities/copy_tasks", {
        body: { entity_id: bot_id, entity_type: "bot" },
      });
      expect(await data(`GET /v1/bots/${same.copied_entity_id}?is_published=false`)).toMatchObject({
        name: expect.stringContaining("Vorlage"),
      });
      const { task_id } = await data("POST /v1/entities/copy_tasks", {
        body: { entity_id: bot_id, entity_type: "bot", to_workspace_id: workspace },
      });
      const task = await data(`GET /v1/entities/copy_tasks/${task_id}`);
      expect(task).toMatchObject({
        task_id,
        entity_type: "bot",
        task_status: "successful",
        source_entity_id: bot_id,
        target_workspace_id: workspace,
      });
      const { items } = await data(`GET /v1/bots?workspace_id=${workspace}&publish_status=all`);
      expect(items.map((bot: { id: string }) => bot.id)).toEqual([task.target_entity_id]);
      expect(await codeOf(`GET /v1/entities/copy_tasks/${task_id}`, { as: "member" })).toBe(4200);
    });
  });

  test("what comes with later issues answers a typed error of the family, never a page", async () => {
    for (const route of [
      "POST /v1/datasets",
      "POST /open_api/knowledge/document/list",
      "GET /v1/audio/voices",
      "POST /v1/audio/speech",
    ] as const) {
      const { json } = await world.call(route, route.startsWith("POST") ? { body: {} } : {});
      expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("not available") });
    }
  });
});
