import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { inParallel } from "../../test/support/in-parallel.ts";
import { askFor } from "../answer-shape.ts";
import type { Bench } from "../bench.ts";
import { openInsight } from "../processes/antiphon.ts";
import { percentile } from "../statistics.ts";
import { CALLERS, type Receiver, Site } from "./site.ts";

const ENDPOINTS = 50;
const HUNG = 5;
const EVENTS_PER_SECOND = 4;

/** Milliseconds between the cause and the first byte at the receiver, nothing else going on. */
export async function idleLag(bench: Bench, site: Site): Promise<number[]> {
  const endpoint = await site.endpoint("idle");
  const events = bench.isQuick ? 40 : 200;
  for (let count = 0; count < events; count++) {
    await site.converse();
    await sleep(15);
  }
  await site.receiver.reached(endpoint.path, events);
  const lags = await lagsOf(site, [endpoint]);
  await site.remove([endpoint]);
  // The first one opens the connection and finds the lane cold.
  return lags.slice(1);
}

/** The same from a change of feedback, each by somebody else, to a feedback callback. */
export async function feedbackLag(bench: Bench, site: Site): Promise<number[]> {
  const endpoint = await site.endpoint("feedback", { kind: "insight", eventTypes: ["feedback.changed"] });
  const { botId, caller } = await openInsight(site.server.url);
  const message = askFor({ tokens: 5, pace: "burst" });
  const { execId } = await caller.ask({ botId, sessionId: "rated", message });
  const changes = bench.isQuick ? 40 : 200;
  for (let count = 0; count < changes; count++) {
    const rating = { botId, execId, feedbackStatus: "thumb-up", userId: `rater ${count}` };
    await caller.data("POST /bot-message/feedback", rating);
    await sleep(15);
  }
  await site.receiver.reached(endpoint.path, changes);
  const lags = await lagsOf(site, [endpoint]);
  await site.remove([endpoint]);
  return lags.slice(1);
}

/** From cause to first byte at 45 endpoints while five others at the same address never answer, 200 deliveries a second. */
export async function lagBesideHung(bench: Bench, site: Site): Promise<number[]> {
  const hung = await site.endpoints(HUNG, "hang");
  const healthy = await site.endpoints(ENDPOINTS - HUNG, "healthy");
  const events = (bench.isQuick ? 4 : 10) * EVENTS_PER_SECOND;
  for (let count = 0; count < events; count++) {
    await Promise.all([site.converse(), sleep(1_000 / EVENTS_PER_SECOND)]);
  }
  await site.receiver.reached("/healthy/", healthy.length * events);
  const lags = await lagsOf(site, healthy);
  await site.remove([...hung, ...healthy]);
  return lags;
}

/** Makes that many deliveries wait; `drain` lets them go and resolves with the seconds from the first to the last. */
export async function backlog(site: Site, deliveries: number): Promise<{ drain(): Promise<number> }> {
  const endpoints = await site.endpoints(ENDPOINTS, "drain");
  const each = (action: string) =>
    inParallel(endpoints.length, CALLERS, (index) =>
      site.call(`POST /api/endpoints/${endpoints[index]?.id}/${action}`),
    );
  await each("pause");
  await inParallel(deliveries / ENDPOINTS, CALLERS, () => site.converse());
  return {
    async drain() {
      await each("resume");
      await site.receiver.reached("/drain/", deliveries);
      const received = await site.receiver.take(endpoints.map(({ path }) => path));
      await site.remove(endpoints);
      const times = received.map(({ atMs }) => atMs);
      return (Math.max(...times) - Math.min(...times)) / 1_000;
    },
  };
}

/** Milliseconds from starting the process again after a SIGKILL, and from its readiness (below zero: before it), to the first redelivery. */
export async function restart(
  bench: Bench,
  receiver: Receiver,
): Promise<{ fromStart: number; fromReady: number }> {
  const directory = bench.newDirectory();
  const before = await Site.open(bench, receiver, { directory });
  const stalled = await before.endpoints(5, "stall/restart");
  await before.converse();
  await receiver.reached("/stall/restart", stalled.length);
  const paths = stalled.map(({ path }) => path);
  await receiver.take(paths);
  before.kill();
  const startedAtMs = performance.timeOrigin + performance.now();
  const after = await Site.open(bench, receiver, { directory });
  await receiver.reached("/stall/restart", stalled.length);
  const firstMs = Math.min(...(await receiver.take(paths)).map(({ atMs }) => atMs));
  await after.close();
  const fromStart = firstMs - startedAtMs;
  return { fromStart, fromReady: fromStart - after.server.readyMs };
}

/** Milliseconds from the SIGKILL of one of two nodes on one PostgreSQL to the first redelivery by the other. */
export async function takeover(bench: Bench, receiver: Receiver): Promise<number> {
  const environment = {
    ANTIPHON_DATABASE_URL: await (await bench.postgres()).createDatabase(),
    ANTIPHON_SECRET_KEY: randomBytes(32).toString("base64"),
  };
  const [doomed, other] = [
    await Site.open(bench, receiver, { environment }),
    await Site.open(bench, receiver, { environment }),
  ];
  // Until both know of each other and have shared the endpoints.
  const stalled = await doomed.endpoints(16, "stall/takeover");
  await sleep(4_000);
  await doomed.converse();
  await receiver.reached("/stall/takeover", stalled.length);
  const paths = stalled.map(({ path }) => path);
  await receiver.take(paths);
  const killedAtMs = performance.timeOrigin + performance.now();
  doomed.kill();
  await receiver.reached("/stall/takeover", 1);
  const received = await receiver.take(paths);
  await other.close();
  return Math.min(...received.map(({ atMs }) => atMs)) - killedAtMs;
}

async function lagsOf({ receiver }: Site, endpoints: readonly { path: string }[]): Promise<number[]> {
  const received = await receiver.take(endpoints.map(({ path }) => path));
  return received.flatMap(({ lagMs }) => lagMs ?? []);
}

/** Median and 99 of 100, for a cell. */
export function middleAndTail(values: readonly number[]): string {
  const show = (share: number) => percentile(values, share)?.toFixed(1) ?? "-";
  return `${show(0.5)} / ${show(0.99)} ms`;
}
