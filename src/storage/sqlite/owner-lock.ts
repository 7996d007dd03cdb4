import { chownSync, closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DomainError } from "../../domain/errors.ts";

const BUSY = 5;
/** Where SQLite keeps `user_version` in a database file's header: 4 bytes, big-endian. */
const USER_VERSION_OFFSET = 60;

/** How long a guest waits for others: each needs well under a second. */
const GUEST_PATIENCE_MS = 10_000;

const held = new Set<string>();

/** A lock held by this process. */
export interface FileLock {
  release(): void;
}

/**
 * Makes this process the only owner of the data file at `path`, or throws `storage_failed` at once. The lock is
 * a lock of the kernel on a second, tiny SQLite file beside it (`<path>.lock`), so it ends with the process,
 * however it ends. The file stays; its content, the owner's process id, only serves the message.
 */
export function lockOwner(path: string): FileLock {
  const file = `${path}.lock`;
  // Reading the file here while this process holds it would drop the lock: POSIX locks belong to the process.
  if (held.has(file)) throw refusal(path, process.pid);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("pragma locking_mode = exclusive; begin exclusive");
    database.exec(`pragma user_version = ${process.pid}; commit`);
  } catch (error) {
    database.close();
    if (isBusy(error)) throw refusal(path, ownerOf(file));
    throw new DomainError("storage_failed", `cannot lock ${path}`, { cause: error });
  }
  held.add(file);
  return {
    release: () => {
      held.delete(file);
      database.close();
    },
  };
}

/**
 * Makes guests of the data file at `path` wait for one another (`<path>.guest.lock`), whether a server owns it or not.
 * Throws `storage_failed` when the others take too long.
 */
export function lockGuests(path: string): FileLock {
  const file = `${path}.guest.lock`;
  makeLike(path, file);
  const database = new DatabaseSync(file, { timeout: GUEST_PATIENCE_MS });
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    const message = isBusy(error) ? `another command is at work on ${path}` : `cannot lock ${path}`;
    throw new DomainError("storage_failed", message, { cause: error });
  }
  return { release: () => database.close() };
}

/** Makes an empty file with the owner of the data file: what the administrator runs must not lock out the server's user. */
function makeLike(path: string, file: string): void {
  if (existsSync(file)) return;
  closeSync(openSync(file, "a", 0o600));
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(path);
  chownSync(file, uid, gid);
}

function refusal(path: string, owner: number): DomainError {
  const by = owner > 0 ? ` (process ${owner})` : "";
  return new DomainError("storage_failed", `the data file ${path} is in use by another server${by}`);
}

function ownerOf(file: string): number {
  const header = readFileSync(file);
  return header.length >= USER_VERSION_OFFSET + 4 ? header.readUInt32BE(USER_VERSION_OFFSET) : 0;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === BUSY;
}
