import type { User } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { NewId, UserId } from "../domain/ids.ts";
import type { Store, UserStore } from "../storage/store.ts";
import { hashPassword } from "./passwords.ts";

/** Whether somebody may be called so: 1 to 100 characters, none of them invisible at an end or a control character. */
export function isUserName(name: string): boolean {
  return name.length <= 100 && name === name.trim() && name !== "" && !/\p{C}/u.test(name);
}

/** Throws `request_invalid` unless somebody may be called so. */
export function requireUserName(name: string): void {
  if (isUserName(name)) return;
  const message = "the name of a user has 1 to 100 characters, no control characters and no space at an end";
  throw new DomainError("request_invalid", message, { field: "name" });
}

/**
 * Makes a user who belongs to no workspace yet. Rejects with `request_invalid` when the name is none or taken. Fast
 * enough for a transaction; `passwordHash` comes of `hashPassword`. The caller awaits `flushed()`.
 */
export async function createUser(
  { users, newId }: { users: UserStore; newId: NewId },
  { now, ...wish }: { name: string; nickname?: string; passwordHash?: string; now: Date },
): Promise<User> {
  const { name } = wish;
  requireUserName(name);
  const user: User = { id: newId<UserId>(), nickname: name, avatarUrl: "", ...wish, createdAt: now };
  if (await users.add(user)) return user;
  throw new DomainError("request_invalid", `there is a user ${name} already`, { field: "name" });
}

/**
 * Gives the user another password and signs out all its browsers. Rejects with `request_invalid` when the password is
 * too short. The caller awaits `flushed()`.
 */
export async function changePassword(
  store: Pick<Store, "transaction">,
  id: UserId,
  password: string,
): Promise<void> {
  const passwordHash = await hashPassword(password);
  await change(store, id, (user) => ({ ...user, passwordHash }));
}

/** Names the user otherwise. The caller awaits `flushed()`. */
export async function changeNickname(
  store: Pick<Store, "transaction">,
  id: UserId,
  nickname: string,
): Promise<User> {
  return store.transaction(async ({ users }) => {
    const user = await users.findToChange(id);
    if (user === undefined) throw new DomainError("not_found", "no such user");
    const changed = { ...user, nickname };
    await users.save(changed);
    return changed;
  });
}

/** Shuts the user and all its tokens out and signs out its browsers. The caller awaits `flushed()`. */
export async function disableUser(store: Pick<Store, "transaction">, id: UserId, now: Date): Promise<void> {
  await change(store, id, (user) => ({ disabledAt: now, ...user }));
}

/** Lets a disabled user and its tokens in again. The caller awaits `flushed()`. */
export async function enableUser(store: Pick<Store, "transaction">, id: UserId): Promise<void> {
  await change(store, id, ({ disabledAt: _, ...user }) => user);
}

async function change(
  store: Pick<Store, "transaction">,
  id: UserId,
  edit: (user: User) => User,
): Promise<void> {
  await store.transaction(async ({ users }) => {
    const user = await users.findToChange(id);
    if (user === undefined) throw new DomainError("not_found", "no such user");
    await users.save(edit(user));
    await users.deleteSignIns(id);
  });
}
