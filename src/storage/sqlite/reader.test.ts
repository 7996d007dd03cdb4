import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { User } from "../../domain/access.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openSqliteGuest } from "./guest.ts";
import { openSqliteStore } from "./open.ts";
import { openSqliteReader } from "./reader.ts";

function aUser(store: Store): User {
  const id = store.newId<UserId>();
  return { id, name: `u-${id}`, nickname: "", avatarUrl: "", createdAt: new Date("2026-03-01T08:00:00Z") };
}

async function opened(opening: Promise<Store>): Promise<Store> {
  const store = await opening;
  onTestFinished(() => store.close());
  return store;
}

describe("a reader of a data file", () => {
  it("sees what the owner and guests write meanwhile, and keeps none of them waiting", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const owner = await opened(openSqliteStore({ path }));
    const reader = await opened(openSqliteReader({ path }));
    const another = await opened(openSqliteReader({ path }));
    const guest = await opened(openSqliteGuest({ path }));
    for (const writer of [owner, guest]) {
      const user = aUser(writer);
      await writer.users.save(user);
      await writer.flushed();
      expect(await reader.users.find(user.id)).toEqual(user);
      expect(await another.users.find(user.id)).toEqual(user);
    }
  });

  it("changes nothing", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const owner = await opened(openSqliteStore({ path }));
    const reader = await opened(openSqliteReader({ path }));
    const user = aUser(reader);
    await expect(reader.users.save(user)).rejects.toMatchObject({ code: "storage_failed" });
    expect(await owner.users.find(user.id)).toBeUndefined();
    await owner.ping();
  });

  it("leaves the log as it is when it is the last to close: a restored file's log has the same name", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const owner = await openSqliteStore({ path });
    await owner.users.save(aUser(owner));
    const reader = await openSqliteReader({ path });
    await owner.close();
    const before = statSync(path).mtimeMs;
    await reader.close();
    expect(existsSync(`${path}-wal`)).toBe(true);
    expect(statSync(path).mtimeMs).toBe(before);
    const again = await opened(openSqliteStore({ path }));
    await again.ping();
  });

  it("needs a data file with the tables of this version", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    await expect(openSqliteReader({ path })).rejects.toMatchObject({ code: "storage_failed" });
  });
});
