import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AgentId } from "../../../src/domain/ids.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { engines } from "../../support/engines.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";

const TOKENS = { owner: `pat_${"o".repeat(40)}`, reader: `pat_${"r".repeat(40)}` };

function installation(baseUrl: string): Record<string, unknown> {
  return {
    models: upstreamModel(baseUrl),
    users: [
      { name: "owner", role: "owner", tokens: [{ token: TOKENS.owner, scopes: ["all"] }] },
      { name: "reader", role: "member", tokens: [{ token: TOKENS.reader, scopes: ["retrieveVariable"] }] },
    ],
    agents: [
      {
        slug: "shop",
        name: "商城客服",
        prompt: "城市：{{ city }}，等级：{{ level }}。",
        variables: [
          { key: "city", title: "城市", default: "北京" },
          { key: "level", title: "等级", type: "Enum", choices: ["gold", "silver"] },
          { key: "code", title: "代码", maxLength: 3 },
        ],
      },
      { slug: "draft", name: "草稿", channels: [], variables: [{ key: "only", title: "x", default: "d" }] },
    ],
  };
}

interface Items {
  keyword: string;
  value: string;
  create_time: number;
  update_time: number;
}

describe.each(engines)("variables of end users on $name", (engine) => {
  let upstream: Upstream;
  let server: TestAntiphon;
  let shop: string;
  let draft: string;
  let users = 0;
  beforeAll(async () => {
    upstream = await startUpstream();
    server = await startAntiphon({
      file: installation(upstream.baseUrl),
      environment: { ANTIPHON_LOG_LEVEL: "silent" },
      databaseUrl: await engine.databaseUrl(),
    });
    const workspace = await server.store.workspaces.findByName("default");
    if (workspace === undefined) throw new Error("there is no workspace");
    const idOf = async (slug: string) =>
      String((await server.store.agents.findBySlug(workspace.id, slug))?.id);
    [shop, draft] = [await idOf("shop"), await idOf("draft")];
  });
  afterAll(async () => {
    await server.close();
    await upstream.close();
  });

  const newUser = () => {
    users += 1;
    return `用户-${users}`;
  };

  async function get(query: Record<string, string>, token = TOKENS.owner) {
    const response = await fetch(`${server.url}/v1/variables?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return Object(await response.json());
  }

  async function put(body: object, token = TOKENS.owner) {
    const response = await fetch(`${server.url}/v1/variables`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return Object(await response.json());
  }

  const valuesOf = async (user: string, more: Record<string, string> = {}) => {
    const { data } = await get({ connector_uid: user, bot_id: shop, ...more });
    return Object.fromEntries(data.items.map(({ keyword, value }: Items) => [keyword, value]));
  };
  const set = (user: string, values: Record<string, unknown>, more: object = {}) =>
    put({
      connector_uid: user,
      bot_id: shop,
      data: Object.entries(values).map(([keyword, value]) => ({ keyword, value })),
      ...more,
    });

  test("have their defaults, at no time, until they are set", async () => {
    const user = newUser();
    const { code, data } = await get({ connector_uid: user, bot_id: shop });
    expect(code).toBe(0);
    expect(data.items).toEqual([
      { keyword: "city", value: "北京", create_time: 0, update_time: 0 },
      { keyword: "level", value: "", create_time: 0, update_time: 0 },
      { keyword: "code", value: "", create_time: 0, update_time: 0 },
    ]);
    expect(await set(user, { city: "上海 “😀”" })).toMatchObject({ code: 0, msg: "" });
    const [city] = (await get({ connector_uid: user, bot_id: shop, keywords: "city" })).data.items;
    expect(city).toMatchObject({ keyword: "city", value: "上海 “😀”" });
    expect(Math.abs(city.create_time - Date.now() / 1_000)).toBeLessThan(60);
    expect(city.update_time).toBeGreaterThanOrEqual(city.create_time);
  });

  test("are asked for by a list of keywords, in its order; an empty list is all of them", async () => {
    const user = newUser();
    const keywords = async (list: string) =>
      (await get({ connector_uid: user, bot_id: shop, keywords: list })).data.items.map(
        ({ keyword }: Items) => keyword,
      );
    expect(await keywords("code,city")).toEqual(["code", "city"]);
    expect(await keywords("")).toEqual(["city", "level", "code"]);
    expect(await get({ connector_uid: user, bot_id: shop, keywords: "city,colour" })).toMatchObject({
      code: 4000,
      msg: expect.stringContaining("keywords"),
    });
  });

  test("are each end user's and each channel's own", async () => {
    const [one, other] = [newUser(), newUser()];
    await set(one, { city: "one" });
    await set(one, { city: "web" }, { connector_id: "998" });
    expect(await valuesOf(one)).toMatchObject({ city: "one" });
    expect(await valuesOf(one, { connector_id: "1024" })).toMatchObject({ city: "one" });
    expect(await valuesOf(one, { connector_id: "998" })).toMatchObject({ city: "web" });
    expect(await valuesOf(one, { connector_id: "constructor" })).toMatchObject({ city: "北京" });
    expect(await valuesOf(other)).toMatchObject({ city: "北京" });
  });

  test("can be emptied, also by null", async () => {
    const user = newUser();
    for (const nothing of ["", null]) {
      await set(user, { city: "x" });
      expect(await set(user, { city: nothing })).toMatchObject({ code: 0 });
      expect(await valuesOf(user)).toMatchObject({ city: "" });
    }
  });

  test.each([
    ["an undeclared variable", { data: [{ keyword: "colour", value: "red" }] }, "data.0.keyword"],
    ["one of a prototype", { data: [{ keyword: "__proto__", value: "red" }] }, "data.0.keyword"],
    [
      "one given twice",
      {
        data: [
          { keyword: "city", value: "a" },
          { keyword: "city", value: "b" },
        ],
      },
      "data.1.keyword",
    ],
    ["a value that is no choice", { data: [{ keyword: "level", value: "bronze" }] }, "data.0.value"],
    ["too long a value", { data: [{ keyword: "code", value: "四个汉字" }] }, "data.0.value"],
    ["a far too long value", { data: [{ keyword: "city", value: "x".repeat(10_001) }] }, "data.0.value"],
    ["a number for a value", { data: [{ keyword: "city", value: 7 }] }, "data.0.value"],
    ["no list", { data: { city: "x" } }, "data"],
    ["an empty list", { data: [] }, "data"],
    ["nobody", { connector_uid: "", data: [{ keyword: "city", value: "x" }] }, "connector_uid"],
    ["no agent", { bot_id: null, data: [{ keyword: "city", value: "x" }] }, "bot_id"],
  ])("%s is refused by name, and nothing is set", async (_what, body, field) => {
    const user = newUser();
    const good = [{ keyword: "city", value: "set" }];
    const data = Array.isArray(body.data) && body.data.length === 1 ? [...body.data, ...good] : body.data;
    const answer = await put({ connector_uid: user, bot_id: shop, ...body, data });
    expect(answer).toMatchObject({ code: 4000, msg: expect.stringContaining(field) });
    expect(await valuesOf(user)).toMatchObject({ city: "北京" });
  });

  test("are for those who may use the agent, with a token that permits it", async () => {
    const user = newUser();
    expect(await get({ connector_uid: user, bot_id: shop }, TOKENS.reader)).toMatchObject({ code: 0 });
    expect(
      await put(
        { connector_uid: user, bot_id: shop, data: [{ keyword: "city", value: "x" }] },
        TOKENS.reader,
      ),
    ).toMatchObject({ code: 4101 });
    for (const botId of ["1", "999999999999", "nonsense"]) {
      expect(await get({ connector_uid: user, bot_id: botId })).toMatchObject({ code: 4200 });
    }
    const foreign = await server.store.agents.find(Number(shop) as AgentId);
    if (foreign === undefined) throw new Error("no agent");
    const id = server.store.newId<AgentId>();
    await server.store.agents.save({ ...foreign, id, workspaceId: server.store.newId(), slug: "foreign" });
    expect(await get({ connector_uid: user, bot_id: String(id) })).toMatchObject({ code: 4200 });
    expect(await set(user, { city: "x" }, { bot_id: String(id) })).toMatchObject({ code: 4200 });
  });

  test("of apps are not there", async () => {
    expect(await get({ connector_uid: "u", app_id: "7" })).toMatchObject({ code: 4200 });
  });

  test("are those of the live version; of the draft where the agent is not published", async () => {
    const user = newUser();
    const { data } = await get({ connector_uid: user, bot_id: draft });
    expect(data.items).toMatchObject([{ keyword: "only", value: "d" }]);
    const agent = await server.store.agents.find(Number(shop) as AgentId);
    if (agent === undefined) throw new Error("no agent");
    const settings = { ...agent.settings, variables: [] };
    await server.store.agents.save({ ...agent, settings, revision: agent.revision + 1 });
    expect(await set(user, { city: "still declared" })).toMatchObject({ code: 0 });
  });

  test("stand in the prompt of the end user they belong to", async () => {
    const user = newUser();
    await set(user, { city: "成都{{ level }}", level: "gold" });
    await fetch(`${server.url}/v3/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKENS.owner}`, "content-type": "application/json" },
      body: JSON.stringify({
        bot_id: shop,
        user_id: user,
        stream: true,
        additional_messages: [{ role: "user", content: "你好", content_type: "text" }],
      }),
    }).then((response) => response.text());
    const [system] = upstream.requests.at(-1)?.body.messages ?? [];
    expect(system).toMatchObject({ role: "system", content: "城市：成都{{ level }}，等级：gold。" });
  });
});
