import { type Kysely, sql } from "kysely";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

/** Questions that agents are measured with, and what came of it. */
export async function evaluations(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await tables
    .withId("evaluation_sets", {
      texts: ["name"],
      integers: ["workspace_id", "agent_id", "created_at", "updated_at"],
      optionalIntegers: ["creator_id"],
    })
    .execute();
  await tables
    .withId("evaluation_cases", {
      texts: ["question", "history", "expected", "recorded"],
      integers: ["set_id", "created_at"],
      optionalIntegers: ["turn_id"],
    })
    .execute();
  await tables
    .withId("evaluations", {
      texts: ["candidate", "baseline", "judge", "state", "totals", "failure"],
      integers: ["set_id", "workspace_id", "agent_id", "total", "done", "created_at", "node"],
      optionalIntegers: ["creator_id", "ended_at"],
    })
    .execute();
  await tables
    .table("evaluation_rows", { texts: ["report"], integers: ["evaluation_id", "number"] })
    .addPrimaryKeyConstraint("evaluation_rows_key", ["evaluation_id", "number"])
    .execute();
  await sql`create index evaluation_sets_workspace on evaluation_sets (workspace_id, id)`.execute(db);
  await sql`create index evaluation_cases_set on evaluation_cases (set_id, id)`.execute(db);
  await sql`create unique index evaluation_cases_turn on evaluation_cases (set_id, turn_id)
    where turn_id is not null`.execute(db);
  await sql`create index evaluations_set on evaluations (set_id, id)`.execute(db);
  await sql`create index evaluations_workspace on evaluations (workspace_id, id)`.execute(db);
  await sql`create index evaluations_running on evaluations (id) where state = 'running'`.execute(db);
}
