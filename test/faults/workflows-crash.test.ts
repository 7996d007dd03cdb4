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
import { type StoredRun, type StoredRuns, storedRuns } from "./stored-runs.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Kills on SQLite, and the seed of everything random, for running one failure again. */
const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 40);
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

async function openScene(random: () => number, databaseUrl?: string) {
  const scene = await OrderScene.open(random, SLOWNESS);
  closers.push(() => scene.close());
  const server = await startAntiphonProcess({ ...scene.installation, databaseUrl });
  closers.push(() => server.close());
  const stored = await storedRuns(server, databaseUrl);
  closers.push(() => stored.close());
  return { scene, server, stored };
}

test(
  "a server killed at any instant: every run ends as an undisturbed one would, or says that nobody knows",
  async () => {
    await killAgainAndAgain(ROUNDS);
  },
  60_000 + ROUNDS * 6_000,
);

test("PostgreSQL: the same of one node that is killed", async () => {
  const rounds = Math.ceil(ROUNDS / 8);
  await killAgainAndAgain(rounds, await createDatabase());
});

async function killAgainAndAgain(rounds: number, databaseUrl?: string): Promise<void> {
  printFigure(`workflow crash test: CRASH_SEED=${SEED} CRASH_ROUNDS=${rounds}`);
  const random = seededRandom(SEED);
  const { scene, server, stored } = await openScene(seededRandom(SEED + 1), databaseUrl);
  const undisturbed = anOrder(random, "undisturbed");
  const runId = await send(server.url, "fail", undisturbed);
  const run = await untilEnded(scene, server.url, "fail", undisturbed, runId ?? "");
  expect({ message: run.message, output: JSON.parse(run.output) }).toEqual({
    message: "",
    output: outputOf(undisturbed),
  });

  const sent: Sent[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const sending = Array.from({ length: RUNS_PER_ROUND }, async (_, index): Promise<Sent> => {
      const order = anOrder(random, `${round}-${index}`);
      const policy: Policy = index % 2 === 0 ? "fail" : "pause";
      return { order, policy, runId: await send(server.url, policy, order) };
    });
    // In every second round before anything was acknowledged, perhaps.
    if (round % 2 === 0) await Promise.any(sending);
    await delay(random() * LATEST_KILL_MS);
    server.kill("SIGKILL");
    sent.push(...(await Promise.all(sending)));
    await server.waitExit();
    if (round % KILL_START_EVERY === 0) await server.killDuringStart(random() * LATEST_START_KILL_MS);
    await server.restart();
  }
  await checkAll({ scene, server, stored, sent });
}

async function checkAll(world: {
  scene: OrderScene;
  server: AntiphonProcess;
  stored: StoredRuns;
  sent: readonly Sent[];
}): Promise<void> {
  const { scene, server, stored, sent } = world;
  const policies = new Map(sent.map(({ order, policy }) => [order.order, policy]));
  const policyOf = (run: StoredRun) => policies.get(orderOf(run).order) ?? "fail";
  const begun = await stored.all();
  await Promise.all(
    begun.map((run) => untilEnded(scene, server.url, policyOf(run), orderOf(run), wireId(run))),
  );
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
