import { existsSync } from "node:fs";
import { copyFile, link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { type LoadedConfig, readConfig } from "../config/config.ts";
import { DomainError } from "../domain/errors.ts";
import { databaseFile } from "../installation.ts";
import { SCHEMA_VERSION } from "../storage/migrations/index.ts";
import { lockOwner } from "../storage/sqlite/owner-lock.ts";
import { CommandFailure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

const Version = z.object({ version: z.int() });
/** SQLite keeps what is not yet in the data file under these endings beside it. */
const COMPANIONS = ["", "-wal", "-shm"];

/** Writes a consistent copy of the embedded database, also while a server works on it. */
export async function backup({ environment, out }: Terminal, file: string): Promise<void> {
  const loaded = readConfig(environment);
  const source = embeddedDatabase(loaded, "pg_dump");
  const target = resolve(file);
  if (!existsSync(source)) throw new CommandFailure(`there is nothing to back up: ${source} does not exist`);
  if (existsSync(target)) throw new CommandFailure(`${target} exists already`, "Name a file that does not");
  const draft = `${target}.${process.pid}.part`;
  try {
    await makePrivateFile(draft);
    copyDatabase(source, draft);
    checkBackup(draft);
    await syncFile(draft);
    await link(draft, target);
  } catch (error) {
    throw couldNot("the backup was not made", error);
  } finally {
    await rm(draft, { force: true });
  }
  const { size } = await stat(target);
  out.line(`${target}: ${size} bytes`);
  out.line(
    loaded.secrets.secretKey === undefined
      ? `keep ${resolve(loaded.config.storage.dataDirectory, "secret.key")} as well, in another place: encrypted secrets are lost without it`
      : "keep ANTIPHON_SECRET_KEY as well: encrypted secrets are lost without it",
  );
}

/** Puts a backup where the server looks for its data. `isReplacing` sets aside what is there, under another name. */
export async function restore(
  { environment, out }: Terminal,
  file: string,
  { isReplacing }: { isReplacing: boolean },
): Promise<void> {
  const loaded = readConfig(environment);
  const target = embeddedDatabase(loaded, "pg_restore");
  const source = resolve(file);
  if (!existsSync(source)) throw new CommandFailure(`${source} does not exist`);
  checkBackup(source);
  if (existsSync(target) && !isReplacing) {
    throw new CommandFailure(`${target} exists already`, "With --replace it is set aside under another name");
  }
  await mkdir(dirname(target), { recursive: true });
  const lock = ownedOrRefused(target);
  try {
    const draft = `${target}.restoring`;
    await copyFile(source, draft);
    await syncFile(draft);
    const aside = await setAside(target);
    await rename(draft, target);
    await syncFile(dirname(target));
    if (aside !== undefined) out.line(`what was there is now ${aside}`);
    out.line(`${target} is restored; start the server with the secret key it was backed up under`);
  } catch (error) {
    throw couldNot("the backup was not restored", error);
  } finally {
    lock.release();
  }
}

function embeddedDatabase(loaded: LoadedConfig, tool: string): string {
  if (loaded.secrets.databaseUrl === undefined) return databaseFile(loaded);
  throw new CommandFailure("everything is stored in PostgreSQL", `Use its own tools: ${tool}`);
}

/** One read transaction: writers are not held up, and what they write meanwhile is not in the copy. */
function copyDatabase(source: string, target: string): void {
  const database = new DatabaseSync(source, { readOnly: true, timeout: 5_000 });
  try {
    database.prepare("vacuum into ?").run(target);
  } finally {
    database.close();
  }
}

/** Throws a `CommandFailure` when the file is no whole database of ours, or one of a newer version. */
function checkBackup(path: string): void {
  const advice = "It is no backup of antiphon, or it is damaged";
  let version: number;
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const problems = database.prepare("pragma quick_check(1)").get();
      if (problems?.["quick_check"] !== "ok") throw new CommandFailure(`${path} is damaged`);
      const row = database.prepare("select max(number) as version from schema_migrations").get();
      ({ version } = Version.parse(row));
    } finally {
      database.close();
    }
  } catch (cause) {
    throw new CommandFailure(`${path} cannot be used`, advice, { cause });
  }
  if (version <= SCHEMA_VERSION) return;
  throw new CommandFailure(
    `${path} has schema ${version}, this version knows ${SCHEMA_VERSION}`,
    "Use a newer version of antiphon",
  );
}

function ownedOrRefused(path: string): { release(): void } {
  try {
    return lockOwner(path);
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause;
    throw new CommandFailure(cause.message, "Stop it first", { cause });
  }
}

/** Renames the data file with its companions; they belong together. Resolves with the new name, if there was one. */
async function setAside(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  const aside = `${path}.before-restore-${new Date().toISOString().replace(/[-:.]/g, "")}`;
  for (const ending of COMPANIONS) {
    if (existsSync(path + ending)) await rename(path + ending, aside + ending);
  }
  return aside;
}

async function makePrivateFile(path: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  await file.close();
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function couldNot(what: string, cause: unknown): CommandFailure {
  if (cause instanceof CommandFailure) return cause;
  return new CommandFailure(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, "", {
    cause,
  });
}
