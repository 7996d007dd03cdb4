import { recordChange } from "../../access/audit.ts";
import { commonScope, scopeWithin } from "../../access/oauth-scopes.ts";
import type { OAuthApp, TokenScope, User } from "../../domain/access.ts";
import type { Agent, Workspace } from "../../domain/agent.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import { html, type Markup } from "./html.ts";
import { isPermissionDenied, PageError, type Visit } from "./page.ts";
import type { OAuthDialectServices } from "./services.ts";
import { permissionText } from "./texts.ts";

/** What a person is asked to agree to, and what the grant then holds: exactly the workspaces that were shown. */
export interface Consent {
  scope: TokenScope;
  workspaces: Workspace[];
  /** Only when chatting is limited to these. */
  agents: Agent[];
}

/**
 * What the app may do as this person, of what it asks for. Throws a `PageError` when the one workspace asked for is
 * not the person's, or not the app's to use.
 */
export async function consentOf(
  { store }: OAuthDialectServices,
  user: User,
  limit: TokenScope,
  workspaceId?: WorkspaceId,
): Promise<Consent> {
  const memberships = await store.users.memberships(user.id);
  const own = memberships.map((membership) => membership.workspaceId);
  if (workspaceId !== undefined && !own.includes(workspaceId)) throw noSuchWorkspace();
  const asked = workspaceId === undefined ? limit : within(limit, workspaceId);
  const scope = commonScope(asked, { permissions: ["all"], workspaceIds: own });
  const workspaces = await Promise.all((scope.workspaceIds ?? []).map((id) => store.workspaces.find(id)));
  const agents = await Promise.all((scope.agentIds ?? []).map((id) => store.agents.find(id)));
  return { scope, workspaces: workspaces.filter(isThere), agents: agents.filter(isThere) };
}

/** How the audit log calls it that somebody lets an app in: on the consent page, or for a device. */
export const AGREEMENTS = ["POST /api/permission/oauth2/authorize", "POST /device"] as const;

/** Writes down, in every workspace that the app reaches from now on, that the person let it in. */
export async function recordConsent(
  { services, call }: Visit,
  user: User,
  { action, app, scope }: { action: (typeof AGREEMENTS)[number]; app: OAuthApp; scope: TokenScope },
): Promise<void> {
  for (const workspaceId of scope.workspaceIds ?? []) {
    await recordChange(
      services.store,
      { user, token: { kind: "session" } },
      {
        workspaceId,
        action,
        family: "oauth",
        subject: `oauth-apps/${app.id}`,
        fields: [],
        requestId: call.requestId,
        address: call.clientAddress,
      },
    );
  }
}

/** Says who would get what, as whom. */
export function describeConsent({ texts }: Visit, user: User, consent: Consent): Markup {
  const { scope, workspaces, agents } = consent;
  return html`<h2>${texts.permissions}</h2>
<ul>${scope.permissions.map((permission) => html`<li>${permissionText(texts, permission)}</li>`)}</ul>
${scope.agentIds === undefined ? undefined : list(texts.agents, agents)}
${list(texts.workspaces, workspaces, texts.noWorkspace)}
<h2>${texts.asWhom}</h2>
<p>${user.nickname === user.name ? user.name : `${user.nickname} (${user.name})`}</p>`;
}

function list(title: string, things: { name: string }[], none = "–"): Markup {
  const items = things.length === 0 ? [{ name: none }] : things;
  return html`<h2>${title}</h2>
<ul>${items.map(({ name }) => html`<li>${name}</li>`)}</ul>`;
}

function within(limit: TokenScope, workspaceId: WorkspaceId): TokenScope {
  try {
    return scopeWithin(limit, { workspaceIds: [workspaceId] });
  } catch (error) {
    throw isPermissionDenied(error) ? noSuchWorkspace() : error;
  }
}

function noSuchWorkspace(): PageError {
  return new PageError(404, (texts) => texts.noSuchWorkspace);
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
