import type { Role, TokenCaller } from "../domain/access.ts";
import type { Workspace } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { UserId, WorkspaceId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { requireMembership } from "./permissions.ts";

type Services = { store: Pick<Store, "transaction" | "flushed" | "newId"> };

/**
 * Makes a workspace whose owner is the caller. Rejects with `permission_denied` for a token that reaches only some
 * workspaces: it would not reach this one.
 */
export async function createWorkspace(
  { store }: Services,
  { user, token }: TokenCaller,
  wish: Pick<Workspace, "name" | "description">,
  now: Date,
): Promise<Workspace> {
  if (token.scope.workspaceIds !== undefined) {
    throw new DomainError(
      "permission_denied",
      "the token reaches only some workspaces and can make no others",
    );
  }
  const id = store.newId<WorkspaceId>();
  const workspace: Workspace = { ...wish, id, icon: "", kind: "team", createdAt: now };
  await store.transaction(async ({ workspaces }) => {
    await workspaces.save(workspace);
    await workspaces.saveMember({ workspaceId: id, userId: user.id, role: "owner", joinedAt: now });
  });
  await store.flushed();
  return workspace;
}

/** For owners and admins: `not_found` for callers that are no members, `permission_denied` for members. */
export async function updateWorkspace(
  { store }: Services,
  caller: TokenCaller,
  id: WorkspaceId,
  change: Partial<Pick<Workspace, "name" | "description" | "icon">>,
): Promise<void> {
  requireMembership(caller, id, "admin");
  await store.transaction(async ({ workspaces }) => {
    const workspace = await workspaces.findToChange(id);
    if (workspace === undefined) throw new DomainError("not_found", "no such workspace");
    await workspaces.save({ ...workspace, ...change });
  });
  await store.flushed();
}

/**
 * Adds users, for owners and admins. Resolves with what became of each, in the order given: members stay what they
 * are, disabled users count as unknown.
 */
export async function addMembers(
  { store }: Services,
  caller: TokenCaller,
  { workspaceId, users }: { workspaceId: WorkspaceId; users: { id: UserId; role: Exclude<Role, "owner"> }[] },
  now: Date,
): Promise<("added" | "member-already" | "unknown")[]> {
  requireMembership(caller, workspaceId, "admin");
  const outcomes = await store.transaction(async (repositories) => {
    const results: ("added" | "member-already" | "unknown")[] = [];
    for (const { id, role } of users) {
      const user = await repositories.users.find(id);
      const before = await repositories.users.memberships(id);
      if (user === undefined || user.disabledAt !== undefined) results.push("unknown");
      else if (before.some((membership) => membership.workspaceId === workspaceId)) {
        results.push("member-already");
      } else {
        await repositories.workspaces.saveMember({ workspaceId, userId: id, role, joinedAt: now });
        results.push("added");
      }
    }
    return results;
  });
  await store.flushed();
  return outcomes;
}

/** Removes users, for owners and admins. Resolves with what became of each, in the order given: owners stay. */
export async function removeMembers(
  { store }: Services,
  caller: TokenCaller,
  { workspaceId, userIds }: { workspaceId: WorkspaceId; userIds: UserId[] },
): Promise<("removed" | "no-member" | "owner")[]> {
  requireMembership(caller, workspaceId, "admin");
  const outcomes = await store.transaction(async ({ users, workspaces }) => {
    const results: ("removed" | "no-member" | "owner")[] = [];
    for (const id of userIds) {
      const memberships = await users.memberships(id);
      const role = memberships.find((membership) => membership.workspaceId === workspaceId)?.role;
      if (role === "owner") results.push("owner");
      else results.push((await workspaces.removeMember(workspaceId, id)) ? "removed" : "no-member");
    }
    return results;
  });
  await store.flushed();
  return outcomes;
}
