import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { Reaction } from "../support/callback-receiver.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { seededRandom } from "../support/random.ts";
import type { Acknowledged } from "./callback-oracle.ts";
import {
  beginConversation,
  type CallbackScene,
  type Listener,
  SCALE,
  startCallbackScene,
} from "./callback-scene.ts";

/** Kills per engine, and the seed of everything random, for running one failure again. */
const ROUNDS = Number(process.env["CALLBACK_ROUNDS"] ?? 10);
const SEED = Number(process.env["CALLBACK_SEED"] ?? Date.now() % 1_000_000);
const PUBLISHERS = 8;
const AGENTS = 4;
const LISTENERS_PER_AGENT = 5;
const LATEST_KILL_MS = 400;
/** In every so many rounds the start that follows is killed as well, at some instant up to this one. */
const KILL_START_EVERY = 5;
const LATEST_START_KILL_MS = 800;

vi.setConfig({ testTimeout: 60_000 + ROUNDS * 12_000 });

interface Crowd {
  scene: CallbackScene;
  agents: { agentId: string; listeners: Listener[] }[];
  acknowledged: Acknowledged[];
  random: () => number;
}

describe.each(engines)("a server killed at any instant, on $name", (engine) => {
  test(`F08: ${ROUNDS} times: nothing acknowledged is lost, nothing that never was arrives`, async () => {
    printFigure(`${engine.name}, F08: CALLBACK_SEED=${SEED} CALLBACK_ROUNDS=${ROUNDS}`);
    const scene = await startCallbackScene({ databaseUrl: await engine.databaseUrl(), scale: SCALE });
    try {
      const crowd = await gather(scene);
      for (let round = 1; round <= ROUNDS; round++) {
        try {
          await crashOnce(crowd, round);
        } catch (cause) {
          throw new Error(`round ${round} of CALLBACK_SEED=${SEED}: ${String(cause)}`, { cause });
        }
      }
      await checkEnd(crowd, engine.name);
    } finally {
      await scene.close();
    }
  });
});

async function gather(scene: CallbackScene): Promise<Crowd> {
  const faults = seededRandom(SEED + 1);
  const agents = [];
  for (let index = 0; index < AGENTS; index++) {
    const agentId = await scene.newAgent();
    const listeners = [];
    for (let count = 0; count < LISTENERS_PER_AGENT; count++) {
      const behaviour = () => faultyReaction(faults());
      const eventTypes = ["conversation.created", "agent.published"];
      listeners.push(await scene.listen(agentId, { behaviour, eventTypes }));
    }
    agents.push({ agentId, listeners });
  }
  return { scene, agents, acknowledged: [], random: seededRandom(SEED) };
}

/** One in five goes wrong, in one of several ways. */
function faultyReaction(dice: number): Reaction {
  if (dice < 0.08) return { status: 500 };
  if (dice < 0.12) return { reset: "after-reading" };
  if (dice < 0.16) return { closesAfterwards: true };
  return dice < 0.2 ? { delayMs: 150 } : {};
}

async function crashOnce(crowd: Crowd, round: number): Promise<void> {
  const { scene, random } = crowd;
  const before = crowd.acknowledged.length;
  const publishers = Array.from({ length: PUBLISHERS }, (_, index) =>
    publishUntilCut(crowd, index, seededRandom(SEED + 1_000 * round + index)),
  );
  await eventually(() => crowd.acknowledged.length > before);
  await delay(random() * LATEST_KILL_MS);
  scene.server.kill("SIGKILL");
  await Promise.all([...publishers, scene.server.waitExit()]);
  if (round % KILL_START_EVERY === 0) await scene.server.killDuringStart(random() * LATEST_START_KILL_MS);
  await scene.server.restart();
}

/** Somebody who begins conversations and publishes until the connection breaks. */
async function publishUntilCut(crowd: Crowd, index: number, random: () => number): Promise<void> {
  const coze = crowd.scene.coze();
  const { agentId, listeners } = crowd.agents[index % AGENTS] ?? { agentId: "", listeners: [] };
  try {
    for (;;) {
      const mark = random() < 0.15 ? await publish(agentId) : await beginConversation(coze, agentId);
      crowd.acknowledged.push(...listeners.map(({ id }) => ({ endpointId: id, mark })));
      await delay(random() * 20);
    }
  } catch (error) {
    if (!(error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message))) throw error;
  }

  async function publish(botId: string): Promise<string> {
    const body = { bot_id: botId, connector_ids: ["1024"] };
    return (await coze.data("POST /v1/bot/publish", body)).version;
  }
}

/** An event for everything that was changed, also where nobody was told that it was, and for nothing else. */
async function checkCauses({ stored }: CallbackScene, { agentId, listeners }: Crowd["agents"][number]) {
  const conversations = await stored.count("conversations", `agent_id = ${agentId}`);
  // Nobody listened yet when it was published for the first time.
  const versions = (await stored.count("agent_versions", `agent_id = ${agentId}`)) - 1;
  for (const listener of listeners) {
    const causes = Map.groupBy(await listener.deliveries(), ({ eventType }) => eventType);
    expect([causes.get("conversation.created")?.length, causes.get("agent.published")?.length ?? 0]).toEqual([
      conversations,
      versions,
    ]);
  }
}

async function checkEnd({ scene, agents, acknowledged }: Crowd, name: string): Promise<void> {
  const listeners = agents.flatMap((agent) => agent.listeners);
  await eventually(async () => {
    const open = await scene.stored.count("deliveries", "state in ('pending', 'leased')");
    expect(open).toBe(0);
  }, 60_000);
  await scene.check(listeners, acknowledged);
  for (const agent of agents) await checkCauses(scene, agent);
  const [deliveries, attempts] = [await scene.stored.deliveries(), await scene.stored.attempts()];
  const lost = Map.groupBy(
    attempts.filter(({ outcome }) => outcome === "unknown"),
    ({ deliveryId }) => deliveryId,
  );
  const taken = Map.groupBy(
    scene.receiver.arrivals.filter(({ status }) => status === 200),
    ({ path, id }) => `${path} ${id}`,
  );
  const paths = new Map(listeners.map(({ id, path }) => [id, path]));
  let duplicates = 0;
  for (const { id, wireId, endpointId, state } of deliveries) {
    const times = taken.get(`${paths.get(endpointId)} ${wireId}`)?.length ?? 0;
    const unknown = lost.get(id)?.length ?? 0;
    // What was answered and not noted, because the server died, comes again; connections that were closed do so too.
    expect([id, state, times <= 1 + 2 * unknown]).toEqual([id, "delivered", true]);
    duplicates += Math.max(0, times - 1);
  }
  const unknown = attempts.filter(({ outcome }) => outcome === "unknown").length;
  printFigure(
    `${name}, F08: ${ROUNDS} kills, ${acknowledged.length} deliveries acknowledged, ${deliveries.length} made, ` +
      `${attempts.length} attempts, ${unknown} of unknown end, ${duplicates} taken twice`,
  );
}
