import { type Kysely, sql } from "kysely";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

/** What asked for a turn. */
export async function families(db: Kysely<Schema>, engine: Engine): Promise<void> {
  await new Tables(db, engine).addTexts("turns", { family: "" });
}

/** Plain questions of before are those of the family that made their conversation; nothing tells of the others. */
export async function familiesOfBefore(db: Kysely<Schema>): Promise<void> {
  await sql`update turns set family = coalesce((
      select case when session_id <> '' then 'insight' when creator_id <> 0 then 'coze' else 'hiagent' end
      from conversations where conversations.id = turns.conversation_id), '')
    where family = '' and trigger_id = 0`.execute(db);
}
