import { expect, it } from "vitest";
import { type AccessToken, FULL_SCOPE, type Membership, type User } from "../../domain/access.ts";
import type { Workspace } from "../../domain/agent.ts";
import type { AccessTokenId, AgentId, OAuthGrantId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { later, NOW } from "./factories.ts";

/** Workspaces with members, users with their browsers, access tokens. */
export function accessConformance(shared: () => Store): void {
  workspaces(shared);
  users(shared);
  tokens(shared);
}

async function aWorkspace(store: Store, overrides: Partial<Workspace> = {}): Promise<Workspace> {
  const id = store.newId<WorkspaceId>();
  const workspace: Workspace = {
    id,
    name: `w-${id}`,
    description: "",
    icon: "",
    kind: "team",
    createdAt: NOW,
    ...overrides,
  };
  await store.workspaces.save(workspace);
  return workspace;
}

async function aUser(store: Store, overrides: Partial<User> = {}): Promise<User> {
  const id = store.newId<UserId>();
  const user = { id, name: `u-${id}`, nickname: "小王", avatarUrl: "", createdAt: NOW, ...overrides };
  await store.users.save(user);
  return user;
}

async function aMember(
  store: Store,
  { id }: Workspace,
  user: User,
  overrides: Partial<Membership> = {},
): Promise<Membership> {
  const membership: Membership = {
    workspaceId: id,
    userId: user.id,
    role: "member",
    joinedAt: NOW,
    ...overrides,
  };
  await store.workspaces.saveMember(membership);
  return membership;
}

async function aToken(store: Store, user: User, overrides: Partial<AccessToken> = {}): Promise<AccessToken> {
  const id = store.newId<AccessTokenId>();
  const token: AccessToken = {
    id,
    tokenHash: `hash-${id}`,
    kind: "personal",
    userId: user.id,
    name: "laptop",
    scope: FULL_SCOPE,
    sessionName: "",
    createdAt: NOW,
    ...overrides,
  };
  await store.tokens.save(token);
  return token;
}

function workspaces(shared: () => Store): void {
  it("a workspace comes back as it was saved and can be changed", async () => {
    const store = shared();
    const workspace = await aWorkspace(store, { description: "第一", icon: "https://example.com/a.png" });
    expect(await store.workspaces.find(workspace.id)).toEqual(workspace);
    const changed: Workspace = { ...workspace, name: `n-${workspace.id}`, kind: "personal", icon: "" };
    await store.workspaces.save({ ...changed, createdAt: later(5) });
    expect(await store.workspaces.findByName(changed.name)).toEqual(changed);
    expect((await store.workspaces.list()).filter(({ id }) => id === workspace.id)).toEqual([changed]);
    expect(await store.workspaces.find(store.newId<WorkspaceId>())).toBeUndefined();
  });

  it("two workspaces may have one name; the older one is found by it", async () => {
    const store = shared();
    const older = await aWorkspace(store);
    await aWorkspace(store, { name: older.name });
    expect(await store.workspaces.findByName(older.name)).toEqual(older);
  });

  it("the oldest is the one that was made first, whatever becomes of others", async () => {
    const store = shared();
    await aWorkspace(store);
    const [first] = await store.workspaces.list();
    expect(await store.workspaces.oldest()).toEqual(first);
    await aWorkspace(store);
    expect(await store.workspaces.oldest()).toEqual(first);
  });

  it("members are listed by role, then by how long they have been there, page by page", async () => {
    const store = shared();
    const workspace = await aWorkspace(store);
    const people = [await aUser(store), await aUser(store), await aUser(store), await aUser(store)] as const;
    const [newMember, oldMember, admin, owner] = people;
    await aMember(store, workspace, newMember, { joinedAt: later(9) });
    await aMember(store, workspace, oldMember, { joinedAt: later(3) });
    await aMember(store, workspace, admin, { role: "admin", joinedAt: later(20) });
    await aMember(store, workspace, owner, { role: "owner", joinedAt: later(30) });
    const page = async (offset: number, limit: number) => {
      const { items, total } = await store.workspaces.members(workspace.id, { offset, limit });
      return {
        users: items.map(({ user }) => user),
        roles: items.map((item) => item.membership.role),
        total,
      };
    };
    expect(await page(0, 3)).toEqual({
      users: [owner, admin, oldMember],
      roles: ["owner", "admin", "member"],
      total: 4,
    });
    expect(await page(3, 3)).toEqual({ users: [newMember], roles: ["member"], total: 4 });
  });

  it("listings name owners and admins of each workspace asked for, longest first", async () => {
    const store = shared();
    const [one, two] = [await aWorkspace(store), await aWorkspace(store)];
    const [ann, bob, eve] = [await aUser(store), await aUser(store), await aUser(store)];
    await aMember(store, one, ann, { role: "owner" });
    await aMember(store, one, bob, { role: "admin", joinedAt: later(9) });
    await aMember(store, one, eve, { role: "admin", joinedAt: later(3) });
    await aMember(store, two, eve);
    expect(await store.workspaces.listings([two.id, store.newId<WorkspaceId>(), one.id])).toEqual([
      { workspace: two, ownerIds: [], adminIds: [] },
      { workspace: one, ownerIds: [ann.id], adminIds: [eve.id, bob.id] },
    ]);
    expect(await store.workspaces.listings([])).toEqual([]);
  });

  it("saving a member again changes the role and not since when; removing tells whether there was one", async () => {
    const store = shared();
    const [workspace, user] = [await aWorkspace(store), await aUser(store)];
    const membership = await aMember(store, workspace, user);
    await aMember(store, workspace, user, { role: "admin", joinedAt: later(60) });
    expect(await store.users.memberships(user.id)).toEqual([{ ...membership, role: "admin" }]);
    expect(await store.workspaces.removeMember(workspace.id, user.id)).toBe(true);
    expect(await store.workspaces.removeMember(workspace.id, user.id)).toBe(false);
    expect(await store.users.memberships(user.id)).toEqual([]);
  });
}

function users(shared: () => Store): void {
  it("a user comes back as it was saved, by id and by name, and can be changed", async () => {
    const store = shared();
    const user = await aUser(store, { passwordHash: "scrypt$…", avatarUrl: "https://example.com/w.png" });
    expect(await store.users.find(user.id)).toEqual(user);
    const { passwordHash: _, ...rest } = user;
    const changed: User = { ...rest, name: `n-${user.id}`, disabledAt: later(3) };
    await store.users.save(changed);
    expect(await store.users.findByName(changed.name)).toEqual(changed);
    expect(await store.users.findByName(user.name)).toBeUndefined();
    expect((await store.users.list()).filter(({ id }) => id === user.id)).toEqual([changed]);
  });

  it("of users of one name that are added at once one is, and the others leave nothing", async () => {
    const store = shared();
    const { id: _, ...user } = await aUser(store);
    const name = `at-once-${store.newId<UserId>()}`;
    const wanted = Array.from({ length: 5 }, () => ({ ...user, name, id: store.newId<UserId>() }));
    const add = (one: User) => store.transaction(({ users }) => users.add(one));
    const added = await Promise.all(wanted.map(add));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await store.users.findByName(name)).toEqual(wanted[added.indexOf(true)]);
  });

  it("two users cannot share a name, and the second leaves nothing", async () => {
    const store = shared();
    const first = await aUser(store);
    const second = { ...first, id: store.newId<UserId>() };
    await expect(store.users.save(second)).rejects.toMatchObject({ code: "storage_failed" });
    expect(await store.users.find(second.id)).toBeUndefined();
  });

  it("memberships of a user are listed longest first", async () => {
    const store = shared();
    const user = await aUser(store);
    const newer = await aMember(store, await aWorkspace(store), user, { joinedAt: later(5) });
    const older = await aMember(store, await aWorkspace(store), user, { role: "owner" });
    expect(await store.users.memberships(user.id)).toEqual([older, newer]);
  });

  it("a signed-in browser finds its enabled user until it expires or signs out", async () => {
    const store = shared();
    const user = await aUser(store);
    const session = (name: string) => `${name}-${user.id}`;
    const signIn = (name: string) =>
      store.users.saveSignIn({
        sessionHash: session(name),
        userId: user.id,
        createdAt: NOW,
        expiresAt: later(60),
      });
    await signIn("one");
    await signIn("two");
    expect(await store.users.findSignIn(session("one"), later(59))).toEqual(user);
    expect(await store.users.findSignIn(session("one"), later(60))).toBeUndefined();
    await store.users.deleteSignIn(session("one"));
    expect(await store.users.findSignIn(session("one"), NOW)).toBeUndefined();
    expect(await store.users.findSignIn(session("two"), NOW)).toEqual(user);
    await store.users.save({ ...user, disabledAt: later(1) });
    expect(await store.users.findSignIn(session("two"), NOW)).toBeUndefined();
  });

  it("every browser of a user, and of nobody else, can be signed out", async () => {
    const store = shared();
    const [user, other] = [await aUser(store), await aUser(store)];
    for (const [sessionHash, { id: userId }] of [
      [`one-${user.id}`, user],
      [`two-${user.id}`, user],
      [`one-${other.id}`, other],
    ] as const) {
      await store.users.saveSignIn({ sessionHash, userId, createdAt: NOW, expiresAt: later(60) });
    }
    await store.users.deleteSignIns(user.id);
    expect(await store.users.findSignIn(`one-${user.id}`, NOW)).toBeUndefined();
    expect(await store.users.findSignIn(`two-${user.id}`, NOW)).toBeUndefined();
    expect(await store.users.findSignIn(`one-${other.id}`, NOW)).toEqual(other);
  });
}

function tokens(shared: () => Store): void {
  it("a token finds its user with all memberships, the longest first", async () => {
    const store = shared();
    const user = await aUser(store, { passwordHash: "scrypt$…" });
    const newer = await aMember(store, await aWorkspace(store), user, { joinedAt: later(5) });
    const older = await aMember(store, await aWorkspace(store), user, { role: "owner" });
    const token = await aToken(store, user, {
      kind: "oauth-jwt",
      scope: {
        permissions: ["chat", "listConversation"],
        workspaceIds: [older.workspaceId],
        agentIds: [store.newId<AgentId>()],
      },
      sessionName: "客户-1",
      grantId: store.newId<OAuthGrantId>(),
      expiresAt: later(900),
    });
    expect(await store.tokens.findCaller(token.tokenHash)).toEqual({
      user,
      token,
      memberships: [older, newer],
    });
    expect(await store.tokens.findCaller("hash-of-nothing")).toBeUndefined();
  });

  it("a token of a user without a workspace, disabled or not, is found", async () => {
    const store = shared();
    const user = await aUser(store, { disabledAt: later(1) });
    const token = await aToken(store, user);
    expect(await store.tokens.findCaller(token.tokenHash)).toEqual({ user, token, memberships: [] });
  });

  it("remembers the last use", async () => {
    const store = shared();
    const token = await aToken(store, await aUser(store));
    await store.tokens.markUsed(token.id, later(7));
    expect((await store.tokens.findCaller(token.tokenHash))?.token.lastUsedAt).toEqual(later(7));
  });

  it("a revoked token is found as revoked, is no longer listed, and cannot be revoked again", async () => {
    const store = shared();
    const user = await aUser(store);
    const [first, second] = [await aToken(store, user), await aToken(store, user, { name: "phone" })];
    expect(await store.tokens.list(user.id)).toEqual([first, second]);
    expect(await store.tokens.revoke(first.id, later(4))).toBe(true);
    expect(await store.tokens.revoke(first.id, later(5))).toBe(false);
    expect(await store.tokens.revoke(store.newId<AccessTokenId>(), later(5))).toBe(false);
    expect(await store.tokens.list(user.id)).toEqual([second]);
    expect((await store.tokens.list()).map(({ id }) => id)).toContain(second.id);
    expect((await store.tokens.findCaller(first.tokenHash))?.token.revokedAt).toEqual(later(4));
  });

  it("forgets expired tokens of grants, but neither living ones nor personal ones", async () => {
    const store = shared();
    const user = await aUser(store);
    const expired = { expiresAt: later(10) };
    const kept = [
      await aToken(store, user, expired),
      await aToken(store, user, { kind: "oauth-user", expiresAt: later(11) }),
      await aToken(store, user, { kind: "oauth-jwt" }),
    ];
    const gone = [
      await aToken(store, user, { kind: "oauth-user", ...expired }),
      await aToken(store, user, { kind: "oauth-jwt", ...expired }),
    ];
    await store.tokens.forgetExpired(later(10));
    expect(await store.tokens.list(user.id)).toEqual(kept);
    expect(await store.tokens.findCaller(gone[0]?.tokenHash ?? "")).toBeUndefined();
  });

  it("two tokens cannot share a secret", async () => {
    const store = shared();
    const [user, other] = [await aUser(store), await aUser(store)];
    const token = await aToken(store, user);
    const stolen = aToken(store, other, { tokenHash: token.tokenHash });
    await expect(stolen).rejects.toMatchObject({ code: "storage_failed" });
    expect((await store.tokens.findCaller(token.tokenHash))?.user).toEqual(user);
  });
}
