import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { User } from "../../domain/access.ts";
import type { UserId } from "../../domain/ids.ts";
import { aTurn, begin, history } from "../conformance/factories.ts";
import type { Store } from "../store.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openSqliteGuest } from "./guest.ts";
import { openSqliteStore } from "./open.ts";

const NOW = new Date("2026-03-01T08:00:00Z");

function aUser(store: Store): User {
  const id = store.newId<UserId>();
  return { id, name: `u-${id}`, nickname: "", avatarUrl: "", createdAt: NOW };
}

async function opened(opening: Promise<Store>): Promise<Store> {
  const store = await opening;
  onTestFinished(() => store.close());
  return store;
}

describe("a guest of a data file", () => {
  it("sees what the owner wrote and is seen by it at once, both ways", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const owner = await opened(openSqliteStore({ path }));
    const mine = aUser(owner);
    await owner.users.save(mine);
    const guest = await opened(openSqliteGuest({ path }));
    expect(await guest.users.find(mine.id)).toEqual(mine);
    const theirs = aUser(guest);
    await guest.users.save(theirs);
    expect(await owner.users.find(theirs.id)).toEqual(theirs);
    await guest.close();
    await owner.users.save({ ...theirs, nickname: "later" });
    await owner.flushed();
    await owner.ping();
  });

  it("makes ids that no owner makes, though both clocks stand still at the same moment", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const now = () => NOW.getTime();
    const owner = await opened(openSqliteStore({ path, now }));
    const guest = await opened(openSqliteGuest({ path, now }));
    const ids = [owner, guest].flatMap((store) => Array.from({ length: 500 }, () => store.newId<UserId>()));
    expect(new Set(ids).size).toBe(1000);
  });

  it("gives way to the next one, and neither loses what it wrote", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const owner = await opened(openSqliteStore({ path }));
    const first = await opened(openSqliteGuest({ path }));
    const user = aUser(first);
    await first.users.save(user);
    await first.close();
    const second = await opened(openSqliteGuest({ path }));
    const another = aUser(second);
    await second.users.save(another);
    expect(await owner.users.list()).toEqual([user, another]);
  });

  it("leaves the owner's log in place, of the same file, so that its flushes stay true", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const owner = await opened(openSqliteStore({ path }));
    const conversation = await begin(owner);
    for (let round = 0; round < 20; round++) {
      const guest = await openSqliteGuest({ path });
      await guest.users.save(aUser(guest));
      await guest.close();
      const turn = aTurn(owner, conversation);
      await owner.turns.open(turn);
      await owner.turns.close({
        turnId: turn.turnId,
        status: "completed",
        endedAt: NOW,
        text: "7 天",
        reasoning: "",
        usage: { inputTokens: 0, outputTokens: 0, firstTokenMs: 0, latencyMs: 0, cost: 0, currency: "" },
        usedKnowledge: false,
        suggestions: [],
        trace: [],
      });
      await owner.flushed();
    }
    expect(await history(owner, conversation)).toHaveLength(20);
    expect(await owner.users.list()).toHaveLength(20);
  });

  it("does not copy the log into the data file while the owner is there", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const owner = await opened(openSqliteStore({ path }));
    await owner.flushed();
    const before = readFileSync(path);
    const guest = await openSqliteGuest({ path });
    for (let count = 0; count < 600; count++) await guest.users.save(aUser(guest));
    await guest.close();
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}-wal`)).toBe(true);
  });

  it("works on data that no server has open, and leaves it for the next one", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    await (await openSqliteStore({ path })).close();
    const guest = await openSqliteGuest({ path });
    const user = aUser(guest);
    await guest.users.save(user);
    await guest.close();
    const owner = await opened(openSqliteStore({ path }));
    expect(await owner.users.find(user.id)).toEqual(user);
  });

  it("does not keep a server from starting", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    await (await openSqliteStore({ path })).close();
    const guest = await opened(openSqliteGuest({ path }));
    const owner = await opened(openSqliteStore({ path }));
    const user = aUser(guest);
    await guest.users.save(user);
    await guest.close();
    expect(await owner.users.find(user.id)).toEqual(user);
    await owner.users.save({ ...user, nickname: "later" });
    await owner.flushed();
  });

  it("refuses data of another version, data without tables and no data, and makes none", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "antiphon.db");
    await (await openSqliteStore({ path })).close();
    const database = new DatabaseSync(path);
    database.exec("insert into schema_migrations (number, name) values (999, 'of tomorrow')");
    database.close();
    const refusal = (message: RegExp) => ({
      code: "storage_failed",
      message: expect.stringMatching(message),
    });
    await expect(openSqliteGuest({ path })).rejects.toMatchObject(refusal(/version 999/));
    const empty = join(folder, "empty.db");
    writeFileSync(empty, "");
    await expect(openSqliteGuest({ path: empty })).rejects.toMatchObject(refusal(/no tables yet/));
    const missing = join(folder, "missing.db");
    await expect(openSqliteGuest({ path: missing })).rejects.toMatchObject(refusal(/no data/));
    expect(existsSync(missing)).toBe(false);
    expect(readFileSync(empty)).toHaveLength(0);
  });

  it("refuses everything once it is closed", async () => {
    const path = join(temporaryFolder(), "antiphon.db");
    const owner = await opened(openSqliteStore({ path }));
    const guest = await openSqliteGuest({ path });
    await guest.close();
    await guest.close();
    await expect(guest.users.list()).rejects.toMatchObject({ code: "storage_failed" });
    expect(await owner.users.list()).toEqual([]);
  });
});
