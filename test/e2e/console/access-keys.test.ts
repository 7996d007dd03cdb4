import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { insightClient } from "../../support/insight-client.ts";
import { type ConsoleWorld, openConsoleWorld } from "./console-world.ts";

describe.each(engines)("access keys over the console API on $name", (engine) => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await openConsoleWorld(engine);
  });
  afterAll(() => world.close());

  const create = (body: object) => world.call("admin", "POST /access-keys", body);
  const clientOf = (accessKeyId: string, accessKeySecret: string) =>
    insightClient({ url: world.server.url, accessKeyId, accessKeySecret });

  test("a key is made, used, changed, given another secret, disabled and enabled", async () => {
    const made = await create({ name: "Shop", scopes: ["workflow", "chat"], agentIds: [world.agentId] });
    const { accessKey, secret } = made.body;
    expect(accessKey).toEqual({
      keyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "Shop",
      workspaceId: world.workspaceId,
      scopes: ["chat", "workflow"],
      agentIds: [world.agentId],
      networks: null,
      origins: null,
      isFromFile: false,
      createdAt: expect.any(String),
      lastUsedAt: null,
      disabledAt: null,
    });
    const path = `/access-keys/${accessKey.keyId}` as const;
    const { body: agents } = await world.call("member", "GET /agents");
    expect(agents).toMatchObject({ items: [{ id: world.agentId, slug: "shop" }], nextCursor: null });
    const events = `GET /workflow/event/list?botId=${agents.items[0].insightBotId}` as const;
    const client = clientOf(accessKey.keyId, secret);
    expect(await client.data(events)).toEqual([]);

    const changed = await world.call("owner", `PATCH ${path}`, { scopes: ["chat"], agentIds: null });
    expect(changed.body).toMatchObject({ name: "Shop", scopes: ["chat"], agentIds: null });
    expect((await client.call(events)).body.code).toBe(40301);
    await world.call("owner", `PATCH ${path}`, { scopes: ["workflow"] });

    const rotated = await world.call("owner", `POST ${path}/rotate`);
    expect(rotated.body.accessKey).toMatchObject({ keyId: accessKey.keyId });
    expect((await client.call(events)).status).toBe(401);
    const next = clientOf(accessKey.keyId, rotated.body.secret);
    expect(await next.data(events)).toEqual([]);

    const disabled = await world.call("owner", `POST ${path}/disable`);
    expect(disabled.body.disabledAt).toEqual(expect.any(String));
    expect((await next.call(events)).status).toBe(401);
    await world.call("owner", `POST ${path}/enable`);
    expect((await next.call(events)).status).toBe(401);
    expect(await clientOf(accessKey.keyId, rotated.body.secret).data(events)).toEqual([]);

    const { body: listed } = await world.call("owner", "GET /access-keys");
    expect(listed.items).toEqual([(await world.call("owner", `GET ${path}`)).body]);
    expect(JSON.stringify([listed, changed, disabled])).not.toContain("scrypt");
  });

  test.each([
    ["name", {}],
    ["name", { name: " " }],
    ["scopes.0", { name: "x", scopes: ["everything"] }],
    ["scopes", { name: "x", scopes: [] }],
    ["agentIds", { name: "x", agentIds: ["17"] }],
    ["networks", { name: "x", networks: ["everywhere"] }],
    ["origins", { name: "x", origins: ["*"] }],
  ])("a wrong %s is named", async (field, body) => {
    expect(await create(body)).toMatchObject({
      status: 400,
      body: { error: { code: "request_invalid", field } },
    });
  });
});
