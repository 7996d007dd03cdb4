import { renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Insertable } from "kysely";
import { DomainError } from "../domain/errors.ts";
import { BACKUP_TABLES, type BackupTable, type Row, readBackup, writeBackup } from "./backup-format.ts";
import { SCHEMA_VERSION } from "./migrations/index.ts";
import { openPostgresDatabase } from "./postgres/open.ts";
import { openPostgresSnapshot } from "./postgres/snapshot.ts";
import { insertChunkRows } from "./repositories/knowledge.ts";
import type { ChunkRow, Schema } from "./schema.ts";
import type { Session } from "./session.ts";
import { openSqliteDatabase } from "./sqlite/open.ts";
import { openSqliteSnapshot } from "./sqlite/snapshot.ts";
import { syncDirectory } from "./sqlite/wal-flush.ts";

/** Where a store lives: a SQLite data file or a PostgreSQL database. */
export type StoreLocation = { engine: "sqlite"; path: string } | { engine: "postgres"; url: string };

/** One consistent state of a whole store, read beside a running server. */
export interface Snapshot {
  /** 0 when there is no store. */
  readonly schemaVersion: number;
  rows(table: BackupTable): AsyncIterable<Row>;
  close(): Promise<void>;
}

/** Rows put into the target at once: below every engine's limit of bound values. */
const ROWS_AT_ONCE = 200;

/**
 * Writes everything a store holds into one file that any engine can be restored from. The server may be running;
 * the backup shows one moment. `file` appears only when it is complete and on the disk, replacing an older one;
 * until then it grows as `<file>.part`. Resolves with the number of rows. Rejects with `storage_failed`.
 */
export async function backupStore(source: StoreLocation, file: string): Promise<number> {
  const snapshot = await openSnapshot(source);
  try {
    if (snapshot.schemaVersion !== SCHEMA_VERSION) throw unfit(snapshot.schemaVersion);
    let count = 0;
    const part = `${file}.part`;
    rmSync(part, { force: true });
    await writeBackup(
      part,
      new Date(),
      allRows(snapshot, () => (count += 1)),
    );
    renameSync(part, file);
    syncDirectory(dirname(resolve(file)));
    return count;
  } finally {
    await snapshot.close();
  }
}

/**
 * Fills an empty store from a backup, whichever engine wrote it, in one transaction: it restores everything or
 * leaves the store empty. Resolves with the number of rows. Rejects with `storage_failed` when the file is not
 * a complete backup of this schema, or the store is in use (SQLite) or holds anything.
 */
export async function restoreStore(file: string, target: StoreLocation): Promise<number> {
  const { session, close } =
    target.engine === "sqlite" ? await openSqliteDatabase(target) : await openPostgresDatabase(target);
  try {
    return await session.atomically(async (inside) => {
      await requireEmpty(inside);
      return fill(inside, file);
    });
  } finally {
    await close();
  }
}

function openSnapshot(source: StoreLocation): Promise<Snapshot> {
  return source.engine === "sqlite" ? openSqliteSnapshot(source.path) : openPostgresSnapshot(source.url);
}

async function* allRows(
  snapshot: Snapshot,
  counted: () => void,
): AsyncGenerator<{ table: BackupTable; row: Row }> {
  for (const table of BACKUP_TABLES) {
    for await (const row of snapshot.rows(table)) {
      counted();
      yield { table, row };
    }
  }
}

async function requireEmpty({ db }: Session): Promise<void> {
  for (const table of BACKUP_TABLES) {
    const found = await db
      .selectFrom(table)
      .select(({ lit }) => lit(1).as("found"))
      .limit(1)
      .execute();
    if (found.length > 0) {
      throw new DomainError(
        "storage_failed",
        `the store is not empty: "${table}" has rows; nothing was restored`,
      );
    }
  }
}

async function fill(session: Session, file: string): Promise<number> {
  let count = 0;
  let table: BackupTable | undefined;
  let rows: Row[] = [];
  for await (const entry of readBackup(file)) {
    if (entry.table !== table || rows.length >= ROWS_AT_ONCE) {
      if (table !== undefined) await insertRows(session, table, rows);
      table = entry.table;
      rows = [];
    }
    rows.push(entry.row);
    count += 1;
  }
  if (table !== undefined) await insertRows(session, table, rows);
  return count;
}

/** The rows' columns are those of a store with the same schema version, which `readBackup` has checked. */
async function insertRows(session: Session, table: BackupTable, rows: Row[]): Promise<void> {
  if (table === "chunks") await insertChunkRows(session, rows as unknown as ChunkRow[]);
  else
    await session.db
      .insertInto(table)
      .values(rows as Insertable<Schema[typeof table]>[])
      .execute();
}

function unfit(version: number): DomainError {
  const what = version === 0 ? "there is no store" : `the store has schema version ${version}`;
  return new DomainError(
    "storage_failed",
    `${what}, this program reads ${SCHEMA_VERSION}; start this version of the server once before`,
  );
}
