import { type Compilable, type CompiledQuery, type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Schema } from "./schema.ts";

/** What a bound value may be. */
export type Value = string | number | null;

/** Fragments a hot statement needs and the engines spell differently. */
export interface Fragments {
  /** Inside a follow-up of `Session.change`: true when the guard changed something. */
  readonly guardPassed: RawBuilder<SqlBool>;
  /** After a `select` inside a write: makes concurrent writers of the selected rows wait. */
  readonly lockRows: RawBuilder<unknown>;
  /** A JSON array of objects as rows of a `from`. */
  rows(json: RawBuilder<string>, name: string, columns: RowColumns): RawBuilder<unknown>;
}

/** The columns of rows given as JSON. */
export type RowColumns = Readonly<Record<string, "integer" | "text">>;

/** What a hot statement is written with: `value("name")` stands for a parameter given at each call. */
export interface Draft<P> {
  readonly db: Kysely<Schema>;
  readonly fragments: Fragments;
  value<Name extends keyof P & string>(name: Name): RawBuilder<P[Name]>;
  /** An insert of one row for a follow-up of `Session.change`: nothing is inserted when the guard failed. */
  insertIfPassed<Table extends keyof Schema & string>(
    table: Table,
    row: { [Column in keyof Schema[Table]]: RawBuilder<Schema[Table][Column]> },
  ): Compilable<unknown>;
}

/** One call of a hot statement: the statement and the values for its places. */
export interface Step<R> {
  readonly source: StatementSource;
  readonly values: Readonly<Record<string, Value>>;
  /** Carries the type of the rows; never set. */
  readonly row?: R;
}

/** The written form of a hot statement; each engine compiles it once. */
export interface StatementSource {
  compile(db: Kysely<Schema>, fragments: Fragments): CompiledQuery;
}

/** A hot statement compiled for one engine. */
export interface PreparedStatement {
  /** Unique within the engine; the same as long as the store is open. */
  readonly number: number;
  readonly sql: string;
  readonly query: CompiledQuery;
  /** The values of one call in the order of the SQL text's places. */
  bind(values: Readonly<Record<string, Value>>): Value[];
}

class Place {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Declares a statement of the hot path. Kysely builds and compiles it once per engine; a call only puts values
 * into the compiled form's places (about a hundredth of the cost of building it again).
 */
export function statement<P extends Readonly<Record<keyof P, Value>>, R>(
  build: (draft: Draft<P>) => Compilable<R>,
): (values: P) => Step<R> {
  const source: StatementSource = {
    compile: (db, fragments) =>
      build({
        db,
        fragments,
        value: <T>(name: string) => sql<T>`${new Place(name)}`,
        insertIfPassed: (table, row) => ({ compile: () => guardedInsert(table, row, fragments).compile(db) }),
      }).compile(),
  };
  return (values) => ({ source, values });
}

function guardedInsert(table: string, row: object, { guardPassed }: Fragments): RawBuilder<unknown> {
  const columns = sql.join(Object.keys(row).map((column) => sql.ref(column)));
  return sql`insert into ${sql.table(table)} (${columns}) select ${sql.join(Object.values(row))} where ${guardPassed}`;
}

/**
 * Rows for `Fragments.rows`. No string in them can upset a JSON parser: U+0000 and lone surrogates become U+FFFD, as
 * they do in columns of text.
 */
export function jsonRows(rows: readonly object[]): string {
  return JSON.stringify(rows, (_, value: unknown) =>
    typeof value === "string" ? value.toWellFormed().replaceAll("\0", "\uFFFD") : value,
  );
}

/** Compiles hot statements for one engine, each the first time it is asked for. */
export class StatementCompiler {
  readonly #db: Kysely<Schema>;
  readonly #fragments: Fragments;
  readonly #prepared = new Map<StatementSource, PreparedStatement>();

  constructor(db: Kysely<Schema>, fragments: Fragments) {
    this.#db = db;
    this.#fragments = fragments;
  }

  prepare(source: StatementSource): PreparedStatement {
    const known = this.#prepared.get(source);
    if (known !== undefined) return known;
    const prepared = prepare(source.compile(this.#db, this.#fragments), this.#prepared.size);
    this.#prepared.set(source, prepared);
    return prepared;
  }
}

function prepare(query: CompiledQuery, number: number): PreparedStatement {
  const places = query.parameters.map((parameter) =>
    parameter instanceof Place ? { name: parameter.name } : { constant: asValue(parameter) },
  );
  return {
    number,
    sql: query.sql,
    query,
    bind: (values) =>
      places.map((place) => {
        if ("constant" in place) return place.constant;
        const value = values[place.name];
        if (value === undefined) throw new TypeError(`no value for "${place.name}"`);
        return value;
      }),
  };
}

function asValue(parameter: unknown): Value {
  if (parameter === null || typeof parameter === "string" || typeof parameter === "number") return parameter;
  throw new TypeError(`a hot statement cannot hold a ${typeof parameter}`);
}
