/** Child: migrates the store at the given place and stops for ever in the middle of one more migration. */
import type { Migration } from "../migrations/index.ts";
import { MIGRATIONS } from "../migrations/index.ts";
import { migrate } from "../migrations/migrate.ts";
import { openPostgresDatabase } from "../postgres/open.ts";
import { openSqliteDatabase } from "../sqlite/open.ts";
import { toLocation } from "./location.ts";

const endless: Migration = {
  number: MIGRATIONS.length + 1,
  name: "endless",
  up: async (db) => {
    await db.schema.createTable("half").addColumn("id", "integer").execute();
    process.stdout.write("half way\n");
    await new Promise(() => setInterval(() => {}, 1000));
  },
};

const location = toLocation(process.argv[2] ?? "");
const { session } =
  location.engine === "postgres" ? await openPostgresDatabase(location) : await openSqliteDatabase(location);
await migrate(session.db, session.engine, [...MIGRATIONS, endless]);
