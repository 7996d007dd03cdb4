import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";

/** One answer as it lies in the database. */
export interface StoredTurn {
  id: number;
  status: string;
  question: string;
  text: string;
}

/** A look into the database past the server, as an operator with a database tool has it. Reads only. */
export interface StoredTurns {
  /** Ids of turns that are not in a final state. */
  running(): Promise<number[]>;
  /** By turn id. */
  all(): Promise<Map<number, StoredTurn>>;
  /** Throws when the files of a server that has just been killed are damaged. */
  checkFiles(): Promise<void>;
  close(): Promise<void>;
}

const RUNNING = "select id from turns where status = 'running'";
const ALL = `select t.id, t.status, q.text as question, a.text as text
  from turns t
  join messages a on a.id = t.answer_message_id
  join messages q on q.exchange_id = t.exchange_id and q.kind = 'question'`;

export function sqliteTurns(path: string): StoredTurns {
  const read = <Row>(sql: string): Row[] => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    try {
      return database.prepare(sql).all() as Row[];
    } finally {
      database.close();
    }
  };
  return {
    running: async () => read<{ id: number }>(RUNNING).map(({ id }) => id),
    all: async () => new Map(read<StoredTurn>(ALL).map((turn) => [turn.id, turn])),
    checkFiles: () => checkCopy(path),
    close: async () => {},
  };
}

/** Checks a copy, so that the server finds its files as it left them. */
async function checkCopy(path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "antiphon-copy-"));
  try {
    const copy = join(folder, "copy.db");
    await copyFile(path, copy);
    await copyFile(`${path}-wal`, `${copy}-wal`);
    const database = new DatabaseSync(copy);
    try {
      const result = database.prepare("pragma integrity_check").all();
      if (JSON.stringify(result) !== '[{"integrity_check":"ok"}]') throw new Error(JSON.stringify(result));
    } finally {
      database.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function postgresTurns(url: string): Promise<StoredTurns> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const rows = async (sql: string) => (await client.query(sql)).rows;
  return {
    running: async () => (await rows(RUNNING)).map(({ id }) => Number(id)),
    all: async () =>
      new Map((await rows(ALL)).map((turn) => [Number(turn.id), { ...turn, id: Number(turn.id) }])),
    checkFiles: async () => {},
    close: () => client.end(),
  };
}
