import type { ColumnDefinitionBuilder, CreateTableBuilder, Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import type { Engine } from "../session.ts";

type Table = CreateTableBuilder<string, string>;

const required = (column: ColumnDefinitionBuilder) => column.notNull();

/** Adds tables and columns in the two kinds there are: text and integers. */
export class Tables {
  readonly db: Kysely<Schema>;
  readonly #engine: Engine;

  constructor(db: Kysely<Schema>, engine: Engine) {
    this.db = db;
    this.#engine = engine;
  }

  table(
    name: string,
    columns: { texts?: string[]; integers?: string[]; optionalIntegers?: string[] },
  ): Table {
    let table: Table = this.db.schema.createTable(name);
    for (const column of columns.texts ?? []) table = table.addColumn(column, "text", required);
    for (const column of columns.integers ?? []) {
      table = table.addColumn(column, this.#engine.columns.integer, required);
    }
    for (const column of columns.optionalIntegers ?? []) {
      table = table.addColumn(column, this.#engine.columns.integer);
    }
    return table;
  }

  withId(name: string, columns: Parameters<Tables["table"]>[1], key = "id"): Table {
    return this.table(name, columns).addColumn(key, this.#engine.columns.integer, (column) =>
      column.primaryKey().notNull(),
    );
  }

  async addTexts(table: string, columns: Record<string, string>): Promise<void> {
    for (const [column, value] of Object.entries(columns)) {
      await this.db.schema
        .alterTable(table)
        .addColumn(column, "text", (built) => built.notNull().defaultTo(value))
        .execute();
    }
  }

  async addIntegers(table: string, ...columns: string[]): Promise<void> {
    for (const column of columns) {
      await this.db.schema
        .alterTable(table)
        .addColumn(column, this.#engine.columns.integer, (built) => built.notNull().defaultTo(0))
        .execute();
    }
  }

  async addOptionalIntegers(table: string, ...columns: string[]): Promise<void> {
    for (const column of columns) {
      await this.db.schema.alterTable(table).addColumn(column, this.#engine.columns.integer).execute();
    }
  }
}
