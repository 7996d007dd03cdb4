import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DomainError } from "../../domain/errors.ts";
import type { Snapshot } from "../backup.ts";
import type { Row } from "../backup-format.ts";

/**
 * Reads a data file as it is now, without the owner lock: in write-ahead mode a reader never stops the owner,
 * and an open read transaction sees one state until it ends.
 */
export async function openSqliteSnapshot(path: string): Promise<Snapshot> {
  if (!existsSync(path)) throw new DomainError("storage_failed", `there is no data file ${path}`);
  const database = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
  try {
    database.exec("begin");
    const schemaVersion = readVersion(database);
    return {
      schemaVersion,
      rows: async function* (table) {
        for (const row of database.prepare(`select * from ${table}`).iterate()) yield row as Row;
      },
      close: async () => database.close(),
    };
  } catch (error) {
    database.close();
    throw new DomainError("storage_failed", `${path} cannot be read`, { cause: error });
  }
}

function readVersion(database: DatabaseSync): number {
  const table = database.prepare("select 1 from sqlite_schema where name = 'schema_migrations'").get();
  if (table === undefined) return 0;
  const newest = database.prepare("select max(number) as version from schema_migrations").get();
  return Number(newest?.["version"] ?? 0);
}
