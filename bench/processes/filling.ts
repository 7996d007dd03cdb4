import { sql } from "kysely";
import { openPostgresDatabase } from "../../src/storage/postgres/open.ts";
import type { Session } from "../../src/storage/session.ts";
import { openSqliteDatabase } from "../../src/storage/sqlite/open.ts";
import { serveParent } from "./parent.ts";

/** A database that a server has already made. */
export interface FilledDatabase {
  /** PostgreSQL; absent: the SQLite file at `path`. */
  databaseUrl: string | undefined;
  path: string;
}

/** A process that fills the database of each order, and answers with what `fill` resolves with. */
export function serveFilling<Order extends FilledDatabase>(
  fill: (session: Session, order: Order) => Promise<unknown>,
): void {
  serveParent({}, async (message) => {
    const order = message as Order;
    const { databaseUrl, path } = order;
    const database =
      databaseUrl === undefined
        ? await openSqliteDatabase({ path, durability: "relaxed" })
        : await openPostgresDatabase({ url: databaseUrl, durability: "relaxed" });
    try {
      return await fill(database.session, order);
    } finally {
      await database.close();
    }
  });
  process.once("SIGTERM", () => process.exit());
}

/** Runs them in one transaction, and lets the database look at what is there then. */
export async function runStatements(session: Session, statements: string[]): Promise<void> {
  await session.db.transaction().execute(async (transaction) => {
    for (const statement of statements) await sql.raw(statement).execute(transaction);
  });
  await sql.raw("analyze").execute(session.db);
}
