import { closeSync, fdatasync, fsyncSync, openSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { DomainError } from "../../domain/errors.ts";
import type { SqliteConnection } from "./connection.ts";

/** Makes what was written to the file descriptor survive a power cut; rejects when the disk refuses. */
export type Sync = (fileDescriptor: number) => Promise<void>;

interface Waiting {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: DomainError) => void;
}

/**
 * Flushes the write-ahead log of one SQLite file without blocking: one flush runs at a time, and everybody who
 * asks meanwhile shares the next one. Why this is enough: docs/decisions/0002-flushed.md.
 */
export class WalFlush {
  observer: (milliseconds: number) => void = () => {};
  readonly #connection: SqliteConnection;
  readonly #path: string;
  readonly #sync: Sync;
  readonly #fileDescriptor: number;
  readonly #inode: number;
  /** What `connection.writes` was when the newest finished flush began. */
  #flushedWrites = -1;
  #next: Waiting | undefined;
  #running: Promise<void> | undefined;

  /** Opens the log of the database file at `databasePath`, which the connection has already created. */
  constructor(connection: SqliteConnection, databasePath: string, sync: Sync = promisify(fdatasync)) {
    this.#connection = connection;
    this.#path = `${databasePath}-wal`;
    this.#sync = sync;
    this.#fileDescriptor = openSync(this.#path, "r+");
    this.#inode = statSync(this.#path).ino;
    syncDirectory(dirname(databasePath));
  }

  /** Resolves once everything committed before the call is on the disk. */
  flushed(): Promise<void> {
    const { failure, writes } = this.#connection;
    if (failure !== undefined) return Promise.reject(failure);
    if (writes === this.#flushedWrites) return Promise.resolve();
    if (this.#next === undefined) {
      this.#next = waiting();
      this.#running ??= this.#run();
    }
    return this.#next.promise;
  }

  /** Waits for the flush that runs and those asked for, then closes the log. */
  async close(): Promise<void> {
    await this.#running;
    closeSync(this.#fileDescriptor);
  }

  /** Flushes as long as somebody waits. Never rejects: failures go to those who wait. */
  async #run(): Promise<void> {
    // Requests of the same turn of the event loop share the first flush as well.
    await setImmediate();
    for (let served = this.#next; served !== undefined; served = this.#next) {
      this.#next = undefined;
      try {
        await this.#flush();
        served.resolve();
      } catch (error) {
        served.reject(this.#fail(error));
      }
    }
    this.#running = undefined;
  }

  async #flush(): Promise<void> {
    if (this.#connection.failure !== undefined) throw this.#connection.failure;
    const writes = this.#connection.writes;
    const startedAt = performance.now();
    this.#checkLog();
    await this.#sync(this.#fileDescriptor);
    this.#flushedWrites = writes;
    this.observer(performance.now() - startedAt);
  }

  /** SQLite keeps its log open as long as the connection lives, so another file there means sabotage. */
  #checkLog(): void {
    const stats: Stats | undefined = statSync(this.#path, { throwIfNoEntry: false });
    if (stats?.ino !== this.#inode) throw new Error(`${this.#path} was removed or replaced`);
  }

  #fail(error: unknown): DomainError {
    this.#connection.failure ??= new DomainError(
      "storage_failed",
      "the disk refused to keep what was written; the server must be restarted",
      { cause: error },
    );
    return this.#connection.failure;
  }
}

function waiting(): Waiting {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, resolve, reject };
}

/** Makes the names of files just created in a directory survive a power cut. Windows has no such thing to ask for. */
export function syncDirectory(directory: string): void {
  if (process.platform === "win32") return;
  const fileDescriptor = openSync(directory, "r");
  try {
    fsyncSync(fileDescriptor);
  } finally {
    closeSync(fileDescriptor);
  }
}
