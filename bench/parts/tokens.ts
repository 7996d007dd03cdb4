import type { AnswerShape } from "../answer-shape.ts";
import type { Bench, Part } from "../bench.ts";
import { antiphonCandidate, baselines } from "./candidates.ts";
import {
  addedTime,
  busy,
  type Comparison,
  compare,
  cpuFor,
  firstTokenTail,
  firstTokenTime,
  type Level,
  loopDelay,
  rate,
  rateByCpu,
  rateOf,
} from "./comparison.ts";

/** Time to the first token with an upstream at a human pace. */
export const firstToken: Part = {
  name: "first-token",
  run: (bench) =>
    threeWays(bench, {
      title: "Time to the first token, upstream at a fixed pace (first token one step after the request)",
      levelColumns: [{ title: "streams" }],
      levels: pacedLevels(bench),
      figures: [
        firstTokenTime,
        firstTokenTail,
        addedTime,
        rate("tokens/s", "tokens"),
        cpuFor("CPU us/turn", "completed"),
        loopDelay,
        busy,
      ],
      notes: [
        PACE_NOTE,
        "Antiphon stores the question durably before it asks the upstream, and the answer before it ends the stream.",
      ],
    }),
};

/** About 5,000 tokens a second at 100 and 1,000 streams, so that waiting for a core is not all that is seen. */
const PACED = [
  { streams: 1, tokens: 10, paceMs: 20, turnsEach: 15 },
  { streams: 20, tokens: 50, paceMs: 20, turnsEach: 2 },
  { streams: 100, tokens: 50, paceMs: 20, turnsEach: 2 },
  { streams: 1_000, tokens: 15, paceMs: 200, turnsEach: 2 },
];

/** By the number of streams. */
export function pacedLevels({ isQuick }: Bench): Level[] {
  return PACED.filter(({ streams }) => !isQuick || streams <= 100).map(
    ({ streams, tokens, paceMs, turnsEach }) => ({
      cells: [streams],
      load: {
        connections: streams,
        turns: streams * Math.ceil(turnsEach / (isQuick ? 2 : 1)),
        shape: { tokens, pace: paceMs },
        spreadMs: tokens * paceMs,
        limitMs: 30_000,
      },
      rounds: 2,
    }),
  );
}

/** What the levels are. */
export const PACE_NOTE = `${PACED.map(
  ({ streams, tokens, paceMs }) => `${streams}: ${tokens} tokens ${paceMs} ms apart`,
).join("; ")}. Streams begin spread over the length of one answer.`;

/** Tokens per second with an upstream that never waits. */
export const throughput: Part = {
  name: "throughput",
  run: (bench) =>
    threeWays(bench, {
      title: "Tokens per second, upstream without pauses",
      levelColumns: [{ title: "streams" }, { title: "tokens" }],
      levels: (bench.isQuick ? FLAT_OUT.slice(1, 4) : FLAT_OUT).map(({ streams, tokens, turns, pace }) => ({
        cells: [streams, `${tokens} ${pace}`],
        load: {
          connections: streams,
          turns: bench.isQuick ? Math.max(streams, Math.ceil(turns / 3)) : turns,
          shape: { tokens, pace },
          spreadMs: 0,
          limitMs: 30_000,
        },
        rounds: 3,
      })),
      figures: [
        rate("tokens/s", "tokens"),
        rateOf("of direct", "direct", "tokens"),
        rateOf("of relay", "relay", "tokens"),
        cpuFor("CPU us/token", "tokens", 1),
        rateByCpu("relay by CPU", "relay", "tokens"),
        busy,
      ],
      notes: [
        '"single": the upstream writes each token by itself, as models do; "burst": a whole answer in one write.',
        "A frame of Antiphon has about 230 bytes (event, ids, time, text), one of the relay 35.",
      ],
    }),
};

const FLAT_OUT: { streams: number; tokens: number; turns: number; pace: AnswerShape["pace"] }[] = [
  { streams: 1, tokens: 200, turns: 60, pace: "single" },
  { streams: 20, tokens: 200, turns: 200, pace: "single" },
  { streams: 100, tokens: 200, turns: 200, pace: "single" },
  { streams: 100, tokens: 200, turns: 600, pace: "burst" },
  { streams: 1_000, tokens: 50, turns: 1_000, pace: "single" },
  { streams: 1_000, tokens: 50, turns: 2_000, pace: "burst" },
];

async function threeWays(bench: Bench, comparison: Comparison) {
  const antiphon = await bench.antiphon();
  const candidates = [...(await baselines(bench)), antiphonCandidate("antiphon", antiphon)];
  const table = await compare(bench, candidates, comparison);
  await antiphon.stop();
  return [table];
}
