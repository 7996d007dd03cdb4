import { type ColumnDefinitionBuilder, type CreateTableBuilder, type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";

type Table = CreateTableBuilder<string, string>;

/** Workspaces, agents, conversations with their exchanges, messages and turns, feedback, knowledge, settings. */
export async function firstTables(db: Kysely<Schema>, engine: Engine): Promise<void> {
  await createInstallation(db, engine);
  await createConversations(db, engine);
  await createTurns(db, engine);
  await createKnowledge(db, engine);
  await engine.fullText.createIndex(db);
}

const required = (column: ColumnDefinitionBuilder) => column.notNull();
const key = (column: ColumnDefinitionBuilder) => column.primaryKey().notNull();

function texts(table: Table, ...names: string[]): Table {
  return names.reduce((built, name) => built.addColumn(name, "text", required), table);
}

function integers(engine: Engine, table: Table, ...names: string[]): Table {
  return names.reduce((built, name) => built.addColumn(name, engine.columns.integer, required), table);
}

async function createInstallation(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const { integer } = engine.columns;
  const table = (name: string) => db.schema.createTable(name).addColumn("id", integer, key);

  const workspaces = texts(integers(engine, table("workspaces"), "created_at"), "name");
  await workspaces.addUniqueConstraint("workspaces_name", ["name"]).execute();

  const agents = texts(table("agents"), "slug", "name", "kind", "settings");
  await integers(engine, agents, "workspace_id", "api_enabled", "revision", "created_at", "updated_at")
    .addUniqueConstraint("agents_slug", ["workspace_id", "slug"])
    .execute();

  const keys = db.schema.createTable("agent_keys").addColumn("key_hash", "text", key);
  await integers(engine, keys, "agent_id", "created_at").addColumn("revoked_at", integer).execute();
  await db.schema.createIndex("agent_keys_agent").on("agent_keys").column("agent_id").execute();

  const settings = db.schema.createTable("settings").addColumn("key", "text", key);
  await texts(settings, "value").execute();
}

async function createConversations(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const { integer } = engine.columns;
  const table = (name: string) => db.schema.createTable(name).addColumn("id", integer, key);

  const conversations = texts(table("conversations"), "user_id", "name", "inputs");
  await integers(
    engine,
    conversations,
    "workspace_id",
    "agent_id",
    "section_id",
    "created_at",
    "pinned_at",
    "active_at",
  )
    .addColumn("last_turn_at", integer)
    .addColumn("deleted_at", integer)
    .execute();
  await sql`create index conversations_list
    on conversations (agent_id, user_id, pinned_at desc, active_at desc, id desc)
    where deleted_at is null`.execute(db);

  const exchanges = integers(engine, table("exchanges"), "conversation_id", "section_id", "chosen_turn_id");
  await integers(engine, exchanges, "answer_count", "created_at").addColumn("deleted_at", integer).execute();
  await sql`create index exchanges_latest on exchanges (conversation_id, id desc) where deleted_at is null`.execute(
    db,
  );

  const messages = texts(table("messages"), "kind", "role", "text", "reasoning", "attachments");
  await integers(engine, messages, "exchange_id", "created_at").addColumn("turn_id", integer).execute();
  await db.schema.createIndex("messages_exchange").on("messages").columns(["exchange_id", "id"]).execute();
}

async function createTurns(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const { integer } = engine.columns;
  const turns = texts(
    db.schema.createTable("turns").addColumn("id", integer, key),
    "user_id",
    "status",
    "currency",
    "suggestions",
  );
  await integers(
    engine,
    turns,
    "exchange_id",
    "conversation_id",
    "agent_id",
    "answer_message_id",
    "node",
    "created_at",
    "input_tokens",
    "output_tokens",
    "first_token_ms",
    "latency_ms",
    "used_knowledge",
  )
    .addColumn("cost", "double precision", required)
    .addColumn("ended_at", integer)
    .addColumn("error_code", "text")
    .addColumn("error_message", "text")
    .addColumn("deleted_at", integer)
    .execute();
  await db.schema.createIndex("turns_exchange").on("turns").columns(["exchange_id", "id"]).execute();
  await sql`create unique index turns_running on turns (conversation_id) where status = 'running'`.execute(
    db,
  );

  const traces = db.schema.createTable("turn_traces").addColumn("turn_id", integer, key);
  await texts(traces, "events").execute();

  const feedback = db.schema.createTable("feedback");
  await texts(integers(engine, feedback, "turn_id"), "rater", "rating", "categories", "comment")
    .addColumn("revision", integer, required)
    .addColumn("updated_at", integer, required)
    .addPrimaryKeyConstraint("feedback_key", ["turn_id", "rater"])
    .execute();
}

async function createKnowledge(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const { integer } = engine.columns;
  const table = (name: string) => db.schema.createTable(name).addColumn("id", integer, key);

  await texts(integers(engine, table("knowledge_bases"), "workspace_id"), "slug", "name")
    .addUniqueConstraint("knowledge_bases_slug", ["workspace_id", "slug"])
    .execute();

  await texts(
    integers(engine, table("documents"), "knowledge_base_id"),
    "name",
    "url",
    "content_hash",
  ).execute();
  await db.schema
    .createIndex("documents_base")
    .on("documents")
    .columns(["knowledge_base_id", "id"])
    .execute();

  const chunks = texts(table("chunks"), "kind", "headings", "text", "question", "terms");
  await integers(engine, chunks, "knowledge_base_id", "position").addColumn("document_id", integer).execute();
  await db.schema.createIndex("chunks_base").on("chunks").columns(["knowledge_base_id", "kind"]).execute();
  await db.schema.createIndex("chunks_document").on("chunks").column("document_id").execute();
}
