import { existsSync } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type LoadedConfig, readConfig } from "../config/config.ts";
import { DomainError } from "../domain/errors.ts";
import { databaseFile, filesFolder } from "../installation.ts";
import { backupStore, restoreStore, type StoreLocation } from "../storage/backup.ts";
import { lockGuests, lockOwner } from "../storage/sqlite/owner-lock.ts";
import { CommandFailure, reasonOf } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** SQLite keeps what is not yet in the data file under these endings beside it. */
const COMPANIONS = ["", "-wal", "-shm"];

/** Writes everything that is stored into one file, also while a server works on it. */
export async function backup({ environment, out }: Terminal, file: string): Promise<void> {
  const loaded = readConfig(environment);
  const source = storeLocation(loaded);
  const target = resolve(file);
  if (source.engine === "sqlite" && !existsSync(source.path)) {
    throw new CommandFailure(`there is nothing to back up: ${source.path} does not exist`);
  }
  if (existsSync(target)) throw new CommandFailure(`${target} exists already`, "Name a file that does not");
  const { rows, files } = await orFailure("the backup was not made", () =>
    backupStore({ store: source, filesFolder: filesFolder(loaded), file: target }),
  );
  const { size } = await stat(target);
  out.line(`${target}: ${rows} rows, ${files} files, ${size} bytes`);
  const key =
    loaded.secrets.secretKey === undefined
      ? resolve(loaded.config.storage.dataDirectory, "secret.key")
      : "ANTIPHON_SECRET_KEY";
  out.line(`keep ${key} as well, in another place: stored secrets cannot be decrypted without it`);
}

/**
 * Fills the store from a backup. `isReplacing` first sets aside the embedded database that is there; it is put
 * back when the backup cannot be restored.
 */
export async function restore(
  { environment, out }: Terminal,
  file: string,
  { isReplacing }: { isReplacing: boolean },
): Promise<void> {
  const loaded = readConfig(environment);
  const target = storeLocation(loaded);
  const source = resolve(file);
  if (!existsSync(source)) throw new CommandFailure(`${source} does not exist`);
  const aside = isReplacing ? await setAside(target) : undefined;
  try {
    const advice =
      target.engine === "sqlite" && !isReplacing
        ? "Stop a server that runs there; with --replace, data that is there is set aside first"
        : "";
    const { rows, files } = await orFailure(
      "the backup was not restored",
      () => restoreStore({ store: target, filesFolder: filesFolder(loaded), file: source }),
      advice,
    );
    out.line(
      `${rows} rows and ${files} files restored; start the server with the secret key of the backup's installation`,
    );
  } catch (error) {
    if (aside !== undefined) await aside.putBack();
    throw error;
  }
  if (aside !== undefined) out.line(`what was there is now ${aside.path}`);
}

function storeLocation(loaded: LoadedConfig): StoreLocation {
  const { databaseUrl } = loaded.secrets;
  if (databaseUrl !== undefined) return { engine: "postgres", url: databaseUrl };
  return { engine: "sqlite", path: databaseFile(loaded) };
}

interface SetAside {
  /** The new name. */
  path: string;
  putBack(): Promise<void>;
}

/** Renames the embedded database with what belongs to it; undefined when there is none. */
async function setAside(target: StoreLocation): Promise<SetAside | undefined> {
  if (target.engine === "postgres") {
    throw new CommandFailure("--replace is for the embedded database", "Name an empty PostgreSQL database");
  }
  const { path } = target;
  if (!existsSync(path)) return undefined;
  const aside = `${path}.before-restore-${new Date().toISOString().replace(/[-:.]/g, "")}`;
  await orFailure("the data that is there cannot be set aside", async () => {
    const guests = lockGuests(path);
    try {
      const lock = lockOwner(path);
      await renameAll(path, aside).finally(() => lock.release());
    } finally {
      guests.release();
    }
  });
  const putBack = async () => {
    for (const ending of COMPANIONS) await rm(path + ending, { force: true });
    await renameAll(aside, path);
  };
  return { path: aside, putBack };
}

async function renameAll(from: string, to: string): Promise<void> {
  for (const ending of COMPANIONS) {
    if (existsSync(from + ending)) await rename(from + ending, to + ending);
  }
}

/** Turns what the store or the disk says into a failure for people. */
async function orFailure<T>(what: string, work: () => Promise<T>, advice = ""): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const isExpected = cause instanceof DomainError || (cause instanceof Error && "code" in cause);
    if (!isExpected) throw cause;
    throw new CommandFailure(`${what}: ${reasonOf(cause)}`, advice, { cause });
  }
}
