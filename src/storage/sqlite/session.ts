import { Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine, Session } from "../session.ts";
import { type Fragments, StatementCompiler, type Step } from "../statement.ts";
import { foldCase, type SqliteConnection } from "./connection.ts";
import { sqliteDialect } from "./dialect.ts";
import { sqliteFullText } from "./full-text.ts";

const UNIQUE_VIOLATION = 2067;

const fragments: Fragments = {
  guardPassed: sql`true`,
  lockRows: sql``,
  rows: (json, name, columns) => {
    const values = Object.keys(columns).map(
      (column) => sql`value ->> ${sql.lit(`$.${column}`)} as ${sql.ref(column)}`,
    );
    return sql`(select ${sql.join(values)} from json_each(${json})) as ${sql.ref(name)}`;
  },
};

/** SQLite's side of the differences. One process owns the file and runs turns; it sees no other alive. */
const sqliteEngine: Omit<Engine, "node"> = {
  name: "sqlite",
  columns: { integer: "integer" },
  fullText: sqliteFullText,
  contains: (text, keyword) => {
    // Leaving SQLite for every text is many times dearer; words without letters of two cases need no folding.
    if (keyword.toUpperCase() === keyword.toLowerCase()) return sql`instr(${text}, ${keyword}) > 0`;
    return sql`instr(fold_case(${text}), ${foldCase(keyword)}) > 0`;
  },
  isConversationBusy: (error) => {
    const cause = error instanceof Error ? error.cause : undefined;
    return (
      cause instanceof Error &&
      "errcode" in cause &&
      cause.errcode === UNIQUE_VIOLATION &&
      cause.message.includes("turns.conversation_id")
    );
  },
  otherLiveNodes: async () => [],
  hungNodes: async () => [],
  lockForMigration: async () => {},
};

/** Node number of the process that owns the file. */
const OWNER_NODE = 0;

/** The session of the whole store. Hot statements go straight to the connection, past Kysely. */
export function sqliteSession(connection: SqliteConnection, node = OWNER_NODE): Session {
  const db = new Kysely<Schema>({ dialect: sqliteDialect(connection) });
  const parts = {
    connection,
    compiler: new StatementCompiler(db, fragments),
    engine: { ...sqliteEngine, node },
  };
  return new SqliteSession(parts, db, false);
}

interface SessionParts {
  connection: SqliteConnection;
  compiler: StatementCompiler;
  engine: Engine;
}

class SqliteSession implements Session {
  readonly engine: Engine;
  readonly db: Kysely<Schema>;
  readonly isTransaction: boolean;
  readonly #parts: SessionParts;
  readonly #connection: SqliteConnection;

  constructor(parts: SessionParts, db: Kysely<Schema>, isTransaction: boolean) {
    this.#parts = parts;
    this.#connection = parts.connection;
    this.engine = parts.engine;
    this.db = db;
    this.isTransaction = isTransaction;
  }

  async run<R>(step: Step<R>): Promise<R[]> {
    return this.isTransaction ? this.#execute(step) : this.#connection.exclusively(() => this.#execute(step));
  }

  async change<R>(guard: Step<R>, rest: Step<unknown>[]): Promise<R | undefined> {
    return this.#whole(() => {
      const [passed] = this.#execute(guard);
      if (passed !== undefined) for (const step of rest) this.#execute(step);
      return passed;
    });
  }

  async runAll(steps: Step<unknown>[]): Promise<void> {
    if (steps.length === 0) return;
    await this.#whole(() => {
      for (const step of steps) this.#execute(step);
    });
  }

  async atomically<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.isTransaction) return work(this);
    return this.db
      .transaction()
      .execute((transaction) => work(new SqliteSession(this.#parts, transaction, true)));
  }

  async #whole<T>(work: () => T): Promise<T> {
    if (this.isTransaction) return work();
    return this.#connection.exclusively(() => this.#connection.inTransaction(work));
  }

  #execute<R>(step: Step<R>): R[] {
    const prepared = this.#parts.compiler.prepare(step.source);
    return this.#connection.execute(prepared.sql, prepared.bind(step.values)).rows as R[];
  }
}
