import { existsSync, realpathSync } from "node:fs";
import { DomainError } from "../../domain/errors.ts";
import { MAX_NODES } from "../../domain/ids.ts";
import { requireSchema } from "../migrations/migrate.ts";
import type { Session } from "../session.ts";
import type { Store } from "../store.ts";
import type { StoreOptions } from "../store-options.ts";
import { SqliteConnection } from "./connection.ts";
import { storeOver } from "./open.ts";
import { type FileLock, lockGuests } from "./owner-lock.ts";
import { sqliteSession } from "./session.ts";

/** Whose ids no server's ids can be. */
export const GUEST_NODE = MAX_NODES - 1;

/**
 * Opens a data file that another process may own, for a short piece of work; one guest at a time. Every commit waits
 * for the disk, so `flushed()` resolves at once. Only for what the owner keeps no copy of in memory (users, tokens,
 * OAuth apps, settings, channels, versions and what is live, who has a conversation) or looks at again every few seconds
 * (endpoints, the outbox, replays). Guests never touch turns, and neither claim deliveries nor take them back.
 * Why this is safe: docs/decisions/0008-guests-of-the-data-file.md.
 * Rejects with `storage_failed` when there is no data file, or its tables are those of another version.
 */
export async function openSqliteGuest(options: StoreOptions & { path: string }): Promise<Store> {
  if (!existsSync(options.path)) {
    throw new DomainError("storage_failed", `there is no data at ${options.path}; start the server once`);
  }
  const path = realpathSync(options.path);
  const lock = lockGuests(path);
  let connection: SqliteConnection | undefined;
  try {
    connection = new SqliteConnection(path);
    for (const pragma of GUEST_PRAGMAS) connection.execute(`pragma ${pragma}`);
    const session = sqliteSession(connection, GUEST_NODE);
    await requireTables(session);
    return storeOver({ connection, session, close: closer(connection, lock) }, options);
  } catch (error) {
    connection?.close();
    lock.release();
    throw error;
  }
}

/** Checkpoints are the owner's; only when there is none, the last connection makes one as it closes. */
const GUEST_PRAGMAS = ["busy_timeout = 10000", "synchronous = full", "wal_autocheckpoint = 0"];

/** A server that starts for the first time has made the file but not its tables yet. */
export async function requireTables({ db }: Session): Promise<void> {
  const tables = await db.introspection.getTables();
  if (tables.some(({ name }) => name === "schema_migrations")) return requireSchema(db);
  throw new DomainError("storage_failed", "the data has no tables yet; start the server once");
}

function closer(connection: SqliteConnection, lock: FileLock): () => Promise<void> {
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await connection.mutex.lock();
    connection.failure ??= new DomainError("storage_failed", "the store is closed");
    connection.close();
    lock.release();
    connection.mutex.unlock();
  }
  return () => {
    closing ??= close();
    return closing;
  };
}
