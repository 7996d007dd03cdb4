import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type ConsoleWorld, openConsoleWorld, tokenOf, type UserName } from "./console-world.ts";

describe.each(engines)("what changes, told to pages on $name", (engine) => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await openConsoleWorld(engine);
  });
  afterAll(() => world.close());

  /** Topics heard since, and the way to hear no more. */
  const listen = async (as: UserName) => {
    const leave = new AbortController();
    const response = await fetch(`${world.server.url}/api/live?workspaceId=${world.workspaceId}`, {
      headers: { authorization: `Bearer ${tokenOf(as)}` },
      signal: leave.signal,
    });
    const heard: string[] = [];
    const reading = (async () => {
      for await (const bytes of response.body ?? []) heard.push(Buffer.from(bytes).toString());
    })().catch(() => {});
    const end = () => {
      leave.abort();
      return reading;
    };
    return { status: response.status, heard: () => heard.join(""), end };
  };

  test("a member hears of what changes after `ready`; a stranger hears nothing of the workspace", async () => {
    const { status, heard, end } = await listen("member");
    expect(status).toBe(200);
    await eventually(() => expect(heard()).toContain("event: ready"));
    await world.endpoint("/live");
    await eventually(() => expect(heard()).toMatch(/event: change\ndata: \{"topics":\[.*"endpoints"/));
    await world.publish();
    await eventually(() => expect(heard()).toContain('"submissions"'));
    await end();
    const stranger = await fetch(`${world.server.url}/api/live?workspaceId=1`, {
      headers: { authorization: `Bearer ${tokenOf("member")}` },
    });
    expect(stranger.status).toBe(404);
  });

  test("`ready` tells what changed in the last half minute", async () => {
    await world.endpoint("/lately");
    const { heard, end } = await listen("member");
    await eventually(() => expect(heard()).toMatch(/event: ready\ndata: \{"topics":\[.*"endpoints"/));
    await end();
  });

  test("statistics name what is wrong with a question", async () => {
    const day = "from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z";
    const wrong = async (query: string) =>
      (await world.call("member", `GET /statistics?${query}`)).body.error.field;
    expect(await wrong("until=2026-01-02T00:00:00Z")).toBe("from");
    expect(await wrong(`${day}&groupBy=colour`)).toBe("groupBy");
    expect(await wrong(`${day}&timeZone=Mars/Olympus`)).toBe("timeZone");
    expect(await wrong("from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")).toBe("until");
    expect(await wrong("from=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z")).toBe("step");
    const { body } = await world.call("member", `GET /statistics?${day}&groupBy=family`);
    expect(body).toMatchObject({
      totals: { turns: 0, latency: { p50: null } },
      groups: [],
      before: { turns: 0 },
    });
    expect(body.series).toHaveLength(1);
  });
});
