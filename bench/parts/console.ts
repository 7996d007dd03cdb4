import { request } from "undici";
import type { Bench, Part } from "../bench.ts";
import type { ConsoleFillOrder, FilledInstallation } from "../fill-console.ts";
import { type AntiphonProcess, BENCH_TOKEN } from "../processes/antiphon.ts";
import { startChild } from "../processes/child.ts";
import { askForResult } from "../processes/load-client.ts";
import type { Cell, Table } from "../report/table.ts";
import { percentile, ratio } from "../statistics.ts";

/** The lists of the console's pages, in a large installation. */
export const console: Part = {
  name: "console",
  async run(bench) {
    const size = bench.isQuick
      ? { conversations: 5_000, attempts: 50_000 }
      : { conversations: 100_000, attempts: 1_000_000 };
    const sqlite = await measureEngine(bench, "SQLite", size);
    const postgres = await measureEngine(bench, "PostgreSQL", size);
    return [tableOf(size, sqlite, postgres)];
  },
};

/** Milliseconds of each request, by list and page. */
type Times = Map<string, number[]>;

const MIDDLE_PAGES = 5;
/** What people notice. */
const SLOW_MS = 300;
const DAY_MS = 86_400_000;

const LISTS: { list: string; path(filled: FilledInstallation): string }[] = [
  { list: "conversations", path: () => "/conversations?limit=20" },
  { list: "conversations, one agent", path: ({ agentId }) => `/conversations?limit=20&agentId=${agentId}` },
  { list: "conversations, one user", path: () => "/conversations?limit=20&userId=user-777" },
  { list: "conversations, disliked", path: () => "/conversations?limit=20&rating=dislike" },
  {
    list: "conversations, a common text",
    path: () => `/conversations?limit=20&text=${encodeURIComponent("收货")}`,
  },
  {
    list: "conversations, a rare text",
    path: () => `/conversations?limit=20&text=${encodeURIComponent("第 777 问")}`,
  },
  { list: "conversations, one family", path: () => "/conversations?limit=20&family=coze" },
  { list: "conversations, failed", path: () => "/conversations?limit=20&status=failed" },
  { list: "conversations, a day", path: () => `/conversations?limit=20&since=${ago(41)}&until=${ago(40)}` },
  { list: "exchanges", path: ({ conversationId }) => `/conversations/${conversationId}/exchanges` },
  { list: "held conversations", path: () => "/held-conversations" },
  { list: "rated turns", path: () => "/rated-turns?limit=20&order=newest" },
  { list: "rated turns, disliked", path: () => "/rated-turns?limit=20&rating=dislike&order=newest" },
  { list: "rated turns, with comment", path: () => "/rated-turns?limit=20&hasComment=true&order=newest" },
  { list: "rated turns, one agent", path: ({ agentId }) => `/rated-turns?limit=20&agentId=${agentId}` },
  { list: "events", path: () => "/events?limit=20" },
  { list: "events, a rare type", path: () => "/events?limit=20&type=agent.deleted" },
  { list: "deliveries", path: () => "/deliveries?limit=20" },
  { list: "deliveries, exhausted", path: () => "/deliveries?limit=20&state=exhausted" },
  { list: "deliveries, a rare type", path: () => "/deliveries?limit=20&type=agent.deleted" },
  {
    list: "deliveries, one endpoint",
    path: ({ endpointId }) => `/deliveries?limit=20&endpointId=${endpointId}`,
  },
  { list: "deliveries, a day", path: () => `/deliveries?limit=20&since=${ago(41)}&until=${ago(40)}` },
  { list: "one delivery", path: ({ deliveryId }) => `/deliveries/${deliveryId}` },
  { list: "attempts", path: () => "/attempts?limit=20" },
  { list: "attempts, one endpoint", path: ({ endpointId }) => `/attempts?limit=20&endpointId=${endpointId}` },
  { list: "endpoints", path: () => "/endpoints?kind=workspace" },
  { list: "agents", path: () => "/agents?limit=20" },
  { list: "publications", path: () => "/publications" },
  { list: "audit log", path: () => "/audit-log?limit=20" },
  {
    list: "audit log, a rare action",
    path: () => `/audit-log?limit=20&action=${encodeURIComponent("POST /agents")}`,
  },
  { list: "running turns", path: () => "/running-turns" },
  ...[1, 7, 30, 90].map((days) => ({
    list: `statistics, ${days} days`,
    path: () =>
      `/statistics?from=${ago(days)}&until=${ago(0)}&step=${days === 1 ? "hour" : "day"}&groupBy=agent&timeZone=Asia/Shanghai`,
  })),
];

function ago(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString();
}

async function measureEngine(
  bench: Bench,
  engine: "SQLite" | "PostgreSQL",
  size: { conversations: number; attempts: number },
): Promise<Times> {
  const { server, filled } = await fill(bench, engine, size);
  await untilCounted(server);
  const times: Times = new Map();
  const repeats = bench.isQuick ? 3 : 15;
  for (const { list, path } of LISTS) {
    const first = path(filled);
    const middle = await middlePage(server, first);
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      note(times, `${list}|first`, await timeOf(bench, server, first));
      if (middle !== undefined) note(times, `${list}|middle`, await timeOf(bench, server, middle));
    }
  }
  await server.stop();
  for (const [name, all] of times) {
    const median = percentile(all, 0.5) ?? 0;
    if (median >= SLOW_MS) bench.progress(`  ${engine}: ${name} takes ${Math.round(median)} ms`);
  }
  return times;
}

async function fill(
  bench: Bench,
  engine: "SQLite" | "PostgreSQL",
  size: { conversations: number; attempts: number },
): Promise<{ server: AntiphonProcess; filled: FilledInstallation }> {
  bench.progress(`  ${engine}: filling a store with ${size.conversations} conversations`);
  const directory = bench.newDirectory();
  const environment: Record<string, string> = {};
  if (engine === "PostgreSQL") {
    const postgres = await bench.postgres();
    environment["ANTIPHON_DATABASE_URL"] = await postgres.createDatabase();
  }
  const first = await bench.antiphon({ directory, environment });
  await makeEndpoint(first);
  await first.stop();
  const order: ConsoleFillOrder = {
    databaseUrl: environment["ANTIPHON_DATABASE_URL"],
    path: `${directory}/data/antiphon.db`,
    ...size,
  };
  const { child } = await startChild(bench.cleanup, "fill-console.ts");
  const filled = (await askForResult(child, order)) as FilledInstallation;
  await child.stop();
  return { server: await bench.antiphon({ directory, environment }), filled };
}

/** What the others are copies of: its secrets are encrypted with the key of the installation. */
async function makeEndpoint(server: AntiphonProcess): Promise<void> {
  const response = await request(`${server.url}/api/endpoints`, {
    method: "POST",
    headers: { authorization: `Bearer ${BENCH_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({
      name: "bench",
      url: "https://callbacks.invalid/hooks",
      eventTypes: ["agent.published"],
    }),
  });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`POST /api/endpoints: ${text}`);
}

/** Statistics are made after the server has started. */
async function untilCounted(server: AntiphonProcess): Promise<void> {
  for (;;) {
    const { countedUntil } = await read(server, `/statistics?from=${ago(1)}&until=${ago(0)}`);
    if (countedUntil === null) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A page some way in; undefined where the list has only one. */
async function middlePage(server: AntiphonProcess, path: string): Promise<string | undefined> {
  let at = path;
  for (let page = 0; page < MIDDLE_PAGES; page += 1) {
    const { nextCursor } = await read(server, at);
    if (typeof nextCursor !== "string") return page === 0 ? undefined : at;
    at = `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(nextCursor)}`;
  }
  return at;
}

async function read(server: AntiphonProcess, path: string): Promise<Record<string, unknown>> {
  const response = await request(`${server.url}/api${path}`, {
    headers: { authorization: `Bearer ${BENCH_TOKEN}` },
  });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`GET ${path}: ${response.statusCode} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

async function timeOf(bench: Bench, server: AntiphonProcess, path: string): Promise<number> {
  const startedAt = performance.now();
  try {
    await read(server, path);
  } catch (error) {
    bench.fail(String(error));
  }
  return performance.now() - startedAt;
}

function note(times: Times, name: string, milliseconds: number): void {
  const all = times.get(name);
  if (all === undefined) times.set(name, [milliseconds]);
  else all.push(milliseconds);
}

function tableOf(
  { conversations, attempts }: { conversations: number; attempts: number },
  sqlite: Times,
  postgres: Times,
): Table {
  const rows = [...sqlite].map(([name, times]): Cell[] => {
    const [list = "", page = ""] = name.split("|");
    const others = postgres.get(name) ?? [];
    const [one, other] = [percentile(times, 0.5), percentile(others, 0.5)];
    return [
      ...[list, page, one, percentile(times, 0.95), other, percentile(others, 0.95)],
      ratio(one, other),
    ];
  });
  return {
    title: `Lists of the console with ${conversations} conversations and ${attempts} attempts to deliver`,
    columns: [
      { title: "list" },
      { title: "page" },
      { title: "SQLite p50 ms", digits: 1 },
      { title: "p95 ms", digits: 1 },
      { title: "PostgreSQL p50 ms", digits: 1 },
      { title: "p95 ms", digits: 1 },
      { title: "SQLite : PostgreSQL", digits: 2 },
    ],
    rows,
    notes: [
      `One request after another over HTTP; "middle" is up to ${MIDDLE_PAGES} pages behind the first.`,
      "Turns, deliveries and opinions are spread over 90 days and 20 agents; statistics are of all agents.",
    ],
  };
}
