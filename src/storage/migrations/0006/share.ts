import { type Kysely, sql } from "kysely";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

/** Public addresses of agents. */
export async function shareLinks(db: Kysely<Schema>, engine: Engine): Promise<void> {
  await new Tables(db, engine)
    .withId("share_links", {
      texts: ["key", "title", "greeting", "color", "origins"],
      integers: ["workspace_id", "agent_id", "is_enabled", "creator_id", "created_at", "updated_at"],
    })
    .execute();
  await sql`create unique index share_links_key on share_links (key)`.execute(db);
  await sql`create index share_links_agent on share_links (agent_id, id)`.execute(db);
}
