import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Arrival, contentOf, type Reaction } from "../support/callback-receiver.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { type CallbackCluster, startCallbackCluster } from "./callback-cluster.ts";
import { beginConversation, type Listener, PATIENCE_MS } from "./callback-scene.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

/**
 * Until another node sends what a killed one, and one that hangs or is cut off, would have sent. What is promised for an
 * idle machine is 5 s for a killed one; on a busy one it must still not be its silence that tells, which takes 15 s.
 */
const TAKEOVER_MS = { dead: 12_000, hung: 30_000 };
const CAP = 2;
const LISTENERS = 9;
const CRASHES = 3;
/** How long a listener may take to answer. */
const TIMEOUT_MS = 5_000;
/** What was sent so lately does not time out just now. */
const FRESH_MS = 4_000;

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
  let most = 0;
  const listeners: Listener[] = [];
  const owners = new Set<number>();
  while (listeners.length < LISTENERS || owners.size < scene.cluster.nodes.length) {
    const behaviour = ({ path }: Arrival): Reaction => {
      const inFlight = scene.receiver.at(path).filter(isUnanswered).length;
      most = Math.max(most, inFlight);
      return { until: holding ?? new Promise((resolve) => setTimeout(resolve, 30)) };
    };
    const more = { maxInFlight: CAP, timeoutMs: TIMEOUT_MS };
    const listener = await scene.listen(agentId, { behaviour, more });
    owners.add(scene.ownerOf(listener));
    listeners.push(listener);
  }
  const ordered = await scene.listen(agentId, {
    eventTypes: ["agent.published"],
    more: { isOrdered: true, timeoutMs: TIMEOUT_MS },
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
    mostInFlight: () => most,
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
  const mark = await eventually(() => beginConversation(scene.coze(node), agentId), PATIENCE_MS);
  return eventually(() => {
    const arrivals = listeners.map((one) => one.arrivals().find(({ body }) => body.includes(mark)));
    expect(arrivals.every((arrival) => arrival !== undefined)).toBe(true);
    return Math.max(...arrivals.map((arrival) => arrival?.atMs ?? 0)) - sinceMs;
  }, PATIENCE_MS);
}

/** How many attempts at these were taken over, and of how many of them their node told what came of them all the same. */
async function takenOver(listeners: readonly Listener[]): Promise<{ unknown: number; toldLate: number }> {
  const here = `attempts.endpoint_id in (${listeners.map(({ id }) => id)})`;
  const late = `outcome <> 'unknown' and exists (select 1 from attempts taken where taken.outcome = 'unknown'
    and taken.delivery_id = attempts.delivery_id and taken.number = attempts.number)`;
  const unknown = await scene.stored.count("attempts", `${here} and outcome = 'unknown'`);
  return { unknown, toldLate: await scene.stored.count("attempts", `${here} and ${late}`) };
}

/** Nothing is lost, no node sent more at once than the cap, and versions came in order. */
async function checkAll(own: Crowd, marks: readonly string[]): Promise<void> {
  const { listeners, ordered } = own;
  expect(marks.length).toBeGreaterThan(0);
  await eventually(async () => {
    for (const one of [...listeners, ordered]) {
      const open = (await one.deliveries()).filter(({ state }) => state !== "delivered");
      expect(open.map(({ endpointId, state, dueAt }) => ({ endpointId, state, dueAt }))).toEqual([]);
    }
  }, PATIENCE_MS);
  const acknowledged = marks.flatMap((mark) => listeners.map(({ id }) => ({ endpointId: id, mark })));
  await scene.check([...listeners, ordered], acknowledged);
  // While nodes go and come, one after the other may look after an endpoint before it knows what the others still send.
  expect(own.mostInFlight()).toBeLessThanOrEqual(scene.cluster.nodes.length * CAP);
  const seen = new Set<string>();
  const versions = ordered.arrivals().flatMap((arrival) => {
    if (seen.has(arrival.id)) return [];
    seen.add(arrival.id);
    return [Number(contentOf(arrival).data.versionNumber)];
  });
  expect(versions.length).toBeGreaterThan(0);
  expect(versions).toEqual([...versions].sort((one, other) => one - other));
}

/**
 * The endpoints of some nodes, whose requests are held: when these nodes are lost, each has requests in flight to all of
 * its own, and nobody else has. Until others have noticed a node that has just come, they send for it.
 */
async function inFlightOf(nodes: readonly number[], own: Crowd) {
  const ofNodes = nodes.map((node) => own.listeners.filter((one) => scene.ownerOf(one) === node));
  const release = own.hold();
  await eventually(async () => {
    for (const [index, mine] of ofNodes.entries()) {
      expect(mine.filter((one) => !one.arrivals().some(isUnanswered))).toEqual([]);
      const leased = `endpoint_id in (${mine.map(({ id }) => id)}) and state = 'leased'`;
      expect(await scene.stored.count("deliveries", `${leased} and node <> ${nodes[index]}`)).toBe(0);
      const fresh = `${leased} and leased_at > ${Date.now() - FRESH_MS}`;
      expect(await scene.stored.count("deliveries", fresh)).toBeGreaterThan(0);
    }
  }, PATIENCE_MS);
  return { ofNodes, release };
}

function isUnanswered({ status, abandonedAtMs }: Arrival): boolean {
  return status === undefined && abandonedAtMs === undefined;
}

test("F48: a killed node: others soon send what it had and would have had, nothing is lost", async () => {
  const own = await crowd();
  const stopTraffic = scene.traffic(own.agentId, [0, 2]);
  const stopPublishing = publishing(own, 2);
  const { ofNodes, release } = await inFlightOf([1], own);
  const mine = ofNodes.flat();
  const victim = scene.cluster.nodes[1]?.server;
  victim?.kill("SIGKILL");
  const killedAtMs = Date.now();
  release();
  const ms = await heardAfter(own, 0, mine, killedAtMs);
  printFigure(`F48: endpoints of a killed node heard from another after ${ms.toFixed(0)} ms`);
  await victim?.restart();
  expect(ms).toBeLessThan(TAKEOVER_MS.dead);
  expect((await takenOver(mine)).unknown).toBeGreaterThan(0);
  expect(await stopPublishing()).toBeGreaterThan(0);
  await checkAll(own, await stopTraffic());
});

test("F48: one node hangs, another is cut off from the database: the third sends for both within 30 s; what they tell when they are back changes nothing", async () => {
  const own = await crowd();
  const stopTraffic = scene.traffic(own.agentId, [0]);
  const stopPublishing = publishing(own, 0);
  const { ofNodes, release } = await inFlightOf([1, 2], own);
  const [hung, cut] = [scene.cluster.nodes[1], scene.cluster.nodes[2]];
  hung?.server.kill("SIGSTOP");
  cut?.network.setMode("half-open");
  const lostAtMs = Date.now();
  release();
  const ms = await Promise.all(ofNodes.map((mine) => heardAfter(own, 0, mine, lostAtMs)));
  printFigure(
    `F48: endpoints of a node that hangs, and of one without database, heard after ${ms.join(", ")} ms`,
  );
  expect(Math.max(...ms)).toBeLessThan(TAKEOVER_MS.hung);
  await eventually(async () => {
    expect(await scene.stored.count("deliveries", "state = 'leased' and node in (1, 2)")).toBe(0);
  }, TAKEOVER_MS.hung);
  hung?.server.kill("SIGCONT");
  cut?.network.setMode("pass");
  for (const [index, mine] of ofNodes.entries()) {
    await eventually(async () => {
      const { unknown, toldLate } = await takenOver(mine);
      expect([unknown > 0, toldLate > 0]).toEqual([true, true]);
    }, PATIENCE_MS);
    await heardAfter(own, index + 1, mine, Date.now());
  }
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
