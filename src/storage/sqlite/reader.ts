import { existsSync } from "node:fs";
import { DomainError } from "../../domain/errors.ts";
import type { Store } from "../store.ts";
import type { StoreOptions } from "../store-options.ts";
import { SqliteConnection } from "./connection.ts";
import { GUEST_NODE, requireTables } from "./guest.ts";
import { storeOver } from "./open.ts";
import { sqliteSession } from "./session.ts";

/**
 * Opens a data file only to read it, however long that takes, beside a server and beside guests: nobody waits for a
 * reader. Every change rejects with `storage_failed`. Rejects like `openSqliteGuest`.
 * Why this is safe: docs/decisions/0008-guests-of-the-data-file.md.
 */
export async function openSqliteReader(options: StoreOptions & { path: string }): Promise<Store> {
  const { path } = options;
  if (!existsSync(path)) {
    throw new DomainError("storage_failed", `there is no data at ${path}; start the server once`);
  }
  const connection = new SqliteConnection(path, { readOnly: true });
  try {
    connection.execute("pragma busy_timeout = 10000");
    const session = sqliteSession(connection, GUEST_NODE);
    await requireTables(session);
    return storeOver({ connection, session, close: async () => connection.close() }, options);
  } catch (error) {
    connection.close();
    throw error;
  }
}
