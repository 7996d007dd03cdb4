import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureLogs } from "../../support/capture-logs.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { gate } from "./gate.ts";
import { keyOf, openWorld, type World } from "./world.ts";

describe.each(engines)("The log about HiAgent clients that hang up, on $name", (engine) => {
  let world: World;
  let lines: Record<string, unknown>[];
  beforeAll(async () => {
    world = await openWorld(engine);
    lines = captureLogs("info");
  });
  afterAll(() => world.close());

  test("a blocking caller who hangs up is no error", async () => {
    const rest = gate();
    world.teach("hang up", ["one", { type: "hold", until: rest.until }]);
    const AppConversationID = await world.client().newConversation();
    const controller = new AbortController();
    const answer = fetch(`${world.url}/chat_query_v2`, {
      method: "POST",
      headers: { apikey: keyOf("shop") },
      body: JSON.stringify({ UserID: "u1", AppConversationID, Query: "hang up", ResponseMode: "blocking" }),
      signal: controller.signal,
    });
    await eventually(() => world.upstream.requests.some((request) => request.lastUserText === "hang up"));
    controller.abort();
    await answer.catch(() => {});
    await eventually(() => lines.some((line) => line["end"] === "client_gone"));
    rest.open();
    await eventually(() => lines.some((line) => line["msg"] === "turn ended"));
    expect(lines.filter((line) => line["level"] === "error")).toEqual([]);
  });
});
