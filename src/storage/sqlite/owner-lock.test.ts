import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startChild } from "../testing/child.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openSqliteStore } from "./open.ts";

it("a second process is refused at once, told who owns the file, and let in when the owner is killed", async () => {
  const path = join(temporaryFolder(), "antiphon.db");
  const owner = startChild("hold-store.ts", path);
  expect(await owner.firstLine).toBe("0");
  const refusal = {
    code: "storage_failed",
    message: expect.stringMatching(new RegExp(`antiphon\\.db is in use by .*process ${owner.pid}\\b`)),
  };
  await expect(openSqliteStore({ path })).rejects.toMatchObject(refusal);
  await expect(openSqliteStore({ path })).rejects.toMatchObject(refusal);
  await owner.kill();
  const store = await openSqliteStore({ path });
  onTestFinished(() => store.close());
  await store.ping();
});

it("one process cannot own a file twice, and a refused attempt does not loosen the lock", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "antiphon.db");
  const store = await openSqliteStore({ path });
  onTestFinished(() => store.close());
  await expect(openSqliteStore({ path: join(folder, ".", "antiphon.db") })).rejects.toMatchObject({
    code: "storage_failed",
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await expect(startChild("hold-store.ts", path).firstLine).rejects.toThrow(/in use by another server/);
  await store.close();
  expect(await startChild("hold-store.ts", path).firstLine).toBe("0");
});
