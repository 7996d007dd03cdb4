import { DatabaseSync, type StatementSync } from "node:sqlite";
import { DomainError } from "../../domain/errors.ts";
import type { Value } from "../statement.ts";
import { Mutex } from "./mutex.ts";

/** Prepared statements kept; the hot ones are few, the rest come and go. */
const CACHED_STATEMENTS = 400;

const WRITES_PER_CHECKPOINT = 2000;

/** Primary result codes with which SQLite says that the disk takes no writes: read-only, I/O error, full. */
const WRITE_REFUSALS = new Set([8, 10, 13]);
/** About as much as a question with its answer needs. */
const PROBE_CHARACTERS = 64 * 1024;
const WRITE_PROBE =
  "insert into settings (key, value) values ('write-probe', ?) on conflict (key) do update set value = excluded.value";

interface CachedStatement {
  statement: StatementSync;
  returnsRows: boolean;
  isRead: boolean;
}

/** SQLite itself knows the letters of ASCII only. */
export function foldCase(text: string): string {
  return text.toLowerCase();
}

/** The one connection to a database file. Statements run synchronously; `mutex` keeps transactions whole. */
export class SqliteConnection {
  readonly mutex = new Mutex();
  /** Grows with every statement that may have written. */
  writes = 0;
  /** Called after every `WRITES_PER_CHECKPOINT` writing statements. */
  onManyWrites: () => void = () => {};
  /** Set once the store can no longer promise durability; every statement is then refused with it. */
  failure: DomainError | undefined;
  /** True from when the disk refused a write until one went through. */
  #isRefusing = false;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, CachedStatement>();

  constructor(path: string, options: { readOnly?: boolean } = {}) {
    this.#database = new DatabaseSync(path, { enableForeignKeyConstraints: false, ...options });
    this.#database.function("fold_case", { deterministic: true }, (text) => foldCase(String(text ?? "")));
  }

  /** Runs one statement. Throws `storage_failed` with SQLite's error as cause. */
  execute(sql: string, parameters: readonly Value[] = []): { rows: unknown[]; changes: number } {
    if (this.failure !== undefined) throw this.failure;
    try {
      const { statement, returnsRows, isRead } = this.#prepare(sql);
      if (!isRead) this.#countWrite();
      if (returnsRows) return { rows: statement.all(...parameters), changes: 0 };
      return { rows: [], changes: Number(statement.run(...parameters).changes) };
    } catch (error) {
      if (isWriteRefusal(error)) this.#isRefusing = true;
      throw new DomainError("storage_failed", "the store failed", { cause: error });
    }
  }

  /** Throws `storage_failed` when nothing can be read, or when the disk refused a write and still does. */
  probe(): void {
    this.execute("select 1");
    if (!this.#isRefusing) return;
    try {
      this.execute(WRITE_PROBE, ["x".repeat(PROBE_CHARACTERS)]);
      this.execute(WRITE_PROBE, [""]);
      this.#isRefusing = false;
    } catch (error) {
      throw new DomainError("storage_failed", "the disk takes no writes; is it full?", { cause: error });
    }
  }

  /** Runs `work` while no transaction is open; at once when there is none. */
  async exclusively<T>(work: () => T): Promise<T> {
    if (!this.mutex.isHeld) return work();
    await this.mutex.lock();
    try {
      return work();
    } finally {
      this.mutex.unlock();
    }
  }

  /** Runs `work` between `begin` and `commit`; rolls back and rethrows when it throws. */
  inTransaction<T>(work: () => T): T {
    this.execute("begin immediate");
    try {
      const result = work();
      this.execute("commit");
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Ends an open transaction without keeping anything; does nothing when SQLite already ended it. */
  rollback(): void {
    if (this.#database.isTransaction) this.#database.exec("rollback");
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #countWrite(): void {
    this.writes += 1;
    if (this.writes % WRITES_PER_CHECKPOINT === 0) this.onManyWrites();
  }

  #prepare(sql: string): CachedStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(compiledOnce(sql));
    const isRead = /^\s*select\b/i.test(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0, isRead };
    if (this.#statements.size >= CACHED_STATEMENTS) this.#forgetOldest();
    this.#statements.set(sql, prepared);
    return prepared;
  }

  #forgetOldest(): void {
    for (const sql of this.#statements.keys()) {
      this.#statements.delete(sql);
      return;
    }
  }
}

/** SQLite compiles a statement anew for every value of a limit; it does not look at the value of an expression. */
function compiledOnce(sql: string): string {
  return sql.replaceAll(/\blimit \?/g, "limit +?");
}

function isWriteRefusal(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" && WRITE_REFUSALS.has(code & 0xff);
}
