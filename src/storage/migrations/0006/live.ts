import { type Kysely, sql } from "kysely";
import type { Schema } from "../../schema.ts";
import type { Engine } from "../../session.ts";
import { Tables } from "../tables.ts";

/**
 * What the console's pages are told of as it changes. Turns that start and end, and what is new in the large tables, can
 * be seen by index; of every other change the tables leave a row themselves, so that nobody who writes can forget it.
 */
export async function live(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const tables = new Tables(db, engine);
  await createLog(tables, engine);
  await sql`create index turns_ended on turns (ended_at, agent_id) where ended_at is not null`.execute(db);
  for (const source of SOURCES) await tellOf(db, engine, source);
}

/** Changes of a table that leave a row. */
interface Source {
  table: string;
  topic: string;
  /** The workspace of a row, which is called `changed`; null: nobody is told; 0: everybody. */
  workspace: string;
  /** Absent: `insert`, `update` and `delete`. */
  on?: readonly string[];
  /** Only those; `new` and `old` are the row afterwards and before. Absent: all. */
  when?: string;
  /** True: changes by the hundred, and `when` asks for `new` alone. Absent: row by row. */
  isBulk?: boolean;
}

const OF_ITS_OWN = "changed.workspace_id";
const OF_ITS_AGENT = "(select workspace_id from agents where id = changed.agent_id)";
const OF_ITS_CONVERSATION = "(select workspace_id from conversations where id = changed.conversation_id)";
const OF_ITS_ENDPOINT = "(select workspace_id from endpoints where id = changed.endpoint_id)";
const OF_ITS_TURN =
  "(select agents.workspace_id from turns join agents on agents.id = turns.agent_id where turns.id = changed.turn_id)";
const OF_ITS_SET = "(select workspace_id from evaluation_sets where id = changed.set_id)";
const OF_ITS_EXCHANGE = `(select conversations.workspace_id from exchanges
  join conversations on conversations.id = exchanges.conversation_id where exchanges.id = changed.exchange_id)`;

const SOURCES: readonly Source[] = [
  { table: "workspaces", topic: "workspaces", workspace: "changed.id" },
  { table: "workspace_members", topic: "members", workspace: OF_ITS_OWN },
  { table: "agents", topic: "agents", workspace: OF_ITS_OWN },
  { table: "agent_keys", topic: "agents", workspace: OF_ITS_AGENT },
  { table: "agent_versions", topic: "agents", workspace: OF_ITS_AGENT },
  { table: "agent_collaborators", topic: "agents", workspace: OF_ITS_AGENT },
  { table: "releases", topic: "submissions", workspace: OF_ITS_AGENT },
  { table: "submissions", topic: "submissions", workspace: OF_ITS_OWN },
  { table: "channel_workspaces", topic: "channels", workspace: OF_ITS_OWN },
  { table: "feedback", topic: "feedback", workspace: OF_ITS_TURN },
  {
    table: "access_keys",
    topic: "access-keys",
    workspace: OF_ITS_OWN,
    on: ["insert", "update of name, secret_hash, scopes, disabled_at", "delete"],
  },
  { table: "models", topic: "models", workspace: "0" },
  { table: "evaluation_sets", topic: "evaluations", workspace: OF_ITS_OWN },
  { table: "evaluation_cases", topic: "evaluations", workspace: OF_ITS_SET },
  { table: "evaluations", topic: "evaluations", workspace: OF_ITS_OWN },
  { table: "endpoints", topic: "endpoints", workspace: OF_ITS_OWN },
  {
    table: "endpoint_health",
    topic: "endpoints",
    workspace: OF_ITS_ENDPOINT,
    on: ["update"],
    when: `old.failing_since is distinct from new.failing_since
      or old.breaker_opened_at is distinct from new.breaker_opened_at`,
  },
  { table: "replays", topic: "deliveries", workspace: OF_ITS_ENDPOINT },
  {
    table: "deliveries",
    topic: "deliveries",
    workspace: OF_ITS_OWN,
    on: ["update of state"],
    when: "new.state <> 'leased'",
    isBulk: true,
  },
  { table: "audit_entries", topic: "audit", workspace: OF_ITS_OWN, on: ["insert"] },
  { table: "workspace_limits", topic: "limits", workspace: OF_ITS_OWN },
  {
    table: "conversations",
    topic: "conversations",
    workspace: OF_ITS_OWN,
    on: ["update of name, held_at, section_id, updated_at, deleted_at"],
  },
  {
    table: "exchanges",
    topic: "conversations",
    workspace: OF_ITS_CONVERSATION,
    on: ["update of deleted_at"],
  },
  {
    table: "messages",
    topic: "conversations",
    workspace: OF_ITS_EXCHANGE,
    on: ["update of updated_at, deleted_at"],
  },
  { table: "turns", topic: "conversations", workspace: OF_ITS_AGENT, on: ["update of deleted_at"] },
];

async function createLog({ db }: Tables, { name, columns }: Engine): Promise<void> {
  await db.schema
    .createTable("live_changes")
    .addColumn("id", columns.integer, (column) =>
      name === "postgres" ? column.primaryKey().generatedAlwaysAsIdentity() : column.primaryKey(),
    )
    .addColumn("workspace_id", columns.integer, (column) => column.notNull())
    .addColumn("topic", "text", (column) => column.notNull())
    .addColumn("at", columns.integer, (column) => column.notNull())
    .execute();
  await sql`create index live_changes_at on live_changes (at, workspace_id, topic)`.execute(db);
}

async function tellOf(db: Kysely<Schema>, engine: Engine, source: Source): Promise<void> {
  const { on = ["insert", "update", "delete"] } = source;
  for (const event of on) {
    const name = `live_${source.table}_${event.split(" ")[0]}`;
    const statements =
      engine.name === "sqlite" ? [sqliteTrigger(name, event, source)] : postgresTrigger(name, event, source);
    for (const text of statements) await sql.raw(text).execute(db);
  }
}

function sqliteTrigger(name: string, event: string, source: Source): string {
  const row = event === "delete" ? "old" : "new";
  const workspace = source.workspace.replaceAll("changed.", `${row}.`);
  const now = "cast(unixepoch('subsec') * 1000 as integer)";
  return `create trigger ${name} after ${event} on ${source.table} for each row
    ${source.when === undefined ? "" : `when ${source.when}`}
    begin
      insert into live_changes (workspace_id, topic, at)
      select place, '${source.topic}', ${now} from (select ${workspace} as place) where place is not null;
    end`;
}

function postgresTrigger(name: string, event: string, source: Source): string[] {
  const row = event === "delete" ? "old" : "new";
  const workspace = source.workspace.replaceAll("changed.", `${row}.`);
  const now = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
  if (source.isBulk === true) {
    return [
      `create function ${name}() returns trigger language plpgsql as $$ begin
        insert into live_changes (workspace_id, topic, at)
        select distinct ${source.workspace}, '${source.topic}', ${now} from changed_rows changed
        where ${source.when?.replaceAll("new.", "changed.") ?? "true"};
        return null;
      end $$`,
      `create trigger ${name} after ${event.split(" ")[0]} on ${source.table}
        referencing new table as changed_rows for each statement execute function ${name}()`,
    ];
  }
  return [
    `create function ${name}() returns trigger language plpgsql as $$ begin
      insert into live_changes (workspace_id, topic, at)
      select place, '${source.topic}', ${now} from (select ${workspace} as place) found where place is not null;
      return null;
    end $$`,
    `create trigger ${name} after ${event} on ${source.table} for each row
      ${source.when === undefined ? "" : `when (${source.when})`} execute function ${name}()`,
  ];
}
