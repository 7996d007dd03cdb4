import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../config/config.ts";
import { openConfiguredStore } from "../installation.ts";
import { aFile } from "../storage/conformance/factories.ts";
import type { Store } from "../storage/store.ts";
import { runCommand } from "./testing/fake-terminal.ts";

let folder: string;
let environment: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-backup-"));
  environment = { ANTIPHON_DATA: join(folder, "data") };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openConfiguredStore(readConfig(environment));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const file = (name: string) => join(folder, name);

describe("antiphon backup", () => {
  it("copies what a running server has stored, readable by its owner only", async () => {
    await withStore(async (store) => {
      await store.settings.set("colour", "red");
      const { written, exitCode } = await runCommand(["backup", file("a.backup")], environment);
      expect(exitCode).toBe(0);
      expect(written).toMatch(/a\.backup: \d+ rows, 0 files, \d+ bytes\nkeep .+secret\.key as well/);
      await store.settings.set("colour", "blue");
    });
    expect((await stat(file("a.backup"))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).toSorted()).toEqual(["a.backup", "data"]);

    const restored = await runCommand(["restore", "--replace", file("a.backup")], environment);
    expect(restored.written).toMatch(/what was there is now .+before-restore-/);
    expect(restored.exitCode).toBe(0);
    expect(await withStore((store) => store.settings.get("colour"))).toBe("red");
  });

  it("never overwrites, and says when there is nothing to back up", async () => {
    const nothing = await runCommand(["backup", file("a.backup")], environment);
    expect(nothing.noted).toMatch(/^there is nothing to back up: .*antiphon\.db does not exist\n$/);
    await withStore(async () => {});
    await writeFile(file("a.backup"), "precious");
    const taken = await runCommand(["backup", file("a.backup")], environment);
    expect(taken.noted).toMatch(/a\.backup exists already/);
    const nowhere = await runCommand(["backup", file("no/a.backup")], environment);
    expect(nowhere.noted).toMatch(/^the backup was not made: ENOENT/);
    expect([nothing.exitCode, taken.exitCode, nowhere.exitCode]).toEqual([1, 1, 1]);
  });
});

describe("antiphon restore", () => {
  it("fills an empty data directory", async () => {
    await withStore((store) => store.settings.set("colour", "red"));
    await runCommand(["backup", file("a.backup")], environment);
    environment = { ANTIPHON_DATA: file("elsewhere") };
    const { exitCode } = await runCommand(["restore", file("a.backup")], environment);
    expect(exitCode).toBe(0);
    expect(await withStore((store) => store.settings.get("colour"))).toBe("red");
  });

  it("brings uploaded files back", async () => {
    const id = await withStore(async (store) => {
      const file = aFile(store);
      await store.files.insert(file);
      return file.id;
    });
    await mkdir(file("data/files"));
    await writeFile(file(`data/files/${id}`), "the bytes");
    await runCommand(["backup", file("a.backup")], environment);
    environment = { ANTIPHON_DATA: file("elsewhere") };
    const { written } = await runCommand(["restore", file("a.backup")], environment);
    expect(written).toMatch(/ rows and 1 files restored/);
    expect(await readFile(file(`elsewhere/files/${id}`), "utf8")).toBe("the bytes");
  });

  it("leaves data alone that is there, or in use", async () => {
    await withStore(async (store) => {
      await store.settings.set("colour", "red");
      await runCommand(["backup", file("a.backup")], environment);
      const used = await runCommand(["restore", "--replace", file("a.backup")], environment);
      expect(used.noted).toMatch(/cannot be set aside: .* is in use by another server/);
      await store.settings.set("colour", "blue");
    });
    const there = await runCommand(["restore", file("a.backup")], environment);
    expect(there.noted).toMatch(
      /^the backup was not restored: the store is not empty.*\. Stop a server .* with --replace/,
    );
    expect(there.exitCode).toBe(1);
    expect(await withStore((store) => store.settings.get("colour"))).toBe("blue");
  });

  it("sets aside under another name what it replaces, and puts it back when the backup is of no use", async () => {
    await withStore((store) => store.settings.set("colour", "red"));
    await runCommand(["backup", file("a.backup")], environment);
    await withStore((store) => store.settings.set("colour", "blue"));
    await writeFile(file("text"), "not a backup");
    const refused = await runCommand(["restore", "--replace", file("text")], environment);
    expect(refused.exitCode).toBe(1);
    expect(await withStore((store) => store.settings.get("colour"))).toBe("blue");
    expect((await readdir(file("data"))).filter((name) => name.includes("before-restore"))).toEqual([]);
    const replaced = await runCommand(["restore", "--replace", file("a.backup")], environment);
    expect(replaced.written).toMatch(/what was there is now .+before-restore-\d+T\d+Z\n$/);
    expect(await withStore((store) => store.settings.get("colour"))).toBe("red");
  });

  it("has no --replace for PostgreSQL", async () => {
    await writeFile(file("a.backup"), "");
    const postgres = { ...environment, ANTIPHON_DATABASE_URL: "postgres://me:hunter2@db/x" };
    const { noted } = await runCommand(["restore", "--replace", file("a.backup")], postgres);
    expect(noted).toBe("--replace is for the embedded database. Name an empty PostgreSQL database\n");
  });

  it("refuses files that are no backup", async () => {
    await writeFile(file("text"), "not a database");
    const { noted, exitCode } = await runCommand(["restore", file("text")], environment);
    expect(noted).toMatch(
      /^the backup was not restored: .*text cannot be restored: it is not an Antiphon backup/,
    );
    expect(exitCode).toBe(1);
    const missing = await runCommand(["restore", file("missing")], environment);
    expect(missing.noted).toMatch(/missing does not exist\n$/);
  });

  it("says when the backup cannot be read, and puts the data back", async () => {
    await withStore((store) => store.settings.set("colour", "red"));
    const { noted, exitCode } = await runCommand(["restore", "--replace", folder], environment);
    expect(noted).toMatch(/^the backup was not restored: .* cannot be restored: it cannot be read: EISDIR/);
    expect(exitCode).toBe(1);
    expect(await withStore((store) => store.settings.get("colour"))).toBe("red");
  });
});
