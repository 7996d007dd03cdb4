import { expect, it, onTestFinished } from "vitest";
import { applyFile } from "../apply.ts";
import type { UserEntry } from "../config/file.ts";
import { installationSchema } from "../config/file-schema.ts";
import type { UserId, WorkspaceId } from "../domain/ids.ts";
import { applyServices } from "../publish/testing/apply-services.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { verifyPassword } from "./passwords.ts";
import { authenticateToken } from "./tokens.ts";
import { disableUser } from "./users.ts";

const NOW = new Date("2026-03-01T08:00:00Z");
const TOKEN = "pat_of-the-file-0001";
const OTHER_TOKEN = "pat_of-the-file-0002";

async function aStore(): Promise<Store> {
  const store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  return store;
}

/** Applies a file that only has users, as they would stand in YAML. */
async function apply(store: Store, users: unknown[], workspace = "shop") {
  const installation = installationSchema.parse({ workspace: { name: workspace }, users });
  const file = { ...installation, path: "antiphon.yaml", knowledge: [], graphs: new Map() };
  const { users: userCount, tokens } = await applyFile(
    applyServices(store, () => NOW),
    file,
  );
  return { users: userCount, tokens };
}

const none = { created: 0, updated: 0, unchanged: 0, removed: 0 };

function ann(overrides: Partial<UserEntry> = {}) {
  return { name: "ann", role: "admin", tokens: [{ token: TOKEN, scopes: ["chat"] }], ...overrides };
}

it("users of the file are members of its workspace with their role, and their tokens open it", async () => {
  const store = await aStore();
  expect(await apply(store, [ann({ nickname: "小安" })])).toEqual({
    users: { ...none, created: 1 },
    tokens: { ...none, created: 1 },
  });
  const workspace = await store.workspaces.findByName("shop");
  const caller = await authenticateToken({ store }, TOKEN, NOW);
  expect(caller).toMatchObject({
    user: { name: "ann", nickname: "小安" },
    token: { kind: "personal", name: "antiphon.yaml", scope: { permissions: ["chat"] } },
    memberships: [{ workspaceId: workspace?.id, role: "admin" }],
  });
});

it("applying the same users again changes nothing", async () => {
  const store = await aStore();
  const users = [ann({ password: "correct horse", tokens: [] }), { name: "bob", tokens: [{ token: TOKEN }] }];
  await apply(store, users);
  const before = await store.users.list();
  expect(await apply(store, users)).toEqual({
    users: { ...none, unchanged: 2 },
    tokens: { ...none, unchanged: 1 },
  });
  expect(await store.users.list()).toEqual(before);
});

it("a password is hashed anew only when the file has another; without one it stays", async () => {
  const store = await aStore();
  await apply(store, [ann({ password: "correct horse" })]);
  await apply(store, [ann({ password: "battery staple" })]);
  const changed = (await store.users.findByName("ann"))?.passwordHash;
  expect(await verifyPassword("battery staple", changed)).toBe(true);
  expect(await verifyPassword("correct horse", changed)).toBe(false);
  expect(changed).not.toContain("battery");
  await apply(store, [ann()]);
  expect((await store.users.findByName("ann"))?.passwordHash).toBe(changed);
});

it("tokens that the file no longer names are revoked, those made by hand are not", async () => {
  const store = await aStore();
  await apply(store, [ann({ tokens: [{ token: TOKEN }, { token: OTHER_TOKEN }] as UserEntry["tokens"] })]);
  const caller = await authenticateToken({ store }, TOKEN, NOW);
  const { id: _, ...byHand } = caller.token;
  await store.tokens.save({ ...byHand, id: store.newId(), tokenHash: "by-hand" });
  const { tokens } = await apply(store, [ann({ tokens: [{ token: OTHER_TOKEN }] as UserEntry["tokens"] })]);
  expect(tokens).toEqual({ ...none, unchanged: 1, removed: 1 });
  await expect(authenticateToken({ store }, TOKEN, NOW)).rejects.toMatchObject({
    code: "credential_invalid",
  });
  await authenticateToken({ store }, OTHER_TOKEN, NOW);
  expect((await store.tokens.findCaller("by-hand"))?.token.revokedAt).toBeUndefined();

  expect((await apply(store, [])).tokens).toEqual({ ...none, removed: 1 });
  await expect(authenticateToken({ store }, OTHER_TOKEN, NOW)).rejects.toThrow();
  expect(await store.users.findByName("ann")).toBeDefined();
});

it("a file for another workspace leaves the tokens of the first one alone", async () => {
  const store = await aStore();
  await apply(store, [ann()]);
  await apply(store, [{ name: "bob", tokens: [{ token: OTHER_TOKEN }] }], "support");
  await authenticateToken({ store }, TOKEN, NOW);
  await authenticateToken({ store }, OTHER_TOKEN, NOW);
});

it("a token can change what it allows, expire, come back, and move to another user", async () => {
  const store = await aStore();
  await apply(store, [ann()]);
  const expiring = [{ token: TOKEN, scopes: ["createBot"], name: "laptop", expiresAt: "2026-03-02" }];
  expect((await apply(store, [ann({ tokens: expiring })])).tokens).toEqual({ ...none, updated: 1 });
  const { token } = await authenticateToken({ store }, TOKEN, NOW);
  expect(token).toMatchObject({ name: "laptop", scope: { permissions: ["createBot"] } });
  const onTheDay = new Date("2026-03-02T00:00:00Z");
  await expect(authenticateToken({ store }, TOKEN, onTheDay)).rejects.toThrow();

  await store.tokens.revoke(token.id, NOW);
  await apply(store, [ann({ tokens: [] }), { name: "bob", tokens: [{ token: TOKEN }] }]);
  expect((await authenticateToken({ store }, TOKEN, onTheDay)).user.name).toBe("bob");
});

it("a role follows the file, and a disabled user stays disabled", async () => {
  const store = await aStore();
  await apply(store, [ann()]);
  const user = await store.users.findByName("ann");
  if (user === undefined) throw new Error("there is no ann");
  await disableUser(store, user.id, NOW);
  expect((await apply(store, [ann({ role: "member", nickname: "Ann" })])).users.updated).toBe(1);
  expect(await store.users.memberships(user.id)).toMatchObject([{ role: "member" }]);
  expect(await store.users.findByName("ann")).toMatchObject({ nickname: "Ann", disabledAt: NOW });
});

it("the file's workspace stays the same when it was renamed, and gets its name back", async () => {
  const store = await aStore();
  await apply(store, []);
  const workspace = await store.workspaces.findByName("shop");
  if (workspace === undefined) throw new Error("there is no workspace");
  await store.workspaces.save({ ...workspace, name: "renamed", description: "kept" });
  await apply(store, []);
  expect(await store.workspaces.findByName("shop")).toEqual({ ...workspace, description: "kept" });
  expect(await store.workspaces.findByName("renamed")).toBeUndefined();
});

it("a workspace that somebody owns is not the file's, whatever it is called", async () => {
  const store = await aStore();
  const theirs = { id: store.newId<WorkspaceId>(), name: "shop", description: "", icon: "" };
  await store.workspaces.save({ ...theirs, kind: "team", createdAt: NOW });
  const userId = store.newId<UserId>();
  await store.workspaces.saveMember({ workspaceId: theirs.id, userId, role: "owner", joinedAt: NOW });
  await apply(store, [ann()]);
  await apply(store, [ann()]);
  const { memberships } = await authenticateToken({ store }, TOKEN, NOW);
  expect(memberships).toHaveLength(1);
  expect(memberships[0]?.workspaceId).not.toBe(theirs.id);
  expect(await store.workspaces.list()).toHaveLength(2);
});

it("nodes that apply a file for the first time at once make one workspace", async () => {
  const store = await aStore();
  await Promise.all([apply(store, []), apply(store, []), apply(store, [])]);
  expect(await store.workspaces.list()).toHaveLength(1);
});
