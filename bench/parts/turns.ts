import type { Bench, Part } from "../bench.ts";
import type { AntiphonProcess } from "../processes/antiphon.ts";
import { antiphonCandidate, baselines, type Candidate, medianOf } from "./candidates.ts";
import {
  busy,
  compare,
  cpuFor,
  type Figure,
  type Level,
  loopDelay,
  rate,
  rateByCpu,
  rateOf,
  wholeTime,
} from "./comparison.ts";

/** Complete turns per second with everything stored. */
export const turns: Part = {
  name: "turns",
  async run(bench) {
    const { candidates, servers } = await allWays(bench);
    const table = await compare(bench, candidates, {
      title: "Complete turns of 50 tokens per second, stored (chat_query_v2, streaming)",
      levelColumns: [{ title: "streams" }],
      levels: turnLevels(bench),
      figures: [...turnFigures, postgresCpu, loopDelay, busy],
      notes: [
        "The upstream sends each answer in one write. Direct and relay store nothing.",
        '"same conversations": one per stream, so the history read, and sent to the upstream, grows with every turn.',
        "The upstream's own share grows with the history, since it reads longer requests.",
      ],
    });
    for (const server of servers) await server.stop();
    return [table];
  },
};

const LEVELS = [
  { streams: 1, count: 200 },
  { streams: 20, count: 900 },
  { streams: 100, count: 1_000 },
];

/** By the number of streams. */
export function turnLevels({ isQuick }: Bench): Level[] {
  return LEVELS.filter(({ streams }) => !isQuick || streams === 20).map(({ streams, count }) => ({
    cells: [streams],
    load: {
      connections: streams,
      turns: isQuick ? Math.ceil(count / 3) : count,
      shape: { tokens: 50, pace: "burst" },
      spreadMs: 0,
      limitMs: 20_000,
    },
    rounds: 3,
  }));
}

/** How many turns, how long they take and what they cost. */
export const turnFigures: Figure[] = [
  rate("turns/s", "completed"),
  rateOf("of direct", "direct", "completed"),
  rateOf("of relay", "relay", "completed"),
  wholeTime("p50 ms", 0.5),
  wholeTime("p99 ms", 0.99),
  cpuFor("CPU us/turn", "completed"),
  rateByCpu("relay by CPU", "relay", "completed"),
];

const postgresCpu: Figure = {
  title: "PG CPU us",
  of: ({ candidate, measurements }) =>
    candidate.name.includes("PostgreSQL")
      ? medianOf(measurements, (one) =>
          one.postgresCpu === undefined ? undefined : (one.postgresCpu * 1e6) / one.completed,
        )
      : undefined,
};

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
