import { Client } from "pg";
import { DomainError } from "../../domain/errors.ts";
import type { Snapshot } from "../backup.ts";
import { CLIENT_DEFAULTS } from "./connections.ts";

const ROWS_AT_ONCE = 1000;
/** Of turns that wait: each may have megabytes. */
const SUSPENSIONS_AT_ONCE = 5;

/** Reads a database as it is now, beside any number of running nodes. */
export async function openPostgresSnapshot(url: string): Promise<Snapshot> {
  const client = new Client({ connectionString: url, ...CLIENT_DEFAULTS });
  // A connection that breaks also rejects the query that runs on it.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("begin isolation level repeatable read read only");
    const schemaVersion = await readVersion(client);
    return {
      schemaVersion,
      rows: async function* (table) {
        const atOnce = table === "turn_suspensions" ? SUSPENSIONS_AT_ONCE : ROWS_AT_ONCE;
        await client.query(`declare reading no scroll cursor for select * from ${table}`);
        for (;;) {
          const { rows } = await client.query(`fetch ${atOnce} from reading`);
          yield* rows;
          if (rows.length < atOnce) break;
        }
        await client.query("close reading");
      },
      close: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw new DomainError("storage_failed", "the database cannot be read", { cause: error });
  }
}

async function readVersion(client: Client): Promise<number> {
  const { rows } = await client.query("select to_regclass('schema_migrations') is not null as found");
  if (rows[0]?.found !== true) return 0;
  const newest = await client.query("select max(number) as version from schema_migrations");
  return Number(newest.rows[0]?.version ?? 0);
}
