import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Reaction } from "../support/callback-receiver.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { printFigure } from "../support/figures.ts";
import { inParallel } from "../support/in-parallel.ts";
import { seededRandom } from "../support/random.ts";
import { beginConversation, SCALE, startCallbackScene } from "./callback-scene.ts";

/** 0: not at all. What is promised is about an hour. */
const MINUTES = Number(process.env["SOAK_MINUTES"] ?? 0);
const SEED = Number(process.env["CALLBACK_SEED"] ?? Date.now() % 1_000_000);
const LISTENERS = 10;
/** Together 50 deliveries a second. */
const EVENTS_PER_SECOND = 5;
const ROUND_MS = 15_000;
const MOST_GROWTH_MB = 30;
/** Of the time: until caches are full and code is compiled. */
const WARM_SHARE = 0.2;

describe.runIf(MINUTES > 0).each(engines)("a server that delivers for long, on $name", (engine) => {
  test(
    "fifty deliveries a second, one in five fails: its memory does not grow, every signature holds",
    async () => {
      printFigure(`${engine.name}: CALLBACK_SEED=${SEED} SOAK_MINUTES=${MINUTES}`);
      const random = seededRandom(SEED);
      const scene = await startCallbackScene({ databaseUrl: await engine.databaseUrl(), scale: SCALE });
      try {
        const agentId = await scene.newAgent();
        await inParallel(LISTENERS, 4, () =>
          scene.listen(agentId, { behaviour: () => faultyReaction(random()) }),
        );
        const sizes: number[] = [];
        const rounds = Math.max(5, Math.round((MINUTES * 60_000) / ROUND_MS));
        let events = 0;
        for (let round = 0; round < rounds; round++) {
          const endMs = Date.now() + ROUND_MS;
          while (Date.now() < endMs) {
            await Promise.all([beginConversation(scene.coze(), agentId), delay(1_000 / EVENTS_PER_SECOND)]);
            events += 1;
          }
          expect(scene.receiver.badSignatures()).toEqual([]);
          scene.receiver.forget();
          sizes.push(residentMegabytes(scene.server.pid));
        }
        await eventually(async () => {
          expect(await scene.stored.count("deliveries", "state <> 'delivered'")).toBe(0);
        }, 120_000);
        expect(await scene.stored.count("deliveries", "state = 'delivered'")).toBe(events * LISTENERS);
        const warm = sizes.slice(Math.floor(sizes.length * WARM_SHARE));
        const third = Math.ceil(warm.length / 3);
        const growth = average(warm.slice(-third)) - average(warm.slice(0, third));
        printFigure(
          `${engine.name}: ${events * LISTENERS} deliveries, ${average(warm).toFixed(0)} MB, ` +
            `${growth.toFixed(1)} MB more at the end than at the beginning`,
        );
        expect(growth).toBeLessThan(MOST_GROWTH_MB);
      } finally {
        await scene.close();
      }
    },
    300_000 + MINUTES * 90_000,
  );
});

function faultyReaction(dice: number): Reaction {
  if (dice < 0.1) return { status: 500 };
  if (dice < 0.15) return { reset: "after-reading" };
  return dice < 0.2 ? { delayMs: 500 } : {};
}

/** Without pages of files, where the system tells: the database is mapped and grows. */
function residentMegabytes(pid: number): number {
  const status = `/proc/${pid}/status`;
  const own = existsSync(status)
    ? /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8"))?.[1]
    : undefined;
  const kilobytes = own ?? execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(kilobytes) / 1_024;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
