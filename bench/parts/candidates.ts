import type { Bench, Measurement, Service } from "../bench.ts";
import type { StreamsJob } from "../client/jobs.ts";
import type { Target } from "../client/target.ts";
import type { AntiphonProcess } from "../processes/antiphon.ts";
import { median } from "../statistics.ts";

/** One of the ways to the same upstream. */
export interface Candidate {
  name: string;
  target: Target;
  /** What stands between client and upstream; absent: nothing. */
  server?: Service & Partial<Pick<AntiphonProcess, "loopDelayMs">>;
  conversations?: StreamsJob["conversations"];
}

/** The upstream itself, then a bare relay: what Antiphon is compared with. */
export async function baselines(bench: Bench): Promise<Candidate[]> {
  const upstream = await bench.upstream();
  const relay = await bench.relay();
  return [
    { name: "upstream directly", target: { kind: "openai", url: upstream.url } },
    { name: "bare Fastify relay", target: { kind: "relay", url: relay.url }, server: relay },
  ];
}

/** Antiphon as an application with an app key sees it. */
export function antiphonCandidate(
  name: string,
  server: AntiphonProcess,
  conversations: StreamsJob["conversations"] = "own",
): Candidate {
  return { name, target: { kind: "hiagent", url: server.url }, server, conversations };
}

/** What all candidates have to do alike. */
export type Load = Omit<StreamsJob, "kind" | "target" | "conversations">;

/** Short answers until the code of every server is compiled for speed; counted nowhere. */
export async function warmUp(bench: Bench, candidates: Candidate[]): Promise<void> {
  const turns = bench.isQuick ? 100 : 400;
  const shape = { tokens: 50, pace: "burst" } as const;
  await alternate(bench, candidates, { connections: 20, turns, shape, spreadMs: 0, limitMs: 20_000 }, 1);
}

/** Every candidate once per round, so that a disturbance from outside hits all of them. */
export async function alternate(
  bench: Bench,
  candidates: Candidate[],
  load: Load,
  rounds: number,
): Promise<Map<Candidate, Measurement[]>> {
  const results = new Map<Candidate, Measurement[]>(candidates.map((candidate) => [candidate, []]));
  for (const _round of bench.rounds(rounds)) {
    for (const candidate of candidates) {
      const { target, conversations = "own", server } = candidate;
      const job: StreamsJob = { kind: "streams", target, conversations, ...load };
      results.get(candidate)?.push(await bench.measure(job, server));
    }
  }
  return results;
}

/** The median over the rounds of one figure; undefined when no round has it. */
export function medianOf(
  measurements: Measurement[],
  figure: (measurement: Measurement) => number | undefined,
): number | undefined {
  return median(measurements.flatMap((measurement) => figure(measurement) ?? []));
}

/** Microseconds of the server's CPU for each turn or token. */
export function serverMicroseconds(
  measurements: Measurement[],
  per: (measurement: Measurement) => number,
): number | undefined {
  return medianOf(measurements, (one) =>
    one.serverCpu === undefined ? undefined : (one.serverCpu * 1e6) / per(one),
  );
}

/** The ratio of a figure to a baseline's, round by round, then the median. */
export function ratioOf(
  measurements: Measurement[],
  base: Measurement[],
  figure: (measurement: Measurement) => number,
): number | undefined {
  return median(
    measurements.flatMap((measurement, round) => {
      const other = base[round];
      const isKnown = other !== undefined && figure(other) > 0 && figure(measurement) > 0;
      return isKnown ? [figure(measurement) / figure(other)] : [];
    }),
  );
}
