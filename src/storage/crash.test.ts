import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { eventually } from "../../test/support/eventually.ts";
import { backupStore, restoreStore, type StoreLocation } from "./backup.ts";
import { begin } from "./conformance/factories.ts";
import { startChild } from "./testing/child.ts";
import { openStore, toParameter } from "./testing/location.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

const engines: { name: string; make: () => Promise<StoreLocation> }[] = [
  { name: "SQLite", make: async () => ({ engine: "sqlite", path: join(temporaryFolder(), "antiphon.db") }) },
  { name: "PostgreSQL", make: async () => ({ engine: "postgres", url: await createDatabase() }) },
];

/** A backup of a store with 3,000 settings. */
async function aBackup(): Promise<string> {
  const folder = temporaryFolder();
  const source: StoreLocation = { engine: "sqlite", path: join(folder, "source.db") };
  const store = await openStore(source);
  await store.transaction(async ({ settings }) => {
    for (let index = 0; index < 3000; index += 1)
      await settings.set(`key ${index}`, Math.random().toString());
  });
  await store.close();
  const file = join(folder, "backup.gz");
  await backupStore({ store: source, filesFolder: join(folder, "files"), file });
  return file;
}

describe.each(engines)("on $name", ({ make }) => {
  it("a process killed in the middle of a migration leaves the schema before it", async () => {
    const location = await make();
    const child = startChild("half-migration.ts", toParameter(location));
    expect(await child.firstLine).toBe("half way");
    await child.kill();
    const store = await eventually(() => openStore(location));
    onTestFinished(() => store.close());
    await begin(store);
    const again = startChild("half-migration.ts", toParameter(await make()));
    expect(await again.firstLine).toBe("half way");
  });

  it("a process killed at any moment of its first start leaves a store the next one opens", async () => {
    for (const milliseconds of [0, 60, 120, 180, 240]) {
      const location = await make();
      const child = startChild("hold-store.ts", toParameter(location));
      await Promise.race([
        child.firstLine.catch(() => ""),
        new Promise((resolve) => setTimeout(resolve, milliseconds)),
      ]);
      await child.kill();
      const store = await eventually(() => openStore(location));
      await begin(store);
      await store.close();
    }
  });

  it("a process killed during a restore leaves the target empty", async () => {
    const file = await aBackup();
    const target = await make();
    const pipe = join(temporaryFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const child = startChild("run-restore.ts", pipe, toParameter(target));
    const half = readFileSync(file).subarray(0, statSync(file).size / 2);
    const writer = await openFile(pipe, "w");
    onTestFinished(() => writer.close());
    // Larger than a pipe holds: when the write ends, the child has read and is inserting.
    await writer.writeFile(half);
    await child.kill();
    const filesFolder = join(temporaryFolder(), "files");
    await eventually(async () =>
      expect(await restoreStore({ store: target, filesFolder, file })).toEqual({ rows: 3000, files: 0 }),
    );
  });
});

it("a process killed during a backup leaves no file under the backup's name", async () => {
  const url = await createDatabase();
  const store = await openStore({ engine: "postgres", url });
  onTestFinished(() => store.close());
  await store.settings.set("a", "1");
  const blocker = new Client({ connectionString: url });
  onTestFinished(() => blocker.end());
  await blocker.connect();
  await blocker.query("begin; lock table chunks in access exclusive mode");
  const file = join(temporaryFolder(), "backup.gz");
  const child = startChild("run-backup.ts", url, file);
  await eventually(() => existsSync(`${file}.part`));
  expect(existsSync(file)).toBe(false);
  await child.kill();
  expect(existsSync(file)).toBe(false);
  await blocker.query("rollback");
  await backupStore({ store: { engine: "postgres", url }, filesFolder: `${file}.files`, file });
  expect(existsSync(file)).toBe(true);
  expect(existsSync(`${file}.part`)).toBe(false);
});
