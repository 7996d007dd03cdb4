import { describe, expect, test, vi } from "vitest";
import {
  type Arrival,
  answeringChallenges,
  CallbackReceiver,
  type Reaction,
} from "../support/callback-receiver.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { type CallbackScene, type Listener, SCALE, useCallbackScene } from "./callback-scene.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 });

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Waits of the schedule after the first three failures. */
const FIRST_DELAYS_MS = [5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS];
/** Clocks of two processes and stored times have whole milliseconds. */
const CLOCK_MS = 3;
const FAILURE: Reaction = { status: 500 };

describe.each(engines)("receivers that fail, on $name", (engine) => {
  const set = useCallbackScene(async () => ({ databaseUrl: await engine.databaseUrl(), scale: SCALE }));

  test("F14: an address where nobody is, one that breaks off: a code each, and another try", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    await expect(scene.listen(agentId, { url: "http://127.0.0.1:9" })).rejects.toThrow("port 9");
    const closed = await scene.listen(agentId, { url: await closedAddress() });
    const [early, late] = [
      await scene.listen(agentId, { behaviour: [{ reset: "before-reading" }, {}] }),
      await scene.listen(agentId, { behaviour: [{ reset: "after-reading" }, {}] }),
    ];
    const acknowledged = await scene.converse(agentId, 1, [early, late]);
    await Promise.all([early.settled(1), late.settled(1)]);
    const codes = async (listener: Listener) =>
      (await listener.attempts()).map(({ outcome, errorCode }) => [outcome, errorCode]);
    for (const listener of [early, late]) {
      expect(await codes(listener)).toEqual([
        ["fail", "reset"],
        ["ok", ""],
      ]);
    }
    await eventually(async () => expect((await codes(closed)).length).toBeGreaterThan(1));
    expect((await codes(closed))[0]).toEqual(["fail", "refused"]);
    await scene.check([early, late], acknowledged);
    await scene.api(`DELETE /endpoints/${closed.id}`);
  });

  test("F15: three times 500, then 200: never early, the same id, another signature each time", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const failing = [FAILURE, FAILURE, FAILURE, {}];
    const listener = await scene.listen(agentId, { behaviour: failing });
    const app = await callbackApp(scene, "/coze-app", agentId, (index) => failing[index] ?? {});
    const acknowledged = await scene.converse(agentId, 1, [listener]);
    await scene.coze().data("POST /v1/bot/publish", { bot_id: agentId, connector_ids: ["1024"] });
    const [delivery] = await listener.settled(1);
    expect(delivery).toMatchObject({ attemptCount: 4, failureCount: 3 });
    await eventually(() => expect(app.arrivals()).toHaveLength(4));
    for (const arrivals of [listener.arrivals(), app.arrivals()]) {
      expect(new Set(arrivals.map(({ id }) => id)).size).toBe(1);
      expect(new Set(arrivals.map(({ body }) => body.toString())).size).toBe(1);
      checkNeverEarly(arrivals);
    }
    const values = (name: string) => new Set(app.arrivals().map(({ headers }) => headers[name])).size;
    expect([values("x-coze-timestamp"), values("x-coze-nonce"), values("x-coze-signature")]).toEqual([
      4, 4, 4,
    ]);
    expect(scene.receiver.at("/coze-app").length).toBe(5);
    await scene.check([listener], acknowledged);
    await scene.coze().data(`DELETE /v1/api_apps/${app.id}`);
  });

  test("F16: ten failures: given up, told to others, and can be sent again", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const retryDelaysMs = Array.from({ length: 9 }, () => SECOND_MS);
    const [broken, told] = [
      await scene.listen(agentId, { behaviour: FAILURE, more: { retryDelaysMs } }),
      await scene.listen(undefined, { eventTypes: ["delivery.exhausted"] }),
    ];
    const acknowledged = await scene.converse(agentId, 1, [broken]);
    const [delivery] = await broken.settled(1, ["exhausted"]);
    expect(delivery).toMatchObject({ attemptCount: 10, failureCount: 10, lastError: "http_500" });
    const [news] = await told.settled(1);
    expect(JSON.parse(news?.body ?? "").data).toMatchObject({
      ...{ deliveryId: String(delivery?.id), endpointId: String(broken.id), attempts: 10 },
    });
    expect(broken.arrivals()).toHaveLength(10);
    scene.receiver.behave(broken.path, {});
    await scene.api(`POST /deliveries/${delivery?.id}/resend`);
    await broken.settled(2, ["exhausted", "delivered"]);
    await eventually(() => expect(broken.arrivals()).toHaveLength(11));
    expect(broken.arrivals().at(-1)?.id).toBe(broken.arrivals()[0]?.id);
    await scene.check([broken, told], acknowledged);
    await scene.api(`DELETE /endpoints/${told.id}`);
  });

  test("F20: an answer that drips for ever counts by its status, and ends in time", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId, { behaviour: { dripMs: 300 }, more: { timeoutMs: 3_000 } });
    const startMs = Date.now();
    const acknowledged = await scene.converse(agentId, 1, [listener]);
    await listener.settled(1);
    const tookMs = Date.now() - startMs;
    expect(tookMs).toBeGreaterThan(2_500);
    expect(tookMs).toBeLessThan(10_000);
    expect(await listener.attempts()).toMatchObject([{ outcome: "ok", status: 200, isTruncated: 1 }]);
    await scene.check([listener], acknowledged);
  });

  test("F23: the receiver takes it and breaks off before it answers: the same bytes come again", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId, { behaviour: [{ reset: "after-reading" }, {}] });
    const acknowledged = await scene.converse(agentId, 1, [listener]);
    await listener.settled(1);
    const [first, second] = listener.arrivals();
    expect(second?.id).toBe(first?.id);
    expect(first?.body.length).toBeGreaterThan(0);
    expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
    await scene.check([listener], acknowledged);
  });

  test("F24: a redirect is not followed, wherever it leads", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const leads = [301, 302, 307, 308].map((status) => ({
      status,
      headers: { location: `${scene.receiver.url}/elsewhere` },
    }));
    const retryDelaysMs = leads.map(() => SECOND_MS);
    const listener = await scene.listen(agentId, { behaviour: [...leads, {}], more: { retryDelaysMs } });
    const acknowledged = await scene.converse(agentId, 1, [listener]);
    await eventually(async () => expect((await listener.attempts()).length).toBeGreaterThanOrEqual(4));
    const codes = (await listener.attempts()).slice(0, 4).map(({ errorCode }) => errorCode);
    expect(codes).toEqual(Array(4).fill("redirect_refused"));
    expect(scene.receiver.at("/elsewhere")).toEqual([]);
    await listener.settled(1);
    await scene.check([listener], acknowledged);
  });

  test("F25: 410: the endpoint is disabled, what waits is held, and nothing more goes there", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const [gone, told] = [
      await scene.listen(agentId, { behaviour: { status: 410 } }),
      await scene.listen(undefined, { eventTypes: ["endpoint.disabled"] }),
    ];
    const acknowledged = await scene.converse(agentId, 10, [gone]);
    await told.settled(1);
    expect((await scene.api(`GET /endpoints/${gone.id}`)).state).toBe("disabled");
    await gone.settled(10, ["held"]);
    const asked = gone.arrivals().length;
    // It had no success before: one attempt at a time.
    expect(asked).toBe(1);
    acknowledged.push(...(await scene.converse(agentId, 2, [gone])));
    await gone.settled(12, ["held"]);
    await scene.restart();
    const [witness] = [await scene.listen(agentId)];
    await scene.converse(agentId, 1, [witness]);
    await witness.settled(1);
    expect(gone.arrivals()).toHaveLength(asked);
    await scene.check([gone, told], acknowledged);
    await scene.api(`DELETE /endpoints/${told.id}`);
  });

  function checkNeverEarly(arrivals: readonly Arrival[]): void {
    const gaps = arrivals.slice(1).map(({ atMs }, index) => atMs - (arrivals[index]?.atMs ?? 0));
    expect(gaps).toHaveLength(FIRST_DELAYS_MS.length);
    for (const [index, delayMs] of FIRST_DELAYS_MS.entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(delayMs * SCALE - CLOCK_MS);
    }
    printFigure(
      `${engine.name}, F15: waited ${gaps.map((gap) => gap.toFixed(0)).join(", ")} ms (4, 250, 1500)`,
    );
  }
});

/** A callback app of the Coze family that hears what is published; its arrivals are those about one agent. */
async function callbackApp(
  { coze, receiver }: CallbackScene,
  path: string,
  agentId: string,
  reactionTo: (index: number) => Reaction,
) {
  const app = await coze().data("POST /v1/api_apps", { app_type: "normal", name: path });
  const arrivals = () => receiver.at(path).filter(({ body }) => body.includes(agentId));
  receiver.behave(
    path,
    answeringChallenges(() => reactionTo(arrivals().length - 1)),
  );
  receiver.trust(path, { verifyToken: app.verify_token });
  await coze().data(`PUT /v1/api_apps/${app.id}`, { callback_url: `${receiver.url}${path}` });
  await coze().data(`POST /v1/api_apps/${app.id}/events`, { event_types: ["bot.published"] });
  return { id: String(app.id), arrivals };
}

/** Where somebody was a moment ago. */
async function closedAddress(): Promise<string> {
  const other = await CallbackReceiver.start();
  await other.close();
  return `${other.url}/`;
}
