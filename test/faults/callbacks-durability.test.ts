import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { startChild } from "../../src/storage/testing/child.ts";
import { startRefused } from "../support/antiphon-process.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import type { Fault } from "../support/fault-store.ts";
import { printFigure } from "../support/figures.ts";
import {
  beginConversation,
  type CallbackScene,
  type Listener,
  startCallbackScene,
  useCallbackScene,
} from "./callback-scene.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 90_000 });

const never = new Promise<never>(() => {});
/** What is promised for an idle machine is a second. Rescans come every five: it must not be one of those that finds it. */
const FOUND_WITHIN_MS = 4_500;

describe.each(engines)("events on $name", (engine) => {
  let databaseUrl: string | undefined;
  const set = useCallbackScene(async () => {
    databaseUrl = await engine.databaseUrl();
    return { databaseUrl };
  });

  test("F01: killed after the commit, before anybody was woken: delivered after the restart", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId, { eventTypes: ["agent.published"] });
    const versions = await versionCount(scene, agentId);
    await dieOf(scene, [{ at: "after commit", does: "kill" }], () => publish(scene, agentId));
    const readyMs = Date.now();
    await listener.settled(1);
    expect(await versionCount(scene, agentId)).toBe(versions + 1);
    const [arrival] = listener.arrivals();
    const foundMs = (arrival?.atMs ?? Number.POSITIVE_INFINITY) - readyMs;
    expect(foundMs).toBeLessThan(FOUND_WITHIN_MS);
    printFigure(`${engine.name}, F01: ready to receipt ${foundMs.toFixed(0)} ms`);
    await scene.check([listener], []);
  });

  test.each(["before commit", "before outbox.add"] as const)(
    "F02: killed %s: no change, no event; the caller's next try makes exactly one",
    async (at) => {
      const scene = set();
      const agentId = await scene.newAgent();
      const listener = await scene.listen(agentId, { eventTypes: ["agent.published"] });
      const versions = await versionCount(scene, agentId);
      await dieOf(scene, [{ at, does: "kill" }], () => publish(scene, agentId));
      expect(await versionCount(scene, agentId)).toBe(versions);
      expect(await listener.deliveries()).toEqual([]);
      const { version } = await publish(scene, agentId);
      await listener.settled(1);
      expect(await versionCount(scene, agentId)).toBe(versions + 1);
      await scene.check([listener], [{ endpointId: listener.id, mark: version }]);
      expect(listener.arrivals()).toHaveLength(1);
    },
  );

  test.each([
    ["after", "completed"],
    ["before", "failed"],
  ] as const)("F01, F02: killed %s an answer is stored: that it %s is told once", async (when, end) => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId, {
      eventTypes: ["turn.completed", "turn.failed", "usage.recorded"],
    });
    const additional_messages = [{ role: "user", type: "question", content: "hi", content_type: "text" }];
    const ask = { bot_id: agentId, user_id: "caller", additional_messages };
    await scene.server.tell({ faults: [{ at: `${when} turns.close`, does: "kill" }] });
    const chat = await scene.coze().data("POST /v3/chat", ask);
    await scene.server.waitExit();
    await scene.server.restart();
    expect((await scene.coze().polled(chat)).status).toBe(end);
    const told = end === "completed" ? ["turn.completed", "usage.recorded"] : ["turn.failed"];
    const deliveries = await listener.settled(told.length);
    expect(deliveries.map(({ eventType }) => eventType).sort()).toEqual(told);
    expect(listener.arrivals()).toHaveLength(told.length);
    await scene.check([listener], [{ endpointId: listener.id, mark: String(chat.id) }]);
  });

  test("F03: killed with a hundred deliveries on the way: all arrive, answered ones again under the same id", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const WARM = 8;
    let isOver = false;
    const listener = await scene.listen(agentId, {
      more: { maxInFlight: 64 },
      behaviour: (_, index) => (isOver || index < WARM || index % 2 === 0 ? {} : { until: never }),
    });
    const warm = await scene.converse(agentId, WARM, [listener]);
    await listener.settled(WARM);
    await scene.server.tell({
      faults: [{ at: "before outbox.record", does: "wait", waitMs: 600_000, times: 1_000 }],
    });
    const acknowledged = await scene.converse(agentId, 100, [listener]);
    await eventually(() => expect(listener.arrivals().length).toBeGreaterThanOrEqual(WARM + 100));
    isOver = true;
    await scene.restart();
    const readyMs = Date.now();
    const deliveries = await listener.settled(WARM + 100);
    const again = listener.arrivals().slice(WARM + 100);
    expect(new Set(again.map(({ id }) => id)).size).toBe(100);
    const firstMs = Math.min(...again.map(({ atMs }) => atMs)) - readyMs;
    expect(firstMs).toBeLessThan(FOUND_WITHIN_MS);
    printFigure(`${engine.name}, F03: ready to first redelivery ${firstMs.toFixed(0)} ms`);
    expect(deliveries.every(({ failureCount }) => failureCount === 0)).toBe(true);
    await scene.check([listener], [...warm, ...acknowledged]);
  });

  test("F04: killed in five attempts at the same delivery: it goes on, and no kill is a failure", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId);
    const kill: Fault = { at: "before outbox.record", does: "kill" };
    await scene.server.tell({ faults: [kill] });
    const acknowledged = await scene.converse(agentId, 1, [listener]);
    await scene.server.waitExit();
    for (let kills = 2; kills <= 5; kills++) {
      await scene.server.dieAtStart(kill);
    }
    await scene.server.restart();
    const [delivery] = await listener.settled(1);
    expect(delivery).toMatchObject({ attemptCount: 6, failureCount: 0 });
    expect((await listener.attempts()).map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 5 }, () => "unknown"),
      "ok",
    ]);
    await scene.check([listener], acknowledged);
  });

  test("F05: killed between answer and record: redelivered once, logged as unknown, then ok", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId);
    await scene.server.tell({ faults: [{ at: "before outbox.record", does: "kill" }] });
    const acknowledged = await scene.converse(agentId, 1, [listener]);
    await scene.server.waitExit();
    await scene.server.restart();
    await listener.settled(1);
    expect(listener.arrivals()).toHaveLength(2);
    expect((await listener.attempts()).map(({ outcome }) => outcome)).toEqual(["unknown", "ok"]);
    await scene.check([listener], acknowledged);
  });

  test("F06: results cannot be stored for seconds: nothing is lost, nobody spins, others are still sent to", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const [one, other] = [await scene.listen(agentId), await scene.listen(agentId)];
    const before = scene.server.logs().length;
    await scene.server.tell({ faults: [{ at: "before outbox.record", does: "fail", times: 1_000_000 }] });
    const brokenMs = Date.now();
    const acknowledged = await scene.converse(agentId, 20, [one, other]);
    await eventually(() => {
      expect(one.arrivals().length).toBeGreaterThan(0);
      expect(other.arrivals().length).toBeGreaterThan(0);
      expect(Date.now() - brokenMs).toBeGreaterThan(3_000);
    }, 30_000);
    const refusals = scene.server
      .logs()
      .slice(before)
      .filter(({ msg }) => msg === "results could not be stored");
    const perSecond = refusals.length / ((Date.now() - brokenMs) / 1_000);
    expect(refusals.length).toBeGreaterThan(0);
    expect(perSecond).toBeLessThan(10);
    await scene.server.tell({ faults: [] });
    const repairedMs = Date.now();
    await Promise.all([one.settled(20), other.settled(20)]);
    printFigure(`${engine.name}, F06: stored ${Date.now() - repairedMs} ms after the repair`);
    expect([...one.arrivals(), ...other.arrivals()]).toHaveLength(40);
    await scene.check([one, other], acknowledged);
  });

  test("F07: results were stored, but the store said they were not: one row, one delivery", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId);
    await scene.server.tell({ faults: [{ at: "after outbox.record", does: "fail", times: 2 }] });
    const acknowledged = await scene.converse(agentId, 5, [listener]);
    await listener.settled(5);
    await eventually(async () => expect(await listener.attempts()).toHaveLength(5));
    expect(listener.arrivals()).toHaveLength(5);
    await scene.check([listener], acknowledged);
  });

  test("F09: killed ten times while it takes back what an earlier process held: nothing lost, nothing twice", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    let isOver = false;
    const listener = await scene.listen(agentId, {
      more: { maxInFlight: 20 },
      behaviour: (_, index) => (isOver || index < 6 ? {} : { until: never }),
    });
    const warm = await scene.converse(agentId, 6, [listener]);
    await listener.settled(6);
    const acknowledged = await scene.converse(agentId, 20, [listener]);
    await eventually(() => expect(listener.arrivals().length).toBeGreaterThan(10));
    const points = ["before outbox.takeBack", "after outbox.takeBack", "after outbox.claim"] as const;
    for (let kills = 0; kills < 10; kills++) {
      const at = points[kills % points.length] ?? "before outbox.takeBack";
      await scene.server.dieAtStart({ at, does: "kill" });
    }
    isOver = true;
    await scene.server.restart();
    const deliveries = await listener.settled(26);
    expect(deliveries.every(({ failureCount }) => failureCount === 0)).toBe(true);
    await scene.check([listener], [...warm, ...acknowledged]);
  });

  test("F10: the disk does not take what was written: nobody is told that it is kept", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const workspaceId = await scene.workspaceId();
    const listener = await scene.listen(agentId);
    const other = await scene.listen(agentId);
    const channel = await scene.api("POST /channels", { name: "flushed" });
    const app = await scene.coze().data("POST /v1/api_apps", { app_type: "normal", name: "flushed" });
    const endpoint = `/endpoints/${listener.id}`;
    const events = { event_types: ["bot.published"] };
    const calls: Record<string, () => Promise<unknown>> = {
      "a conversation": () => beginConversation(scene.coze(), agentId),
      "a version": () => publish(scene, agentId),
      "an endpoint": () => scene.listen(agentId),
      "a pause": () => scene.api(`POST ${endpoint}/pause`),
      "a resumption": () => scene.api(`POST ${endpoint}/resume`),
      "a secret": () => scene.api(`POST ${endpoint}/secrets`, { overlapHours: 1 }),
      "a replay": () => scene.api(`POST ${endpoint}/replays`, { since: new Date(Date.now() - 1_000) }),
      "an end": () => scene.api(`POST ${endpoint}/disable`, { reason: "" }),
      "a beginning": () => scene.api(`POST ${endpoint}/enable`, { held: "deliver" }),
      "a deletion": () => scene.api(`DELETE /endpoints/${other.id}`),
      "a channel": () => scene.api("POST /channels", { name: "unflushed" }),
      "an installation": () => scene.api(`POST /channels/${channel.id}/workspaces`, { workspaceId }),
      "an app": () => scene.coze().data("POST /v1/api_apps", { app_type: "normal", name: "unflushed" }),
      "a subscription": () => scene.coze().data(`POST /v1/api_apps/${app.id}/events`, events),
      "the end of an app": () => scene.coze().data(`DELETE /v1/api_apps/${app.id}`),
    };
    for (const [what, call] of Object.entries(calls)) {
      await scene.server.tell({ faults: [{ at: "after flush", does: "fail", times: 1_000 }] });
      const answer = await call().then(() => "it was taken", String);
      expect([what, answer]).toEqual([what, expect.stringMatching(/storage_failed|"code":5000/)]);
    }
  });

  test("F11: killed in the middle of a migration: what was to be delivered still is", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId);
    await scene.api(`POST /endpoints/${listener.id}/pause`);
    const acknowledged = await scene.converse(agentId, 5, [listener]);
    scene.server.kill("SIGKILL");
    await scene.server.waitExit();
    const place = databaseUrl ?? join(scene.server.dataDirectory, "antiphon.db");
    const migrating = startChild("half-migration.ts", place);
    await migrating.firstLine;
    await migrating.kill();
    await scene.server.restart();
    expect((await listener.deliveries()).map(({ state }) => state)).toEqual(Array(5).fill("pending"));
    expect(listener.arrivals()).toEqual([]);
    await scene.api(`POST /endpoints/${listener.id}/resume`);
    await listener.settled(5);
    await scene.check([listener], acknowledged);
  });

  test("F13: the disk is full while an event is written: the change is refused as a whole, later ones succeed", async () => {
    const scene = set();
    const agentId = await scene.newAgent();
    const listener = await scene.listen(agentId, { eventTypes: ["agent.published"] });
    const [versions, events] = [await versionCount(scene, agentId), await scene.stored.events()];
    await scene.server.tell({
      faults: [
        { at: "before outbox.add", does: "fail" },
        { at: "after outbox.add", does: "fail" },
      ],
    });
    for (let tries = 0; tries < 2; tries++) {
      await expect(publish(scene, agentId)).rejects.toThrow(/"code":5000/);
    }
    expect(await versionCount(scene, agentId)).toBe(versions);
    expect(await scene.stored.events()).toEqual(events);
    const { version } = await publish(scene, agentId);
    await listener.settled(1);
    await scene.check([listener], [{ endpointId: listener.id, mark: version }]);
  });
});

describe("a data directory with callbacks, on SQLite", () => {
  test("F12: is refused to a second process at once, which does not disturb the first", async () => {
    const scene = await startCallbackScene();
    try {
      const agentId = await scene.newAgent();
      const listener = await scene.listen(agentId);
      const startedMs = Date.now();
      const second = await startRefused({ file: {}, dataDirectory: scene.server.dataDirectory });
      printFigure(`F12: refused after ${Date.now() - startedMs} ms`);
      expect(second).toMatchObject({ code: 1, signal: null });
      expect(second.errors).toContain("is in use by another server");
      const acknowledged = await scene.converse(agentId, 5, [listener]);
      await listener.settled(5);
      await scene.check([listener], acknowledged);
    } finally {
      await scene.close();
    }
  });

  test("F13: that is really full: what was acknowledged is delivered, what was refused is not there", async () => {
    const gate = Promise.withResolvers<void>();
    const scene = await startCallbackScene({ fileSizeBlocks: (3 * 1024 * 1024) / 512 });
    try {
      const agentId = await scene.newAgent();
      const listener = await scene.listen(agentId, { behaviour: { until: gate.promise } });
      const { acknowledged, isFull } = await converseUntilRefused(scene, agentId, listener);
      expect([isFull, acknowledged.length > 5]).toEqual([true, true]);
      gate.resolve();
      scene.server.kill("SIGKILL");
      await scene.server.waitExit();
      scene.server.makeRoom();
      await scene.server.restart();
      await eventually(async () => {
        const states = (await listener.deliveries()).map(({ state }) => state);
        expect(states.filter((state) => state !== "delivered")).toEqual([]);
      }, 30_000);
      await scene.check([listener], acknowledged);
    } finally {
      await scene.close();
    }
  });
});

async function converseUntilRefused(scene: CallbackScene, agentId: string, listener: Listener) {
  const acknowledged = [];
  for (let count = 0; count < 1_000; count++) {
    try {
      acknowledged.push(...(await scene.converse(agentId, 1, [listener])));
    } catch {
      return { acknowledged, isFull: true }; // Being refused is what it waits for.
    }
  }
  return { acknowledged, isFull: false };
}

function publish({ coze }: CallbackScene, agentId: string): Promise<{ version: string }> {
  return coze().data("POST /v1/bot/publish", { bot_id: agentId, connector_ids: ["1024"] });
}

/** Does something that kills the server, and starts it again. */
async function dieOf(scene: CallbackScene, faults: Fault[], work: () => Promise<unknown>): Promise<void> {
  await scene.server.tell({ faults });
  await expect(work()).rejects.toThrow(/fetch failed|terminated/);
  await scene.server.waitExit();
  await scene.server.restart();
}

function versionCount({ stored }: CallbackScene, agentId: string): Promise<number> {
  return stored.count("agent_versions", `agent_id = ${agentId}`);
}
