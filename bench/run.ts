import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Bench, type Part } from "./bench.ts";
import { callbacks } from "./parts/callbacks.ts";
import { console as consoleLists } from "./parts/console.ts";
import { dialects } from "./parts/dialects.ts";
import { durability } from "./parts/durability.ts";
import { history } from "./parts/history.ts";
import { memory } from "./parts/memory.ts";
import { search } from "./parts/search.ts";
import { startUp } from "./parts/start-up.ts";
import { firstToken, throughput } from "./parts/tokens.ts";
import { turns } from "./parts/turns.ts";
import { workflows } from "./parts/workflows.ts";
import { describeMachine, formatMachine, type Machine } from "./report/machine.ts";
import { writeFigures } from "./report/page.ts";
import { formatTable, type Table } from "./report/table.ts";

const PARTS: Part[] = [
  startUp,
  memory,
  firstToken,
  throughput,
  turns,
  dialects,
  callbacks,
  durability,
  search,
  history,
  workflows,
  consoleLists,
];
const PAGE = fileURLToPath(new URL("../docs/performance.md", import.meta.url));

/** A run takes a little longer: what has begun is brought to an end. */
const QUICK_SECONDS = 160;
const WHOLE_SECONDS = 900;

const USAGE = `npm run bench -- [--quick] [--only NAME]... [--json FILE] [--page] [--directory DIR] [--profile DIR]

  --quick       one round of less of everything: at most three minutes, to see that it works
  --only        one part, may be repeated: ${PARTS.map(({ name }) => name).join(", ")}
  --json        writes all figures there as well
  --page        writes the figures into docs/performance.md
  --directory   where temporary stores are made (default: the system's temporary directory)
  --profile     the measured servers write CPU profiles there
`;

interface Report {
  startedAt: string;
  isQuick: boolean;
  machine: Machine;
  seconds: number;
  parts: { name: string; seconds: number; tables: Table[] }[];
  /** Parts there was no time for. */
  leftOut: string[];
  failures: string[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      json: { type: "string" },
      page: { type: "boolean", default: false },
      directory: { type: "string", default: tmpdir() },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const unknown = values.only.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(", ")}\n${USAGE}`);

  const bench = new Bench({
    isQuick: values.quick,
    directory: values.directory,
    limitSeconds: values.quick ? QUICK_SECONDS : WHOLE_SECONDS,
    profileDirectory: values.profile,
  });
  endOnSignals(bench);
  try {
    const chosen = PARTS.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
    const report = await runParts(bench, chosen);
    if (bench.cleanup.hasBegun) return;
    const text = formatReport(report);
    console.log(text);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
    if (values.page) await writeFigures(PAGE, text);
    if (report.failures.length > 0) process.exitCode = 1;
  } finally {
    await bench.cleanup.run();
  }
}

/** A part that breaks is a failure of the run, but does not keep the others from running. */
async function runParts(bench: Bench, parts: Part[]): Promise<Report> {
  const machine = describeMachine(bench.directory);
  const startedAt = new Date();
  const done: Report["parts"] = [];
  const leftOut: string[] = [];
  for (const part of parts) {
    if (bench.cleanup.hasBegun) break;
    if (!bench.hasTime) {
      bench.progress(`${part.name}: left out, the time is up`);
      leftOut.push(part.name);
      continue;
    }
    bench.progress(part.name);
    const partStartedAt = performance.now();
    try {
      const tables = await part.run(bench);
      done.push({ name: part.name, seconds: (performance.now() - partStartedAt) / 1_000, tables });
    } catch (error) {
      bench.fail(`${part.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return {
    startedAt: startedAt.toISOString(),
    isQuick: bench.isQuick,
    machine,
    seconds: (Date.now() - startedAt.getTime()) / 1_000,
    parts: done,
    leftOut,
    failures: bench.failures,
  };
}

function formatReport({ startedAt, isQuick, machine, seconds, parts, leftOut, failures }: Report): string {
  const head = `Antiphon benchmark, ${startedAt}, ${seconds.toFixed(0)} s${isQuick ? " (--quick: figures are rough)" : ""}`;
  const tables = parts.flatMap((part) => part.tables.map(formatTable));
  if (leftOut.length > 0) tables.push(`Left out, the time was up: ${leftOut.join(", ")}`);
  const end = failures.length === 0 ? [] : [`FAILED:\n${failures.join("\n")}`];
  return [`${head}\n${formatMachine(machine)}`, ...tables, ...end].join("\n\n\n");
}

function endOnSignals(bench: Bench): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      bench.progress(`${signal}: cleaning up`);
      void bench.cleanup.run().then(() => process.exit(130));
    });
  }
}

await main();
