import { isDeepStrictEqual } from "node:util";
import type { UserEntry } from "../config/file.ts";
import { hashKey, type SecretKey } from "../config/secrets.ts";
import type { AccessToken, User } from "../domain/access.ts";
import type { AccessTokenId, UserId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { type FileSecret, hashFileSecrets } from "./file-hashes.ts";

interface Services {
  store: Store;
  secretKey: SecretKey;
  now: () => Date;
}

/** What became of everything the file names. `removed` are tokens that it no longer names. */
type Outcome = "created" | "updated" | "unchanged" | "removed";

export interface AppliedUsers {
  users: Outcome[];
  tokens: Outcome[];
}

/**
 * Makes the file's users members of its workspace, with these nicknames, roles and tokens. Tokens that a file made
 * for this workspace earlier and that this one no longer names are revoked; other tokens, other users and other
 * memberships are left alone, and disabled users stay disabled. A password is hashed anew only when it is another.
 * Of several nodes that apply a file at once one does it after the other.
 */
export async function applyUsers(
  services: Services,
  { workspaceId, users }: { workspaceId: WorkspaceId; users: UserEntry[] },
): Promise<AppliedUsers> {
  const passwords = await Promise.all(users.map((entry) => passwordOf(services.store, entry)));
  const given = passwords.filter((password) => password !== undefined);
  const hashes = await hashFileSecrets(services, `users/${workspaceId}`, given);
  const changed = new Map(given.map((password, index) => [password, hashes.changed[index]]));
  return services.store.transaction(async (repositories) => {
    const setting = `applied-tokens/${workspaceId}`;
    const remembered = await repositories.settings.keep(setting, "[]");
    const applied: AppliedUsers = { users: [], tokens: [] };
    const tokenIds: AccessTokenId[] = [];
    for (const [index, entry] of users.entries()) {
      const password = passwords[index];
      const passwordHash = password && changed.get(password);
      const { user, outcome } = await applyUser(services, repositories, entry, passwordHash);
      const isNewRole = await applyRole(services, repositories, { workspaceId, user, role: entry.role });
      applied.users.push(outcome === "unchanged" && isNewRole ? "updated" : outcome);
      for (const token of entry.tokens) {
        const result = await applyToken(services, repositories, user, token);
        applied.tokens.push(result.outcome);
        tokenIds.push(result.id);
      }
    }
    const earlier: AccessTokenId[] = JSON.parse(remembered);
    applied.tokens.push(...(await revokeOthers(services, repositories, earlier, tokenIds)));
    const text = JSON.stringify(tokenIds);
    if (text !== remembered) await repositories.settings.set(setting, text);
    await hashes.remember(repositories);
    return applied;
  });
}

/** Undefined where the file says nothing about it. */
async function passwordOf(
  { users }: Pick<Store, "users">,
  { name, password }: UserEntry,
): Promise<FileSecret | undefined> {
  if (password === undefined) return undefined;
  return { secret: password, hash: (await users.findByName(name))?.passwordHash };
}

async function applyUser(
  { store, now }: Services,
  { users }: Repositories,
  { name, nickname = name }: UserEntry,
  passwordHash: string | undefined,
): Promise<{ user: User; outcome: Outcome }> {
  const known = await users.findByName(name);
  const before = known && (await users.findToChange(known.id));
  const user: User = {
    ...(before ?? { id: store.newId<UserId>(), name, avatarUrl: "", createdAt: now() }),
    nickname,
    ...(passwordHash === undefined ? {} : { passwordHash }),
  };
  if (before !== undefined && isDeepStrictEqual(before, user)) return { user, outcome: "unchanged" };
  await users.save(user);
  if (passwordHash !== undefined) await users.deleteSignIns(user.id);
  return { user, outcome: before === undefined ? "created" : "updated" };
}

async function applyRole(
  { now }: Services,
  { users, workspaces }: Repositories,
  { workspaceId, user, role }: { workspaceId: WorkspaceId; user: User; role: UserEntry["role"] },
): Promise<boolean> {
  const memberships = await users.memberships(user.id);
  const before = memberships.find((membership) => membership.workspaceId === workspaceId);
  if (before?.role === role) return false;
  await workspaces.saveMember({ workspaceId, userId: user.id, role, joinedAt: now() });
  return true;
}

/** A token that somebody revoked is valid again as long as the file names it. */
async function applyToken(
  { store, now }: Services,
  { tokens }: Repositories,
  user: User,
  { token: text, scopes, name, expiresAt }: UserEntry["tokens"][number],
): Promise<{ id: AccessTokenId; outcome: Outcome }> {
  const tokenHash = hashKey(text);
  const before = (await tokens.findCaller(tokenHash))?.token;
  const token: AccessToken = {
    id: before?.id ?? store.newId<AccessTokenId>(),
    tokenHash,
    kind: "personal",
    userId: user.id,
    name,
    scope: { permissions: scopes },
    sessionName: "",
    createdAt: before?.createdAt ?? now(),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    ...(before?.lastUsedAt === undefined ? {} : { lastUsedAt: before.lastUsedAt }),
  };
  if (before !== undefined && isDeepStrictEqual(before, token)) return { id: token.id, outcome: "unchanged" };
  await tokens.save(token);
  return { id: token.id, outcome: before === undefined ? "created" : "updated" };
}

/** The store cannot say which tokens a file made, so their ids are kept beside them. */
async function revokeOthers(
  { now }: Services,
  { tokens }: Repositories,
  earlier: AccessTokenId[],
  named: AccessTokenId[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const id of earlier) {
    if (!named.includes(id) && (await tokens.revoke(id, now()))) outcomes.push("removed");
  }
  return outcomes;
}
