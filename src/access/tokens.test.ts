import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { FULL_SCOPE, type TokenScope, type User } from "../domain/access.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { authenticateToken, issueToken, newTokenText, type TokenRequest } from "./tokens.ts";
import { createUser, disableUser } from "./users.ts";

const NOW = new Date("2026-03-01T08:00:00Z");
const invalid = { code: "credential_invalid" };

let store: Store;
let ann: User;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  ann = await createUser(store, { name: "ann", now: NOW });
});

function secondsLater(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1_000);
}

async function aToken(overrides: Partial<TokenRequest> = {}) {
  const scope: TokenScope = FULL_SCOPE;
  const usual = {
    kind: "personal" as const,
    userId: ann.id,
    name: "laptop",
    scope,
    sessionName: "",
    now: NOW,
  };
  return issueToken(store, { ...usual, ...overrides });
}

async function join(role: "owner" | "member"): Promise<WorkspaceId> {
  const workspaceId = store.newId<WorkspaceId>();
  await store.workspaces.saveMember({ workspaceId, userId: ann.id, role, joinedAt: NOW });
  return workspaceId;
}

async function lastUse(text: string): Promise<Date | undefined> {
  return (await authenticateToken({ store }, text, NOW)).token.lastUsedAt;
}

describe("a new token", () => {
  it("has the beginning of its kind and 240 random bits, and only its hash is stored", async () => {
    const { token, text } = await aToken({ kind: "oauth-jwt" });
    expect(text).toMatch(/^czs_[A-Za-z0-9_-]{40}$/);
    expect(newTokenText("personal")).toMatch(/^pat_/);
    expect(newTokenText("oauth-user")).toMatch(/^czu_/);
    expect(newTokenText("personal")).not.toBe(newTokenText("personal"));
    expect(JSON.stringify(token)).not.toContain(text.slice(4));
    expect(await store.tokens.findCaller(text)).toBeUndefined();
  });

  it("of a grant takes the place of those that have expired", async () => {
    const old = await aToken({ kind: "oauth-user", expiresAt: secondsLater(900) });
    const personal = await aToken({ expiresAt: secondsLater(900) });
    const next = await aToken({ kind: "oauth-user", now: secondsLater(900) });
    const ids = (await store.tokens.list()).map(({ id }) => id);
    expect(ids).toEqual([personal.token.id, next.token.id]);
    expect(ids).not.toContain(old.token.id);
  });
});

describe("whoever calls with a token", () => {
  it("is its user with the memberships the token reaches", async () => {
    const [first, second] = [await join("owner"), await join("member")];
    const all = await aToken();
    const some = await aToken({ scope: { permissions: ["chat"], workspaceIds: [second] } });
    const reached = async (text: string) =>
      (await authenticateToken({ store }, text, NOW)).memberships.map(({ workspaceId }) => workspaceId);
    expect(await reached(all.text)).toEqual([first, second]);
    expect(await reached(some.text)).toEqual([second]);
    await store.workspaces.removeMember(second, ann.id);
    expect(await reached(some.text)).toEqual([]);
  });

  it("is refused in the same words when the token is unknown, revoked or expired or its user disabled", async () => {
    const messages = new Set<string>();
    const refuse = async (text: string, at = NOW) => {
      const error: Error = await authenticateToken({ store }, text, at).then(
        () => new Error("let in"),
        (reason) => reason,
      );
      expect(error).toMatchObject(invalid);
      messages.add(error.message);
    };
    const { token, text } = await aToken({ expiresAt: secondsLater(60) });
    await authenticateToken({ store }, text, secondsLater(59));
    await refuse(text, secondsLater(60));
    await refuse("pat_unknown");
    await refuse("");
    await store.tokens.revoke(token.id, NOW);
    await refuse(text);
    const other = await aToken();
    await disableUser(store, ann.id, NOW);
    await refuse(other.text);
    expect(messages.size).toBe(1);
  });

  it("leaves a note of the last use once a minute, not with every call", async () => {
    const { text } = await aToken();
    let marks = 0;
    const counting: Pick<Store, "tokens"> = {
      tokens: {
        ...store.tokens,
        markUsed: (id, now) => {
          marks += 1;
          return store.tokens.markUsed(id, now);
        },
      },
    };
    const call = (seconds: number) => authenticateToken({ store: counting }, text, secondsLater(seconds));
    await call(0);
    await eventually(async () => expect(await lastUse(text)).toEqual(NOW));
    await call(59);
    expect(marks).toBe(1);
    await call(60);
    expect(marks).toBe(2);
    await eventually(async () => expect(await lastUse(text)).toEqual(secondsLater(60)));
  });

  it("is not kept waiting when that note cannot be stored", async () => {
    const { text } = await aToken();
    const broken: Pick<Store, "tokens"> = {
      tokens: { ...store.tokens, markUsed: () => Promise.reject(new Error("the disk is full")) },
    };
    expect((await authenticateToken({ store: broken }, text, NOW)).user).toEqual(ann);
  });
});
