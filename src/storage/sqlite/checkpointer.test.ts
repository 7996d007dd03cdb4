import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openSqliteStore } from "./open.ts";

/** At least a page of the table and a page of its index, 4 kB each, with their headers. */
const BYTES_PER_WRITE = 2 * 4120;

it("the log stays short while the store is written to without a pause, and nothing is lost", async () => {
  const path = join(temporaryFolder(), "antiphon.db");
  const store = await openSqliteStore({ path });
  const value = "长".repeat(300);
  const keys: string[] = [];
  let logBytes = 0;
  // Until the log has begun anew at least once: then less is in it than was written.
  for (let round = 0; logBytes === 0 || statSync(`${path}-wal`).size >= logBytes; round += 1) {
    const some = Array.from({ length: 100 }, (_, index) => `${round} ${index}`);
    await Promise.all(some.map((key) => store.settings.set(key, `${key} ${value}`)));
    keys.push(...some);
    logBytes += some.length * BYTES_PER_WRITE;
  }
  expect(logBytes).toBeLessThan(100_000_000);
  expect(statSync(path).size).toBeGreaterThan(1_000_000);
  await store.close();
  const again = await openSqliteStore({ path });
  for (const key of [keys[0], keys.at(-1)]) {
    expect(await again.settings.get(key ?? "")).toBe(`${key} ${value}`);
  }
  await again.close();
});
