import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { contentOf, type Reaction } from "../support/callback-receiver.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { type CallbackCluster, startCallbackCluster } from "./callback-cluster.ts";
import { beginConversation, type Listener } from "./callback-scene.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** Until another node sends what a killed one, and one that hangs or is cut off, would have sent. */
const TAKEOVER_MS = { dead: 5_000, hung: 30_000 };
const CAP = 2;
const LISTENERS = 9;
const CRASHES = 3;

let postgres: TestPostgres;
let scene: CallbackCluster;

beforeAll(async () => {
  postgres = await startPostgres();
  scene = await startCallbackCluster(await postgres.createDatabase());
});

afterAll(async () => {
  await scene.close();
  await postgres.stop();
});

/** An agent with listeners on all nodes that answer slowly, and with one that hears of its versions in order. */
async function crowd() {
  const agentId = await scene.newAgent();
  let holding: Promise<unknown> | undefined;
  const most = new Map<string, number>();
  const listeners: Listener[] = [];
  for (let count = 0; count < LISTENERS; count += 1) {
    const now = { inFlight: 0 };
    const behaviour = ({ path }: { path: string }): Reaction => {
      now.inFlight += 1;
      most.set(path, Math.max(most.get(path) ?? 0, now.inFlight));
      const until = (holding ?? new Promise((resolve) => setTimeout(resolve, 30))).then(() => {
        now.inFlight -= 1;
      });
      return { until };
    };
    listeners.push(await scene.listen(agentId, { behaviour, more: { maxInFlight: CAP, timeoutMs: 5_000 } }));
  }
  const ordered = await scene.listen(agentId, {
    eventTypes: ["agent.published"],
    more: { isOrdered: true, timeoutMs: 5_000 },
  });
  return {
    agentId,
    listeners,
    ordered,
    /** From now on requests are answered when the result is called. */
    hold() {
      const gate = Promise.withResolvers<void>();
      holding = gate.promise;
      return () => {
        holding = undefined;
        gate.resolve();
      };
    },
    mostInFlight: () => Math.max(...most.values()),
  };
}

type Crowd = Awaited<ReturnType<typeof crowd>>;

/** Publishes the agent again and again on a node until it is told to stop; resolves with how often. */
function publishing({ agentId }: Crowd, node: number): () => Promise<number> {
  let isOver = false;
  const work = (async () => {
    let count = 0;
    while (!isOver) {
      const body = { bot_id: agentId, connector_ids: ["1024"] };
      const published = await scene
        .coze(node)
        .call("POST /v1/bot/publish", body)
        .catch(() => undefined);
      if (published?.code === 0) count += 1;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return count;
  })();
  return () => {
    isOver = true;
    return work;
  };
}

/** Begins a conversation on a node until that succeeds; how long it takes until all of these have heard of it. */
async function heardAfter(
  { agentId }: Crowd,
  node: number,
  listeners: Listener[],
  sinceMs: number,
): Promise<number> {
  const mark = await eventually(() => beginConversation(scene.coze(node), agentId));
  return eventually(() => {
    const arrivals = listeners.map((one) => one.arrivals().find(({ body }) => body.includes(mark)));
    expect(arrivals.every((arrival) => arrival !== undefined)).toBe(true);
    return Math.max(...arrivals.map((arrival) => arrival?.atMs ?? 0)) - sinceMs;
  }, 60_000);
}

/** How many attempts were taken over, and of how many of them their node told what came of them all the same. */
async function takenOver(): Promise<{ unknown: number; toldLate: number }> {
  const late = `outcome <> 'unknown' and exists (select 1 from attempts taken where taken.outcome = 'unknown'
    and taken.delivery_id = attempts.delivery_id and taken.number = attempts.number)`;
  const unknown = await scene.stored.count("attempts", "outcome = 'unknown'");
  return { unknown, toldLate: await scene.stored.count("attempts", late) };
}

/** Nothing is lost, the cap held but for what the lost node had in flight, and versions came in order. */
async function checkAll(own: Crowd, marks: readonly string[]): Promise<void> {
  const { listeners, ordered } = own;
  expect(marks.length).toBeGreaterThan(0);
  await eventually(async () => {
    for (const one of [...listeners, ordered]) {
      const open = (await one.deliveries()).filter(({ state }) => state !== "delivered");
      expect(open.map(({ endpointId, state, dueAt }) => ({ endpointId, state, dueAt }))).toEqual([]);
    }
  }, 60_000);
  const acknowledged = marks.flatMap((mark) => listeners.map(({ id }) => ({ endpointId: id, mark })));
  await scene.check([...listeners, ordered], acknowledged);
  expect(own.mostInFlight()).toBeLessThanOrEqual(2 * CAP);
  const seen = new Set<string>();
  const versions = ordered.arrivals().flatMap((arrival) => {
    if (seen.has(arrival.id)) return [];
    seen.add(arrival.id);
    return [Number(contentOf(arrival).data.versionNumber)];
  });
  expect(versions.length).toBeGreaterThan(0);
  expect(versions).toEqual([...versions].sort((one, other) => one - other));
}

/** What the first arrivals of a node's endpoints are held for: it has something in flight when it is lost. */
async function inFlightOf(node: number, own: Crowd) {
  const mine = own.listeners.filter((one) => scene.ownerOf(one) === node);
  expect(mine.length).toBeGreaterThan(0);
  const before = new Map(mine.map((one) => [one, one.arrivals().length]));
  const release = own.hold();
  await eventually(() => {
    for (const one of mine) expect(one.arrivals().length).toBeGreaterThan(before.get(one) ?? 0);
  });
  return { mine, release };
}

test("F48: a killed node: others send what it had and would have had within 5 s, nothing is lost", async () => {
  const own = await crowd();
  const before = await takenOver();
  const stopTraffic = scene.traffic(own.agentId, [0, 2]);
  const stopPublishing = publishing(own, 2);
  const { mine, release } = await inFlightOf(1, own);
  const victim = scene.cluster.nodes[1]?.server;
  victim?.kill("SIGKILL");
  const killedAtMs = Date.now();
  release();
  const ms = await heardAfter(own, 0, mine, killedAtMs);
  printFigure(`F48: endpoints of a killed node heard from another after ${ms.toFixed(0)} ms`);
  expect(ms).toBeLessThan(TAKEOVER_MS.dead);
  await victim?.restart();
  expect((await takenOver()).unknown).toBeGreaterThan(before.unknown);
  expect(await stopPublishing()).toBeGreaterThan(0);
  await checkAll(own, await stopTraffic());
});

test("F48: a node that hangs: others send for it within 30 s; coming back, what it knows changes nothing", async () => {
  const own = await crowd();
  const before = await takenOver();
  const stopTraffic = scene.traffic(own.agentId, [0, 2]);
  const stopPublishing = publishing(own, 2);
  const { mine, release } = await inFlightOf(1, own);
  const victim = scene.cluster.nodes[1]?.server;
  victim?.kill("SIGSTOP");
  const stoppedAtMs = Date.now();
  release();
  const ms = await heardAfter(own, 0, mine, stoppedAtMs);
  printFigure(`F48: endpoints of a node that hangs heard from another after ${ms.toFixed(0)} ms`);
  expect(ms).toBeLessThan(TAKEOVER_MS.hung);
  await eventually(async () => {
    expect(await scene.stored.count("deliveries", "state = 'leased' and node = 1")).toBe(0);
  }, TAKEOVER_MS.hung);
  victim?.kill("SIGCONT");
  await eventually(async () => {
    const now = await takenOver();
    expect(now.unknown).toBeGreaterThan(before.unknown);
    expect(now.toldLate).toBeGreaterThan(before.toldLate);
  });
  await heardAfter(own, 1, mine, Date.now());
  expect(await stopPublishing()).toBeGreaterThan(0);
  await checkAll(own, await stopTraffic());
});

test("F48: a node whose network to the database is cut: others send for it within 30 s, nothing is lost", async () => {
  const own = await crowd();
  const before = await takenOver();
  const stopTraffic = scene.traffic(own.agentId, [0, 2]);
  const stopPublishing = publishing(own, 2);
  const { mine, release } = await inFlightOf(1, own);
  const network = scene.cluster.nodes[1]?.network;
  network?.setMode("half-open");
  const cutAtMs = Date.now();
  release();
  const ms = await heardAfter(own, 0, mine, cutAtMs);
  printFigure(`F48: endpoints of a node without database heard from another after ${ms.toFixed(0)} ms`);
  expect(ms).toBeLessThan(TAKEOVER_MS.hung);
  network?.setMode("pass");
  await eventually(async () => expect((await takenOver()).toldLate).toBeGreaterThan(before.toldLate), 30_000);
  await heardAfter(own, 1, mine, Date.now());
  expect(await stopPublishing()).toBeGreaterThan(0);
  await checkAll(own, await stopTraffic());
});

test(`F48: PostgreSQL crashes ${CRASHES} times under load: nothing that was acknowledged is lost`, async () => {
  const own = await crowd();
  const stopTraffic = scene.traffic(own.agentId, [0, 1, 2]);
  const stopPublishing = publishing(own, 1);
  for (let crash = 0; crash < CRASHES; crash += 1) {
    await heardAfter(own, crash % 3, own.listeners, Date.now());
    await postgres.crash();
  }
  const atMs = Date.now();
  const ms = await heardAfter(own, 0, own.listeners, atMs);
  printFigure(`F48: all endpoints heard ${ms.toFixed(0)} ms after PostgreSQL was back`);
  expect(await stopPublishing()).toBeGreaterThan(0);
  await checkAll(own, await stopTraffic());
});
