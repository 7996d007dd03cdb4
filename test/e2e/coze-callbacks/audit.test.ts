import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "../../../src/access/tokens.ts";
import type { UserId } from "../../../src/domain/ids.ts";
import { contentOf, type Reaction, verdict } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { type CallbackWorld, openCallbackWorld, succeeded } from "./callback-world.ts";

describe.each(engines)("audit by channels on $name", (engine) => {
  let world: CallbackWorld;
  beforeAll(async () => {
    world = await openCallbackWorld(engine);
  });
  afterEach(() => {
    world.expectStrict();
    expect(world.receiver.badSignatures()).toEqual([]);
  });
  afterAll(() => world.close());

  const events = ["bot.published"];

  /** A channel whose server answers so. */
  async function aChannel(...reactions: Reaction[]) {
    const channel = await world.aChannel();
    let count = 0;
    const react = () => reactions[Math.min(count++, reactions.length - 1)] ?? {};
    return { channel, app: await world.anApp({ channel, events, react }) };
  }

  async function stateOf(botId: string, channel: string) {
    const submission = await world.submission(botId, channel);
    const isLive = (await world.server.store.versions.releases(Number(botId) as never)).some(
      (release) => release.channel === channel && release.versionId === submission?.versionId,
    );
    return { status: submission?.status, reason: submission?.reason, isLive };
  }

  const decide = (token: string, channel: string, botId: string, body: object) =>
    world.callWith(token, `PUT /v1/connectors/${channel}/bots/${botId}`, body);

  test("a channel's server is asked with the channel's id and without the workspace", async () => {
    const { channel, app } = await aChannel(verdict(2));
    await world.server.store.channels.saveAccount({
      channelId: Number(channel) as never,
      userId: Number(world.userIds.owner) as never,
      accountId: "渠道用户-7",
      name: "x",
      linkedAt: new Date(),
    });
    const ordinary = await world.anApp({ events });
    const botId = await world.aBot();
    const { data } = succeeded(await world.publish(botId, ["1024", channel]));
    const [arrival, ...more] = await world.arrived(app, 1);
    expect(more).toEqual([]);
    if (arrival === undefined) throw new Error("nothing came");
    expect(contentOf(arrival)).toEqual({
      header: {
        event_type: "bot.published",
        event_id: expect.stringMatching(new RegExp(`-${app.id}$`)),
        created_at: expect.any(Number),
        coze_account_id: world.userIds.owner,
        api_app_id: app.id,
        connector_id: channel,
      },
      event: {
        user_id_str: world.userIds.owner,
        connector_user_id: "渠道用户-7",
        user_name: "店主",
        bot_id_str: botId,
        bot_name: "示例助手",
        description: "一个\u2028例子 😀",
        version: data.version,
        user_id: Number(world.userIds.owner),
        bot_id: Number(botId),
      },
    });
    // Only of the API: what is live on the channel is the channel's business.
    const told = await world.arrived(ordinary, 1);
    expect(told).toHaveLength(1);
  });

  test("the answers 2, 1, 3, none, an error and no verdict do what they say, each for its channel", async () => {
    const [approved, pending, rejected, silent, broken, empty] = [
      await aChannel({ ...verdict(2), delayMs: 9_300 }),
      await aChannel(verdict(1)),
      await aChannel(verdict(3, "图标不合规")),
      await aChannel({ ...verdict(2), delayMs: 11_000 }),
      await aChannel({ ...verdict(2), status: 500 }),
      await aChannel({ body: "{}" }),
    ];
    const channels = [approved, pending, rejected, silent, broken, empty].map(({ channel }) => channel);
    const botId = await world.aBot();
    const startedAt = performance.now();
    succeeded(await world.publish(botId, ["1024", ...channels]));
    // The silent one has ten seconds, whatever it does afterwards.
    expect(performance.now() - startedAt).toBeGreaterThan(9_900);
    const states = await Promise.all(["api", ...channels].map((channel) => stateOf(botId, channel)));
    expect(states).toEqual([
      { status: "live", reason: "", isLive: true },
      { status: "live", reason: "", isLive: true },
      { status: "auditing", reason: "", isLive: false },
      { status: "rejected", reason: "图标不合规", isLive: false },
      { status: "failed", reason: expect.stringContaining("timeout"), isLive: false },
      { status: "failed", reason: expect.stringContaining("500"), isLive: false },
      { status: "failed", reason: expect.stringContaining("audit_invalid"), isLive: false },
    ]);
    for (const { app } of [silent, broken, empty]) expect(await world.arrived(app, 1)).toHaveLength(1);
    const token = await world.channelToken(silent.channel);
    const late = await decide(token, silent.channel, botId, { audit_status: 2, reason: null });
    expect([late.status, late.json]).toMatchObject([
      409,
      { code: 4000, msg: expect.stringMatching(/failed/) },
    ]);
  });

  test.each<[string, Reaction, string]>([
    ["a list", { body: '{"audit":[{"audit_status":2}]}' }, "live"],
    ["a status in text", { body: '{"audit":{"audit_status":"2"}}' }, "live"],
    ["a status there is not", verdict(7), "failed"],
    ["a page", { body: "<html>2</html>" }, "failed"],
    ["status 204", { status: 204 }, "failed"],
    ["no audit", { body: '{"audit_status":2}' }, "failed"],
    ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:9/" } }, "failed"],
    ["a broken connection", { reset: "after-reading" }, "failed"],
  ])("an answer with %s (F45)", async (_, reaction, status) => {
    const { channel } = await aChannel(reaction);
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024", channel]));
    const state = await stateOf(botId, channel);
    expect(state).toEqual({
      status,
      reason: status === "live" ? "" : expect.stringMatching(/^audit_\w+: /),
      isLive: status === "live",
    });
  });

  test.each([
    ["https://market.example/agents/1", "https://market.example/agents/1"],
    ["javascript:alert(1)", ""],
    ["https://market.example/\u0000\ud83d", "https://market.example/\ufffd"],
    [`https://market.example/${"x".repeat(3_000)}`, ""],
    [["https://market.example/"], ""],
  ])("share link %#: only addresses of the web are kept", async (share_link, kept) => {
    const { channel } = await aChannel({ body: JSON.stringify({ audit: { audit_status: 2 }, share_link }) });
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024", channel]));
    expect(await world.submission(botId, channel)).toMatchObject({ status: "live", shareLink: kept });
  });

  test("a reason of any length and any characters is kept, shortened", async () => {
    const { channel } = await aChannel(verdict(3, `\u0000\ud83d${"长".repeat(2_000)}`));
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024", channel]));
    const reason = `\ufffd${"长".repeat(999)}`;
    expect(await stateOf(botId, channel)).toEqual({ status: "rejected", reason, isLive: false });
  });

  test("what was live stays live while a later version waits, is rejected or fails", async () => {
    const { channel } = await aChannel(verdict(2), verdict(1), verdict(3, "不行"), { status: 500 });
    const botId = await world.aBot();
    const { version } = succeeded(await world.publish(botId, ["1024", channel])).data;
    for (const status of ["auditing", "rejected", "failed"]) {
      succeeded(await world.publish(botId, ["1024", channel]));
      expect((await stateOf(botId, channel)).status).toBe(status);
      const query = `connector_id=${channel}&page_num=1&page_size=10`;
      const { items } = succeeded(await world.call("owner", `GET /v1/bots/${botId}/versions?${query}`)).data;
      expect(items.map((item: { version: string }) => item.version)).toEqual([version]);
    }
  });

  test("what waits is approved or rejected later, with the channel's own token (F44)", async () => {
    const { channel } = await aChannel(verdict(1));
    const token = await world.channelToken(channel);
    const [first, second] = [await world.aBot("一号"), await world.aBot("二号")];
    for (const botId of [first, second]) succeeded(await world.publish(botId, ["1024", channel]));
    succeeded(await decide(token, channel, first, { audit_status: 1, reason: null }));
    expect((await stateOf(first, channel)).status).toBe("auditing");
    for (const _ of ["once", "twice"]) {
      succeeded(await decide(token, channel, first, { audit_status: 2, reason: null }));
      expect(await stateOf(first, channel)).toEqual({ status: "live", reason: "", isLive: true });
    }
    succeeded(await decide(token, channel, second, { audit_status: 3, reason: "名称不合规" }));
    expect(await stateOf(second, channel)).toEqual({
      status: "rejected",
      reason: "名称不合规",
      isLive: false,
    });
    const back = await decide(token, channel, first, { audit_status: 1 });
    expect([back.status, back.json.code]).toEqual([409, 4000]);
    succeeded(await decide(token, channel, first, { audit_status: 3, reason: "下架" }));
    expect(await stateOf(first, channel)).toEqual({ status: "rejected", reason: "下架", isLive: false });
  });

  test("nobody else decides: another channel's token, the owner's own, the agent's people", async () => {
    const { channel } = await aChannel(verdict(1));
    const other = await world.channelToken(await world.aChannel());
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024", channel]));
    expect((await decide(other, channel, botId, { audit_status: 2 })).json.code).toBe(4101);
    for (const user of ["maker", "owner"] as const) {
      const path = `PUT /v1/connectors/${channel}/bots/${botId}` as const;
      expect((await world.call(user, path, { audit_status: 2 })).json.code).toBe(4101);
    }
    const token = await world.channelToken(channel);
    expect((await decide(token, channel, await world.aBot(), { audit_status: 2 })).json.code).toBe(4200);
    expect((await decide(token, channel, "7", { audit_status: 2 })).json.code).toBe(4200);
    for (const audit_status of [0, 4, "x", null, undefined]) {
      const { json } = await decide(token, channel, botId, { audit_status });
      expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("audit_status") });
    }
    expect((await stateOf(botId, channel)).status).toBe("auditing");
  });

  test("a channel that asks nobody has it live at once", async () => {
    const channel = await world.aChannel();
    await world.anApp({ channel, events: ["bot.unpublished"] });
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024", channel]));
    expect(await stateOf(botId, channel)).toEqual({ status: "live", reason: "", isLive: true });
  });

  test("a channel's owner takes an agent off its channel, and nowhere else", async () => {
    const { channel } = await aChannel(verdict(2));
    const ordinary = await world.anApp({ events: ["bot.unpublished"] });
    const ofChannel = await world.anApp({ channel, events: ["bot.unpublished"] });
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024", channel]));
    const token = await world.channelToken(channel);
    const path = `POST /v1/bots/${botId}/unpublish` as const;
    expect((await world.callWith(token, path, { connector_id: "1024" })).json.code).toBe(4101);
    const leave = { connector_id: channel, unpublish_reason: "违规" };
    succeeded(await world.callWith(token, path, leave));
    expect(await stateOf(botId, channel)).toEqual({ status: "withdrawn", reason: "违规", isLive: false });
    const [arrival] = await world.arrived(ofChannel, 1);
    expect(contentOf(arrival ?? { body: Buffer.from("{}") }).event).toMatchObject({
      connector_id: channel,
      unpublish_reason: "违规",
      bot_id_str: botId,
      user_id_str: world.userIds.maker,
    });
    const deliveries = await world.server.store.outbox.listDeliveries({
      endpointId: Number(ordinary.id) as never,
      limit: 10,
    });
    expect(deliveries).toEqual([]);
    expect((await stateOf(botId, "api")).isLive).toBe(true);
  });

  test("agents' people and channels' owners each need their own permission to take an agent off", async () => {
    const { store } = world.server;
    const { channel } = await aChannel(verdict(2));
    const tokenOf = async (user: "owner" | "maker", ...permissions: string[]) => {
      const userId = Number(world.userIds[user]) as UserId;
      const request = { kind: "personal" as const, userId, name: "", sessionName: "" };
      return (await issueToken(store, { ...request, scope: { permissions } })).text;
    };
    const botId = await world.aBot();
    const publishing = { bot_id: botId, connector_ids: ["1024", channel] };
    const leave = (token: string) =>
      world.callWith(token, `POST /v1/bots/${botId}/unpublish`, { connector_id: channel });
    const code = async (token: string) => (await leave(token)).json.code;
    const publish = async (permission: string) =>
      succeeded(await world.callWith(await tokenOf("owner", permission), "POST /v1/bot/publish", publishing));

    await publish("publish");
    expect(await code(await tokenOf("owner", "Connector.disconnectBot"))).toBe(4101);
    expect(await code(await tokenOf("maker", "disconnectBot"))).toBe(4101);
    expect(await code(await tokenOf("maker", "publish", "updateBot"))).toBe(4101);
    expect(await code(await tokenOf("maker", "Connector.disconnectBot"))).toBe(0);
    await publish("publishBot");
    expect(await code(await tokenOf("owner", "disconnectBot"))).toBe(0);
    await publish("publish");
    expect(await code(await tokenOf("owner", "publishBot"))).toBe(0);
  });

  describe("publishing", () => {
    const device = (value: string) => ({ device_id: JSON.stringify([value]) });

    test("carries what was chosen of the channel's devices", async () => {
      const { channel } = await aChannel(verdict(2));
      const token = await world.channelToken(channel);
      const configs = [{ key: "device_id", enums: [{ label: "客厅", value: "51237825" }] }];
      succeeded(await world.callWith(token, `POST /v1/connectors/${channel}/user_configs`, { configs }));
      const botId = await world.aBot();
      const chosen = { [channel]: device("51237825") };
      succeeded(await world.publish(botId, ["1024", channel], chosen));
      expect((await world.submission(botId, channel))?.options).toEqual(device("51237825"));
      const refused = await world.publish(botId, ["1024", channel], { [channel]: device("1") });
      expect(refused.json).toMatchObject({
        code: 4000,
        msg: expect.stringContaining("connectors.device_id"),
      });
    });

    test("to a channel of somebody's own names the API as well", async () => {
      const { channel } = await aChannel(verdict(2));
      const { json } = await world.publish(await world.aBot(), [channel]);
      expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("connector_ids") });
    });

    test.each([["7"], ["10000113"], ["9007199254740993"]])(
      "to %s, which is no channel of the workspace, changes nothing",
      async (connector) => {
        const botId = await world.aBot();
        expect((await world.publish(botId, ["1024", connector])).json.code).toBe(4200);
        expect(await world.submission(botId, "api")).toBeUndefined();
      },
    );

    test.each([
      [["api"], {}],
      [[], {}],
      [["1024"], { "999": { key: "x" } }],
      [["1024"], { "1024": { key: "x" } }],
      [["1024"], { "1024": "x" }],
    ])("to %j with %j is refused", async (connectors, chosen) => {
      const { json } = await world.publish(await world.aBot(), connectors, chosen);
      expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("connector") });
    });
  });
});
