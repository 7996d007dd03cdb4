import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { Checkpointer } from "./checkpointer.ts";
import { SqliteConnection } from "./connection.ts";
import { openSqliteStore } from "./open.ts";

/** At least a page of the table and a page of its index, 4 kB each, with their headers. */
const BYTES_PER_WRITE = 2 * 4120;
/** Before SQLite's own checkpoint, which would wait for the disk on the event loop, steps in (some 18,000). */
const MOST_WRITES = 15_000;

it("the log begins anew while the store is written to without a pause, and nothing is lost", async () => {
  const path = join(temporaryFolder(), "antiphon.db");
  const store = await openSqliteStore({ path });
  const value = "长".repeat(300);
  const keys: string[] = [];
  let logBytes = 0;
  // Once the log has begun anew, less is in it than was written.
  while (logBytes === 0 || statSync(`${path}-wal`).size >= logBytes) {
    const some = Array.from({ length: 100 }, (_, index) => `${keys.length + index}`);
    await Promise.all(some.map((key) => store.settings.set(key, `${key} ${value}`)));
    await store.flushed();
    keys.push(...some);
    logBytes += some.length * BYTES_PER_WRITE;
  }
  expect(keys.length).toBeLessThan(MOST_WRITES);
  expect(statSync(path).size).toBeGreaterThan(1_000_000);
  await store.close();
  const again = await openSqliteStore({ path });
  for (const key of [keys[0], keys.at(-1)]) {
    expect(await again.settings.get(key ?? "")).toBe(`${key} ${value}`);
  }
  await again.close();
});

it("a thread that dies ends the store's promises, and closing does not wait for it", async () => {
  const connection = new SqliteConnection(":memory:");
  onTestFinished(() => connection.close());
  const checkpointer = new Checkpointer(connection, join(temporaryFolder(), "no-such-folder", "antiphon.db"));
  checkpointer.request();
  await eventually(() => expect(connection.failure?.code).toBe("storage_failed"));
  await checkpointer.close();
});
