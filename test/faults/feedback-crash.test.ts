import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type { Reaction } from "../support/callback-receiver.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { seededRandom } from "../support/random.ts";
import { checkCallbacks } from "./callback-oracle.ts";
import { type CallbackScene, type Listener, SCALE, startCallbackScene } from "./callback-scene.ts";
import { checkFeedback } from "./feedback-oracle.ts";
import {
  type Family,
  type Intent,
  type PlacedRater,
  RATED_INSTALLATION,
  rate,
  ratedAgentId,
  ratedAnswer,
} from "./feedback-raters.ts";

/** Kills per engine, and the seed of everything random, for running one failure again. */
const ROUNDS = Number(process.env["CALLBACK_ROUNDS"] ?? 10);
const SEED = Number(process.env["CALLBACK_SEED"] ?? Date.now() % 1_000_000);
const ANSWERS = 6;
const RATERS_PER_ANSWER = 2;
/** A round is over after so many changes at most, and so much later. */
const CHANGES_PER_ROUND = 25;
const LATEST_KILL_MS = 150;
/** How long the listener takes for whom changes give way, so that some do. */
const SLOW_MS = 100;
/** In every so many rounds the start that follows is killed as well, at some instant up to this one. */
const KILL_START_EVERY = 5;
const LATEST_START_KILL_MS = 800;

vi.setConfig({ testTimeout: 60_000 + ROUNDS * 12_000 });

interface Crowd {
  scene: CallbackScene;
  raters: PlacedRater[];
  listeners: Listener[];
  random: () => number;
}

describe.each(engines)("ratings on a server killed at any instant, on $name", (engine) => {
  test(`${ROUNDS} times: none that was acknowledged is lost, none is invented, none goes backwards`, async () => {
    printFigure(`${engine.name}, ratings: CALLBACK_SEED=${SEED} CALLBACK_ROUNDS=${ROUNDS}`);
    const scene = await startCallbackScene({
      databaseUrl: await engine.databaseUrl(),
      scale: SCALE,
      file: RATED_INSTALLATION,
    });
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

/** Answers begun by every family; at the last one two people use one name. Two endpoints: changes give way, or do not. */
async function gather(scene: CallbackScene): Promise<Crowd> {
  const faults = seededRandom(SEED + 1);
  const agentId = await ratedAgentId(scene);
  const raters = [];
  for (let index = 0; index < ANSWERS; index++) {
    const begunBy = index % 2 === 0 ? "insight" : "hiagent";
    raters.push(...(await ratedAnswer(scene, { index, raters: RATERS_PER_ANSWER, begunBy })));
  }
  for (const rater of raters.slice(-RATERS_PER_ANSWER)) rater.writers = 2;
  const listeners = [];
  for (const isCoalescing of [true, false]) {
    const slowness = isCoalescing ? { delayMs: SLOW_MS } : {};
    const behaviour = () => ({ ...slowness, ...faultyReaction(faults()) });
    const more = { kind: "insight", isCoalescing };
    listeners.push(await scene.listen(agentId, { behaviour, more, eventTypes: ["feedback.changed"] }));
  }
  return { scene, raters, listeners, random: seededRandom(SEED) };
}

/** One in five goes wrong, in one of several ways. */
function faultyReaction(dice: number): Reaction {
  if (dice < 0.08) return { status: 500 };
  if (dice < 0.12) return { reset: "after-reading" };
  if (dice < 0.16) return { closesAfterwards: true };
  return dice < 0.3 ? { delayMs: 150 } : {};
}

async function crashOnce({ scene, raters, random }: Crowd, round: number): Promise<void> {
  const enough = acknowledged(raters) + 1 + Math.floor(random() * CHANGES_PER_ROUND);
  const writers = raters
    .flatMap((rater) => Array.from({ length: rater.writers }, () => rater))
    .map((rater, index) => rateUntilCut(scene, rater, `${round}.${index}`, SEED + 1_000 * round + index));
  await eventually(() => acknowledged(raters) >= enough);
  await delay(random() * LATEST_KILL_MS);
  scene.server.kill("SIGKILL");
  await Promise.all([...writers, scene.server.waitExit()]);
  if (round % KILL_START_EVERY === 0) await scene.server.killDuringStart(random() * LATEST_START_KILL_MS);
  await scene.server.restart();
}

function acknowledged(raters: readonly PlacedRater[]): number {
  return raters.flatMap(({ requested }) => requested.filter(({ isAcknowledged }) => isAcknowledged)).length;
}

/** Somebody who changes their mind until the connection breaks, in quick flips and with pauses. */
async function rateUntilCut(scene: CallbackScene, rater: PlacedRater, mark: string, seed: number) {
  const random = seededRandom(seed);
  try {
    for (let count = 0; ; count++) {
      await rate(scene, rater, nextIntent(rater, `why ${mark}.${count}`, random));
      if (random() < 0.5) await delay(random() * 40);
    }
  } catch (error) {
    if (!(error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message))) throw error;
  }
}

function nextIntent({ isUser }: PlacedRater, text: string, random: () => number): Intent {
  const families: Family[] = isUser ? ["hiagent", "coze", "insight"] : ["insight"];
  const family = families[Math.floor(random() * families.length)] ?? "insight";
  const dice = random();
  const rating = dice < 0.25 ? "none" : dice < 0.55 ? "like" : "dislike";
  return { family, rating, text: random() < 0.9 ? text : "", asReason: random() < 0.3 };
}

async function checkEnd({ scene, raters, listeners }: Crowd, name: string): Promise<void> {
  await eventually(async () => {
    const open = await scene.stored.count("deliveries", "state in ('pending', 'leased')");
    expect(open).toBe(0);
  }, 60_000);
  const [coalescing, complete] = listeners;
  const paths = new Map(listeners.map(({ id, path }) => [id, path]));
  await checkCallbacks({ ...scene, paths }, [], { coalescing: coalescing ? [coalescing.id] : [] });
  const ratings = new Map((await scene.stored.ratings()).map((rating) => [rating.rater, rating]));
  for (const rater of raters) {
    expect(acknowledged([rater])).toBeGreaterThan(0);
    for (const listener of listeners) {
      checkFeedback(rater, {
        arrivals: listener.arrivals(),
        stored: ratings.get(rater.name),
        isComplete: listener === complete,
      });
    }
  }
  const deliveries = await scene.stored.deliveries();
  const superseded = deliveries.filter(({ state }) => state === "superseded");
  expect(superseded.length).toBeGreaterThan(0);
  printFigure(
    `${name}, ratings: ${ROUNDS} kills, ${acknowledged(raters)} changes acknowledged of ` +
      `${raters.flatMap(({ requested }) => requested).length}, ${deliveries.length} deliveries, ${superseded.length} ` +
      `gave way, ${listeners.flatMap((listener) => listener.arrivals()).length} requests arrived`,
  );
}
