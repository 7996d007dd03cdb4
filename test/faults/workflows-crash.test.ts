import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { formatRunId } from "../../src/dialects/hiagent/workflow-run-ids.ts";
import type { WorkflowRunId } from "../../src/domain/ids.ts";
import { type AntiphonProcess, startAntiphonProcess } from "../support/antiphon-process.ts";
import { createDatabase } from "../support/databases.ts";
import { printFigure } from "../support/figures.ts";
import { seededRandom } from "../support/random.ts";
import { CHARGED_ABOVE, type Order, outputOf } from "./order-graph.ts";
import { checkEnd, OrderScene, orderOf, type Policy, send, untilEnded } from "./order-scene.ts";
import { postgresRuns, type StoredRun, type StoredRuns, sqliteRuns } from "./stored-runs.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Kills on SQLite, and the seed of everything random, for running one failure again. */
const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 12);
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const RUNS_PER_ROUND = 3;
const LATEST_KILL_MS = 350;
/** In every so many rounds the start that follows is killed as well, at some instant up to this one. */
const KILL_START_EVERY = 8;
const LATEST_START_KILL_MS = 900;
const SLOWNESS = { callMs: 40, tokenMs: 25 };

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

interface Sent {
  policy: Policy;
  order: Order;
  /** Undefined: it was not acknowledged. */
  runId: string | undefined;
}

function anOrder(random: () => number, name: string): Order {
  const amount = 1 + Math.floor(random() * 2 * CHARGED_ABOVE);
  const items = ["apple", "pear", "fig"].slice(0, 1 + Math.floor(random() * 3)).join(",");
  return { order: name, amount, items };
}

async function openScene(): Promise<OrderScene> {
  const scene = await OrderScene.open(seededRandom(SEED + 1), SLOWNESS);
  closers.push(() => scene.close());
  return scene;
}

interface World {
  scene: OrderScene;
  /** On the same data. */
  servers: readonly AntiphonProcess[];
  stored: StoredRuns;
}

test(
  "a server killed at any instant: every run ends as an undisturbed one would, or says that nobody knows",
  async () => {
    const scene = await openScene();
    const server = await startAntiphonProcess(scene.installation);
    closers.push(() => server.close());
    const stored = sqliteRuns(join(server.dataDirectory, "antiphon.db"));
    await killAgainAndAgain({ scene, servers: [server], stored }, ROUNDS);
  },
  60_000 + ROUNDS * 6_000,
);

test(
  "nodes killed one after the other: others go on with their runs, and the same holds",
  async () => {
    const scene = await openScene();
    const databaseUrl = await createDatabase();
    const environment = {
      ...scene.installation.environment,
      ANTIPHON_SECRET_KEY: randomBytes(32).toString("base64"),
    };
    const installation = { ...scene.installation, environment, databaseUrl };
    const servers = [await startAntiphonProcess(installation), await startAntiphonProcess(installation)];
    closers.push(...servers.map((server) => () => server.close()));
    const stored = await postgresRuns(databaseUrl);
    closers.push(() => stored.close());
    await killAgainAndAgain({ scene, servers, stored }, Math.ceil(ROUNDS / 6));
  },
  60_000 + ROUNDS * 6_000,
);

async function killAgainAndAgain(world: World, rounds: number): Promise<void> {
  printFigure(`workflow crash test: CRASH_SEED=${SEED} CRASH_ROUNDS=${rounds}`);
  const random = seededRandom(SEED);
  const { scene, servers } = world;
  const undisturbed = anOrder(random, "undisturbed");
  const { url } = nodeOf(world, 0);
  const run = await untilEnded(scene, url, undisturbed, "fail", (await send(url, "fail", undisturbed)) ?? "");
  expect(JSON.parse(run.output)).toEqual(outputOf(undisturbed));

  const sent: Sent[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const victim = nodeOf(world, round);
    const sending = Array.from(
      { length: RUNS_PER_ROUND * servers.length },
      async (_, index): Promise<Sent> => {
        const order = anOrder(random, `${round}-${index}`);
        const policy: Policy = index % 2 === 0 ? "fail" : "pause";
        return { order, policy, runId: await send(nodeOf(world, index).url, policy, order) };
      },
    );
    // In every third round perhaps before anything was acknowledged.
    if (round % 3 !== 0) await Promise.any(sending);
    await delay(random() * LATEST_KILL_MS);
    victim.kill("SIGKILL");
    sent.push(...(await Promise.all(sending)));
    await victim.waitExit();
    if (round % KILL_START_EVERY === 0) await victim.killDuringStart(random() * LATEST_START_KILL_MS);
    // The last one stays dead where there are others.
    if (servers.length === 1 || round < rounds) await victim.restart();
  }
  await checkAll(world, nodeOf(world, rounds + 1), sent);
}

function nodeOf({ servers }: World, index: number): AntiphonProcess {
  const node = servers[index % servers.length];
  if (node === undefined) throw new Error("no server");
  return node;
}

/** Everything that was acknowledged, and everything that was begun although nobody was told, at a node that lives. */
async function checkAll(
  { scene, stored }: World,
  { url }: AntiphonProcess,
  sent: readonly Sent[],
): Promise<void> {
  const policies = new Map(sent.map(({ order, policy }) => [order.order, policy]));
  const policyOf = (run: StoredRun) => policies.get(orderOf(run).order) ?? "fail";
  const begun = await stored.all();
  await Promise.all(begun.map((run) => untilEnded(scene, url, orderOf(run), policyOf(run), wireId(run))));
  const runs = await stored.all();
  const names = runs.map((run) => orderOf(run).order);
  expect(new Set(names).size).toBe(names.length);
  const acknowledged = sent.filter(({ runId }) => runId !== undefined).map(({ order }) => order.order);
  expect(names).toEqual(expect.arrayContaining(acknowledged));
  const ends = { completed: 0, failed: 0 };
  for (const run of runs) {
    const end = checkEnd(scene, run);
    if (policyOf(run) === "pause") expect(end).toBe("completed");
    ends[end] += 1;
  }
  const calls = scene.counter.arrivals.filter(({ isWhole }) => isWhole).length;
  printFigure(`${runs.length} runs, ${calls} calls: ${ends.completed} completed, ${ends.failed} failed`);
}

function wireId({ id }: StoredRun): string {
  return formatRunId({ runId: id as WorkflowRunId, isBrief: false });
}
