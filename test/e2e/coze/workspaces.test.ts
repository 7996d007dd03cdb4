import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAntiphon, type TestAntiphon } from "../../support/antiphon.ts";
import { type CozeClients, openCozeClients } from "../../support/coze-client.ts";
import { engines } from "../../support/engines.ts";

const USERS = {
  owner: { role: "owner", scopes: ["all"] },
  admin: { role: "admin", scopes: ["all"] },
  member: { role: "member", scopes: ["all"] },
  chatter: { role: "member", scopes: ["chat"] },
} as const;
type UserName = keyof typeof USERS;

const NOBODY = "123456789012345";

describe.each(engines)("workspaces and members on $name", (engine) => {
  let server: TestAntiphon;
  let clients: CozeClients;
  let home: string;
  const ids = {} as Record<UserName, string>;

  beforeAll(async () => {
    server = await startAntiphon({
      file: {
        workspace: { name: "shop" },
        users: Object.entries(USERS).map(([name, { role, scopes }]) => ({
          name,
          role,
          nickname: `${name} 小姐`,
          tokens: [{ token: tokenOf(name), scopes }],
        })),
      },
      environment: { ANTIPHON_LOG_LEVEL: "silent" },
      databaseUrl: await engine.databaseUrl(),
    });
    clients = await openCozeClients(() => server.url);
    for (const name of ["owner", "admin", "member"] as const) {
      ids[name] = (await call(name, "GET /v1/users/me")).data.user_id;
    }
    ids.chatter = String((await server.store.users.findByName("chatter"))?.id);
    home = (await call("owner", "GET /v1/workspaces")).data.workspaces[0].id;
  });
  afterAll(async () => {
    await clients.close();
    await server.close();
  });

  function tokenOf(name: string): string {
    return `pat_${name.padEnd(40, "0")}`;
  }

  async function call(as: UserName, route: `${string} /${string}`, body?: unknown) {
    const reply = await clients.call(tokenOf(as), route, body === undefined ? {} : { body });
    return reply.json;
  }

  /** A workspace of `owner` alone. */
  async function aWorkspace(name = "side project"): Promise<string> {
    const reply = await call("owner", "POST /v1/workspaces", { name, description: "d" });
    if (reply.code !== 0) throw new Error(JSON.stringify(reply));
    return reply.data.id;
  }

  async function rolesIn(workspace: string): Promise<Record<string, string>> {
    const { items } = (await call("owner", `GET /v1/workspaces/${workspace}/members`)).data;
    const members: { user_unique_name: string; role_type: string }[] = items;
    return Object.fromEntries(members.map((member) => [member.user_unique_name, member.role_type]));
  }

  test("me has every field the SDKs insist on", async () => {
    expect((await call("member", "GET /v1/users/me")).data).toEqual({
      user_id: ids.member,
      user_name: "member",
      nick_name: "member 小姐",
      avatar_url: "",
    });
  });

  test("a listed workspace has every field, with the caller's own role", async () => {
    const mine = (await call("admin", "GET /v1/workspaces")).data;
    expect(mine).toEqual({
      workspaces: [
        {
          id: home,
          name: "shop",
          description: "",
          icon_url: "",
          role_type: "admin",
          workspace_type: "team",
          enterprise_id: "",
          owner_uid: ids.owner,
          admin_uids: [ids.admin],
          joined_status: "joined",
        },
      ],
      total_count: 1,
    });
  });

  test("workspaces are listed oldest first, page by page, past the cap and past the end", async () => {
    const second = await aWorkspace("second");
    const { workspaces, total_count } = (await call("owner", "GET /v1/workspaces?page_size=1000")).data;
    const listed: string[] = workspaces.map((workspace: { id: string }) => workspace.id);
    expect(listed.indexOf(home)).toBeLessThan(listed.indexOf(second));
    expect(total_count).toBe(listed.length);
    const page = (await call("owner", "GET /v1/workspaces?page_num=2&page_size=1")).data;
    expect(page.workspaces.map((workspace: { id: string }) => workspace.id)).toEqual([listed[1]]);
    expect((await call("owner", "GET /v1/workspaces?page_num=999")).data.workspaces).toEqual([]);
  });

  test("only the caller's own can be listed, and there are no enterprises", async () => {
    const own = await call("member", `GET /v1/workspaces?user_id=${ids.member}&coze_account_id=1`);
    expect(own.data.total_count).toBe(1);
    expect(await call("member", `GET /v1/workspaces?user_id=${ids.owner}`)).toMatchObject({ code: 4101 });
    const none = await call("member", "GET /v1/workspaces?enterprise_id=1&user_id=");
    expect(none.data).toEqual({ workspaces: [], total_count: 0 });
  });

  test("whoever makes a workspace owns it, whatever else the body says", async () => {
    const body = {
      name: "mine",
      description: "of my own",
      id: home,
      role_type: "member",
      owner: ids.owner,
      workspace_type: "personal",
      admin_uids: [ids.owner],
    };
    const { id } = (await call("member", "POST /v1/workspaces", body)).data;
    expect(id).not.toBe(home);
    const { workspaces } = (await call("member", "GET /v1/workspaces")).data;
    expect(workspaces.find((workspace: { id: string }) => workspace.id === id)).toMatchObject({
      name: "mine",
      description: "of my own",
      role_type: "owner",
      workspace_type: "team",
      owner_uid: ids.member,
      admin_uids: [],
    });
    expect((await call("owner", "GET /v1/workspaces?page_size=50")).data.workspaces).not.toContainEqual(
      expect.objectContaining({ id }),
    );
  });

  test.each([
    [{ description: "d" }, "name"],
    [{ name: "x" }, "description"],
    [{ name: "", description: "d" }, "name"],
    [{ name: "长".repeat(51), description: "d" }, "name"],
    [{ name: "x", description: "长".repeat(2_001) }, "description"],
    [{ name: 5, description: "d" }, "name"],
    [{ name: "x", description: "d", owner_uid: NOBODY }, "owner_uid"],
  ])("a wrong new workspace is refused by field (%#)", async (body, field) => {
    const before = (await call("owner", "GET /v1/workspaces")).data.total_count;
    expect(await call("owner", "POST /v1/workspaces", body)).toMatchObject({
      code: 4000,
      msg: expect.stringContaining(field),
    });
    expect((await call("owner", "GET /v1/workspaces")).data.total_count).toBe(before);
  });

  test("an icon must be a file of the caller's", async () => {
    const body = { name: "x", description: "d", icon_file_id: NOBODY };
    expect(await call("owner", "POST /v1/workspaces", body)).toMatchObject({ code: 4200 });
  });

  test("owners and admins rename and describe; what is left out or empty stays", async () => {
    const id = await aWorkspace();
    await call("owner", `POST /v1/workspaces/${id}/members`, {
      users: [
        { user_id: ids.admin, role_type: "admin" },
        { user_id: ids.member, role_type: "member" },
      ],
    });
    expect(await call("admin", `PUT /v1/workspaces/${id}`, { name: "renamed" })).toMatchObject({ code: 0 });
    await call("owner", `PUT /v1/workspaces/${id}`, { name: null, description: "", owner_uid: ids.member });
    const { workspaces } = (await call("admin", "GET /v1/workspaces")).data;
    expect(workspaces.find((workspace: { id: string }) => workspace.id === id)).toMatchObject({
      name: "renamed",
      description: "d",
      owner_uid: ids.owner,
    });
    expect(await call("member", `PUT /v1/workspaces/${id}`, { name: "x" })).toMatchObject({ code: 4101 });
  });

  test("members are listed by role with every field, page by page", async () => {
    const { items, total_count } = (await call("member", `GET /v1/workspaces/${home}/members`)).data;
    expect(total_count).toBe(4);
    expect(items[0]).toEqual({
      user_id: ids.owner,
      role_type: "owner",
      user_nickname: "owner 小姐",
      user_unique_name: "owner",
      avatar_url: "",
    });
    expect(items.map((item: { role_type: string }) => item.role_type)).toEqual([
      "owner",
      "admin",
      "member",
      "member",
    ]);
    const page = (await call("member", `GET /v1/workspaces/${home}/members?page_num=2&page_size=3`)).data;
    expect(page.items).toHaveLength(1);
    expect(page.total_count).toBe(4);
  });

  test("adding says of each user what became of it, in the caller's spelling", async () => {
    const id = await aWorkspace();
    await server.store.users.save({
      id: server.store.newId(),
      name: `disabled-${id}`,
      nickname: "",
      avatarUrl: "",
      createdAt: new Date(),
      disabledAt: new Date(),
    });
    const disabled = String((await server.store.users.findByName(`disabled-${id}`))?.id);
    const added = await call("owner", `POST /v1/workspaces/${id}/members`, {
      users: [
        { user_id: ids.admin, role_type: "admin" },
        { user_id: Number(ids.member) },
        { user_id: ids.owner, role_type: "member" },
        { user_id: NOBODY, role_type: "member" },
        { user_id: "no id", role_type: "member" },
        { user_id: disabled, role_type: "member" },
        { user_id: ids.admin, role_type: "member" },
      ],
    });
    expect(added.data).toEqual({
      added_success_user_ids: [ids.admin, ids.member],
      invited_success_user_ids: [],
      not_exist_user_ids: [NOBODY, "no id", disabled],
      already_joined_user_ids: [ids.owner, ids.admin],
      already_invited_user_ids: [],
    });
    expect(await rolesIn(id)).toEqual({ owner: "owner", admin: "admin", member: "member" });
  });

  test("nobody becomes an owner, and no list is empty or too long", async () => {
    const id = await aWorkspace();
    const add = (users: unknown) => call("owner", `POST /v1/workspaces/${id}/members`, { users });
    const many = Array.from({ length: 21 }, () => ({ user_id: ids.member, role_type: "member" }));
    for (const users of [[{ user_id: ids.member, role_type: "owner" }], [], many, undefined, "x"]) {
      expect(await add(users)).toMatchObject({ code: 4000, msg: expect.stringContaining("users") });
    }
    const tooMany = Array.from({ length: 6 }, () => ids.member);
    for (const user_ids of [tooMany, [], undefined]) {
      const reply = await call("owner", `DELETE /v1/workspaces/${id}/members`, { user_ids });
      expect(reply).toMatchObject({ code: 4000, msg: expect.stringContaining("user_ids") });
    }
    expect(await rolesIn(id)).toEqual({ owner: "owner" });
  });

  test("removing says of each user what became of it; owners stay", async () => {
    const id = await aWorkspace();
    await call("owner", `POST /v1/workspaces/${id}/members`, { users: [{ user_id: ids.member }] });
    const removed = await call("owner", `DELETE /v1/workspaces/${id}/members`, {
      user_ids: [ids.member, ids.owner, ids.admin, NOBODY],
    });
    expect(removed.data).toEqual({
      removed_success_user_ids: [ids.member],
      not_in_workspace_user_ids: [ids.admin, NOBODY],
      not_in_space_user_ids: [ids.admin, NOBODY],
      owner_not_support_remove_user_ids: [ids.owner],
    });
    expect(await rolesIn(id)).toEqual({ owner: "owner" });
    expect(await call("member", `GET /v1/workspaces/${id}/members`)).toMatchObject({ code: 4200 });
  });

  test("members neither add nor remove anybody", async () => {
    const body = { users: [{ user_id: ids.owner, role_type: "admin" }] };
    expect(await call("member", `POST /v1/workspaces/${home}/members`, body)).toMatchObject({ code: 4101 });
    const removal = { user_ids: [ids.member] };
    const route = `DELETE /v1/workspaces/${home}/members` as const;
    expect(await call("member", route, removal)).toMatchObject({ code: 4101 });
    expect(await rolesIn(home)).toMatchObject({ member: "member" });
  });

  test("a workspace of others is not there, however it is asked for", async () => {
    const id = await aWorkspace();
    const users = [{ user_id: ids.member, role_type: "admin" }];
    for (const [route, body] of [
      [`PUT /v1/workspaces/${id}`, { name: "stolen" }],
      [`GET /v1/workspaces/${id}/members`, undefined],
      [`POST /v1/workspaces/${id}/members`, { users }],
      [`DELETE /v1/workspaces/${id}/members`, { user_ids: [ids.owner] }],
      [`GET /v1/workspaces/${NOBODY}/members`, undefined],
      ["GET /v1/workspaces/x/members", undefined],
    ] as const) {
      expect(await call("member", route, body)).toMatchObject({ code: 4200 });
    }
    expect(await rolesIn(id)).toEqual({ owner: "owner" });
  });

  test("each call needs its own permission, which the refusal names", async () => {
    for (const [route, permission] of [
      ["GET /v1/users/me", "getMe"],
      ["GET /v1/workspaces", "listWorkspace"],
      ["POST /v1/workspaces", "createWorkspace"],
      [`PUT /v1/workspaces/${home}`, "updateWorkspace"],
      [`GET /v1/workspaces/${home}/members`, "listWorkspaceMember"],
      [`POST /v1/workspaces/${home}/members`, "addWorkspaceMember"],
      [`DELETE /v1/workspaces/${home}/members`, "removeWorkspaceMember"],
    ] as const) {
      const reply = await call("chatter", route, route.startsWith("GET") ? undefined : {});
      expect(reply).toMatchObject({ code: 4101, msg: expect.stringContaining(permission) });
    }
  });

  test("a token for some workspaces sees no others and makes none", async () => {
    const id = await aWorkspace();
    const owner = await server.store.users.findByName("owner");
    const { issueToken } = await import("../../../src/access/tokens.ts");
    if (owner === undefined) throw new Error("there is no owner");
    const { text } = await issueToken(server.store, {
      kind: "personal",
      userId: owner.id,
      name: "narrow",
      scope: { permissions: ["all"], workspaceIds: [Number(id) as never] },
      sessionName: "",
    });
    const narrow = async (route: `${string} /${string}`, body?: unknown) =>
      (await clients.call(text, route, body === undefined ? {} : { body })).json;
    expect((await narrow("GET /v1/workspaces")).data.workspaces).toMatchObject([{ id }]);
    expect(await narrow(`GET /v1/workspaces/${home}/members`)).toMatchObject({ code: 4200 });
    const body = { name: "x", description: "d" };
    expect(await narrow("POST /v1/workspaces", body)).toMatchObject({ code: 4101 });
  });
});
