import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";
import { Tables } from "./tables.ts";

/** What started turns and what they decided; sessions, access keys, and feedback callbacks. */
export async function insight(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await changeTurns(tables);
  await changeCallbacks(tables);
  await createAccessKeys(tables);
  await createTriggers(tables);
  await tables
    .withId("received_feedback", { texts: ["rater", "body"], integers: ["revision", "received_at"] })
    .addColumn("webhook_id", "text")
    .addUniqueConstraint("received_feedback_webhook", ["webhook_id"])
    .execute();
}

async function changeTurns(tables: Tables): Promise<void> {
  const { db } = tables;
  await tables.addTexts("turns", {
    trigger_type: "receive-text-message",
    actions: "",
    action_types: "",
    model: "",
  });
  await tables.addIntegers("turns", "trigger_id", "is_held");
  await tables.addTexts("conversations", { session_id: "" });
  await tables.addOptionalIntegers("conversations", "held_at");
  await sql`create index turns_agent on turns (agent_id, id) where deleted_at is null`.execute(db);
  await sql`create unique index conversations_session on conversations (agent_id, session_id)
    where session_id <> '' and deleted_at is null`.execute(db);
  await sql`create index conversations_held on conversations (id)
    where held_at is not null and deleted_at is null`.execute(db);
}

async function changeCallbacks(tables: Tables): Promise<void> {
  await tables.addIntegers("endpoints", "is_coalescing");
  await tables.db.schema.alterTable("endpoints").addColumn("feedback_options", "text").execute();
  await tables.addTexts("event_bodies", { headers: "" });
  await sql`create index deliveries_superseded on deliveries (endpoint_id, id) where state = 'superseded'`.execute(
    tables.db,
  );
  await sql`create index deliveries_workspace_superseded on deliveries (workspace_id, id)
    where state = 'superseded'`.execute(tables.db);
}

async function createAccessKeys(tables: Tables): Promise<void> {
  await tables
    .withId("access_keys", {
      texts: ["key_id", "name", "secret_hash", "scopes"],
      integers: ["workspace_id", "version", "is_from_file", "created_at"],
      optionalIntegers: ["disabled_at", "last_used_at"],
    })
    .addColumn("agent_ids", "text")
    .addColumn("networks", "text")
    .addColumn("origins", "text")
    .addUniqueConstraint("access_keys_key", ["key_id"])
    .execute();
}

async function createTriggers(tables: Tables): Promise<void> {
  const { db } = tables;
  await tables
    .withId("triggers", {
      texts: ["type", "event_id", "content", "source", "state", "reason"],
      integers: [
        "workspace_id",
        "agent_id",
        "conversation_id",
        "adapter_id",
        "turn_id",
        "due_at",
        "cancel_on_message",
        "parent_turn_id",
        "root_turn_id",
        "depth",
        "created_at",
      ],
      optionalIntegers: ["node"],
    })
    .execute();
  await tables
    .table("request_keys", { texts: ["scope", "key"], integers: ["subject_id", "expires_at"] })
    .addPrimaryKeyConstraint("request_keys_key", ["scope", "key"])
    .execute();
  await sql`create index triggers_due on triggers (due_at, id) where state = 'due'`.execute(db);
  await sql`create index triggers_waiting on triggers (conversation_id, due_at, id) where state = 'due'`.execute(
    db,
  );
  await sql`create index triggers_claimed on triggers (conversation_id) where state = 'due' and node is not null`.execute(
    db,
  );
  await sql`create index triggers_conversation on triggers (conversation_id, id)`.execute(db);
  await sql`create index triggers_event on triggers (conversation_id, event_id) where event_id <> ''`.execute(
    db,
  );
  await sql`create index triggers_turn on triggers (turn_id) where turn_id <> 0`.execute(db);
  await sql`create index triggers_over on triggers (due_at) where turn_id = 0 and state <> 'due'`.execute(db);
  await sql`create index request_keys_expiry on request_keys (expires_at)`.execute(db);
}
