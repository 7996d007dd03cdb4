import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { z } from "zod";
import type { LoadedConfig } from "../config/config.ts";
import { DomainError } from "../domain/errors.ts";
import { databaseFile } from "../installation.ts";
import { SCHEMA_VERSION } from "../storage/migrations/index.ts";
import { lockOwner } from "../storage/sqlite/owner-lock.ts";
import type { Finding } from "./doctor.ts";
import { reasonOf } from "./failure.ts";

const PATIENCE_MS = 5_000;
const LARGEST_SKEW_MS = 5_000;
const VERSION_QUERY = "select max(number) as version from schema_migrations";
const Version = z.object({ version: z.coerce.number() });

/** Whether the tables are those of this version. */
type SchemaFinding = Finding & { isCurrent: boolean };

/**
 * Looks at the configured store without opening it as ours: nothing is migrated, no server is disturbed. Returns whether
 * its tables are those of this version, so that it can be opened without being changed.
 */
export async function* checkStore(loaded: LoadedConfig): AsyncGenerator<Finding, boolean> {
  if (loaded.secrets.databaseUrl !== undefined) return yield* checkPostgres(loaded.secrets.databaseUrl);
  const path = databaseFile(loaded);
  if (!existsSync(path)) {
    yield { status: "ok", subject: "store", text: `${path} will be made at start` };
    return false;
  }
  const { isCurrent, ...schema } = checkFile(path);
  yield schema;
  yield checkOwner(path);
  return isCurrent;
}

function checkFile(path: string): SchemaFinding {
  const subject = "store";
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: PATIENCE_MS });
    try {
      const { version } = Version.parse(database.prepare(VERSION_QUERY).get());
      return schemaFinding(path, version);
    } finally {
      database.close();
    }
  } catch (error) {
    const text = `${path} cannot be read: ${reasonOf(error)}`;
    const advice = ["restore a backup with antiphon restore FILE"];
    return { status: "fail", subject, text, advice, isCurrent: false };
  }
}

function schemaFinding(place: string, version: number): SchemaFinding {
  const subject = "store";
  const isCurrent = version === SCHEMA_VERSION;
  if (version > SCHEMA_VERSION) {
    const text = `${place} has schema ${version}, this version knows ${SCHEMA_VERSION}`;
    return { status: "fail", subject, text, advice: ["start a newer version of antiphon"], isCurrent };
  }
  const text = `${place}, schema ${version}`;
  const next = isCurrent ? "" : `, brought to ${SCHEMA_VERSION} at the next start`;
  return { status: "ok", subject, text: text + next, isCurrent };
}

function checkOwner(path: string): Finding {
  const subject = "owner lock";
  try {
    lockOwner(path).release();
    return { status: "ok", subject, text: "free, no server runs on this data" };
  } catch (error) {
    if (!(error instanceof DomainError) || error.cause !== undefined) {
      const text = `cannot be taken: ${reasonOf(error)}`;
      return { status: "fail", subject, text, advice: [`let this user write ${path}.lock`] };
    }
    const advice = ["that is as it should be while it runs; stop it before apply, restore or another serve"];
    return { status: "ok", subject, text: error.message, advice };
  }
}

async function* checkPostgres(url: string): AsyncGenerator<Finding, boolean> {
  const subject = "store";
  const place = `PostgreSQL at ${new URL(url).host}`;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS });
  client.on("error", () => {});
  const begun = performance.now();
  try {
    await client.connect();
    const now = await client.query(
      "select now() as now, to_regclass('schema_migrations') is not null as has_tables",
    );
    const { now: theirTime, has_tables } = z
      .object({ now: z.date(), has_tables: z.boolean() })
      .parse(now.rows[0]);
    const answered = `${place} answers, ${Math.round(performance.now() - begun)} ms`;
    const { isCurrent, ...schema } = has_tables
      ? schemaFinding(answered, Version.parse((await client.query(VERSION_QUERY)).rows[0]).version)
      : { status: "ok" as const, subject, text: `${answered}, tables made at start`, isCurrent: false };
    yield schema;
    yield skewFinding(Math.abs(theirTime.getTime() - Date.now()));
    return isCurrent;
  } catch (error) {
    const advice = ["check ANTIPHON_DATABASE_URL and that the database exists and is running"];
    yield { status: "fail", subject, text: `${place}: ${reasonOf(error)}`, advice };
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function skewFinding(skewMs: number): Finding {
  const subject = "clocks";
  if (skewMs <= LARGEST_SKEW_MS)
    return { status: "ok", subject, text: "this machine's and the database's agree" };
  const text = `this machine's and the database's differ by ${Math.round(skewMs / 1_000)} s`;
  return { status: "warn", subject, text, advice: ["switch on NTP on both"] };
}
