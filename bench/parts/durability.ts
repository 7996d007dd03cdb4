import { join } from "node:path";
import type { Bench, Part } from "../bench.ts";
import type { DurabilityOrder, DurabilityResult } from "../durability-harness.ts";
import { startChild } from "../processes/child.ts";
import { askForResult } from "../processes/load-client.ts";
import type { Cell, Table } from "../report/table.ts";
import { median, ratio } from "../statistics.ts";

/** What a durable acknowledgement costs: SQLite's own way beside ours. */
export const durability: Part = {
  name: "durability",
  async run(bench) {
    const rows: Cell[][] = [];
    for (const delayMs of [0, 5]) {
      for (const concurrency of [20, 100]) rows.push(...(await compare(bench, delayMs, concurrency)));
    }
    return [table(rows)];
  },
};

const MODES: { mode: DurabilityOrder["mode"]; name: string }[] = [
  { mode: "full", name: "synchronous=FULL" },
  { mode: "flushed", name: "NORMAL + flushed()" },
];

async function compare(bench: Bench, delayMs: number, concurrency: number): Promise<Cell[][]> {
  const results = MODES.map((): DurabilityResult[] => []);
  for (const _round of bench.rounds(2)) {
    for (const [index, { mode }] of MODES.entries()) {
      results[index]?.push(await runOnce(bench, { mode, delayMs, concurrency }));
    }
  }
  const rateOf = (all: DurabilityResult[] = []) => median(all.map(({ turns, seconds }) => turns / seconds));
  return MODES.map(({ name }, index): Cell[] => {
    const all = results[index] ?? [];
    const middle = (figure: (result: DurabilityResult) => number | undefined) =>
      median(all.flatMap((result) => figure(result) ?? []));
    return [
      delayMs === 0 ? "as it is" : `+ ${delayMs} ms`,
      concurrency,
      name,
      rateOf(all),
      ratio(rateOf(all), rateOf(results[0])),
      middle(({ turnMs }) => turnMs.p50),
      middle(({ turnMs }) => turnMs.p99),
      middle(({ loopDelayMs }) => loopDelayMs.p99),
      middle(({ loopDelayMs }) => loopDelayMs.max),
      middle(({ cpuSeconds, turns }) => (cpuSeconds * 1e6) / turns),
    ];
  });
}

async function runOnce(
  bench: Bench,
  order: Pick<DurabilityOrder, "mode" | "delayMs" | "concurrency">,
): Promise<DurabilityResult> {
  const { child } = await startChild(bench.cleanup, "durability-harness.ts");
  const path = join(bench.newDirectory(), "store.db");
  const whole: DurabilityOrder = { ...order, path, durationMs: bench.isQuick ? 800 : 1_500 };
  const result = (await askForResult(child, whole)) as DurabilityResult;
  await child.stop();
  return result;
}

function table(rows: Cell[][]): Table {
  return {
    title:
      "Durable turns in SQLite: two commits per turn, question and answer each acknowledged when durable",
    columns: [
      { title: "disk" },
      { title: "at once" },
      { title: "way" },
      { title: "turns/s" },
      { title: "of FULL", digits: 2 },
      { title: "turn p50 ms", digits: 1 },
      { title: "turn p99 ms", digits: 1 },
      { title: "loop p99 ms", digits: 1 },
      { title: "loop max ms", digits: 1 },
      { title: "CPU us/turn" },
    ],
    rows,
    notes: [
      "The storage room alone, in a process of its own: no HTTP, no model.",
      "+ 5 ms with flushed(): every fdatasync is followed by a timer of 5 ms. With FULL the flush happens inside SQLite's commit, where nothing can be injected: the thread is stopped for 5 ms after each commit instead, which is what such a disk would do to it; flushes of checkpoints are not delayed.",
    ],
  };
}
