import type { Bench, Measurement, Part } from "../bench.ts";
import type { AntiphonProcess } from "../processes/antiphon.ts";
import type { Cell, Table } from "../report/table.ts";
import { percentile } from "../statistics.ts";
import {
  alternate,
  antiphonCandidate,
  BUSY,
  baselines,
  busy,
  type Candidate,
  type Load,
  medianOf,
  ratioByCpu,
  ratioOf,
  serverMicroseconds,
  warmUp,
} from "./candidates.ts";

/** Complete turns per second with everything stored. */
export const turns: Part = {
  name: "turns",
  async run(bench) {
    const { candidates, servers } = await allWays(bench);
    await warmUp(bench, candidates);
    const rows: Cell[][] = [];
    for (const { streams, count } of LEVELS) {
      if (bench.isQuick && streams !== 20) continue;
      bench.progress(`  ${streams} streams`);
      const load: Load = {
        connections: streams,
        turns: bench.isQuick ? Math.ceil(count / 3) : count,
        shape: { tokens: 50, pace: "burst" },
        spreadMs: 0,
        limitMs: 20_000,
      };
      const results = await alternate(bench, candidates, load, 3);
      rows.push(...rowsOf(streams, results));
    }
    for (const server of servers) await server.stop();
    return [table(rows)];
  },
};

const LEVELS = [
  { streams: 1, count: 200 },
  { streams: 20, count: 900 },
  { streams: 100, count: 1_000 },
];

async function allWays(bench: Bench): Promise<{ candidates: Candidate[]; servers: AntiphonProcess[] }> {
  const database = await bench.postgres().then((postgres) => postgres.createDatabase());
  const full = await bench.antiphon({ environment: { ANTIPHON_DURABILITY: "full" } });
  const relaxed = await bench.antiphon({ environment: { ANTIPHON_DURABILITY: "relaxed" } });
  const postgres = await bench.antiphon({ environment: { ANTIPHON_DATABASE_URL: database } });
  const candidates = [
    ...(await baselines(bench)),
    antiphonCandidate("SQLite full, new conversations", full),
    antiphonCandidate("SQLite full, same conversations", full, "same"),
    antiphonCandidate("SQLite relaxed, new conversations", relaxed),
    antiphonCandidate("SQLite relaxed, same conversations", relaxed, "same"),
    antiphonCandidate("PostgreSQL, new conversations", postgres),
    antiphonCandidate("PostgreSQL, same conversations", postgres, "same"),
  ];
  return { candidates, servers: [full, relaxed, postgres] };
}

function rowsOf(streams: number, results: Map<Candidate, Measurement[]>): Cell[][] {
  const rate = (one: Measurement) => one.completed / one.seconds;
  const [direct = [], relay = []] = [...results.values()];
  return [...results].map(([{ name }, measurements]) => [
    streams,
    name,
    medianOf(measurements, rate),
    ratioOf(measurements, direct, rate),
    ratioOf(measurements, relay, rate),
    medianOf(measurements, (one) => percentile(one.wholeMs, 0.5)),
    medianOf(measurements, (one) => percentile(one.wholeMs, 0.99)),
    serverMicroseconds(measurements, (one) => one.completed),
    ratioByCpu(measurements, relay, (one) => one.completed),
    name.includes("PostgreSQL") ? postgresMicroseconds(measurements) : undefined,
    medianOf(measurements, (one) => one.loopDelayMs),
    busy(measurements),
  ]);
}

function postgresMicroseconds(measurements: Measurement[]): number | undefined {
  return medianOf(measurements, (one) =>
    one.postgresCpu === undefined ? undefined : (one.postgresCpu * 1e6) / one.completed,
  );
}

function table(rows: Cell[][]): Table {
  return {
    title: "Complete turns of 50 tokens per second, stored (chat_query_v2, streaming)",
    columns: [
      { title: "streams" },
      { title: "way" },
      { title: "turns/s" },
      { title: "of direct", digits: 2 },
      { title: "of relay", digits: 2 },
      { title: "p50 ms", digits: 1 },
      { title: "p99 ms", digits: 1 },
      { title: "CPU us/turn" },
      { title: "relay by CPU", digits: 2 },
      { title: "PG CPU us" },
      { title: "loop p99 ms", digits: 1 },
      { title: BUSY },
    ],
    rows,
    notes: [
      "The upstream sends each answer in one write. Direct and relay store nothing.",
      '"same conversations": one per stream, so the history read, and sent to the upstream, grows with every turn.',
      "The upstream's own share grows with the history, since it reads longer requests.",
    ],
  };
}
