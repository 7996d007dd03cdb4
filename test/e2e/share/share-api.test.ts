import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { openShareWorld, type ShareWorld, told } from "./share-world.ts";

describe.each(engines)("what pages of share links call, on $name", (engine) => {
  let world: ShareWorld;
  beforeAll(async () => {
    world = await openShareWorld(engine);
  });
  afterAll(() => world?.close());

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
