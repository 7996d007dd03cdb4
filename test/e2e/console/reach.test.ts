import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "../../../src/access/tokens.ts";
import { FULL_SCOPE, type TokenScope } from "../../../src/domain/access.ts";
import type { AgentId, UserId, WorkspaceId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type ConsoleWorld, openConsoleWorld } from "./console-world.ts";

const OTHER_KEY = "d5k2m8s7q1v3c9n4b6t1";

describe.each(engines)("how far tokens and roles reach over the console API on $name", (engine) => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await openConsoleWorld(engine, {
      agents: [
        { slug: "shop", name: "Shop", prompt: "Be brief." },
        { slug: "other", name: "Other", prompt: "Be brief.", appKey: OTHER_KEY },
      ],
    });
  });
  afterAll(() => world.close());

  async function userId(name: string): Promise<UserId> {
    const user = await world.server.store.users.findByName(name);
    if (user === undefined) throw new Error(`no ${name}`);
    return user.id;
  }

  async function tokenFor(
    name: string,
    scope: Partial<TokenScope>,
    more: Partial<Parameters<typeof issueToken>[1]> = {},
  ): Promise<string> {
    const request = {
      ...{ kind: "personal" as const, userId: await userId(name), name: "test", sessionName: "" },
      scope: { ...FULL_SCOPE, ...scope },
      ...more,
    };
    return (await issueToken(world.server.store, request)).text;
  }

  async function send(token: string, route: `${string} /${string}`, body?: unknown) {
    const [method = "", path = ""] = route.split(" ");
    const response = await fetch(`${world.server.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { items?: unknown[]; error?: { code: string; field?: string } };
    return { status: response.status, cookie: response.headers.get("set-cookie"), ...answer };
  }

  test("becoming the first owner is written down, without the link and the password", async () => {
    const token = new URL(world.server.setupUrl ?? "").searchParams.get("token");
    const first = { token, name: "first", password: "long enough" };
    expect((await world.call(undefined, "POST /setup", first)).status).toBe(200);
    const log = await world.call("owner", "GET /audit-log");
    expect(log.body.items).toMatchObject([
      {
        userName: "first",
        via: "session",
        family: "console",
        action: "POST /setup",
        subject: `users/${await userId("first")}`,
        fields: ["token", "name", "password"],
        address: "127.0.0.1",
      },
    ]);
    expect(JSON.stringify(log.body)).not.toContain(first.password);
    expect(JSON.stringify(log.body)).not.toContain(token);
  });

  test("a token that may do less than its user gives nobody a password, and so no session", async () => {
    const workspaceIds = [Number(world.workspaceId) as WorkspaceId];
    const limited = [
      await tokenFor("member", { permissions: ["manageAccount"] }),
      await tokenFor("member", { workspaceIds }),
      await tokenFor("member", { agentIds: [Number(world.agentId) as AgentId] }),
      await tokenFor("member", {}, { kind: "oauth-user" }),
    ];
    for (const token of limited) {
      const refused = await send(token, "PUT /account/password", { password: "long enough" });
      expect(refused).toMatchObject({ status: 403, cookie: null, error: { code: "permission_denied" } });
    }
    expect((await world.server.store.users.findByName("member"))?.passwordHash).toBeUndefined();
    const whole = await tokenFor("member", {});
    expect((await send(whole, "PUT /account/password", { password: "long enough" })).status).toBe(200);
  });

  test("a token that ends makes none that goes on", async () => {
    const expiresAt = new Date(Date.now() + 3_600_000);
    const token = await tokenFor("member", {}, { expiresAt });
    for (const wish of [{}, { expiresAt: new Date(expiresAt.getTime() + 1_000).toISOString() }]) {
      const refused = await send(token, "POST /tokens", { name: "forever", ...wish });
      expect(refused).toMatchObject({ status: 400, error: { code: "request_invalid", field: "expiresAt" } });
    }
    const made = await send(token, "POST /tokens", { name: "shorter", expiresAt: expiresAt.toISOString() });
    expect(made.status).toBe(200);
  });

  test("owning a workspace of one's own tells nothing of the machine", async () => {
    expect((await world.call("viewer", "GET /about")).body.dataDirectory).toBeNull();
    await world.call("member", "POST /workspaces", { name: "Mine" });
    expect((await world.call("member", "GET /about")).body.dataDirectory).toBeNull();
    expect((await world.call("owner", "GET /about")).body.dataDirectory).toBe(world.server.dataDirectory);
  });

  test("changes of a set of questions are written down where the set is, and nowhere else", async () => {
    const mine = await world.call("member", "POST /workspaces", { name: "Second" });
    const place = mine.body.id;
    const agent = await world.call("member", "POST /agents", { workspaceId: place, name: "Mine" });
    const set = await world.call("member", "POST /evaluation-sets", { agentId: agent.body.id, name: "Set" });
    await world.call("member", `PATCH /evaluation-sets/${set.body.id}`, { name: "Renamed" });
    await world.call("member", `POST /evaluation-sets/${set.body.id}/cases`, { question: "Why?" });
    const cases = await world.call("member", `GET /evaluation-sets/${set.body.id}/cases`);
    await world.call("member", `DELETE /evaluation-cases/${cases.body.items[0].id}`);
    const actionsIn = async (workspaceId: string) => {
      const as = workspaceId === place ? "member" : "owner";
      const log = await world.call(as, `GET /audit-log?workspaceId=${workspaceId}&limit=100`);
      return log.body.items.map(({ action }: { action: string }) => action);
    };
    const changes = [
      "POST /evaluation-sets",
      "PATCH /evaluation-sets/:setId",
      "DELETE /evaluation-cases/:caseId",
    ];
    expect(await actionsIn(place)).toEqual(expect.arrayContaining(changes));
    for (const change of changes) expect(await actionsIn(world.workspaceId)).not.toContain(change);
  });

  test("a token for some agents reads what was thought of theirs only", async () => {
    const client = hiagentClient({ url: world.server.url, key: OTHER_KEY });
    const AppConversationID = await client.newConversation();
    const query = { AppConversationID, Query: "Why?", ResponseMode: "blocking" };
    const { body } = await client.call("chat_query_v2", query);
    await client.call("feedback", { MessageID: body.id, LikeType: 1 });
    const [shop, other] = await world.server.store.agents.list(Number(world.workspaceId) as WorkspaceId);
    if (shop === undefined || other === undefined) throw new Error("no agents");
    const all = await send(await tokenFor("member", {}), "GET /rated-turns");
    expect(all.items).toHaveLength(1);
    const token = await tokenFor("member", { agentIds: [shop.id] });
    expect((await send(token, "GET /rated-turns")).items).toEqual([]);
    expect((await send(token, `GET /rated-turns?agentId=${other.id}`)).status).toBe(403);
    expect((await send(token, `GET /rated-turns?agentId=${shop.id}`)).items).toEqual([]);
  });
});
