import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  ADAPTER_ENVIRONMENT,
  adapterClient,
  adapterInstallation,
  EVENT_ID,
  postSigned,
  textTrigger,
} from "../e2e/insight/adapter-world.ts";
import { botIds } from "../e2e/insight/world.ts";
import { CallbackReceiver } from "../support/callback-receiver.ts";
import { startCluster } from "../support/cluster.ts";
import { engines, type TestEngine } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultProcess, startFaultProcess } from "../support/fault-process.ts";
import type { FaultPoint } from "../support/fault-store.ts";
import { printFigure } from "../support/figures.ts";
import { seededRandom } from "../support/random.ts";
import { startUpstream, tokens, type Upstream } from "../support/upstream.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

/** Kills per engine, and the seed of everything random, for running one failure again. */
const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 3);
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const SENDERS = 5;
/** More would not be answered: a session has 60 turns in a minute. */
const MESSAGES_PER_ROUND = 10;
const ROUNDS_PER_SESSION = 3;
/** Killed so long after as many were acknowledged as chance says. */
const LATEST_KILL_MS = 150;

let upstream: Upstream;
let receiver: CallbackReceiver;

beforeAll(async () => {
  upstream = await startUpstream();
  receiver = await CallbackReceiver.start();
});

afterAll(async () => {
  await receiver?.close();
  await upstream?.close();
});

/** A message as an adapter keeps it until it was acknowledged. */
interface Sent {
  id: string;
  sessionId: string;
  text: string;
}

/** A server, and an adapter that sends again what was not acknowledged. */
class Scene {
  readonly server: FaultProcess;
  botId = "";

  constructor(server: FaultProcess) {
    this.server = server;
  }

  static async open(engine: TestEngine): Promise<Scene> {
    const scene = new Scene(
      await startFaultProcess({
        file: adapterInstallation(upstream.baseUrl, receiver.url),
        environment: ADAPTER_ENVIRONMENT,
        databaseUrl: await engine.databaseUrl(),
      }),
    );
    scene.botId = (await botIds(scene.server.url)).get("商城客服") ?? "";
    return scene;
  }

  /** Resolves with whether it was acknowledged. */
  async send({ id, sessionId, text }: Sent): Promise<boolean> {
    const body = { botId: this.botId, triggerEvent: textTrigger(sessionId, text) };
    const answer = await postSigned(this.server.url, body, { id }).catch(() => undefined);
    return answer?.status === 200;
  }

  /** What was asked in a session, oldest first, when nothing of it runs any more. */
  settled(sessionId: string, count: number): Promise<{ text: string; status: string }[]> {
    return eventually(async () => {
      const rows = await rowsOf(this.server.url, this.botId, sessionId);
      if (rows.length < count) throw new Error(`${rows.length} of ${count} turns in ${sessionId}`);
      if (rows.some(({ status }) => status === "running")) throw new Error("one still runs");
      return rows;
    });
  }
}

async function rowsOf(url: string, botId: string, sessionId: string) {
  const now = Date.now();
  const window = `startTimestamp=${now - 3_600_000}&endTimestamp=${now + 60_000}`;
  const session = encodeURIComponent(sessionId);
  const path = `/workflow/history/list?botId=${botId}&${window}&sessionId=${session}&pageSize=200` as const;
  const rows: { status: string; triggerContent: { content: string } }[] = await adapterClient(url).data(
    `GET ${path}`,
  );
  return rows.map(({ status, triggerContent }) => ({ status, text: triggerContent.content })).reverse();
}

function aMessage(sessionId: string, text: string): Sent {
  return { id: randomUUID(), sessionId, text };
}

describe.each(engines)("triggers of a server that is killed, on $name", (engine) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(engine);
  });
  afterAll(() => scene?.server.close());

  const POINTS: { at: FaultPoint; skip?: number }[] = [
    { at: "before triggers.insert" },
    { at: "after triggers.insert" },
    { at: "after flush" },
    { at: "after flush", skip: 1 },
    { at: "before triggers.claim" },
    { at: "after triggers.claim" },
    { at: "before turns.open" },
    { at: "after turns.open" },
  ];

  test.each(POINTS)("$at ($skip): none is lost, and none is worked off twice", async (point) => {
    await scene.server.tell({ faults: [{ ...point, does: "kill" }] });
    const sessionId = `${point.at} ${point.skip}`;
    const message = aMessage(sessionId, `${engine.name} ${sessionId}`);
    const isAcknowledged = await scene.send(message);
    await scene.server.waitExit();
    await scene.server.restart();
    if (!isAcknowledged) expect(await scene.send(message)).toBe(true);
    const rows = await scene.settled(sessionId, 1);
    expect(rows.map(({ text }) => text)).toEqual([message.text]);
    expect(await scene.send(message)).toBe(true);
    expect(await scene.send(aMessage(sessionId, "next"))).toBe(true);
    expect((await scene.settled(sessionId, 2)).map(({ text }) => text)).toEqual([message.text, "next"]);
    const asked = upstream.requests.filter(({ lastUserText }) => lastUserText === message.text);
    expect(asked.length).toBeLessThanOrEqual(1);
  });

  test(
    "at any instant: every message that was acknowledged is there once, in the order of its session",
    async () => {
      const random = seededRandom(SEED);
      printFigure(`trigger crash test: CRASH_SEED=${SEED} CRASH_ROUNDS=${ROUNDS}`);
      upstream.reply(() => [tokens(3 + Math.floor(random() * 10), { delayMs: random() * 8 })]);
      const sent = new Map<string, string[]>();
      for (let round = 1; round <= ROUNDS; round += 1) {
        let isOver = false;
        let acknowledged = 0;
        const enough = 1 + Math.floor(random() * SENDERS * MESSAGES_PER_ROUND * 0.8);
        const unacknowledged: Sent[] = [];
        const senders = Array.from({ length: SENDERS }, async (_, index) => {
          const sessionId = `session-${Math.ceil(round / ROUNDS_PER_SESSION)}-${index}`;
          const texts = sent.get(sessionId) ?? [];
          sent.set(sessionId, texts);
          for (let count = 1; !isOver && count <= MESSAGES_PER_ROUND; count += 1) {
            const words = `${engine.name} round ${round} sender ${index} message ${count}`;
            const message = aMessage(sessionId, words);
            texts.push(message.text);
            if (!(await scene.send(message))) {
              unacknowledged.push(message);
              return;
            }
            acknowledged += 1;
          }
        });
        await eventually(() => acknowledged >= enough);
        await delay(random() * LATEST_KILL_MS);
        scene.server.kill("SIGKILL");
        isOver = true;
        await Promise.all([...senders, scene.server.waitExit()]);
        await scene.server.restart();
        for (const message of unacknowledged) expect(await scene.send(message)).toBe(true);
      }
      let total = 0;
      for (const [sessionId, texts] of sent) {
        total += texts.length;
        const started = await eventually(async () => {
          const all = await storedTexts(scene, sessionId, texts.length);
          if (all.length < texts.length) throw new Error(`${all.length} of ${texts.length} in ${sessionId}`);
          return all;
        }, 90_000);
        expect(started).toEqual(texts);
      }
      const asked = upstream.requests
        .map(({ lastUserText }) => lastUserText)
        .filter((text) => text.startsWith(`${engine.name} round`));
      expect(new Set(asked).size).toBe(asked.length);
      printFigure(`${ROUNDS} kills: ${total} messages`);
    },
    120_000 + ROUNDS * 20_000,
  );

  test("what was to happen later happens after the next start, late and once", async () => {
    const insight = adapterClient(scene.server.url);
    const message = `${engine.name}: it is time`;
    const later = await insight.data("POST /workflow/event/trigger", {
      ...{ botId: scene.botId, eventId: EVENT_ID, sessionId: "later", delaySeconds: 1 },
      params: { message },
    });
    scene.server.kill("SIGKILL");
    await scene.server.waitExit();
    await delay(Math.max(0, Date.parse(later.dueAt) - Date.now()));
    await scene.server.restart();
    await scene.settled("later", 1);
    await scene.server.restart();
    expect(await scene.settled("later", 1)).toHaveLength(1);
    expect(upstream.requests.filter(({ lastUserText }) => lastUserText === message)).toHaveLength(1);
  });
});

/** Questions of a session as far as they are stored, whatever became of their turns. */
async function storedTexts({ server, botId }: Scene, sessionId: string, count: number): Promise<string[]> {
  const texts: string[] = [];
  for (let page = 1; (page - 1) * 200 <= count; page += 1) {
    const now = Date.now();
    const window = `startTimestamp=${now - 3_600_000}&endTimestamp=${now + 60_000}&pageSize=200&page=${page}`;
    const rows: { triggerContent: { content: string } }[] = await adapterClient(server.url).data(
      `GET /workflow/history/list?botId=${botId}&${window}&sessionId=${sessionId}`,
    );
    texts.push(...rows.map(({ triggerContent }) => triggerContent.content));
  }
  return texts.reverse();
}

test("several nodes share the work; what a dead one has accepted is worked off by the others", async () => {
  const cluster = await startCluster({
    size: 2,
    file: adapterInstallation(upstream.baseUrl, receiver.url),
    environment: ADAPTER_ENVIRONMENT,
  });
  try {
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error("two nodes");
    const botId = (await botIds(first.server.url)).get("商城客服") ?? "";
    const send = (url: string, sessionId: string, text: string) =>
      postSigned(url, { botId, triggerEvent: textTrigger(sessionId, text) });
    const asked = (text: string) =>
      upstream.requests.filter(({ lastUserText }) => lastUserText === text).length;
    const sessions = Array.from({ length: 20 }, (_, index) => `shared-${index}`);
    for (const [index, sessionId] of sessions.entries()) {
      const { url } = index % 2 === 0 ? first.server : second.server;
      for (const text of ["one", "two"]) expect((await send(url, sessionId, text)).status).toBe(200);
    }
    for (const sessionId of sessions) {
      const rows = await eventually(async () => {
        const all = await rowsOf(second.server.url, botId, sessionId);
        if (all.filter(({ status }) => status === "success").length < 2) throw new Error("not over yet");
        return all;
      });
      expect(rows.map(({ text }) => text)).toEqual(["one", "two"]);
    }
    expect(asked("one")).toBe(sessions.length);
    expect(asked("two")).toBe(sessions.length);

    const gate = Promise.withResolvers<void>();
    upstream.replyWhen({ lastUserText: "slow" }, [{ type: "hold", until: gate.promise }]);
    await send(first.server.url, "orphan", "slow");
    await eventually(() => upstream.requests.some(({ lastUserText }) => lastUserText === "slow"));
    await send(first.server.url, "orphan", "left behind");
    first.server.kill("SIGKILL");
    const rows = await eventually(async () => {
      const all = await rowsOf(second.server.url, botId, "orphan");
      if (all[1]?.status !== "success") throw new Error("not over yet");
      return all;
    }, 60_000);
    expect(rows).toEqual([
      { text: "slow", status: "interrupted" },
      { text: "left behind", status: "success" },
    ]);
    gate.resolve();
  } finally {
    await cluster.close();
  }
});
