import { isAtLeast, type Membership, ROLES, type Role, type TokenCaller } from "../domain/access.ts";
import type { Agent } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { UserId, WorkspaceId } from "../domain/ids.ts";

/** The permission that stands for all of them. */
export const EVERY_PERMISSION = "all";

/** Throws `permission_denied`, naming the first, when the token carries none of these permissions. */
export function requirePermission(caller: TokenCaller, ...anyOf: readonly [string, ...string[]]): void {
  if (anyOf.some((permission) => hasPermission(caller, permission))) return;
  throw new DomainError("permission_denied", `the token does not carry the permission ${anyOf[0]}`);
}

/** Whether the token carries the permission. */
export function hasPermission({ token }: TokenCaller, permission: string): boolean {
  const { permissions } = token.scope;
  return permissions.includes(permission) || permissions.includes(EVERY_PERMISSION);
}

/**
 * The caller's place in the workspace. Throws `not_found` when it has none or the token does not reach it, as if
 * there were no such workspace; `permission_denied` when its role is less than `least`: `viewer` for what only reads.
 */
export function requireMembership(
  { memberships }: TokenCaller,
  workspaceId: WorkspaceId,
  least: Role,
): Membership {
  const membership = memberships.find((candidate) => candidate.workspaceId === workspaceId);
  if (membership === undefined) throw new DomainError("not_found", "no such workspace");
  if (!isAtLeast(membership.role, least)) throw roleTooLow(least);
  return membership;
}

/**
 * Throws `permission_denied` when the caller has less than this role wherever it is a member: what belongs to the user
 * rather than to a workspace is not for it either.
 */
export function requireRoleSomewhere({ memberships }: TokenCaller, least: Role): void {
  if (memberships.length === 0 || memberships.some(({ role }) => isAtLeast(role, least))) return;
  throw roleTooLow(least);
}

function roleTooLow(least: Role): DomainError {
  const enough = ROLES.filter((role) => isAtLeast(role, least));
  return new DomainError("permission_denied", `this needs the role ${enough.join(" or ")} in the workspace`);
}

/**
 * Where things land that name no workspace: the caller's oldest membership, of those with at least this role. Throws
 * `permission_denied` when the token reaches none.
 */
export function homeMembership(caller: TokenCaller, least: Role = "viewer"): Membership {
  requireRoleSomewhere(caller, least);
  const oldest = caller.memberships.find(({ role }) => isAtLeast(role, least));
  if (oldest === undefined) throw new DomainError("permission_denied", "the token reaches no workspace");
  return oldest;
}

/**
 * Throws `not_found` when the caller is no member of the agent's workspace. Viewers may view an agent and `listen` to
 * what was said to it; members chat with it and run it where it is a workflow. A token may be limited to other agents
 * (`permission_denied`), which then are not listened to either. Changing is for its owner, its collaborators
 * (`store.versions.collaborators`, handed in so that chatting reads nothing) and the workspace's owners and admins;
 * for others `permission_denied`.
 */
export function requireAgentAccess(
  caller: TokenCaller,
  agent: Pick<Agent, "id" | "workspaceId" | "ownerId">,
  ...use: ["chat" | "run" | "view" | "listen"] | ["change", collaborators: readonly UserId[]]
): void {
  const membership = caller.memberships.find(({ workspaceId }) => workspaceId === agent.workspaceId);
  if (membership === undefined) throw new DomainError("not_found", "no such agent");
  const [kind, collaborators = []] = use;
  const { agentIds, workflowIds } = caller.token.scope;
  if ((kind === "chat" || kind === "listen") && agentIds !== undefined && !agentIds.includes(agent.id)) {
    throw new DomainError("permission_denied", "the token may not chat with this agent");
  }
  if (kind === "run" && workflowIds !== undefined && !workflowIds.includes(agent.id)) {
    throw new DomainError("permission_denied", "the token may not run this workflow");
  }
  if (kind === "view" || kind === "listen") return;
  if (!isAtLeast(membership.role, "member")) throw roleTooLow("member");
  if (kind !== "change" || isAtLeast(membership.role, "admin")) return;
  const { id } = caller.user;
  if (agent.ownerId === id || collaborators.includes(id)) return;
  throw new DomainError(
    "permission_denied",
    "only the agent's owner, its collaborators and the workspace's owners and admins may change it",
  );
}
