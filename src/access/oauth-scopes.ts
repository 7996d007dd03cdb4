import type { TokenScope } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import { EVERY_PERMISSION } from "./permissions.ts";

/** What both scopes allow. */
export function commonScope(one: TokenScope, other: TokenScope): TokenScope {
  const workspaceIds = commonIds(one.workspaceIds, other.workspaceIds);
  const agentIds = commonIds(one.agentIds, other.agentIds);
  const workflowIds = commonIds(one.workflowIds, other.workflowIds);
  return {
    permissions: commonPermissions(one.permissions, other.permissions),
    ...(workspaceIds === undefined ? {} : { workspaceIds }),
    ...(agentIds === undefined ? {} : { agentIds }),
    ...(workflowIds === undefined ? {} : { workflowIds }),
  };
}

/**
 * The part of `limit` that is asked for; what is left out of the request is as in `limit`. Throws
 * `permission_denied`, naming what is too much, when the request goes beyond.
 */
export function scopeWithin(limit: TokenScope, requested: Partial<TokenScope>): TokenScope {
  const wanted = { ...limit, ...requested };
  const allowed = commonScope(limit, wanted);
  refuseExcess("permission", wanted.permissions, allowed.permissions);
  refuseExcess("workspace", wanted.workspaceIds, allowed.workspaceIds);
  refuseExcess("agent", wanted.agentIds, allowed.agentIds);
  refuseExcess("workflow", wanted.workflowIds, allowed.workflowIds);
  return allowed;
}

function refuseExcess(
  what: string,
  wanted: readonly (string | number)[] = [],
  allowed: readonly (string | number)[] = [],
): void {
  const excess = wanted.find((item) => !allowed.includes(item));
  if (excess === undefined) return;
  throw new DomainError("permission_denied", `the app may not be given the ${what} ${excess}`);
}

function commonPermissions(one: string[], other: string[]): string[] {
  if (one.includes(EVERY_PERMISSION)) return other;
  if (other.includes(EVERY_PERMISSION)) return one;
  return one.filter((permission) => other.includes(permission));
}

/** Undefined stands for every id. */
function commonIds<Id>(one: Id[] | undefined, other: Id[] | undefined): Id[] | undefined {
  if (one === undefined) return other;
  return other === undefined ? one : one.filter((id) => other.includes(id));
}
