import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { storeConformance } from "../conformance/store-conformance.ts";
import { openSqliteStore } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "antiphon-sqlite-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

storeConformance("a SQLite file", () => {
  files += 1;
  return openSqliteStore({ path: join(folder, `${files}.db`) });
});

storeConformance("SQLite in memory", () => openSqliteStore({ path: ":memory:" }));
