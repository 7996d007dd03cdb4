import { Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine, Session } from "../session.ts";
import { type Fragments, StatementCompiler, type Step } from "../statement.ts";
import type { SqliteConnection } from "./connection.ts";
import { sqliteDialect } from "./dialect.ts";
import { sqliteFullText } from "./full-text.ts";

const UNIQUE_VIOLATION = 2067;

const fragments: Fragments = { guardPassed: sql`true`, lockRows: sql`` };

/** SQLite's side of the differences. One process owns the file, so its node is 0 and no other is alive. */
const sqliteEngine: Engine = {
  name: "sqlite",
  node: 0,
  columns: { integer: "integer" },
  fullText: sqliteFullText,
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
  lockForMigration: async () => {},
};

/** The session of the whole store. Hot statements go straight to the connection, past Kysely. */
export function sqliteSession(connection: SqliteConnection): Session {
  const db = new Kysely<Schema>({ dialect: sqliteDialect(connection) });
  return new SqliteSession(connection, db, new StatementCompiler(db, fragments), false);
}

class SqliteSession implements Session {
  readonly engine = sqliteEngine;
  readonly db: Kysely<Schema>;
  readonly isTransaction: boolean;
  readonly #connection: SqliteConnection;
  readonly #compiler: StatementCompiler;

  constructor(
    connection: SqliteConnection,
    db: Kysely<Schema>,
    compiler: StatementCompiler,
    isTransaction: boolean,
  ) {
    this.#connection = connection;
    this.db = db;
    this.#compiler = compiler;
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
      .execute((transaction) => work(new SqliteSession(this.#connection, transaction, this.#compiler, true)));
  }

  async #whole<T>(work: () => T): Promise<T> {
    if (this.isTransaction) return work();
    return this.#connection.exclusively(() => this.#connection.inTransaction(work));
  }

  #execute<R>(step: Step<R>): R[] {
    const prepared = this.#compiler.prepare(step.source);
    return this.#connection.execute(prepared.sql, prepared.bind(step.values)).rows as R[];
  }
}
