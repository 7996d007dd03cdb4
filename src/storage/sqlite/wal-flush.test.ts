import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import type { Store } from "../store.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openSqliteStore, type SqliteStoreOptions } from "./open.ts";

async function openTemporaryStore(options: Omit<SqliteStoreOptions, "path">): Promise<Store> {
  const store = await openSqliteStore({ path: join(temporaryFolder(), "antiphon.db"), ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A disk whose flushes end when told. */
function slowDisk() {
  const running: (() => void)[] = [];
  let flushes = 0;
  return {
    get flushes() {
      return flushes;
    },
    sync: () => {
      flushes += 1;
      return new Promise<void>((resolve) => running.push(resolve));
    },
    finish: () => {
      for (const end of running.splice(0)) end();
    },
  };
}

it("a hundred who ask while a flush runs share the next one", async () => {
  const disk = slowDisk();
  const store = await openTemporaryStore({ sync: disk.sync });
  const write = async (key: string) => {
    await store.settings.set(key, "1");
    await store.flushed();
  };
  const first = Promise.all(Array.from({ length: 100 }, (_, index) => write(`a${index}`)));
  await expect.poll(() => disk.flushes).toBe(1);
  const second = Promise.all(Array.from({ length: 100 }, (_, index) => write(`b${index}`)));
  await store.settings.get("anything");
  expect(disk.flushes).toBe(1);
  disk.finish();
  await first;
  await expect.poll(() => disk.flushes).toBe(2);
  disk.finish();
  await second;
  expect(disk.flushes).toBe(2);
});

it("everything else goes on while a flush waits for the disk", async () => {
  const disk = slowDisk();
  const store = await openTemporaryStore({ sync: disk.sync });
  await store.settings.set("a", "1");
  let isFlushed = false;
  const flushed = store.flushed().then(() => {
    isFlushed = true;
  });
  await expect.poll(() => disk.flushes).toBe(1);
  for (let index = 0; index < 100; index += 1) await store.settings.set(`k${index}`, "1");
  await store.transaction((inside) => inside.settings.set("inside", "1"));
  expect(await store.settings.get("inside")).toBe("1");
  expect(isFlushed).toBe(false);
  disk.finish();
  await flushed;
});

it("nothing is flushed when nothing was written since", async () => {
  let flushes = 0;
  const observed: number[] = [];
  const store = await openTemporaryStore({
    sync: async () => {
      flushes += 1;
    },
  });
  store.observeFlush((milliseconds) => observed.push(milliseconds));
  await store.settings.set("a", "1");
  await store.flushed();
  await store.settings.get("a");
  await store.flushed();
  expect(flushes).toBe(1);
  expect(observed).toHaveLength(1);
});

it("relaxed durability never asks the disk", async () => {
  let flushes = 0;
  const store = await openTemporaryStore({
    durability: "relaxed",
    sync: async () => {
      flushes += 1;
    },
  });
  await store.settings.set("a", "1");
  await store.flushed();
  expect(flushes).toBe(0);
});

it("a disk that refused once is never trusted again", async () => {
  let flushes = 0;
  const broken = Promise.withResolvers<void>();
  const store = await openTemporaryStore({
    sync: () => {
      flushes += 1;
      return flushes === 1 ? broken.promise : Promise.resolve();
    },
  });
  await store.settings.set("a", "1");
  const waiting = [store.flushed(), store.flushed()];
  const results = Promise.allSettled(waiting);
  await expect.poll(() => flushes).toBe(1);
  await store.settings.set("b", "1");
  const later = Promise.allSettled([store.flushed()]);
  broken.reject(new Error("EIO"));
  for (const result of [...(await results), ...(await later)]) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: "storage_failed" } });
  }
  const refused = { code: "storage_failed" };
  await expect(store.flushed()).rejects.toMatchObject(refused);
  await expect(store.ping()).rejects.toMatchObject(refused);
  await expect(store.settings.set("b", "1")).rejects.toMatchObject(refused);
  await expect(store.settings.get("a")).rejects.toMatchObject(refused);
  await expect(store.transaction((inside) => inside.settings.set("c", "1"))).rejects.toMatchObject(refused);
  expect(flushes).toBe(1);
});

it("a log that was taken away from under the store is noticed", async () => {
  const path = join(temporaryFolder(), "antiphon.db");
  const store = await openSqliteStore({ path });
  onTestFinished(() => store.close());
  await store.settings.set("a", "1");
  renameSync(`${path}-wal`, `${path}-elsewhere`);
  await expect(store.flushed()).rejects.toMatchObject({ code: "storage_failed" });
  await expect(store.ping()).rejects.toMatchObject({ code: "storage_failed" });
});

it("after a power cut in any flush everything it acknowledges is there, across checkpoints", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "antiphon.db");
  const cuts: { file: string; acknowledged: string[] }[] = [];
  let flushes = 0;
  const store = await openSqliteStore({
    path,
    sync: async () => {
      flushes += 1;
      if (flushes % 5 !== 0) return;
      const copy = join(folder, `cut-${flushes}`);
      mkdirSync(copy);
      cuts.push({ file: join(copy, "antiphon.db"), acknowledged: [] });
      // Another process copies: closing the data file in this one would drop SQLite's locks on it.
      execFileSync("cp", [path, `${path}-wal`, copy]);
    },
  });
  onTestFinished(() => store.close());
  const write = async (key: string) => {
    await store.settings.set(key, "长".repeat(1000));
    await store.flushed();
    if (flushes % 5 === 0) cuts.at(-1)?.acknowledged.push(key);
  };
  for (let round = 0; round < 80; round += 1) {
    await Promise.all(Array.from({ length: 60 }, (_, index) => write(`${round}-${index}`)));
  }
  let checkpointed = 0;
  for (const { file, acknowledged } of cuts) {
    // The data file grows only when the log is copied into it.
    if (statSync(file).size > 1_000_000) checkpointed += 1;
    const database = new DatabaseSync(file);
    const found = new Set(
      database
        .prepare("select key from settings")
        .all()
        .map((row) => row["key"]),
    );
    database.close();
    expect(acknowledged).toHaveLength(60);
    expect(acknowledged.filter((key) => !found.has(key))).toEqual([]);
  }
  expect(cuts).toHaveLength(16);
  expect(checkpointed).toBeGreaterThan(0);
});
