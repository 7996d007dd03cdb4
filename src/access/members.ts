import type { Membership, Role, TokenCaller, User } from "../domain/access.ts";
import { isAtLeast } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { UserId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { hashPassword } from "./passwords.ts";
import { requireMembership } from "./permissions.ts";
import { createUser } from "./users.ts";

/** Somebody and the place in the workspace. */
export interface Member {
  membership: Membership;
  user: User;
}

/** Who is to become a member: somebody with an account, or somebody new who gets a password. */
export interface NewMember {
  workspaceId: WorkspaceId;
  name: string;
  role: Role;
  /** Absent: there is a user of this name. */
  account?: { nickname: string; password: string } | undefined;
}

/**
 * Adds a member, for owners and admins; only owners make others owners. Rejects with `not_found` when there is no user of
 * that name, or it is disabled; with `request_invalid` when it is a member already, or the name is taken.
 */
export async function addMember(
  { store }: { store: Store },
  caller: TokenCaller,
  { workspaceId, name, role, account }: NewMember,
): Promise<Member> {
  requireToGive(caller, workspaceId, role);
  const passwordHash = account && (await hashPassword(account.password));
  const now = new Date();
  const member = await store.transaction(async ({ users, workspaces }) => {
    const user =
      account === undefined
        ? await knownUser(users, name)
        : await createUser(
            { users, newId: store.newId },
            {
              name,
              nickname: account.nickname,
              ...(passwordHash !== undefined && { passwordHash }),
              now,
            },
          );
    const before = await users.memberships(user.id);
    if (before.some((place) => place.workspaceId === workspaceId)) {
      throw new DomainError("request_invalid", `${name} is a member already`, { field: "name" });
    }
    const membership = { workspaceId, userId: user.id, role, joinedAt: now };
    await workspaces.saveMember(membership);
    return { membership, user };
  });
  await store.flushed();
  return member;
}

/**
 * Gives a member another role, for owners and admins; only owners make owners, and change what owners are. Rejects with
 * `not_found`, and with `request_invalid` where it would leave the workspace without an owner.
 */
export async function changeRole(
  { store }: { store: Store },
  caller: TokenCaller,
  { workspaceId, userId, role }: { workspaceId: WorkspaceId; userId: UserId; role: Role },
): Promise<Member> {
  requireToGive(caller, workspaceId, role);
  const member = await store.transaction(async (inside) => {
    const { user, membership } = await memberToChange(inside, caller, workspaceId, userId);
    if (role !== "owner") await refuseLastOwner(inside, membership);
    const changed = { ...membership, role };
    await inside.workspaces.saveMember(changed);
    return { user, membership: changed };
  });
  await store.flushed();
  return member;
}

/** Takes a member out; oneself too. Rejects like `changeRole`. */
export async function removeMember(
  { store }: { store: Store },
  caller: TokenCaller,
  { workspaceId, userId }: { workspaceId: WorkspaceId; userId: UserId },
): Promise<void> {
  requireMembership(caller, workspaceId, "admin");
  await store.transaction(async (inside) => {
    const { membership } = await memberToChange(inside, caller, workspaceId, userId);
    await refuseLastOwner(inside, membership);
    await inside.workspaces.removeMember(workspaceId, userId);
  });
  await store.flushed();
}

function requireToGive(caller: TokenCaller, workspaceId: WorkspaceId, role: Role): void {
  requireMembership(caller, workspaceId, role === "owner" ? "owner" : "admin");
}

async function knownUser(users: Repositories["users"], name: string): Promise<User> {
  const user = await users.findByName(name);
  if (user !== undefined && user.disabledAt === undefined) return user;
  throw new DomainError("not_found", `there is no user ${name}`, { field: "name" });
}

/** Others who change members of the workspace wait. */
async function memberToChange(
  { users, workspaces }: Pick<Repositories, "users" | "workspaces">,
  caller: TokenCaller,
  workspaceId: WorkspaceId,
  userId: UserId,
): Promise<Member> {
  await workspaces.findToChange(workspaceId);
  const user = await users.find(userId);
  const memberships = user === undefined ? [] : await users.memberships(userId);
  const membership = memberships.find((place) => place.workspaceId === workspaceId);
  if (user === undefined || membership === undefined) {
    throw new DomainError("not_found", "no such member of the workspace");
  }
  if (membership.role === "owner") requireMembership(caller, workspaceId, "owner");
  return { user, membership };
}

async function refuseLastOwner(
  { workspaces }: Pick<Repositories, "workspaces">,
  { workspaceId, role }: Membership,
): Promise<void> {
  if (!isAtLeast(role, "owner")) return;
  const [listing] = await workspaces.listings([workspaceId]);
  if ((listing?.ownerIds.length ?? 0) > 1) return;
  throw new DomainError("request_invalid", "the workspace would be left without an owner", { field: "role" });
}
