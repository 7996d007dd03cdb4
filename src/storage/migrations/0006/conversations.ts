import { type Kysely, sql } from "kysely";
import type { Schema } from "../../schema.ts";

/** Conversations of a workspace by activity, and what is rare among turns. */
export async function conversationLists(db: Kysely<Schema>): Promise<void> {
  await sql`create index conversations_active on conversations (workspace_id, active_at desc, id desc)
    where deleted_at is null`.execute(db);
  await sql`create index turns_broken on turns (status, id)
    where status in ('failed', 'interrupted') and deleted_at is null`.execute(db);
  await sql`create index feedback_rated on feedback (rating, turn_id) where rating <> 'none'`.execute(db);
}
