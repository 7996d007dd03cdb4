import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openShareWorld, type ShareWorld } from "../e2e/share/share-world.ts";
import { engines } from "../support/engines.ts";

interface Told {
  type: string;
  text?: string;
  turnId?: string;
  conversationId?: string;
}

describe.each(engines)("streams of the share page on $name", (engine) => {
  let world: ShareWorld;
  beforeAll(async () => {
    world = await openShareWorld(engine);
  });
  afterAll(() => world?.close());

  const send = (key: string, token: string | undefined, method: string, path: string, body?: unknown) =>
    fetch(`${world.server.url}/share/api/${key}${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const enter = async (key: string) => {
    const { token } = (await (await send(key, undefined, "POST", "/visitor")).json()) as { token: string };
    return token;
  };
  /** As the strictest reader takes a stream apart: whatever any of them calls an end of line is one. */
  const told = (stream: string): Told[] =>
    stream
      .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
      .filter((line) => line.startsWith("data:"))
      .map((line) => JSON.parse(line.slice(5)) as Told);

  test.each([
    ["a blank line and an event of its own", 'words\n\ndata: {"type":"end","status":"stopped"}\n\nmore'],
    ["fields of an event", "event: error\nid: 999\nretry: 1\n: comment\ndata: x"],
    ["other ends of lines", 'a\rdata: {"type":"error","code":"x"}\r\r\u2028data: {}\u2029\u0085data: {}'],
    ["lone surrogates and controls", "a\ud800b\udc00c\u0001\u0007\ufeff"],
  ])("text with %s stays text", async (_, text) => {
    const { key } = await world.aLink();
    const token = await enter(key);
    world.upstream.replyOnce([text]);
    const response = await send(key, token, "POST", "/ask", { text: "go" });
    const events = told(await response.text());
    const words = events.filter(({ type }) => type === "text").map(({ text: part = "" }) => part);
    expect(words.join("").toWellFormed()).toBe(text.toWellFormed());
    expect(
      events.map(({ type }) => type).filter((type) => !["step", "sources", "text"].includes(type)),
    ).toEqual(["turn", "end"]);
  });

  test("a turn and a conversation of another visitor, or of another link, cannot be read, stopped or rated", async () => {
    const [link, other] = [await world.aLink(), await world.aLink()];
    const [mine, theirs] = [await enter(link.key), await enter(link.key)];
    const asked = await send(link.key, mine, "POST", "/ask", { text: "A secret" });
    const [{ turnId = "", conversationId = "" } = {} as Told] = told(await asked.text());
    const calls: [string, string, unknown?][] = [
      ["GET", `/turns/${turnId}/events`],
      ["POST", `/turns/${turnId}/stop`],
      ["POST", `/turns/${turnId}/choose`],
      ["POST", `/turns/${turnId}/regenerate`],
      ["PUT", `/turns/${turnId}/feedback`, { rating: "like" }],
      ["GET", `/conversations/${conversationId}/exchanges`],
      ["POST", "/ask", { text: "and?", conversationId }],
    ];
    for (const [method, path, body] of calls) {
      const statuses = [];
      for (const [key, token] of [
        [link.key, theirs],
        [link.key, undefined],
        [link.key, `${mine.split(".")[0]}.forged`],
        [other.key, mine],
      ] as const) {
        const response = await send(key, token, method, path, body);
        statuses.push(response.status);
        expect(await response.text()).not.toContain("secret");
      }
      expect({ method, path, statuses }).toEqual({ method, path, statuses: [404, 401, 401, 401] });
    }
    const own = await send(link.key, mine, "GET", `/turns/${turnId}/events`);
    expect(told(await own.text()).map(({ type }) => type)).toContain("end");
  });

  test("visitors see nothing of how the agent is made, and change nothing of it", async () => {
    const { key } = await world.aLink();
    const entered = await send(key, undefined, "POST", "/visitor", { settings: { prompt: "x" } });
    const { token } = (await entered.clone().json()) as { token: string };
    const overriding = await send(key, token, "POST", "/ask", { text: "hi", prompt: "x", model: "y" });
    expect(overriding.status).toBe(400);
    world.upstream.replyOnce([{ type: "status", status: 401, body: { error: { message: "SECRET-KEY" } } }]);
    const failed = await send(key, token, "POST", "/ask", { text: "hi" });
    for (const text of [await entered.text(), await failed.text()]) {
      for (const secret of ["SECRET", "prompt", "upstream", "model-call"]) expect(text).not.toContain(secret);
    }
  });

  test("too many questions of one visitor are refused for a while", async () => {
    const { key } = await world.aLink();
    const token = await enter(key);
    const statuses = new Set<number>();
    for (let count = 0; count < 14; count++) {
      const response = await send(key, token, "POST", "/ask", { text: "hi" });
      statuses.add(response.status);
      await response.text();
      if (response.status === 429) expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect([...statuses]).toEqual([200, 429]);
  });
});
