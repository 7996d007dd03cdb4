import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { realClock } from "../../../src/callbacks/schedule.ts";
import type { EndpointId } from "../../../src/domain/ids.ts";
import { contentOf } from "../../support/callback-receiver.ts";
import { cozeHttp, userMessage } from "../../support/coze-http.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type CallbackWorld, eventType, openCallbackWorld, succeeded, TOKENS } from "./callback-world.ts";

describe.each(engines)("callbacks of ordinary apps on $name", (engine) => {
  let world: CallbackWorld;
  beforeAll(async () => {
    // Five seconds become fifty milliseconds.
    world = await openCallbackWorld(engine, { callbacks: { clock: { ...realClock, scale: 0.01 } } });
  });
  afterEach(() => {
    world.expectStrict();
    expect(world.receiver.badSignatures()).toEqual([]);
  });
  afterAll(() => world.close());

  /** Deliveries that exist for an app, sent or not. */
  const deliveriesOf = (id: string) =>
    world.server.store.outbox.listDeliveries({ endpointId: Number(id) as EndpointId, limit: 50 });

  test("bot.published comes once, with the workspace and nothing of a channel", async () => {
    const app = await world.anApp({ events: ["bot.published"] });
    const botId = await world.aBot("客服 😀\u2028助手");
    const { data } = succeeded(await world.publish(botId, ["1024"]));
    const [arrival, ...more] = await world.arrived(app, 1);
    expect(more).toEqual([]);
    if (arrival === undefined) throw new Error("nothing came");
    expect(contentOf(arrival)).toEqual({
      header: {
        event_type: "bot.published",
        event_id: expect.stringMatching(new RegExp(`^[0-9a-f-]{36}-${app.id}$`)),
        created_at: expect.any(Number),
        coze_account_id: world.userIds.owner,
        api_app_id: app.id,
      },
      event: {
        user_id_str: world.userIds.owner,
        space_id: world.home,
        user_name: "店主",
        bot_id_str: botId,
        bot_name: "客服 😀\u2028助手",
        description: "一个\u2028例子 😀",
        version: data.version,
        user_id: Number(world.userIds.owner),
        bot_id: Number(botId),
      },
    });
    expect(arrival.headers["content-type"]).toBe("application/json");
    expect(await deliveriesOf(app.id)).toHaveLength(1);
  });

  test("every app gets its own, signed with its own token; people who lead no workspace get none", async () => {
    const apps = [
      await world.anApp({ events: ["bot.published"] }),
      await world.anApp({ events: ["bot.published", "bot.deleted"] }),
    ];
    const stranger = await world.anApp({ as: "maker", events: ["bot.published"] });
    const silent = await world.anApp({ events: ["bot.deleted"] });
    succeeded(await world.publish(await world.aBot(), ["1024", "999"]));
    const ids = new Set<string>();
    for (const app of apps) {
      const arrivals = await world.arrived(app, 2);
      expect(arrivals.map((arrival) => contentOf(arrival).header.api_app_id)).toEqual([app.id, app.id]);
      for (const { id } of arrivals) ids.add(id);
    }
    expect(ids.size).toBe(4);
    expect(await deliveriesOf(stranger.id)).toEqual([]);
    expect(await deliveriesOf(silent.id)).toEqual([]);
  });

  test("after an error the same event comes again, with the same id and bytes and another nonce", async () => {
    let count = 0;
    const app = await world.anApp({
      events: ["bot.published"],
      react: () => {
        count += 1;
        return { status: count === 1 ? 500 : 200 };
      },
    });
    succeeded(await world.publish(await world.aBot(), ["1024"]));
    const [first, second] = await world.arrived(app, 2);
    expect(second?.id).toBe(first?.id);
    expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
    expect(second?.headers["x-coze-nonce"]).not.toBe(first?.headers["x-coze-nonce"]);
    expect(second?.headers["x-coze-signature"]).not.toBe(first?.headers["x-coze-signature"]);
    await eventually(async () => {
      expect((await deliveriesOf(app.id)).map(({ state }) => state)).toEqual(["delivered"]);
    });
  });

  test("an app that no longer listens gets nothing more, a deleted one not even what was on its way", async () => {
    const app = await world.anApp({ events: ["bot.published"], react: () => ({ status: 500 }) });
    const left = await world.anApp({ events: ["bot.published"] });
    succeeded(await world.publish(await world.aBot(), ["1024"]));
    await world.arrived(app, 1);
    await world.arrived(left, 1);
    succeeded(await world.call("owner", `DELETE /v1/api_apps/${app.id}`));
    const unwanted = { event_types: ["bot.published"] };
    succeeded(await world.call("owner", `DELETE /v1/api_apps/${left.id}/events`, unwanted));
    const before = world.receiver.at(app.path).length;
    const witness = await world.anApp({ events: ["bot.published"] });
    succeeded(await world.publish(await world.aBot(), ["1024"]));
    await world.arrived(witness, 1);
    expect((await deliveriesOf(app.id)).map(({ state }) => state)).toEqual(["dropped"]);
    expect(await deliveriesOf(left.id)).toHaveLength(1);
    expect(world.receiver.at(app.path)).toHaveLength(before);
  });

  test("bot.unpublished says which channel was left and why", async () => {
    const app = await world.anApp({ events: ["bot.unpublished"] });
    const botId = await world.aBot();
    const { data } = succeeded(await world.publish(botId, ["1024", "998"]));
    const leave = { connector_id: "998", unpublish_reason: "维护中" };
    succeeded(await world.call("owner", `POST /v1/bots/${botId}/unpublish`, leave));
    const [arrival] = await world.arrived(app, 1);
    if (arrival === undefined) throw new Error("nothing came");
    expect(contentOf(arrival)).toMatchObject({
      header: { event_type: "bot.unpublished" },
      event: {
        connector_id: "998",
        unpublish_reason: "维护中",
        bot_id_str: botId,
        version: data.version,
        space_id: world.home,
      },
    });
    const again = await world.call("owner", `POST /v1/bots/${botId}/unpublish`, leave);
    expect(again.json.code).toBe(4015);
  });

  test("bot.deleted comes to ordinary apps and to channels where the agent was", async () => {
    const [channel, other] = [await world.aChannel(), await world.aChannel()];
    const events = ["bot.deleted"];
    const ordinary = await world.anApp({ events });
    const ofChannel = await world.anApp({ channel, events });
    const ofOther = await world.anApp({ channel: other, events });
    const botId = await world.aBot("再见");
    succeeded(await world.publish(botId, ["1024", channel]));
    const deleted = await fetch(`${world.server.url}/api/agents/${botId}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${TOKENS.owner}` },
    });
    expect(deleted.status).toBeLessThan(300);
    for (const app of [ordinary, ofChannel]) {
      const [arrival] = await world.arrived(app, 1);
      if (arrival === undefined) throw new Error("nothing came");
      expect(eventType(arrival)).toBe("bot.deleted");
      expect(contentOf(arrival).event).toMatchObject({ bot_id_str: botId, bot_name: "再见" });
    }
    const [arrival] = await world.arrived(ofChannel, 1);
    expect(contentOf(arrival ?? { body: Buffer.from("{}") }).header.connector_id).toBe(channel);
    expect(await deliveriesOf(ofOther.id)).toEqual([]);
  });

  test("benefit.usage is the bill of an answer", async () => {
    const app = await world.anApp({ events: ["benefit.usage"] });
    const channel = await world.aChannel();
    const ofChannel = await world.anApp({ channel, events: ["benefit.usage"] });
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024"]));
    world.upstream.reply(["你好", "！"]);
    const caller = cozeHttp({ url: world.server.url, token: TOKENS.owner });
    const additional_messages = [userMessage("在吗")];
    const ask = { bot_id: botId, user_id: "最终用户", additional_messages, auto_save_history: true };
    const chat = await caller.polled(await caller.data("POST /v3/chat", ask));
    const [arrival] = await world.arrived(app, 1);
    if (arrival === undefined) throw new Error("nothing came");
    const { header, event } = contentOf(arrival);
    expect(header.event_type).toBe("benefit.usage");
    expect(event).toMatchObject({
      record_root_id: chat.id,
      connector_id: "1024",
      connector_uid: "最终用户",
      space_id: world.home,
      root_entity_type: 1,
      root_entity_id: botId,
      balance_type: 2,
      resource_type: 1,
      cost_account_id: world.userIds.owner,
      model_input_token: chat.usage.input_count,
      model_output_token: chat.usage.output_count,
      change_balance: expect.stringMatching(/^\d+(\.\d+)?$/),
    });
    const cost = (2 * chat.usage.input_count + 8 * chat.usage.output_count) / 1_000_000;
    expect(Number(event.change_balance)).toBeCloseTo(cost, 9);
    expect(Math.abs(event.consume_time - Date.now() / 1_000)).toBeLessThan(600);
    expect(await deliveriesOf(ofChannel.id)).toEqual([]);
    // The bills of a channel are those of answers that were asked for there.
    succeeded(await world.publish(botId, ["1024", channel]));
    const there = await caller.polled(await caller.data("POST /v3/chat", { ...ask, connector_id: channel }));
    const [bill] = await world.arrived(ofChannel, 1);
    expect(contentOf(bill ?? { body: Buffer.from("{}") })).toMatchObject({
      header: { event_type: "benefit.usage", connector_id: channel },
      event: { connector_id: channel, record_root_id: there.id },
    });
  });

  test("naming somebody else's channel in a chat tells its app nothing", async () => {
    const channel = await world.aChannel("别人的", []);
    const ofChannel = await world.anApp({ channel, events: ["benefit.usage"] });
    const witness = await world.anApp({ events: ["benefit.usage"] });
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024"]));
    world.upstream.reply(["好"]);
    const caller = cozeHttp({ url: world.server.url, token: TOKENS.owner });
    const additional_messages = [userMessage("在吗")];
    const ask = { bot_id: botId, user_id: "u", connector_id: channel, additional_messages };
    await caller.polled(await caller.data("POST /v3/chat", ask));
    await world.arrived(witness, 1);
    expect(await deliveriesOf(ofChannel.id)).toEqual([]);
  });
});

describe.each(engines.slice(0, 1))("with ANTIPHON_COZE_NUMERIC_CALLBACK_IDS", (engine) => {
  test("ids are numbers, as in the reference's table", async () => {
    const environment = { ANTIPHON_COZE_NUMERIC_CALLBACK_IDS: "true" };
    const world = await openCallbackWorld(engine, { environment });
    try {
      const app = await world.anApp({ events: ["bot.published"] });
      const botId = await world.aBot();
      succeeded(await world.publish(botId, ["1024"]));
      const [arrival] = await world.arrived(app, 1);
      expect(arrival?.body.toString()).toContain(`"bot_id_str":${botId},`);
      expect(arrival?.body.toString()).toContain(`"user_id_str":${world.userIds.owner},`);
    } finally {
      await world.close();
    }
  });
});
