import { CompiledQuery, Kysely, PostgresDialect, type RawBuilder, sql } from "kysely";
import type { Schema } from "../schema.ts";
import { type Engine, HUNG_AFTER_MS, type Session } from "../session.ts";
import {
  type Fragments,
  type PreparedStatement,
  StatementCompiler,
  type Step,
  type Value,
} from "../statement.ts";
import type { PostgresConnections } from "./connections.ts";
import { postgresFullText } from "./full-text.ts";

const UNIQUE_VIOLATION = "23505";
/** First key of the advisory locks whose second key is a node number. */
export const NODE_LOCKS = 0x616e7469;
/** Key of the advisory lock of migrations. */
const MIGRATION_LOCK = 0x616e7470;
/** Most statements merged into one; far below the 65,535 values of one message. */
const MERGED_AT_ONCE = 100;
/** Merged statements of at most this many steps are prepared; longer ones differ from call to call. */
const PREPARED_TOGETHER = 8;

const fragments: Fragments = {
  guardPassed: sql`exists (select from guard)`,
  lockRows: sql`for update`,
  rows: (json, name, columns) => {
    const types = Object.entries(columns).map(
      ([column, type]) => sql`${sql.ref(column)} ${sql.raw(type === "integer" ? "bigint" : "text")}`,
    );
    return sql`json_to_recordset(${json}::json) as ${sql.ref(name)}(${sql.join(types)})`;
  },
};

/** The database's clock: nodes need not agree on theirs. */
const DATABASE_NOW_MS = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** Numbers of the nodes that work, ascending: their processes are alive, serve, and do not hang. */
export async function workingNodes(session: Session): Promise<number[]> {
  const { engine, db } = session;
  const live = new Set(await engine.otherLiveNodes(session)).add(engine.node);
  const hung = new Set(await engine.hungNodes(session, HUNG_AFTER_MS));
  const serving = await db.selectFrom("nodes").select("node").orderBy("node").execute();
  return serving.map(({ node }) => node).filter((node) => live.has(node) && !hung.has(node));
}

/** By Unicode, whatever letters the database's own locale knows. */
function foldCase(text: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`lower(${text} collate "und-x-icu")`;
}

/** PostgreSQL's side of the differences. */
function postgresEngine(node: number): Engine {
  return {
    name: "postgres",
    node,
    columns: { integer: "bigint" },
    fullText: postgresFullText,
    contains: (text, keyword) => {
      // Folding long texts is dear; words without letters of two cases need none.
      if (keyword.toUpperCase() === keyword.toLowerCase()) return sql`strpos(${text}, ${keyword}::text) > 0`;
      return sql`strpos(${foldCase(text)}, ${foldCase(sql`${keyword}::text`)}) > 0`;
    },
    isConversationBusy: (error) => {
      const cause = error instanceof Error ? error.cause : undefined;
      return (
        cause instanceof Error &&
        "code" in cause &&
        cause.code === UNIQUE_VIOLATION &&
        "constraint" in cause &&
        cause.constraint === "turns_running"
      );
    },
    otherLiveNodes: async ({ db }) => {
      const { rows } = await sql<{ node: number }>`
        select objid::int as node from pg_locks
        where locktype = 'advisory' and granted and objsubid = 2 and classid = ${NODE_LOCKS}::oid
          and database = (select oid from pg_database where datname = current_database())`.execute(db);
      return rows.map((row) => row.node).filter((other) => other !== node);
    },
    hungNodes: async ({ db }, forMs) => {
      const { rows } = await sql<{ node: number }>`
        select node::int as node from nodes
        where node <> ${node} and heartbeat_at < ${DATABASE_NOW_MS} - ${forMs}::bigint`.execute(db);
      return rows.map((row) => row.node);
    },
    lockForMigration: async (db) => {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(db);
    },
  };
}

/** The session of the whole store. Hot statements are prepared once per connection. */
export function postgresSession(connections: PostgresConnections, node: number): Session {
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: connections }) });
  return new PostgresSession(
    postgresEngine(node),
    db,
    new StatementCompiler(db, fragments),
    new Map(),
    connections,
  );
}

/** One SQL text that runs several steps, and the name it is prepared under; absent: it is not worth keeping. */
interface MergedStatement {
  text: string;
  name?: string;
}

class PostgresSession implements Session {
  readonly engine: Engine;
  readonly db: Kysely<Schema>;
  readonly isTransaction: boolean;
  readonly #compiler: StatementCompiler;
  /** By the numbers of the statements merged. */
  readonly #merged: Map<string, MergedStatement>;
  /** Absent inside a transaction, which has its own connection. */
  readonly #connections: PostgresConnections | undefined;

  constructor(
    engine: Engine,
    db: Kysely<Schema>,
    compiler: StatementCompiler,
    merged: Map<string, MergedStatement>,
    connections?: PostgresConnections,
  ) {
    this.engine = engine;
    this.db = db;
    this.isTransaction = connections === undefined;
    this.#compiler = compiler;
    this.#merged = merged;
    this.#connections = connections;
  }

  async run<R>(step: Step<R>): Promise<R[]> {
    const { sql: text, number, bind } = this.#compiler.prepare(step.source);
    return (await this.#execute({ text, name: `${number}` }, bind(step.values))) as R[];
  }

  async change<R>(guard: Step<R>, rest: Step<unknown>[]): Promise<R | undefined> {
    const [passed] = await this.#executeTogether([guard, ...rest], "select * from guard");
    return passed as R | undefined;
  }

  async runAll(steps: Step<unknown>[]): Promise<void> {
    if (steps.length === 0) return;
    if (steps.length <= MERGED_AT_ONCE) {
      await this.#executeTogether(steps, "select 1");
      return;
    }
    await this.atomically(async (inside) => {
      for (let start = 0; start < steps.length; start += MERGED_AT_ONCE) {
        await inside.runAll(steps.slice(start, start + MERGED_AT_ONCE));
      }
    });
  }

  async atomically<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.isTransaction) return work(this);
    return this.db
      .transaction()
      .execute((transaction) =>
        work(new PostgresSession(this.engine, transaction, this.#compiler, this.#merged)),
      );
  }

  /** Runs all steps as one statement: the first is called `guard`, the rest see whether it passed. */
  async #executeTogether(steps: Step<unknown>[], result: string): Promise<unknown[]> {
    const prepared = steps.map((step) => this.#compiler.prepare(step.source));
    const key = `${prepared.map(({ number }) => number).join("_")} ${result}`;
    const isKept = steps.length <= PREPARED_TOGETHER;
    const merged = this.#merged.get(key) ?? mergeStatements(prepared, result, isKept ? key : undefined);
    if (isKept) this.#merged.set(key, merged);
    const values = steps.flatMap((step, index) => prepared[index]?.bind(step.values) ?? []);
    return this.#execute(merged, values);
  }

  async #execute({ text, name }: MergedStatement, values: Value[]): Promise<unknown[]> {
    if (this.#connections !== undefined) return this.#connections.execute(text, values, name);
    const { rows } = await this.db.executeQuery(CompiledQuery.raw(text, values));
    return rows;
  }
}

function mergeStatements(
  prepared: PreparedStatement[],
  result: string,
  name: string | undefined,
): MergedStatement {
  let places = 0;
  const parts = prepared.map((statement, index) => {
    const text = statement.sql.replaceAll(/\$(\d+)/g, (_, place) => `$${Number(place) + places}`);
    places += statement.query.parameters.length;
    return `${index === 0 ? "guard" : `step_${index}`} as (${text})`;
  });
  return { text: `with ${parts.join(", ")} ${result}`, ...(name !== undefined && { name }) };
}
