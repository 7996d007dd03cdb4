import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "../../../src/access/tokens.ts";
import type { ChannelId, UserId, WorkspaceId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { type CallbackWorld, openCallbackWorld, succeeded } from "./callback-world.ts";

describe.each(engines)("callback apps on $name", (engine) => {
  let world: CallbackWorld;
  beforeAll(async () => {
    world = await openCallbackWorld(engine);
  });
  afterEach(() => world.expectStrict());
  afterAll(() => world.close());

  async function create(wish: object = { app_type: "normal", name: "sample api app" }) {
    return succeeded(await world.call("owner", "POST /v1/api_apps", wish)).data;
  }

  async function eventsOf(id: string) {
    const { data } = succeeded(
      await world.call("owner", `GET /v1/api_apps/${id}/events?page_token=&page_size=20`),
    );
    return data.items.map((item: { event_type: string }) => item.event_type);
  }

  test("an app is made with a token of its own and without an address", async () => {
    const app = await create();
    expect(app).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: "sample api app",
      app_type: "normal",
      verify_token: expect.stringMatching(/^[0-9A-Za-z]{64}$/),
    });
    expect((await create()).verify_token).not.toBe(app.verify_token);
  });

  test.each([
    [{}, "app_type"],
    [{ app_type: "other", name: "x" }, "app_type"],
    [{ app_type: "normal" }, "name"],
    [{ app_type: "normal", name: "" }, "name"],
    [{ app_type: "normal", name: "   " }, "name"],
    [{ app_type: "normal", name: "字".repeat(129) }, "name"],
    [{ app_type: "connector", name: "x" }, "connector_id"],
  ])("%j makes none, and the message names the field", async (wish, field) => {
    const { json } = await world.call("owner", "POST /v1/api_apps", wish);
    expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining(field) });
  });

  test("only the channel's own people make an app of it, which is called like the channel", async () => {
    const channel = await world.aChannel("门锁渠道");
    const wish = { app_type: "connector", connector_id: channel, name: "ignored" };
    const { data: app } = succeeded(await world.call("maker", "POST /v1/api_apps", wish));
    expect(app).toMatchObject({ app_type: "connector", connector_id: channel, name: "门锁渠道" });
    expect((await world.call("owner", "POST /v1/api_apps", wish)).json.code).toBe(4200);
    for (const connector_id of ["1024", "7", "no number"]) {
      const { json } = await world.call("maker", "POST /v1/api_apps", { ...wish, connector_id });
      expect(json.code).toBe(4200);
    }
    succeeded(await world.call("maker", `PUT /v1/api_apps/${app.id}`, { name: "renamed" }));
    const listed = (await world.call("maker", "GET /v1/api_apps?app_type=connector")).json.data.items;
    expect(listed.find(({ id }: { id: string }) => id === app.id)).toMatchObject({ name: "门锁渠道" });
  });

  test("a channel's owner manages apps of the channel that others made, with its tokens too", async () => {
    const channel = await world.aChannel();
    const other = await world.aChannel();
    const token = await world.channelToken(channel);
    const wish = { app_type: "connector", connector_id: channel };
    const { data: app } = succeeded(await world.callWith(token, "POST /v1/api_apps", wish));
    const stored = await world.server.store.endpoints.find(Number(app.id) as never);
    if (stored === undefined) throw new Error("not stored");
    await world.server.store.endpoints.save({ ...stored, ownerId: Number(world.userIds.owner) as UserId });
    for (const caller of ["maker", "owner"] as const) {
      const listed = (await world.call(caller, "GET /v1/api_apps")).json.data.items;
      expect(listed.map(({ id }: { id: string }) => id)).toContain(app.id);
      succeeded(
        await world.call(caller, `POST /v1/api_apps/${app.id}/events`, { event_types: ["bot.deleted"] }),
      );
    }
    const own = (await world.callWith(token, "GET /v1/api_apps")).json.data.items;
    expect(own.map(({ id }: { id: string }) => id)).toEqual([app.id]);
    const foreign = await world.callWith(await world.channelToken(other), `DELETE /v1/api_apps/${app.id}`);
    expect(foreign.json.code).toBe(4200);
    const ordinary = { app_type: "normal", name: "all of it" };
    expect((await world.callWith(token, "POST /v1/api_apps", ordinary)).json.code).toBe(4101);
  });

  test("a token for some workspaces makes, sees and changes no ordinary app", async () => {
    const app = await create();
    const { store } = world.server;
    const { text } = await issueToken(store, {
      kind: "personal",
      userId: Number(world.userIds.owner) as UserId,
      name: "one workspace",
      scope: { permissions: ["all"], workspaceIds: [Number(world.home) as WorkspaceId] },
      sessionName: "",
    });
    const wish = { app_type: "normal", name: "x" };
    expect((await world.callWith(text, "POST /v1/api_apps", wish)).json.code).toBe(4101);
    expect((await world.callWith(text, "GET /v1/api_apps?app_type=normal")).json.data.items).toEqual([]);
    expect((await world.callWith(text, `PUT /v1/api_apps/${app.id}`, { name: "y" })).json.code).toBe(4200);
  });

  test("lists go on with opaque tokens until there is no more", async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.push((await create()).id);
    const found: string[] = [];
    let token = "";
    do {
      const query = `app_type=normal&page_size=2&page_token=${token}`;
      const { data } = succeeded(await world.call("owner", `GET /v1/api_apps?${query}`));
      expect(data.items.length).toBeLessThanOrEqual(2);
      expect(data.has_more).toBe(data.next_page_token !== "");
      found.push(...data.items.map(({ id }: { id: string }) => id));
      token = data.next_page_token;
    } while (token !== "");
    expect(found.filter((id) => made.includes(id))).toEqual(made);
    expect(new Set(found).size).toBe(found.length);
    // As coze-py asks, with what it leaves unset.
    const whole = await world.call("owner", "GET /v1/api_apps?page_size=20&page_token=");
    expect(whole.json.data.items.length).toBeGreaterThanOrEqual(5);
  });

  test.each([
    "page_size=0",
    "page_size=51",
    "page_size=x",
    "page_token=7521953685535260001",
    "app_type=other",
  ])("%s is refused", async (query) => {
    const { json } = await world.call("owner", `GET /v1/api_apps?${query}`);
    expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining(query.split("=")[0] ?? "") });
  });

  test("subscribing adds, unsubscribing takes away, and saying it twice changes nothing", async () => {
    const { id } = await create();
    const change = (method: "POST" | "DELETE", event_types: string[]) =>
      world.call("owner", `${method} /v1/api_apps/${id}/events`, { event_types });
    succeeded(await change("POST", ["bot.published", "benefit.usage"]));
    succeeded(await change("POST", ["bot.published", "bot.deleted", "bot.deleted"]));
    expect(await eventsOf(id)).toEqual(["bot.published", "bot.deleted", "benefit.usage"]);
    const { data } = succeeded(await world.call("owner", `GET /v1/api_apps/${id}/events`));
    expect(data.items[1]).toEqual({
      api_app_id: id,
      name: "sample api app",
      event_type: "bot.deleted",
      description: "智能体已被所有者删除",
    });
    succeeded(await change("DELETE", ["bot.deleted", "bot.unpublished"]));
    expect(await eventsOf(id)).toEqual(["bot.published", "benefit.usage"]);
    const first = (await world.call("owner", `GET /v1/api_apps/${id}/events?page_size=1`)).json.data;
    expect(first).toMatchObject({ has_more: true, items: [{ event_type: "bot.published" }] });
    const next = `GET /v1/api_apps/${id}/events?page_size=1&page_token=${first.next_page_token}` as const;
    const second = (await world.call("owner", next)).json.data;
    expect(second).toMatchObject({
      has_more: false,
      next_page_token: "",
      items: [{ event_type: "benefit.usage" }],
    });
  });

  test.each([
    [{ event_types: ["bot.published", "bot.renamed"] }],
    [{ event_types: ["url_verification"] }],
    [{ event_types: ["turn.completed"] }],
    [{ event_types: [] }],
    [{ event_types: "bot.published" }],
    [{}],
  ])("%j subscribes to nothing", async (body) => {
    const { id } = await create();
    const { json } = await world.call("owner", `POST /v1/api_apps/${id}/events`, body);
    expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("event_types") });
    expect(await eventsOf(id)).toEqual([]);
  });

  test("events of plugins are for ordinary apps only", async () => {
    const { id } = await create();
    const event_types = ["benefit.plugin.scale.requested", "benefit.plugin.scale.expired"];
    succeeded(await world.call("owner", `POST /v1/api_apps/${id}/events`, { event_types }));
    expect(await eventsOf(id)).toEqual(event_types);
    const channel = await world.aChannel();
    const wish = { app_type: "connector", connector_id: channel };
    const app = succeeded(await world.call("maker", "POST /v1/api_apps", wish)).data;
    const refused = await world.call("maker", `POST /v1/api_apps/${app.id}/events`, { event_types });
    expect(refused.json.code).toBe(4000);
  });

  test("an app is renamed and deleted by its maker only", async () => {
    const { id } = await create();
    for (const [method, body] of [
      ["PUT", { name: "stolen" }],
      ["DELETE", undefined],
    ] as const) {
      expect((await world.call("maker", `${method} /v1/api_apps/${id}`, body)).json.code).toBe(4200);
    }
    expect((await world.call("maker", `GET /v1/api_apps/${id}/events`)).json.code).toBe(4200);
    succeeded(await world.call("owner", `PUT /v1/api_apps/${id}`, { name: "新名字" }));
    const listed = (await world.call("owner", "GET /v1/api_apps")).json.data.items;
    expect(listed.find((app: { id: string }) => app.id === id)).toMatchObject({ name: "新名字" });
    succeeded(await world.call("owner", `DELETE /v1/api_apps/${id}`));
    for (const route of [`GET /v1/api_apps/${id}/events`, `DELETE /v1/api_apps/${id}`] as const) {
      expect((await world.call("owner", route)).json.code).toBe(4200);
    }
  });

  describe("of channels", () => {
    test("a channel is installed into workspaces that its owner leads, once or twice", async () => {
      const { store } = world.server;
      const channel = await world.aChannel();
      const token = await world.channelToken(channel);
      const made = await world.call("maker", "POST /v1/workspaces", { name: "自己的", description: "d" });
      const workspace_id: string = succeeded(made).data.id;
      for (const caller of [token, token]) {
        succeeded(await world.callWith(caller, `POST /v1/connectors/${channel}/install`, { workspace_id }));
      }
      const isInstalled = await store.channels.isInstalled(
        Number(channel) as ChannelId,
        Number(workspace_id) as WorkspaceId,
      );
      expect(isInstalled).toBe(true);
      const elsewhere = { workspace_id: world.home };
      const refused = await world.call("maker", `POST /v1/connectors/${channel}/install`, elsewhere);
      expect(refused.json.code).toBe(4101);
      const foreign = await world.call("owner", `POST /v1/connectors/${channel}/install`, elsewhere);
      expect(foreign.json.code).toBe(4200);
      const nothing = await world.call("maker", `POST /v1/connectors/${channel}/install`, {});
      expect(nothing.json).toMatchObject({ code: 4000, msg: expect.stringContaining("workspace_id") });
    });

    test("devices are bound for one developer or for all, and merge under their key", async () => {
      const { store } = world.server;
      const channel = await world.aChannel();
      const token = await world.channelToken(channel);
      const bind = (body: object) =>
        world.callWith(token, `POST /v1/connectors/${channel}/user_configs`, body);
      const device = (label: string, value: string) => ({ label, value });
      succeeded(await bind({ configs: [] }));
      succeeded(await bind({ configs: [{ key: "device_id", enums: [device("客厅", "51237825")] }] }));
      const own = [device("书房", "2"), device("卧室", "3")];
      succeeded(await bind({ configs: [{ key: "device_id", enums: own }], user_id: world.userIds.owner }));
      succeeded(await bind({ configs: [{ key: "device_id", enums: [device("大客厅", "51237825")] }] }));
      const options = (user: string) =>
        store.channels.options(Number(channel) as ChannelId, Number(user) as UserId);
      expect(await options(world.userIds.owner)).toEqual([
        { key: "device_id", values: [device("大客厅", "51237825"), ...own] },
      ]);
      expect(await options(world.userIds.maker)).toEqual([
        { key: "device_id", values: [device("大客厅", "51237825")] },
      ]);
    });

    test.each([
      [{}, "configs"],
      [{ configs: [{ enums: [] }] }, "configs.0.key"],
      [{ configs: [{ key: "k", enums: [{ label: "x" }] }] }, "configs.0.enums.0.value"],
    ])("%j binds nothing", async (body, field) => {
      const channel = await world.aChannel();
      const { json } = await world.call("maker", `POST /v1/connectors/${channel}/user_configs`, body);
      expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining(field) });
    });

    test("nobody binds devices to somebody else's channel", async () => {
      const channel = await world.aChannel();
      const other = await world.channelToken(await world.aChannel());
      const path = `POST /v1/connectors/${channel}/user_configs` as const;
      expect((await world.call("owner", path, { configs: [] })).json.code).toBe(4101);
      expect((await world.callWith(other, path, { configs: [] })).json.code).toBe(4101);
    });
  });
});
