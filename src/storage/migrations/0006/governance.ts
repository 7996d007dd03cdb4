import { type Kysely, sql } from "kysely";
import { monthOf } from "../../../domain/governance.ts";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

/** Who changed what, what a workspace may use, and what it has used. */
export async function governance(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await tables
    .withId("audit_entries", {
      texts: ["via", "family", "action", "subject", "fields", "request_id", "address"],
      integers: ["workspace_id", "user_id", "created_at"],
    })
    .execute();
  await sql`create index audit_entries_workspace on audit_entries (workspace_id, id)`.execute(db);
  await sql`create index audit_entries_user on audit_entries (workspace_id, user_id, id)`.execute(db);
  await sql`create index audit_entries_action on audit_entries (workspace_id, action, id)`.execute(db);
  await sql`create index audit_entries_subject on audit_entries (workspace_id, subject, id)`.execute(db);
  await tables
    .withId(
      "workspace_limits",
      {
        texts: ["currency"],
        integers: ["turns_per_minute", "turns_at_once", "tokens_per_month", "updated_at"],
      },
      "workspace_id",
    )
    .addColumn("cost_per_month", "double precision", (column) => column.notNull())
    .execute();
  await tables
    .table("workspace_usage", {
      texts: ["currency"],
      integers: ["workspace_id", "month", "share", "turns", "tokens"],
    })
    .addColumn("cost", "double precision", (column) => column.notNull())
    .addPrimaryKeyConstraint("workspace_usage_key", ["workspace_id", "month", "currency", "share"])
    .execute();
}

/** As `Migration.fill` says: what this month has used until now; earlier ones limit nothing any more. */
export async function usageOfBefore(db: Kysely<Schema>): Promise<void> {
  const now = new Date();
  const since = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  await sql`insert into workspace_usage (workspace_id, month, currency, share, turns, tokens, cost)
    select agents.workspace_id, ${monthOf(now)}, turns.currency, 0, count(*),
      sum(turns.input_tokens + turns.output_tokens), sum(turns.cost)
    from turns join agents on agents.id = turns.agent_id
    where turns.ended_at >= ${since} and turns.input_tokens + turns.output_tokens > 0
    group by agents.workspace_id, turns.currency
    on conflict (workspace_id, month, currency, share) do nothing`.execute(db);
}
