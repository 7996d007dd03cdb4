import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { type ConsoleWorld, openConsoleWorld } from "./console-world.ts";

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);

const TOOL = {
  name: "orders",
  title: "Orders",
  description: "Looks an order up",
  parameters: { type: "object", properties: { id: { type: "string" } } },
  method: "GET",
  url: "https://shop.example/orders/{id}",
  headers: { Authorization: "Bearer secret-of-the-shop" },
  timeoutMs: 5_000,
};

describe.each(engines)("agents over the console API on $name", (engine) => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await openConsoleWorld(engine);
  });
  afterAll(() => world.close());

  const made = async (settings: object = {}, name = "Helper") => {
    const { status, body } = await world.call("owner", "POST /agents", { name, settings });
    expect(status).toBe(200);
    return body;
  };

  test("an agent is made with good defaults, listed with what is live, and found by name, kind and page", async () => {
    const body = await made({ prompt: "Hello {{ name }}" }, "Nächste Hilfe");
    expect(body).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      workspaceId: world.workspaceId,
      kind: "chat",
      isFromFile: false,
      mayChange: true,
      revision: 1,
      live: [],
      settings: { prompt: "Hello {{ name }}", model: null, stepLimit: 8, tools: [] },
      createdAt: time,
    });
    const { body: listed } = await world.call("member", "GET /agents?search=hilfe&kind=chat");
    expect(listed).toMatchObject({ items: [{ id: body.id, description: "", live: [] }], nextCursor: null });
    const first = (await world.call("owner", "GET /agents?order=newest&limit=1")).body;
    expect(first.items[0].id).toBe(body.id);
    const second = (await world.call("owner", `GET /agents?order=newest&limit=1&cursor=${first.nextCursor}`))
      .body;
    expect(second).toMatchObject({
      items: [{ id: world.agentId, live: [{ channel: "api", channelName: null, isBehind: false }] }],
      nextCursor: null,
    });
    expect((await world.call("owner", "GET /agents?kind=workflow")).body.items).toEqual([]);
  });

  test("a change on an old revision is refused, and what is left out stays as it was", async () => {
    const { id } = await made({ prompt: "one", opening: { message: "Hi", questions: ["What?"] } });
    const path = `/agents/${id}` as const;
    const changed = await world.call("owner", `PATCH ${path}`, { settings: { prompt: "two" }, revision: 1 });
    expect(changed.body).toMatchObject({
      revision: 2,
      settings: { prompt: "two", opening: { message: "Hi", questions: ["What?"] } },
    });
    const late = await world.call("admin", `PATCH ${path}`, { settings: { prompt: "three" }, revision: 1 });
    expect(late.status).toBe(409);
    expect(late.body.error).toMatchObject({ code: "already_decided", field: "revision" });
    expect((await world.call("owner", `GET ${path}`)).body.settings.prompt).toBe("two");
    expect((await world.call("member", `PATCH ${path}`, { name: "Mine" })).status).toBe(403);
    expect((await world.call("member", `GET ${path}`)).body.mayChange).toBe(false);
    expect((await world.call("stranger", `GET ${path}`)).status).toBe(401);
  });

  test("every field at fault is named, and nothing is stored", async () => {
    const { id } = await made();
    const bad = {
      prompt: "{% for a in b %}{% endfor %}",
      modelParameters: { temperature: 7 },
      variables: [
        {
          key: "a",
          name: "A",
          description: "",
          required: false,
          type: "enum",
          choices: [],
          maxLength: null,
          defaultValue: null,
        },
        {
          key: "a",
          name: "",
          description: "",
          required: false,
          type: "text",
          choices: [],
          maxLength: 0,
          defaultValue: null,
        },
      ],
      tools: [{ ...TOOL, url: "https://{id}.example/" }],
      knowledge: {
        baseIds: [],
        mode: "automatic",
        strategy: null,
        topK: 0,
        scoreThreshold: 2,
        pairThreshold: 1,
      },
    };
    const { status, body } = await world.call("owner", `PATCH /agents/${id}`, { settings: bad });
    expect(status).toBe(400);
    expect(body.error.problems.map(({ field }: { field: string }) => field).sort()).toEqual([
      "settings.knowledge.scoreThreshold",
      "settings.knowledge.topK",
      "settings.modelParameters.temperature",
      "settings.prompt",
      "settings.tools.0.url",
      "settings.variables.0.choices",
      "settings.variables.1.maxLength",
      "settings.variables.1.name",
    ]);
    const twins = { ...bad.variables[1], name: "A", maxLength: 1 };
    const twice = await world.call("owner", `PATCH /agents/${id}`, {
      settings: { variables: [twins, twins] },
    });
    expect(twice.body.error).toMatchObject({ field: "settings.variables.1.key" });
    const self = { handoffs: [{ agentId: id, description: "me" }] };
    expect((await world.call("owner", `PATCH /agents/${id}`, { settings: self })).body.error).toMatchObject({
      field: "handoffs.0.agentId",
    });
    const lost = { responder: world.agentId };
    expect((await world.call("owner", `PATCH /agents/${id}`, { settings: lost })).body.error).toMatchObject({
      code: "not_found",
      field: "responder",
    });
    expect((await world.call("owner", `GET /agents/${id}`)).body.revision).toBe(1);
  });

  test("headers of tools are never shown, and put back they stay with their host", async () => {
    const { id, settings } = await made({ tools: [TOOL] });
    expect(settings.tools[0].headers).toEqual({ Authorization: "(hidden)" });
    const [shown] = settings.tools;
    const change = (tool: object) =>
      world.call("owner", `PATCH /agents/${id}`, { settings: { tools: [{ ...shown, ...tool }] } });
    expect((await change({ name: "parcels", title: "Parcels" })).status).toBe(200);
    const kept = await world.server.store.agents.find(Number(id) as never);
    expect(kept?.settings.tools[0]?.headers).toEqual(TOOL.headers);
    expect((await change({ url: "https://thief.example/" })).body.error).toMatchObject({
      field: "settings.tools.0.headers.Authorization",
    });
  });

  test("versions say where they are live, differ readably, and can become the draft again", async () => {
    const { id } = await made({ prompt: "first\nline", tools: [TOOL] }, "Shop");
    const publish = () =>
      world.call("owner", `POST /agents/${id}/publish`, { channels: [{ channel: "api" }], changelog: "new" });
    const one = (await publish()).body.version.number;
    const tools = [{ ...TOOL, headers: { Authorization: "Bearer another" } }];
    await world.call("owner", `PATCH /agents/${id}`, {
      name: "Shop 2",
      settings: { prompt: "second", tools },
    });
    expect((await world.call("owner", `GET /agents/${id}`)).body.live).toMatchObject([
      { channel: "api", versionNumber: one, isBehind: true },
    ]);
    const two = (await publish()).body.version.number;
    const { body } = await world.call("member", `GET /agents/${id}/versions`);
    expect(body).toMatchObject({
      items: [
        { number: two, name: "Shop 2", creator: { name: "owner" }, live: [{ channel: "api", since: time }] },
        { number: one, name: "Shop", changelog: "new", live: [] },
      ],
      nextCursor: null,
    });
    const difference = async (query: string) =>
      (await world.call("member", `GET /agents/${id}/difference?${query}`)).body.items;
    expect(await difference(`from=${one}`)).toEqual([
      { path: ["name"], before: "Shop", after: "Shop 2" },
      { path: ["prompt"], before: "first\nline", after: "second" },
      { path: ["tools", "orders", "headers", "Authorization"], before: "(hidden 1)", after: "(hidden 2)" },
    ]);
    expect(await difference(`from=${two}&to=draft`)).toEqual([]);
    expect((await world.call("owner", `GET /agents/${id}/difference?from=7`)).status).toBe(404);
    const restored = await world.call("owner", `POST /agents/${id}/versions/${one}/restore`, { revision: 2 });
    expect(restored.body).toMatchObject({
      name: "Shop",
      revision: 3,
      settings: { prompt: "first\nline" },
      live: [{ versionNumber: two, isBehind: true }],
    });
    const late = await world.call("owner", `POST /agents/${id}/versions/${one}/restore`, { revision: 2 });
    expect(late.status).toBe(409);
    const again = { channels: [{ channel: "api" }], versionNumber: one };
    await world.call("owner", `POST /agents/${id}/publish`, again);
    expect((await world.call("owner", `GET /agents/${id}`)).body.live).toMatchObject([
      { versionNumber: one, isBehind: false },
    ]);
    expect((await world.call("member", `GET /agents/${id}/versions/${one}`)).body.settings).toMatchObject({
      prompt: "first\nline",
      tools: [{ headers: { Authorization: "(hidden)" } }],
    });
  });

  test("an app key is shown once, opens its agent over HiAgent until it is revoked, and is not the file's to revoke", async () => {
    const { body } = await world.call("owner", `POST /agents/${world.agentId}/keys`, { name: "Phone" });
    expect(body).toMatchObject({
      secret: expect.stringMatching(/^[0-9a-v]{20}$/),
      key: { name: "Phone", isFromFile: false, ending: body.secret.slice(-4), createdAt: time },
    });
    const ask = async () =>
      (
        await fetch(`${world.server.url}/api/proxy/api/v1/create_conversation`, {
          method: "POST",
          headers: { apikey: body.secret, "content-type": "application/json" },
          body: JSON.stringify({ UserID: "u1" }),
        })
      ).status;
    expect(await ask()).toBe(200);
    const { body: keys } = await world.call("admin", `GET /agents/${world.agentId}/keys`);
    expect(keys.items).toMatchObject([
      { isFromFile: true, name: "", ending: "6t0".padStart(4, "b") },
      { id: body.key.id, name: "Phone" },
    ]);
    expect(JSON.stringify(keys)).not.toContain(body.secret);
    expect((await world.call("member", `GET /agents/${world.agentId}/keys`)).status).toBe(403);
    const route = `DELETE /agents/${world.agentId}/keys/${body.key.id}` as const;
    expect((await world.call("owner", route)).status).toBe(200);
    expect((await world.call("owner", route)).status).toBe(404);
    expect(await ask()).toBe(401);
  });

  test("a copy is a draft of its own", async () => {
    const { id } = await made({ prompt: "copy me" });
    const { body } = await world.call("member", `POST /agents/${id}/duplicate`, { name: "Copy" });
    expect(body).toMatchObject({
      agent: { name: "Copy", mayChange: true, revision: 1, settings: { prompt: "copy me" } },
      left: [],
    });
    expect(body.agent.id).not.toBe(id);
  });

  test("knowledge bases are listed with how many documents they have", async () => {
    expect((await world.call("member", "GET /knowledge-bases")).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });
});
