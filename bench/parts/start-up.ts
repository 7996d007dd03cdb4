import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Bench, Part } from "../bench.ts";
import { startAntiphon } from "../processes/antiphon.ts";
import type { Cell, Table } from "../report/table.ts";
import { median } from "../statistics.ts";

/** From starting the process to the first 200 on `/readyz`. */
export const startUp: Part = {
  name: "start-up",
  async run(bench) {
    const rounds = bench.isQuick ? 2 : 4;
    const cacheDirectory = join(bench.directory, "compile-cache");
    const times = new Map<string, number[]>(CASES.map(({ name }) => [name, []]));
    await prepare(bench, cacheDirectory);
    for (let round = 0; round < rounds; round++) {
      for (const { name, hasData, cache } of CASES) {
        if (cache === "empty") rmSync(cacheDirectory, { recursive: true, force: true });
        const readyMs = await startOnce(bench, hasData ? "used" : `first-${round}-${cache}`, cacheDirectory);
        times.get(name)?.push(readyMs);
      }
    }
    const rows = [...times].map(([name, all]): Cell[] => [
      name,
      median(all),
      Math.min(...all),
      Math.max(...all),
    ]);
    return [table(rows, rounds)];
  },
};

/** In this order: each start with an empty compile cache fills it for the next, as it does for users. */
const CASES = [
  { name: "first start, empty data directory, empty compile cache", hasData: false, cache: "empty" },
  { name: "first start, empty data directory, warm compile cache", hasData: false, cache: "warm" },
  { name: "later start, empty compile cache", hasData: true, cache: "empty" },
  { name: "later start, warm compile cache", hasData: true, cache: "warm" },
] as const;

async function prepare(bench: Bench, cacheDirectory: string): Promise<void> {
  await startOnce(bench, "used", cacheDirectory);
}

/** With the demo agent: there is neither a configuration file nor a model. */
async function startOnce(bench: Bench, directory: string, cacheDirectory: string): Promise<number> {
  const server = await startAntiphon(bench.cleanup, {
    directory: join(bench.directory, directory),
    environment: { NODE_COMPILE_CACHE: cacheDirectory },
  });
  await server.stop();
  return server.readyMs;
}

function table(rows: Cell[][], rounds: number): Table {
  return {
    title: "Start-up: process started to first 200 on /readyz, milliseconds",
    columns: [{ title: "start" }, { title: "median" }, { title: "best" }, { title: "worst" }],
    rows,
    notes: [
      `${rounds} starts each, in turn; files are in the page cache. A first start makes the database, the secret key and the demo agent with its knowledge.`,
    ],
  };
}
