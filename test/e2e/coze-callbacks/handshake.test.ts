import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { EndpointId } from "../../../src/domain/ids.ts";
import { answeringChallenges, contentOf, type Reaction } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type CallbackWorld, eventType, openCallbackWorld, succeeded } from "./callback-world.ts";

const echo = answeringChallenges();

describe.each(engines)("the address of a callback app (F42) on $name", (engine) => {
  let world: CallbackWorld;
  let made = 0;
  beforeAll(async () => {
    world = await openCallbackWorld(engine);
  });
  afterEach(() => {
    world.expectStrict();
    expect(world.receiver.badSignatures()).toEqual([]);
  });
  afterAll(() => world.close());

  async function anApp() {
    const app = succeeded(
      await world.call("owner", "POST /v1/api_apps", { app_type: "normal", name: "x" }),
    ).data;
    made += 1;
    const path = `/callback-${made}`;
    world.receiver.trust(path, { verifyToken: app.verify_token });
    return { id: app.id as string, path, url: `${world.receiver.url}${path}` };
  }

  async function addressOf(id: string): Promise<string | undefined> {
    const { items } = succeeded(await world.call("owner", "GET /v1/api_apps?page_size=50")).data;
    return items.find((app: { id: string }) => app.id === id)?.callback_url;
  }

  const setAddress = (id: string, callback_url: string) =>
    world.call("owner", `PUT /v1/api_apps/${id}`, { callback_url });

  test("is asked with a signed challenge and saved when it echoes that", async () => {
    const { id, path, url } = await anApp();
    world.receiver.behave(path, echo);
    succeeded(await setAddress(id, url));
    expect(await addressOf(id)).toBe(url);
    const [handshake] = world.receiver.at(path);
    if (handshake === undefined) throw new Error("nothing came");
    expect(handshake.headers).toMatchObject({
      "content-type": "application/json",
      "x-coze-timestamp": expect.stringMatching(/^\d{13}$/),
      "x-coze-nonce": expect.stringMatching(/^.{8,}$/),
      "x-coze-signature": expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(contentOf(handshake)).toEqual({
      header: {
        event_type: "url_verification",
        event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        created_at: expect.any(Number),
      },
      event: { challenge: expect.any(String) },
    });
  });

  test("is asked again when it is set again, and wakes an app that was given up", async () => {
    const { id, path, url } = await anApp();
    const { store } = world.server;
    world.receiver.behave(path, (arrival, index) => (index === 1 ? { status: 410 } : echo(arrival)));
    succeeded(await setAddress(id, url));
    const event_types = ["bot.published"];
    succeeded(await world.call("owner", `POST /v1/api_apps/${id}/events`, { event_types }));
    const botId = await world.aBot();
    succeeded(await world.publish(botId, ["1024"]));
    const stored = () => store.endpoints.find(Number(id) as EndpointId);
    await eventually(async () => expect(await stored()).toMatchObject({ state: "disabled" }));
    succeeded(await setAddress(id, url));
    expect(await stored()).toMatchObject({ state: "active" });
    const arrivals = await eventually(() => {
      expect(world.receiver.at(path)).toHaveLength(4);
      return world.receiver.at(path);
    });
    expect(arrivals.map((arrival) => eventType(arrival))).toEqual([
      "url_verification",
      "bot.published",
      "url_verification",
      "bot.published",
    ]);
    expect(arrivals[3]?.id).toBe(arrivals[1]?.id);
  });

  const answered = (body: unknown, status = 200): Reaction => ({ status, body: JSON.stringify(body) });

  test.each<[string, Reaction]>([
    ["another challenge", answered({ challenge: "another" })],
    ["no challenge", answered({})],
    ["no JSON", { body: "ok" }],
    ["nothing", { status: 204 }],
    ["an error", { status: 500 }],
    ["a refusal of the signature", { status: 400, body: "bad signature" }],
    ["a broken connection", { reset: "after-reading" }],
  ])("with %s is refused, and the earlier one stays", async (_, reaction) => {
    const { id, path, url } = await anApp();
    world.receiver.behave(`${path}-first`, echo);
    succeeded(await setAddress(id, `${url}-first`));
    world.receiver.behave(path, reaction);
    const { json } = await setAddress(id, url);
    expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("callback_url") });
    expect(await addressOf(id)).toBe(`${url}-first`);
    expect(world.receiver.at(path)).not.toEqual([]);
  });

  test("is refused when the right answer has another status, or stands behind a redirect", async () => {
    const { id, path, url } = await anApp();
    world.receiver.behave(path, (arrival) => ({ ...echo(arrival), status: 201 }));
    expect((await setAddress(id, url)).json.code).toBe(4000);
    world.receiver.behave(`${path}-there`, echo);
    world.receiver.behave(path, { status: 307, headers: { location: `${url}-there` } });
    expect((await setAddress(id, url)).json.code).toBe(4000);
    expect(world.receiver.at(`${path}-there`)).toEqual([]);
    expect(await addressOf(id)).toBeUndefined();
  });

  test("is refused when the right answer comes after more than three seconds", async () => {
    const { id, path, url } = await anApp();
    world.receiver.behave(path, (arrival) => ({ ...echo(arrival), delayMs: 3_300 }));
    const { json } = await setAddress(id, url);
    expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("callback_url") });
    expect(await addressOf(id)).toBeUndefined();
  });

  test("may answer shortly before", async () => {
    const { id, path, url } = await anApp();
    world.receiver.behave(path, (arrival) => ({ ...echo(arrival), delayMs: 1_500 }));
    succeeded(await setAddress(id, url));
    expect(await addressOf(id)).toBe(url);
  });

  test.each([
    "http://10.0.0.1/callback",
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]/callback",
    "http://0x0a000001/callback",
    "ftp://example.com/callback",
    "https://user:password@127.0.0.1/",
    "no address",
    `https://example.com/${"x".repeat(2_100)}`,
  ])("%s is refused without a connection", async (callback_url) => {
    const { id } = await anApp();
    const { json } = await setAddress(id, callback_url);
    expect(json).toMatchObject({ code: 4000, msg: expect.stringContaining("callback_url") });
    expect(await addressOf(id)).toBeUndefined();
  });

  test("a name and a refused address together change neither", async () => {
    const { id, url, path } = await anApp();
    world.receiver.behave(path, { status: 500 });
    const both = { name: "renamed", callback_url: url };
    expect((await world.call("owner", `PUT /v1/api_apps/${id}`, both)).json.code).toBe(4000);
    const { items } = succeeded(await world.call("owner", "GET /v1/api_apps?page_size=50")).data;
    expect(items.find((app: { id: string }) => app.id === id)).toMatchObject({ name: "x" });
  });
});
