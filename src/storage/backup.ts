import { renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Insertable } from "kysely";
import { DomainError } from "../domain/errors.ts";
import {
  BACKUP_TABLES,
  type BackupTable,
  BLOB_LINE_BYTES,
  type Row,
  readBackup,
  writeBackup,
} from "./backup-format.ts";
import type { BlobStore } from "./blob-store.ts";
import { openDiskBlobs, readDiskBlobs } from "./disk-blobs.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./migrations/index.ts";
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

/** What is backed up or restored, and the backup. */
export interface BackupPlaces {
  store: StoreLocation;
  /** Of the uploaded files. */
  filesFolder: string;
  file: string;
}

/** How much a backup holds. */
export interface BackupSize {
  rows: number;
  files: number;
}

/** One consistent state of a whole store, read beside a running server. */
export interface Snapshot {
  /** 0 when there is no store. */
  readonly schemaVersion: number;
  rows(table: BackupTable): AsyncIterable<Row>;
  close(): Promise<void>;
}

/** Rows put into the target at once: below every engine's limit of bound values. */
const ROWS_AT_ONCE = 200;
/** And about how much text, in UTF-16 units: a turn that waits may have megabytes. */
const TEXT_AT_ONCE = 8_000_000;

/**
 * Writes everything a store holds into one file that any engine can be restored from. The server may be running;
 * the backup shows one moment. `file` appears only when it is complete and on the disk, replacing an older one;
 * until then it grows as `<file>.part`. Uploaded files that are deleted meanwhile are left out. Rejects with
 * `storage_failed`.
 */
export async function backupStore({ store, filesFolder, file }: BackupPlaces): Promise<BackupSize> {
  const snapshot = await openSnapshot(store);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= snapshot.close();
    return closing;
  };
  try {
    if (snapshot.schemaVersion !== SCHEMA_VERSION) throw unfit(snapshot.schemaVersion);
    const part = `${file}.part`;
    rmSync(part, { force: true });
    const size = { rows: 0, files: 0 };
    const ids: number[] = [];
    const rows = allRows(snapshot, (table, row) => {
      size.rows += 1;
      if (table === "files") ids.push(Number(row["id"]));
    });
    // An open snapshot holds the store's log back: files may take long to copy.
    const blobs = allBlobs({ begin: close, ids, blobs: readDiskBlobs(filesFolder), size });
    await writeBackup(part, new Date(), rows, blobs);
    renameSync(part, file);
    syncDirectory(dirname(resolve(file)));
    return size;
  } finally {
    await close();
  }
}

/**
 * Fills an empty store from a backup, whichever engine wrote it, also one of an earlier schema, in one transaction:
 * it restores everything or leaves the store empty. Files that are in the folder already are left as they are.
 * Rejects with `storage_failed` when the file is not a complete backup or one of a later schema, or the store is in
 * use (SQLite) or holds anything.
 */
export async function restoreStore({ store, filesFolder, file }: BackupPlaces): Promise<BackupSize> {
  const { session, close } =
    store.engine === "sqlite" ? await openSqliteDatabase(store) : await openPostgresDatabase(store);
  try {
    const blobs = await openDiskBlobs({ folder: filesFolder, writer: "restore" });
    const restored: number[] = [];
    try {
      const rows = await session.atomically(async (inside) => {
        await requireEmpty(inside);
        return fill(inside, file, (blob, bytes) => restoreBlob(blobs, blob, bytes, restored));
      });
      return { rows, files: restored.length };
    } catch (error) {
      for (const blob of restored) await blobs.delete(blob);
      throw error;
    }
  } finally {
    await close();
  }
}

function openSnapshot(source: StoreLocation): Promise<Snapshot> {
  return source.engine === "sqlite" ? openSqliteSnapshot(source.path) : openPostgresSnapshot(source.url);
}

async function* allRows(
  snapshot: Snapshot,
  observe: (table: BackupTable, row: Row) => void,
): AsyncGenerator<{ table: BackupTable; row: Row }> {
  for (const table of BACKUP_TABLES) {
    for await (const row of snapshot.rows(table)) {
      observe(table, row);
      yield { table, row };
    }
  }
}

async function* allBlobs(from: {
  begin: () => Promise<void>;
  ids: number[];
  blobs: Pick<BlobStore, "chunks">;
  size: BackupSize;
}): AsyncGenerator<{ blob: number; bytes: Buffer }> {
  await from.begin();
  for (const blob of from.ids) {
    try {
      let isEmpty = true;
      for await (const bytes of from.blobs.chunks(blob, BLOB_LINE_BYTES)) {
        isEmpty = false;
        yield { blob, bytes };
      }
      if (isEmpty) yield { blob, bytes: Buffer.alloc(0) };
      from.size.files += 1;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** Blobs never change: one that is there is the same. */
async function restoreBlob(
  blobs: BlobStore,
  blob: number,
  bytes: AsyncIterable<Buffer>,
  restored: number[],
): Promise<void> {
  try {
    await blobs.read(blob, 1);
    for await (const _ of bytes);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await blobs.put(blob, bytes);
    restored.push(blob);
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof DomainError && error.code === "not_found";
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

async function fill(
  session: Session,
  file: string,
  restoreBlob: (blob: number, bytes: AsyncIterable<Buffer>) => Promise<void>,
): Promise<number> {
  let schemaVersion = SCHEMA_VERSION;
  let count = 0;
  let table: BackupTable | undefined;
  let rows: Row[] = [];
  let textLength = 0;
  const insert = async () => {
    if (table !== undefined && rows.length > 0) await insertRows(session, table, rows);
    rows = [];
    textLength = 0;
  };
  for await (const entry of readBackup(file)) {
    if ("schemaVersion" in entry) schemaVersion = entry.schemaVersion;
    else if ("blob" in entry) await restoreBlob(entry.blob, entry.bytes);
    else {
      const isEnough = rows.length >= ROWS_AT_ONCE || textLength >= TEXT_AT_ONCE;
      if (entry.table !== table || isEnough) await insert();
      table = entry.table;
      rows.push(entry.row);
      textLength += textLengthOf(entry.row);
      count += 1;
    }
  }
  await insert();
  for (const migration of MIGRATIONS.slice(schemaVersion)) await migration.fill?.(session.db);
  return count;
}

function textLengthOf(row: Row): number {
  return Object.values(row).reduce<number>(
    (sum, value) => sum + (typeof value === "string" ? value.length : 0),
    0,
  );
}

/** Columns that came after the backup's schema have their defaults. */
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
