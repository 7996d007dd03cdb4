import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";
import { Tables } from "./tables.ts";

/** Runs of workflows with their steps, and turns that are answered together with others. */
export async function workflows(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await tables.addIntegers("turns", "merged_into");
  await tables
    .withId("workflow_runs", {
      texts: ["status", "how", "dialect", "user_id", "input", "outcome", "cost", "currency"],
      integers: [
        "workspace_id",
        "agent_id",
        "version_id",
        "is_test",
        "caller_id",
        "on_behalf_of",
        "conversation_id",
        "turn_id",
        "resume_count",
        "input_tokens",
        "output_tokens",
        "step_count",
        "active_ms",
        "created_at",
        "updated_at",
        "claim",
        "cancel_wanted",
      ],
      optionalIntegers: ["ended_at", "wake_at", "node"],
    })
    .execute();
  await tables
    .withId("workflow_steps", {
      texts: ["path", "node_id", "kind", "title", "status", "port", "input", "outcome", "cost", "currency"],
      integers: [
        "run_id",
        "attempts",
        "input_tokens",
        "output_tokens",
        "sub_run_id",
        "started_at",
        "sequence",
      ],
      optionalIntegers: ["ended_at"],
    })
    .addUniqueConstraint("workflow_steps_path", ["run_id", "path"])
    .execute();
  await tables.withId("turn_standings", { texts: ["state"] }, "turn_id").execute();
  await sql`create index turns_merged on turns (merged_into) where merged_into <> 0`.execute(db);
  await sql`create index workflow_runs_open on workflow_runs (id, turn_id, node) where status = 'running'`.execute(
    db,
  );
  await sql`create index workflow_runs_wake on workflow_runs (wake_at) where status = 'waiting' and wake_at is not null`.execute(
    db,
  );
  await sql`create index workflow_runs_waiting on workflow_runs (conversation_id, id) where status = 'waiting'`.execute(
    db,
  );
  await sql`create index workflow_runs_agent on workflow_runs (workspace_id, agent_id, is_test, id, status)`.execute(
    db,
  );
  await sql`create index workflow_runs_workspace on workflow_runs (workspace_id, is_test, id, status)`.execute(
    db,
  );
  await sql`create index workflow_runs_turn on workflow_runs (turn_id) where turn_id <> 0`.execute(db);
  await sql`create index workflow_runs_ended on workflow_runs (ended_at, id) where ended_at is not null`.execute(
    db,
  );
  await sql`create index workflow_steps_sub_run on workflow_steps (sub_run_id) where sub_run_id <> 0`.execute(
    db,
  );
  // Callers may choose a conversation by its name.
  await sql`create index conversations_named on conversations (agent_id, creator_id, name, id) where name <> '' and deleted_at is null`.execute(
    db,
  );
}
