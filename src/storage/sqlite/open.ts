import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DomainError } from "../../domain/errors.ts";
import { idSource } from "../../domain/ids.ts";
import { migrate } from "../migrations/migrate.ts";
import { repositories, sharedParts } from "../repositories/index.ts";
import type { Session } from "../session.ts";
import type { Bus, Store } from "../store.ts";
import type { StoreOptions } from "../store-options.ts";
import { Checkpointer } from "./checkpointer.ts";
import { SqliteConnection } from "./connection.ts";
import { type FileLock, lockOwner } from "./owner-lock.ts";
import { sqliteSession } from "./session.ts";
import { type Sync, syncDirectory, WalFlush } from "./wal-flush.ts";

export interface SqliteStoreOptions extends StoreOptions {
  /** The data file, made with its folder when missing. `:memory:` for a store that ends with the process. */
  path: string;
  /** Replaces `fdatasync` of the write-ahead log, so that tests can have a slow or broken disk. */
  sync?: Sync;
}

/** Rejects with `storage_failed` when another process has the file open as its store. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  return storeOver(await openSqliteDatabase(options), options);
}

/** The store's repositories over an open data file. */
export function storeOver(database: SqliteDatabase, options: StoreOptions): Store {
  const { connection, session, flush, close } = database;
  const newId = idSource(session.engine.node, options.now);
  const parts = sharedParts(newId);
  const isRelaxed = options.durability === "relaxed";
  return {
    ...repositories(session, parts),
    engine: "sqlite",
    node: session.engine.node,
    newId,
    transaction: (work) => session.atomically((inside) => work(repositories(inside, parts))),
    flushed: async () => {
      if (connection.failure !== undefined) throw connection.failure;
      if (flush !== undefined && !isRelaxed) await flush.flushed();
    },
    ping: async () => {
      await connection.exclusively(() => connection.probe());
    },
    liveNodes: async () => [session.engine.node],
    bus: NOBODY_ELSE,
    observeFlush: (observer) => {
      if (flush !== undefined) flush.observer = observer;
    },
    close,
  };
}

/** The owner of a data file is alone. */
const NOBODY_ELSE: Bus = { tell: async () => {}, listen: () => () => {} };

/** A data file with the tables this program knows, open until `close`. */
export interface SqliteDatabase {
  connection: SqliteConnection;
  session: Session;
  /** Absent where a commit is as durable as it will be: in memory, and for guests. */
  flush?: WalFlush;
  close(): Promise<void>;
}

/** The part of a store below its repositories, for what works on whole tables; owned by this process. */
export async function openSqliteDatabase(options: SqliteStoreOptions): Promise<SqliteDatabase> {
  if (options.path === ":memory:") return openInMemory();
  const path = prepareFile(options.path);
  const lock = lockOwner(path);
  let connection: SqliteConnection | undefined;
  try {
    connection = new SqliteConnection(path);
    for (const pragma of FILE_PRAGMAS) connection.execute(`pragma ${pragma}`);
    const session = sqliteSession(connection);
    await migrate(session.db, session.engine);
    const flush = new WalFlush(connection, path, options.sync);
    const checkpointer = new Checkpointer(connection, path);
    connection.onManyWrites = () => checkpointer.request();
    return { connection, session, flush, close: closeOnce(connection, { flush, checkpointer, lock }) };
  } catch (error) {
    connection?.close();
    lock.release();
    throw error;
  }
}

/**
 * The time-out comes first: a guest that closes may hold the file for a moment. `mmap_size` and `cache_size` are upper bounds: 256 MB of address space, 32 MB of memory. Checkpoints belong to
 * the checkpointer; `wal_autocheckpoint` (pages, 200 MB) only catches what it cannot, such as a restore.
 */
const FILE_PRAGMAS = [
  "busy_timeout = 2000",
  "journal_mode = wal",
  "synchronous = normal",
  "cache_size = -32768",
  "mmap_size = 268435456",
  "temp_store = memory",
  "wal_autocheckpoint = 50000",
  "journal_size_limit = 67108864",
];

async function openInMemory(): Promise<SqliteDatabase> {
  const connection = new SqliteConnection(":memory:");
  const session = sqliteSession(connection);
  await migrate(session.db, session.engine);
  return { connection, session, close: closeOnce(connection) };
}

interface FileParts {
  flush: WalFlush;
  checkpointer: Checkpointer;
  lock: FileLock;
}

function closeOnce(connection: SqliteConnection, file?: FileParts): () => Promise<void> {
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await file?.checkpointer.close();
    await connection.mutex.lock();
    await file?.flush.close();
    connection.failure ??= new DomainError("storage_failed", "the store is closed");
    connection.close();
    file?.lock.release();
    connection.mutex.unlock();
  }
  return () => {
    closing ??= close();
    return closing;
  };
}

/**
 * Makes the folder and an empty data file that only this user may read, where they are missing: agents' settings
 * may hold secrets of tools. SQLite gives the files beside the data file the same mode.
 */
function prepareFile(path: string): string {
  const folder = dirname(resolve(path));
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) syncDirectory(dirname(made));
  const file = join(realpathSync(folder), basename(path));
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  return file;
}
