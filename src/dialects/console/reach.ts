import { homeMembership, requireAgentAccess, requireMembership } from "../../access/permissions.ts";
import { endpointNotFound } from "../../callbacks/endpoints.ts";
import { isAtLeast, type Role, type TokenCaller } from "../../domain/access.ts";
import type { Delivery, Endpoint } from "../../domain/endpoint.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, EndpointId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { idOf } from "./wire.ts";

/**
 * The workspace that is meant, the caller's oldest where none is named. Throws `not_found` when it is none of the
 * caller's, `permission_denied` when its role there is less than `least`.
 */
export function requirePlace(
  caller: TokenCaller,
  workspaceId: WorkspaceId | undefined,
  least: Role,
): WorkspaceId {
  return requireMembership(caller, workspaceId ?? homeMembership(caller).workspaceId, least).workspaceId;
}

/**
 * Whether the caller has at least this role in the installation's oldest workspace. Anybody may make a workspace and
 * others members of it without asking them, so what belongs to a user is shown and taken only by those.
 */
export async function isOfInstallation(
  { workspaces }: Pick<Store, "workspaces">,
  { memberships }: TokenCaller,
  least: Role,
): Promise<boolean> {
  const oldest = await workspaces.oldest();
  return memberships.some(({ workspaceId, role }) => workspaceId === oldest?.id && isAtLeast(role, least));
}

/**
 * The agents that are meant where something is listed of what they do: the one that is named, else those that the token
 * may listen to. Undefined: all. Throws `permission_denied` where it may not listen to the one.
 */
export function heardAgents(
  caller: TokenCaller,
  workspaceId: WorkspaceId,
  agentId?: AgentId,
): readonly AgentId[] | undefined {
  if (agentId === undefined) return caller.token.scope.agentIds;
  requireAgentAccess(caller, { id: agentId, workspaceId }, "listen");
  return [agentId];
}

/** The workspace that is meant, the caller's oldest where none is named; for its owners and admins. */
export function requireKeeper(caller: TokenCaller, workspaceId: WorkspaceId | undefined): WorkspaceId {
  return requirePlace(caller, workspaceId, "admin");
}

/**
 * An endpoint the caller looks after: of a workspace it owns or administrates, or a callback app of its own, for which
 * its token must reach everything. Rejects with `not_found`, or `permission_denied` for members of the workspace.
 */
export async function keptEndpoint(
  store: Pick<Store, "endpoints">,
  caller: TokenCaller,
  text: string | undefined,
): Promise<Endpoint> {
  const endpoint = await store.endpoints.find(idOf<EndpointId>(text));
  if (endpoint === undefined) throw endpointNotFound();
  if (endpoint.workspaceId === undefined) {
    if (isOwnApp(caller, endpoint)) return endpoint;
    throw endpointNotFound();
  }
  const { workspaceId } = endpoint;
  if (!caller.memberships.some((membership) => membership.workspaceId === workspaceId)) {
    throw endpointNotFound();
  }
  requireKeeper(caller, workspaceId);
  return endpoint;
}

/** Whether it is the caller's own callback app, and its token reaches all that this is told of. */
function isOwnApp(caller: TokenCaller, { ownerId }: Endpoint): boolean {
  return ownerId === caller.user.id && hasWholeReach(caller);
}

/** Throws `permission_denied` unless the token reaches everything its user does: callback apps are told of all of it. */
export function requireWholeReach(caller: TokenCaller): void {
  if (hasWholeReach(caller)) return;
  throw new DomainError("permission_denied", "the token reaches only some workspaces or one channel");
}

function hasWholeReach({ token }: TokenCaller): boolean {
  return token.scope.workspaceIds === undefined && token.channelId === undefined;
}

/** Rejects with `not_found` unless the caller looks after the endpoint of the delivery. */
export async function keptDelivery(
  store: Pick<Store, "endpoints" | "outbox">,
  caller: TokenCaller,
  text: string | undefined,
): Promise<{ delivery: Delivery; endpoint: Endpoint }> {
  const delivery = await store.outbox.findDelivery(idOf<Delivery["id"]>(text));
  if (delivery === undefined) throw new DomainError("not_found", "delivery not found");
  const endpoint = await keptEndpoint(store, caller, String(delivery.endpointId));
  return { delivery, endpoint };
}
