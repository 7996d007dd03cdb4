import { createDatabase } from "./databases.ts";

/** A storage engine that end-to-end tests run on. */
export interface TestEngine {
  readonly name: "SQLite" | "PostgreSQL";
  /** Address of an empty database of the caller's own; undefined: the server's data directory holds everything. */
  databaseUrl(): Promise<string | undefined>;
}

/** Every engine, for `describe.each(engines)("… on $name", …)`. */
export const engines: TestEngine[] = [
  { name: "SQLite", databaseUrl: async () => undefined },
  { name: "PostgreSQL", databaseUrl: createDatabase },
];
