import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { openShareWorld, type ShareWorld, told } from "./share-world.ts";

describe.each(engines)("what pages of share links call, on $name", (engine) => {
  let world: ShareWorld;
  beforeAll(async () => {
    world = await openShareWorld(engine);
  });
  afterAll(() => world?.close());

  test("visitors are told what an agent has to know of them, and nothing else of its variables", async () => {
    const { key } = await world.aLink({}, world.deskId);
    const entered = await (await world.aVisitor(key))("POST", "/visitor");
    const text = await entered.text();
    expect(text).not.toContain("SECRET");
    expect((JSON.parse(text) as { agent: { variables: unknown } }).agent.variables).toEqual([
      { key: "customer", name: "Your name", type: "text", required: true, choices: [], maxLength: 12 },
      {
        key: "plan",
        name: "Plan",
        type: "enum",
        required: true,
        choices: ["Free", "Pro"],
        maxLength: 10_000,
      },
      { key: "city", name: "city", type: "text", required: false, choices: [], maxLength: 10_000 },
      {
        key: "note",
        name: "Anything else",
        type: "paragraph",
        required: false,
        choices: [],
        maxLength: 10_000,
      },
    ]);
  });

  test("what the agent has to know goes with the first question and stays with the conversation", async () => {
    const visitor = await world.aVisitor((await world.aLink({}, world.deskId)).key);
    const inputs = { customer: "Ann", plan: "Pro" };
    const first = told(await (await visitor("POST", "/ask", { text: "hi", inputs })).text());
    const [{ conversationId = "", turnId = "" } = {}] = first;
    expect(first.at(-1)).toMatchObject({ type: "end" });
    await (await visitor("POST", "/ask", { text: "and?", conversationId })).text();
    await (await visitor("POST", `/turns/${turnId}/regenerate`)).text();
    for (const { body } of world.upstream.requests.slice(-3)) {
      expect(body.messages[0]?.content).toContain("You help Ann of SECRET-CITY, who pays for Pro.");
    }
    const again = await visitor("POST", "/ask", { text: "and?", conversationId, inputs });
    expect(await again.json()).toMatchObject({ error: { code: "request_invalid", field: "inputs" } });
  });

  test.each([
    ["nothing", undefined, "inputs.customer"],
    ["no value where one is needed", { customer: "", plan: "Pro" }, "inputs.customer"],
    ["a choice that there is not", { customer: "Ann", plan: "Gold" }, "inputs.plan"],
    ["more than fits", { customer: "A".repeat(13), plan: "Pro" }, "inputs.customer"],
    ["far too much", { customer: "Ann", plan: "Pro", note: "A".repeat(10_001) }, "inputs.note"],
    ["what the agent does not ask for", { customer: "Ann", plan: "Pro", isOwner: "yes" }, "inputs.isOwner"],
    ["what is no text", { customer: 7, plan: "Pro" }, "inputs.customer"],
    ["what no model can read", { customer: "A\u0000", plan: "Pro" }, "inputs.customer"],
  ])("a visitor who gives %s is refused by the field, and nothing is stored", async (_, inputs, field) => {
    const visitor = await world.aVisitor((await world.aLink({}, world.deskId)).key);
    const before = world.upstream.requests.length;
    const response = await visitor("POST", "/ask", { text: "hi", inputs });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "request_invalid", field } });
    expect(world.upstream.requests).toHaveLength(before);
  });

  test("an answer can be read to its end and stopped after its agent was taken down", async () => {
    const visitor = await world.aVisitor((await world.aLink()).key);
    world.upstream.replyOnce(["Once upon ", { type: "hold", until: new Promise(() => {}) }]);
    const asked = await visitor("POST", "/ask", { text: "A story" });
    const reader = asked.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = (await reader?.read())?.value ?? "";
    const [{ turnId = "" } = {}] = told(first);
    const taken = await world.call("POST", `/agents/${world.agentId}/unpublish`, { channel: "api" });
    expect(taken).toMatchObject({ status: 200 });
    expect((await visitor("POST", "/ask", { text: "hi" })).status).toBe(409);
    const stopped = await visitor("POST", `/turns/${turnId}/stop`);
    expect(await stopped.json()).toEqual({ isStopped: true });
    const followed = told(await (await visitor("GET", `/turns/${turnId}/events`)).text());
    expect(followed).toContainEqual({ type: "text", text: "Once upon " });
    expect(followed.at(-1)).toEqual({ type: "end", status: "stopped" });
    expect((await visitor("PUT", `/turns/${turnId}/feedback`, { rating: "like" })).status).toBe(200);
    expect((await visitor("POST", `/turns/${turnId}/regenerate`)).status).toBe(409);
  });
});
