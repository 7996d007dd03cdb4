import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench, Part } from "../bench.ts";
import { startChild } from "../processes/child.ts";
import { askForResult } from "../processes/load-client.ts";
import type { Cell, Table } from "../report/table.ts";
import { median, ratio } from "../statistics.ts";
import type { CodeOrder, CodeResult, WorkflowOrder, WorkflowResult } from "../workflow-harness.ts";
import { installPeers } from "../workflows/install-peers.ts";

type Way = WorkflowOrder["way"];

interface Row {
  way: Way;
  /** Whom it is compared with: the same promise, kept by LangGraph. */
  base: Way;
  /** Runs at once, of those of the others: it waits for the disk on its thread, and takes too long with all of them. */
  shareOfCrowd?: number;
}

const OURS: Row[] = [
  { way: "antiphon, in memory", base: "LangGraph, memory" },
  { way: "antiphon, SQLite", base: "LangGraph, SQLite" },
  { way: "antiphon, SQLite, effects", base: "LangGraph, SQLite" },
  { way: "antiphon, PostgreSQL", base: "LangGraph, SQLite" },
];
const THEIRS: Row[] = [
  { way: "LangGraph", base: "LangGraph, memory" },
  { way: "LangGraph, memory", base: "LangGraph, memory" },
  { way: "LangGraph, SQLite", base: "LangGraph, SQLite", shareOfCrowd: 0.1 },
  { way: "Mastra", base: "LangGraph, memory" },
  { way: "Mastra, memory", base: "LangGraph, memory" },
];

/** What a step of a workflow costs, beside two libraries that people write such programs with; and code in the sandbox. */
export const workflows: Part = {
  name: "workflows",
  async run(bench) {
    const { peers, absence } = await findPeers(bench);
    const rows = peers === undefined ? OURS : [...OURS, ...THEIRS];
    const limitMs = bench.isQuick ? 2_000 : 4_000;
    const runs = bench.isQuick ? 200 : 1_000;
    const alone = await compare(bench, rows, 3, () => ({ peers, runs, atOnce: 1, limitMs }));
    const crowd = bench.isQuick ? 200 : 1_000;
    const together = await compare(bench, rows, 2, ({ shareOfCrowd = 1 }) => {
      const atOnce = crowd * shareOfCrowd;
      return { peers, runs: 2 * atOnce, atOnce, limitMs: 2 * limitMs };
    });
    return [aloneTable(rows, alone, absence), togetherTable(rows, together, crowd), await codeTable(bench)];
  },
};

async function findPeers(bench: Bench): Promise<{ peers?: string; absence: string[] }> {
  try {
    return { peers: await installPeers((text) => bench.progress(text)), absence: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    bench.progress(`workflows: LangGraph and Mastra could not be installed: ${reason}`);
    return { absence: [`LangGraph and Mastra are missing here: they could not be installed (${reason}).`] };
  }
}

async function compare(
  bench: Bench,
  rows: Row[],
  rounds: number,
  orderOf: (row: Row) => Pick<WorkflowOrder, "runs" | "atOnce" | "limitMs"> & { peers: string | undefined },
): Promise<Map<Way, WorkflowResult[]>> {
  const results = new Map<Way, WorkflowResult[]>(rows.map(({ way }) => [way, []]));
  for (const _round of bench.rounds(rounds)) {
    for (const row of rows) {
      const { peers = "", ...size } = orderOf(row);
      results.get(row.way)?.push(await runOnce(bench, { way: row.way, peers, ...size }));
    }
  }
  return results;
}

async function runOnce(
  bench: Bench,
  order: Omit<WorkflowOrder, "path" | "databaseUrl">,
): Promise<WorkflowResult> {
  const { child } = await startChild(bench.cleanup, "workflow-harness.ts");
  const databaseUrl =
    order.way === "antiphon, PostgreSQL"
      ? await bench.postgres().then((postgres) => postgres.createDatabase())
      : undefined;
  const directory = bench.newDirectory();
  mkdirSync(directory, { recursive: true });
  const whole: WorkflowOrder = { ...order, path: join(directory, "store.db"), databaseUrl };
  const result = (await askForResult(child, whole)) as WorkflowResult;
  await child.stop();
  if (result.wrong > 0) bench.fail(`${order.way}: ${result.wrong} runs came to something else`);
  return result;
}

/** Of the middle round. */
function middle(results: WorkflowResult[] | undefined, figure: (result: WorkflowResult) => number) {
  return median((results ?? []).map(figure));
}

const wallMicroseconds = ({ seconds, steps }: WorkflowResult) => (seconds * 1e6) / steps;
const cpuMicroseconds = ({ cpuSeconds, steps }: WorkflowResult) => (cpuSeconds * 1e6) / steps;
const stepsPerSecond = ({ seconds, steps }: WorkflowResult) => steps / seconds;

function aloneTable(rows: Row[], results: Map<Way, WorkflowResult[]>, absence: string[]): Table {
  return {
    title: "A workflow of ten steps, one run after the other",
    columns: [
      { title: "engine, and where it keeps its steps" },
      { title: "wall us/step" },
      { title: "CPU us/step" },
      { title: "LangGraph / it, wall", digits: 1 },
      { title: "LangGraph / it, CPU", digits: 1 },
    ],
    rows: rows.map(({ way, base }): Cell[] => {
      const [own, other] = [results.get(way), results.get(base)];
      const [wall, cpu] = [middle(own, wallMicroseconds), middle(own, cpuMicroseconds)];
      const [otherWall, otherCpu] = [middle(other, wallMicroseconds), middle(other, cpuMicroseconds)];
      return [way, wall, cpu, ratio(otherWall, wall), ratio(otherCpu, cpu)];
    }),
    notes: [
      "Each step appends a letter to the text of the step before. Ours are nodes with a template, between a start and an end that are not counted as steps; theirs are functions. Every way in a process of its own, a tenth of the runs before they count.",
      "LangGraph / it: against LangGraph with its memory checkpointer, and for what is durable with its SQLite checkpointer. CPU is that of the process with all its threads, without PostgreSQL's.",
      "Ours on SQLite and PostgreSQL: that a run was accepted, and what became of it, would survive a power cut before anybody is told. Effects: before each step everything until then would, too, and that the step begins.",
      "LangGraph's SQLite checkpointer runs on the SQLite of Node (better-sqlite3 would have to be compiled), with the settings it makes itself. Mastra, memory: with the storage in memory of its core.",
      ...absence,
    ],
  };
}

function togetherTable(rows: Row[], results: Map<Way, WorkflowResult[]>, crowd: number): Table {
  return {
    title: `The same workflow, ${crowd} runs at once`,
    columns: [
      { title: "engine, and where it keeps its steps" },
      { title: "runs/s" },
      { title: "steps/s" },
      { title: "it / LangGraph", digits: 1 },
      { title: "CPU us/step" },
      { title: "loop p99 ms", digits: 1 },
      { title: "loop max ms", digits: 1 },
      { title: "more memory MB" },
    ],
    rows: rows.map(({ way, base, shareOfCrowd }): Cell[] => {
      const own = results.get(way);
      const rate = middle(own, stepsPerSecond);
      return [
        shareOfCrowd === undefined ? way : `${way} (${crowd * shareOfCrowd} at once)`,
        middle(own, ({ seconds, steps }) => steps / 10 / seconds),
        rate,
        ratio(rate, middle(results.get(base), stepsPerSecond)),
        middle(own, cpuMicroseconds),
        middle(own, ({ loopDelayMs }) => loopDelayMs.p99),
        middle(own, ({ loopDelayMs }) => loopDelayMs.max),
        middle(own, ({ memoryMegabytes }) => memoryMegabytes),
      ];
    }),
    notes: [
      "Each run that ends makes room for the next. More memory: at most, beyond what the process had before.",
    ],
  };
}

async function codeTable(bench: Bench): Promise<Table> {
  const ways = [
    { name: "one after the other", atOnce: 1, threads: 1 },
    { name: "100 at once, 1 thread", atOnce: 100, threads: 1 },
    { name: "100 at once, 2 threads", atOnce: 100, threads: 2 },
  ];
  const rows: Cell[][] = [];
  for (const { name, ...how } of ways) {
    const { child } = await startChild(bench.cleanup, "workflow-harness.ts");
    const order: CodeOrder = { code: { calls: bench.isQuick ? 2_000 : 20_000, ...how } };
    const { calls, seconds, cpuSeconds, firstCallMs } = (await askForResult(child, order)) as CodeResult;
    await child.stop();
    rows.push([name, calls / seconds, (seconds * 1e6) / calls, (cpuSeconds * 1e6) / calls, firstCallMs]);
  }
  return {
    title: "Code in the sandbox",
    columns: [
      { title: "calls" },
      { title: "calls/s" },
      { title: "wall us/call" },
      { title: "CPU us/call" },
      { title: "first call ms", digits: 1 },
    ],
    rows,
    notes: [
      "A small calculation; each call in a machine that knows nothing of the others. The first call loads the engine and starts a thread.",
    ],
  };
}
