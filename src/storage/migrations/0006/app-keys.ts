import { type Kysely, sql } from "kysely";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

/** App keys get ids and names. Until now all of them came from the configuration file, or the demo, which is one. */
export async function appKeys(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await tables.addTexts("agent_keys", { name: "", ending: "" });
  await tables.addIntegers("agent_keys", "id", "creator_id", "is_from_file");
  await sql`update agent_keys set is_from_file = 1, id = (
    select count(*) from agent_keys as others where others.key_hash <= agent_keys.key_hash
  )`.execute(db);
  await sql`create unique index agent_keys_id on agent_keys (id)`.execute(db);
}
