import { type Kysely, sql } from "kysely";
import { hashKey } from "../../src/config/secrets.ts";
import { MIGRATIONS } from "../../src/storage/migrations/index.ts";
import { migrate } from "../../src/storage/migrations/migrate.ts";
import { PostgresConnections } from "../../src/storage/postgres/connections.ts";
import { postgresSession } from "../../src/storage/postgres/session.ts";
import type { Schema } from "../../src/storage/schema.ts";
import type { Session } from "../../src/storage/session.ts";
import { SqliteConnection } from "../../src/storage/sqlite/connection.ts";
import { sqliteSession } from "../../src/storage/sqlite/session.ts";

/** What the database holds: an agent with a key, and one answered question of `u1`. */
export const OLD = {
  appKey: "old00000000000000000",
  prompt: "你是旧客服。",
  question: "以前的问题",
  answer: "以前的回答",
  /** What waits to be sent, from the third schema on, to an endpoint that is paused. */
  delivery: { id: 23, endpointId: 20, body: '{"type":"agent.published"}' },
} as const;

/**
 * Fills a database as the first released schema had it and brings it to the schema `version`, which an earlier release
 * left behind. `place` is a PostgreSQL address or a path.
 */
export async function makeOldSchema(place: string, version: number): Promise<void> {
  const { session, close } = open(place);
  try {
    await migrate(session.db, session.engine, MIGRATIONS.slice(0, 1));
    await fill(session.db);
    await migrate(session.db, session.engine, MIGRATIONS.slice(0, version));
    if (version >= 3) await fillCallbacks(session.db);
  } finally {
    await close();
  }
}

function open(place: string): { session: Session; close(): Promise<void> } {
  if (place.startsWith("postgres:")) {
    const connections = new PostgresConnections({ connectionString: place, max: 1 });
    return { session: postgresSession(connections, 0), close: () => connections.end() };
  }
  const connection = new SqliteConnection(place);
  return { session: sqliteSession(connection), close: async () => connection.close() };
}

const AT = Date.UTC(2026, 0, 1);
const SETTINGS = {
  description: "",
  modelParameters: {},
  prompt: OLD.prompt,
  opening: { message: "", questions: [] },
  variables: [],
  suggestions: false,
  knowledge: { baseIds: [], mode: "automatic", topK: 3, scoreThreshold: 0.2, pairThreshold: 0.9 },
  tools: [],
  handoffs: [],
  historyLimitTokens: 4000,
  stepLimit: 5,
  icon: "",
  background: "",
};

async function fill(db: Kysely<Schema>): Promise<void> {
  await sql`insert into workspaces (id, name, created_at) values (1, 'default', ${AT})`.execute(db);
  await sql`insert into agents
    (id, workspace_id, slug, name, kind, api_enabled, settings, revision, created_at, updated_at)
    values (2, 1, 'old', '旧客服', 'chat', 1, ${JSON.stringify(SETTINGS)}, 3, ${AT}, ${AT})`.execute(db);
  await sql`insert into agent_keys (key_hash, agent_id, created_at)
    values (${hashKey(OLD.appKey)}, 2, ${AT})`.execute(db);
  await sql`insert into conversations (id, workspace_id, agent_id, user_id, name, inputs, section_id,
    created_at, last_turn_at, pinned_at, active_at)
    values (3, 1, 2, 'u1', '旧会话', '{}', 4, ${AT}, ${AT}, 0, ${AT})`.execute(db);
  await sql`insert into exchanges (id, conversation_id, section_id, chosen_turn_id, answer_count, created_at)
    values (5, 3, 4, 6, 1, ${AT})`.execute(db);
  await sql`insert into turns (id, exchange_id, conversation_id, agent_id, user_id, answer_message_id, node,
    status, created_at, ended_at, input_tokens, output_tokens, first_token_ms, latency_ms, cost, currency,
    used_knowledge, suggestions)
    values (6, 5, 3, 2, 'u1', 8, 0, 'completed', ${AT}, ${AT}, 1, 1, 1, 1, 0, 'CNY', 0, '[]')`.execute(db);
  await message(db, { id: 7, turnId: null, kind: "question", role: "user", text: OLD.question });
  await message(db, { id: 8, turnId: 6, kind: "answer", role: "assistant", text: OLD.answer });
}

async function fillCallbacks(db: Kysely<Schema>): Promise<void> {
  const { id, endpointId, body } = OLD.delivery;
  await sql`insert into endpoints (id, kind, name, workspace_id, url, event_types, agent_ids, headers, secrets, timeout_ms,
    max_in_flight, is_ordered, is_asymmetric, state, state_reason, created_at, updated_at)
    values (${endpointId}, 'standard', 'old', 1, 'https://example.com/hooks', '["agent.published"]', '[]', '', '[]', 15000,
    4, 1, 0, 'paused', '', ${AT}, ${AT})`.execute(db);
  await sql`insert into events (id, workspace_id, type, subject, data, created_at, is_fanned_out, fan_out_cursor)
    values (21, 1, 'agent.published', 'agent:2', '{}', ${AT}, 1, ${endpointId})`.execute(db);
  await sql`insert into event_bodies (id, event_id, text, created_at) values (22, 21, ${body}, ${AT})`.execute(
    db,
  );
  await sql`insert into deliveries (id, event_id, endpoint_id, workspace_id, event_type, wire_id, body_id, "trigger",
    replay_id, state, attempt_count, failure_count, due_at, order_key, is_behind, has_gap, last_error, created_at)
    values (${id}, 21, ${endpointId}, 1, 'agent.published', 'evt_1', 22, 'event', 0, 'pending', 0, 0, ${AT}, 'agent:2', 0, 0,
    '', ${AT})`.execute(db);
}

async function message(
  db: Kysely<Schema>,
  {
    id,
    turnId,
    kind,
    role,
    text,
  }: { id: number; turnId: number | null; kind: string; role: string; text: string },
): Promise<void> {
  await sql`insert into messages (id, exchange_id, turn_id, kind, role, text, reasoning, attachments, created_at)
    values (${id}, 5, ${turnId}, ${kind}, ${role}, ${text}, '', '[]', ${AT})`.execute(db);
}
