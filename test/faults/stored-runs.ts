import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";

/** A run as it lies in the database. */
export interface StoredRun {
  id: number;
  status: string;
  /** JSON of what it was given. */
  input: string;
  /** JSON of what it gave, or why it failed; empty: nothing. */
  outcome: string;
}

/** A look at runs past the server, as an operator with a database tool has it. Reads only. */
export interface StoredRuns {
  all(): Promise<StoredRun[]>;
  close(): Promise<void>;
}

const ALL = "select id, status, input, outcome from workflow_runs order by id";

export function sqliteRuns(path: string): StoredRuns {
  return {
    all: async () => {
      const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
      try {
        return database.prepare(ALL).all() as unknown as StoredRun[];
      } finally {
        database.close();
      }
    },
    close: async () => {},
  };
}

export async function postgresRuns(url: string): Promise<StoredRuns> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    all: async () => {
      const { rows } = await client.query(ALL);
      return rows.map((row) => ({ ...row, id: Number(row.id) }));
    },
    close: () => client.end(),
  };
}
