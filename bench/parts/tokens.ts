import type { AnswerShape } from "../answer-shape.ts";
import type { Bench, Measurement, Part } from "../bench.ts";
import type { Cell, Table } from "../report/table.ts";
import { median, percentile } from "../statistics.ts";
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

/** Time to the first token with an upstream at a human pace. */
export const firstToken: Part = {
  name: "first-token",
  async run(bench) {
    const { candidates, stop } = await threeWays(bench);
    const rows: Cell[][] = [];
    for (const level of bench.isQuick ? PACED.filter(({ streams }) => streams <= 100) : PACED) {
      bench.progress(`  ${level.streams} streams`);
      const load: Load = {
        connections: level.streams,
        turns: level.streams * Math.ceil(level.turnsEach / (bench.isQuick ? 2 : 1)),
        shape: { tokens: level.tokens, pace: level.paceMs },
        spreadMs: level.tokens * level.paceMs,
        limitMs: 30_000,
      };
      const results = await alternate(bench, candidates, load, level.rounds);
      rows.push(...firstTokenRows(level.streams, results));
    }
    await stop();
    return [firstTokenTable(rows)];
  },
};

/** About 5,000 tokens a second at 100 and 1,000 streams, so that waiting for a core is not all that is seen. */
const PACED = [
  { streams: 1, tokens: 10, paceMs: 20, turnsEach: 15, rounds: 2 },
  { streams: 20, tokens: 50, paceMs: 20, turnsEach: 2, rounds: 2 },
  { streams: 100, tokens: 50, paceMs: 20, turnsEach: 2, rounds: 2 },
  { streams: 1_000, tokens: 15, paceMs: 200, turnsEach: 2, rounds: 2 },
];

function firstTokenRows(streams: number, results: Map<Candidate, Measurement[]>): Cell[][] {
  const [direct = []] = [...results.values()];
  const base = firstTokenMedian(direct);
  return [...results].map(([{ name, server }, measurements]) => {
    const typical = firstTokenMedian(measurements);
    const all = measurements.flatMap((one) => one.firstTokenMs);
    const added =
      server === undefined || typical === undefined || base === undefined ? undefined : typical - base;
    return [
      streams,
      name,
      typical,
      percentile(all, 0.99),
      added,
      medianOf(measurements, (one) => one.tokens / one.seconds),
      serverMicroseconds(measurements, (one) => one.completed),
      medianOf(measurements, (one) => one.loopDelayMs),
      busy(measurements),
    ];
  });
}

function describePace({ streams, tokens, paceMs }: (typeof PACED)[number]): string {
  return `${streams}: ${tokens} tokens ${paceMs} ms apart`;
}

function firstTokenMedian(measurements: Measurement[]): number | undefined {
  return medianOf(measurements, (one) => median(one.firstTokenMs));
}

function firstTokenTable(rows: Cell[][]): Table {
  return {
    title: "Time to the first token, upstream at a fixed pace (first token one step after the request)",
    columns: [
      { title: "streams" },
      { title: "way" },
      { title: "p50 ms", digits: 1 },
      { title: "p99 ms", digits: 1 },
      { title: "added p50 ms", digits: 1 },
      { title: "tokens/s" },
      { title: "CPU us/turn" },
      { title: "loop p99 ms", digits: 1 },
      { title: BUSY },
    ],
    rows,
    notes: [
      `${PACED.map(describePace).join("; ")}. Streams begin spread over the length of one answer.`,
      "Antiphon stores the question durably before it asks the upstream, and the answer before it ends the stream.",
    ],
  };
}

/** Tokens per second with an upstream that never waits. */
export const throughput: Part = {
  name: "throughput",
  async run(bench) {
    const { candidates, stop } = await threeWays(bench);
    const rows: Cell[][] = [];
    for (const { streams, tokens, turns, pace } of bench.isQuick ? FLAT_OUT.slice(1, 4) : FLAT_OUT) {
      bench.progress(`  ${streams} streams, ${pace}`);
      const load: Load = {
        connections: streams,
        turns: bench.isQuick ? Math.max(streams, Math.ceil(turns / 3)) : turns,
        shape: { tokens, pace },
        spreadMs: 0,
        limitMs: 30_000,
      };
      const results = await alternate(bench, candidates, load, 3);
      rows.push(...throughputRows(streams, tokens, pace, results));
    }
    await stop();
    return [throughputTable(rows)];
  },
};

const FLAT_OUT: { streams: number; tokens: number; turns: number; pace: AnswerShape["pace"] }[] = [
  { streams: 1, tokens: 200, turns: 60, pace: "single" },
  { streams: 20, tokens: 200, turns: 200, pace: "single" },
  { streams: 100, tokens: 200, turns: 200, pace: "single" },
  { streams: 100, tokens: 200, turns: 600, pace: "burst" },
  { streams: 1_000, tokens: 50, turns: 1_000, pace: "single" },
  { streams: 1_000, tokens: 50, turns: 2_000, pace: "burst" },
];

function throughputRows(
  streams: number,
  tokens: number,
  pace: AnswerShape["pace"],
  results: Map<Candidate, Measurement[]>,
): Cell[][] {
  const rate = (one: Measurement) => one.tokens / one.seconds;
  const [direct = [], relay = []] = [...results.values()];
  return [...results].map(([{ name }, measurements]) => [
    streams,
    `${tokens} ${pace}`,
    name,
    medianOf(measurements, rate),
    ratioOf(measurements, direct, rate),
    ratioOf(measurements, relay, rate),
    serverMicroseconds(measurements, (one) => one.tokens),
    ratioByCpu(measurements, relay, (one) => one.tokens),
    busy(measurements),
  ]);
}

function throughputTable(rows: Cell[][]): Table {
  return {
    title: "Tokens per second, upstream without pauses",
    columns: [
      { title: "streams" },
      { title: "tokens" },
      { title: "way" },
      { title: "tokens/s" },
      { title: "of direct", digits: 2 },
      { title: "of relay", digits: 2 },
      { title: "CPU us/token", digits: 1 },
      { title: "relay by CPU", digits: 2 },
      { title: BUSY },
    ],
    rows,
    notes: [
      '"single": the upstream writes each token by itself, as models do; "burst": a whole answer in one write.',
      "A frame of Antiphon has about 230 bytes (event, ids, time, text), one of the relay 35.",
    ],
  };
}

async function threeWays(bench: Bench): Promise<{ candidates: Candidate[]; stop(): Promise<void> }> {
  const antiphon = await bench.antiphon();
  const candidates = [...(await baselines(bench)), antiphonCandidate("antiphon", antiphon)];
  await warmUp(bench, candidates);
  return { candidates, stop: () => antiphon.stop() };
}
