import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../../test/support/databases.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { openPostgresStore } from "./open.ts";

/** Ends every connection to the database from the server's side, as a restart of PostgreSQL does. */
async function cutAllConnections(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  await client.end();
}

it("connections that break in and between transactions cost those transactions, and nothing else", async () => {
  const url = await createDatabase();
  const store = await openPostgresStore({ url });
  onTestFinished(() => store.close());
  await store.settings.set("colour", "red");

  const cut = store.transaction(async ({ settings }) => {
    await settings.set("colour", "blue");
    await cutAllConnections(url);
    await settings.set("colour", "green");
  });
  await expect(cut).rejects.toMatchObject({ code: "storage_failed" });

  await eventually(() => store.ping());
  expect(await store.settings.get("colour")).toBe("red");
  await store.transaction(({ settings }) => settings.set("colour", "blue"));
  expect(await store.settings.get("colour")).toBe("blue");
});

it("a node that loses its number gives up the statements that still wait, as behind a dead network", async () => {
  const url = await createDatabase();
  const store = await openPostgresStore({ url });
  onTestFinished(() => store.close());
  const other = new Client({ connectionString: url });
  onTestFinished(() => other.end());
  await other.connect();
  await other.query("begin; lock table settings, workspaces in access exclusive mode");
  const single = store.settings.get("colour");
  const whole = store.transaction(({ workspaces }) => workspaces.findByName("default"));
  const outcomes = Promise.allSettled([single, whole]);
  await eventually(async () => {
    await other.query("select pg_stat_clear_snapshot()");
    const { rows } = await other.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length < 2) throw new Error("nobody waits yet");
  });

  await other.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`);
  expect(await outcomes).toMatchObject([
    { status: "rejected", reason: { code: "storage_failed" } },
    { status: "rejected", reason: { code: "storage_failed" } },
  ]);
  await other.query("rollback");
  await eventually(() => store.ping());
  expect(await store.settings.get("colour")).toBeUndefined();
});
