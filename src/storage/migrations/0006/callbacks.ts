import { type Kysely, sql } from "kysely";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

/** Attempts that are listed across deliveries, and deliveries of few events found among many. */
export async function callbackLists(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await tables.addOptionalIntegers("attempts", "workspace_id");
  await sql`update attempts set workspace_id = (
    select deliveries.workspace_id from deliveries where deliveries.id = attempts.delivery_id)`.execute(db);
  await sql`create index attempts_workspace on attempts (workspace_id, id)`.execute(db);
  await sql`create index attempts_endpoint on attempts (endpoint_id, id)`.execute(db);
  await sql`create index deliveries_type on deliveries (workspace_id, event_type, id)`.execute(db);
  await sql`create index deliveries_endpoint_type on deliveries (endpoint_id, event_type, id)`.execute(db);
}
