import { createDatabase } from "../../../test/support/databases.ts";
import { openPostgresStore } from "../../storage/postgres/open.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import type { Store } from "../../storage/store.ts";

/** Every engine by name, with a way to open an empty store on it. */
export const ENGINES: [string, () => Promise<Store>][] = [
  ["sqlite", () => openSqliteStore({ path: ":memory:" })],
  ["postgres", async () => openPostgresStore({ url: await createDatabase(), connections: 2 })],
];
