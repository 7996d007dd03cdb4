import { join } from "node:path";
import type { Bench, Part } from "../bench.ts";
import { startChild } from "../processes/child.ts";
import { askForResult } from "../processes/load-client.ts";
import type { Cell, Table } from "../report/table.ts";
import type { SearchOrder, SearchResult } from "../search-harness.ts";

/** Knowledge search in a base of ten thousand passages. */
export const search: Part = {
  name: "search",
  async run(bench) {
    const rows: Cell[][] = [];
    for (const engine of ["SQLite", "PostgreSQL"] as const) rows.push(...(await searchIn(bench, engine)));
    return [table(rows)];
  },
};

async function searchIn(bench: Bench, engine: "SQLite" | "PostgreSQL"): Promise<Cell[][]> {
  const order: SearchOrder = {
    databaseUrl:
      engine === "SQLite" ? undefined : await bench.postgres().then((postgres) => postgres.createDatabase()),
    path: join(bench.newDirectory(), "store.db"),
    chunks: bench.isQuick ? 2_000 : 10_000,
    searches: bench.isQuick ? 100 : 300,
  };
  const { child } = await startChild(bench.cleanup, "search-harness.ts");
  const { chunks, importSeconds, kinds } = (await askForResult(child, order)) as SearchResult;
  await child.stop();
  return kinds.map(({ name, p50, p99, found }) => [engine, chunks, importSeconds, name, p50, p99, found]);
}

function table(rows: Cell[][]): Table {
  return {
    title: "Knowledge search, one at a time",
    columns: [
      { title: "engine" },
      { title: "passages" },
      { title: "import s", digits: 1 },
      { title: "query" },
      { title: "p50 ms", digits: 2 },
      { title: "p99 ms", digits: 2 },
      { title: "found", digits: 1 },
    ],
    rows,
    notes: [
      "searchPassages with topK 5, in a process of its own. Made-up Chinese text, words as unevenly spread as real ones.",
    ],
  };
}
