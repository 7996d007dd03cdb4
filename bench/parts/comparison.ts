import type { Bench, Measurement } from "../bench.ts";
import type { Cell, Column, Table } from "../report/table.ts";
import { median, percentile } from "../statistics.ts";
import {
  alternate,
  type Candidate,
  type Load,
  medianOf,
  ratioOf,
  serverMicroseconds,
  warmUp,
} from "./candidates.ts";

/** The same load for every candidate, once for every level; one row for each. */
export interface Comparison {
  title: string;
  /** What tells one level from the next, before the candidate's name. */
  levelColumns: Column[];
  levels: Level[];
  figures: Figure[];
  notes: string[];
}

export interface Level {
  /** One for every `levelColumns`. */
  cells: Cell[];
  load: Load;
  rounds: number;
}

/** A column of a comparison. */
export interface Figure extends Column {
  of(row: Row): Cell;
}

/** What a figure is made of. */
export interface Row {
  candidate: Candidate;
  measurements: Measurement[];
  /** By kind of candidate, the first of each; empty when there is none. */
  base(kind: Base): Measurement[];
}

/** What others are compared with: the upstream without anything before it, or the first that speaks so. */
export type Base = "direct" | Candidate["target"]["kind"];

/** Warms all candidates up and measures them at every level. */
export async function compare(
  bench: Bench,
  candidates: Candidate[],
  { title, levelColumns, levels, figures, notes }: Comparison,
): Promise<Table> {
  await warmUp(bench, candidates);
  const rows: Cell[][] = [];
  for (const { cells, load, rounds } of levels) {
    bench.progress(`  ${levelColumns.map((column, index) => `${column.title} ${cells[index]}`).join(", ")}`);
    const results = await alternate(bench, candidates, load, rounds);
    const base = (kind: Base) => [...results].find(([candidate]) => isBase(candidate, kind))?.[1] ?? [];
    for (const [candidate, measurements] of results) {
      const row = { candidate, measurements, base };
      rows.push([...cells, candidate.name, ...figures.map((figure) => figure.of(row))]);
    }
  }
  return { title, columns: [...levelColumns, { title: "way" }, ...figures], rows, notes };
}

function isBase({ target, server }: Candidate, kind: Base): boolean {
  return kind === "direct" ? server === undefined : server !== undefined && target.kind === kind;
}

/** What a measurement got done. */
type Work = "completed" | "tokens";

/** Turns or tokens per second. */
export function rate(title: string, work: Work): Figure {
  return { title, of: ({ measurements }) => medianOf(measurements, (one) => one[work] / one.seconds) };
}

/** The rate divided by a baseline's. */
export function rateOf(title: string, kind: Base, work: Work): Figure {
  const figure = (one: Measurement) => one[work] / one.seconds;
  return { title, digits: 2, of: ({ measurements, base }) => ratioOf(measurements, base(kind), figure) };
}

/** Microseconds of the server's CPU for each turn or token. */
export function cpuFor(title: string, work: Work, digits = 0): Figure {
  return { title, digits, of: ({ measurements }) => serverMicroseconds(measurements, (one) => one[work]) };
}

/** Work per second of the server's CPU against a baseline's: steadier than the clock on a busy machine. */
export function rateByCpu(title: string, kind: Base, work: Work): Figure {
  const figure = (one: Measurement) => (one.serverCpu === undefined ? 0 : one[work] / one.serverCpu);
  return { title, digits: 2, of: ({ measurements, base }) => ratioOf(measurements, base(kind), figure) };
}

/** Milliseconds of whole answers. */
export function wholeTime(title: string, share: number): Figure {
  return {
    title,
    digits: 1,
    of: ({ measurements }) => medianOf(measurements, (one) => percentile(one.wholeMs, share)),
  };
}

/** Median time to the first token, of all streams of a round. */
export const firstTokenTime: Figure = {
  title: "p50 ms",
  digits: 1,
  of: ({ measurements }) => firstTokenMedian(measurements),
};

export const firstTokenTail: Figure = {
  title: "p99 ms",
  digits: 1,
  of: ({ measurements }) =>
    percentile(
      measurements.flatMap((one) => one.firstTokenMs),
      0.99,
    ),
};

/** How much later the first token comes than from the upstream itself. */
export const addedTime: Figure = { title: "added p50 ms", digits: 1, of: addedMs };

/** The added time divided by a baseline's. */
export function addedTimeOf(title: string, kind: Base): Figure {
  return {
    title,
    digits: 2,
    of({ base, ...row }) {
      const added = addedMs({ base, ...row });
      const direct = firstTokenMedian(base("direct"));
      const other = firstTokenMedian(base(kind));
      if (added === undefined || direct === undefined || other === undefined) return undefined;
      return other > direct ? added / (other - direct) : undefined;
    },
  };
}

function addedMs({ candidate, measurements, base }: Row): number | undefined {
  const typical = firstTokenMedian(measurements);
  const direct = firstTokenMedian(base("direct"));
  if (candidate.server === undefined || typical === undefined || direct === undefined) return undefined;
  return typical - direct;
}

function firstTokenMedian(measurements: Measurement[]): number | undefined {
  return medianOf(measurements, (one) => median(one.firstTokenMs));
}

/** How late the server's event loop was. */
export const loopDelay: Figure = {
  title: "loop p99 ms",
  digits: 1,
  of: ({ measurements }) => medianOf(measurements, (one) => one.loopDelayMs),
};

/** How busy server, upstream and client were, in percent of a core each. */
export const busy: Figure = {
  title: "busy % srv/up/cli",
  of({ measurements }) {
    const share = (seconds: (measurement: Measurement) => number | undefined) => {
      const value = medianOf(measurements, (one) => {
        const used = seconds(one);
        return used === undefined ? undefined : (100 * used) / one.seconds;
      });
      return value === undefined ? "-" : value.toFixed(0);
    };
    return [
      share((one) => one.serverCpu),
      share((one) => one.upstreamCpu),
      share((one) => one.cpuSeconds),
    ].join("/");
  },
};
