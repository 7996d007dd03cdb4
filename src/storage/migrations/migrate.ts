import { type Kysely, sql } from "kysely";
import { DomainError } from "../../domain/errors.ts";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";
import { MIGRATIONS, type Migration, SCHEMA_VERSION } from "./index.ts";

/**
 * Brings the database to `SCHEMA_VERSION`. Each migration and the row that says it ran are one transaction, so
 * a process killed at any instant leaves a database the next start continues from; several processes may start
 * at once. Rejects with `storage_failed` when the database was written by a newer program.
 */
export async function migrate(db: Kysely<Schema>, engine: Engine, migrations = MIGRATIONS): Promise<void> {
  const current = await db.transaction().execute(async (transaction) => {
    await engine.lockForMigration(transaction);
    await createVersionTable(transaction, engine);
    return schemaVersion(transaction);
  });
  if (current > migrations.length) {
    throw new DomainError(
      "storage_failed",
      `the database has schema version ${current}, this program knows ${SCHEMA_VERSION}; start a newer version`,
    );
  }
  for (const migration of migrations.slice(current)) await apply(db, engine, migration);
}

/** Rejects with `storage_failed` when the tables are not those this program knows. Changes nothing. */
export async function requireSchema(db: Kysely<Schema>): Promise<void> {
  const version = await schemaVersion(db);
  if (version === SCHEMA_VERSION) return;
  throw new DomainError(
    "storage_failed",
    `the database has schema version ${version}, this program works with ${SCHEMA_VERSION}`,
  );
}

/** The number of the last migration that ran; 0: none. Rejects when the database is not ours. */
async function schemaVersion(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ version: number | null }>`
    select max(number) as version from schema_migrations`.execute(db);
  return Number(rows[0]?.version ?? 0);
}

async function createVersionTable(db: Kysely<Schema>, engine: Engine): Promise<void> {
  await db.schema
    .createTable("schema_migrations")
    .ifNotExists()
    .addColumn("number", engine.columns.integer, (column) => column.primaryKey().notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .execute();
}

async function apply(db: Kysely<Schema>, engine: Engine, migration: Migration): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await engine.lockForMigration(transaction);
    if ((await schemaVersion(transaction)) >= migration.number) return;
    await migration.up(transaction, engine);
    await migration.fill?.(transaction);
    await sql`insert into schema_migrations (number, name)
      values (${migration.number}, ${migration.name})`.execute(transaction);
  });
}
