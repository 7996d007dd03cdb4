import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openSqliteStore } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "antiphon-open-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("only the user who runs the server may read what it stores", async () => {
  const data = join(folder, "data");
  const store = await openSqliteStore({ path: join(data, "antiphon.db"), durability: "full" });
  await store.settings.set("key", "value");
  const modes = Object.fromEntries(
    readdirSync(data).map((name) => [name, statSync(join(data, name)).mode & 0o077]),
  );
  await store.close();
  expect(statSync(data).mode & 0o077).toBe(0);
  expect(modes).toMatchObject({ "antiphon.db": 0, "antiphon.db-wal": 0, "antiphon.db-shm": 0 });
});
