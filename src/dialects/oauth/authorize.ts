import { findEnabledApp } from "../../access/oauth-apps.ts";
import { grantCode } from "../../access/oauth-codes.ts";
import type { AuthorizationCode, OAuthApp, User } from "../../domain/access.ts";
import type { OAuthAppId, WorkspaceId } from "../../domain/ids.ts";
import type { Call, RedirectReply, Reply, Route } from "../../http/route.ts";
import { type Consent, consentOf, describeConsent, recordConsent } from "./consent.ts";
import { html } from "./html.ts";
import { accountLine, currentPath, form, PageError, page, pageRoute, parameter, type Visit } from "./page.ts";
import { AUTHORIZE_PAGES } from "./paths.ts";
import type { OAuthDialectServices } from "./services.ts";
import { askToSignIn } from "./sign-in.ts";
import { idOf } from "./wire.ts";

/** A link to the consent page that is in order. */
interface AuthorizeRequest {
  app: OAuthApp;
  redirectUri: string;
  /** Given back as it came. */
  state: string | undefined;
  challenge: AuthorizationCode["challenge"] | undefined;
}

/** The consent page. Source: spec page §2.2. */
export function authorizeRoutes(services: OAuthDialectServices): Route<never>[] {
  return AUTHORIZE_PAGES.flatMap((path) => [
    pageRoute(services, "GET", path, ask),
    pageRoute(services, "POST", path, decide),
  ]);
}

async function ask(visit: Visit): Promise<Reply> {
  const request = await readRequest(visit);
  if ("kind" in request) return request;
  const { user } = visit.browser;
  if (user === undefined) return askToSignIn(visit);
  const consent = await readConsent(visit, request, user);
  const { call, texts, browser } = visit;
  const { app, redirectUri } = request;
  const choices = html`<div class="choices">
<button name="decision" value="allow">${texts.allow}</button>
<button name="decision" value="deny" class="second">${texts.deny}</button>
</div>`;
  return page(visit, {
    title: texts.consentTitle(app.name),
    body: html`<p>${texts.consentQuestion(app.name)}</p>
${describeConsent(visit, user, consent)}
<h2>${texts.afterwards}</h2>
<p>${placeOf(redirectUri)}</p>
${form(browser, currentPath(call), choices)}
${accountLine(visit, currentPath(call))}`,
    formTargets: [redirectUri],
  });
}

async function decide(visit: Visit): Promise<Reply> {
  const request = await readRequest(visit);
  if ("kind" in request) return request;
  const { services, browser, fields } = visit;
  if (browser.user === undefined) return askToSignIn(visit);
  const { app, redirectUri, challenge } = request;
  if (fields["decision"] === "deny") return sendBack(request, { error: "access_denied" });
  if (fields["decision"] !== "allow") throw new PageError(400, (texts) => texts.badRequest);
  const { scope } = await readConsent(visit, request, browser.user);
  const code = await grantCode(services, {
    app,
    userId: browser.user.id,
    redirectUri,
    ...(challenge === undefined ? {} : { challenge }),
    scope,
  });
  await recordConsent(visit, browser.user, {
    action: "POST /api/permission/oauth2/authorize",
    app,
    scope,
  });
  return sendBack(request, { code });
}

function readConsent({ services, call }: Visit, { app }: AuthorizeRequest, user: User): Promise<Consent> {
  const workspace = call.params["workspace_id"];
  return consentOf(
    services,
    user,
    app.scope,
    workspace === undefined ? undefined : idOf<WorkspaceId>(workspace),
  );
}

/**
 * The link, checked. Until app and address are known to belong together nobody is sent anywhere: a page says what is
 * wrong. After that the app is told, at its own address.
 */
async function readRequest({ services, call }: Visit): Promise<AuthorizeRequest | RedirectReply> {
  const app = await findEnabledApp(services.store, idOf<OAuthAppId>(parameter(call, "client_id") ?? ""));
  if (app === undefined) throw new PageError(400, (texts) => texts.unknownApp);
  const redirectUri = parameter(call, "redirect_uri");
  if (redirectUri === undefined || !app.redirectUris.includes(redirectUri)) {
    throw new PageError(400, (texts) => texts.wrongRedirect);
  }
  const state = parameter(call, "state");
  const target = { app, redirectUri, state, challenge: undefined };
  const responseType = parameter(call, "response_type");
  if (responseType !== "code") {
    const error = responseType === undefined ? "invalid_request" : "unsupported_response_type";
    return sendBack(target, { error, error_description: "response_type must be code" });
  }
  const challenge = readChallenge(call);
  if (challenge === "malformed") {
    const problem =
      "code_challenge must be 16 to 128 letters, digits, -, ., _ or ~, its method plain or S256";
    return sendBack(target, { error: "invalid_request", error_description: problem });
  }
  if (app.kind === "pkce" && challenge === undefined) {
    return sendBack(target, { error: "invalid_request", error_description: "code_challenge is required" });
  }
  return { ...target, challenge };
}

/** The Go SDK's verifiers, and with `plain` its challenges, are shorter than the 43 characters of the standard. */
function readChallenge(call: Call): AuthorizationCode["challenge"] | "malformed" | undefined {
  const value = parameter(call, "code_challenge") || undefined;
  const method = parameter(call, "code_challenge_method") || "plain";
  if (value === undefined) return undefined;
  if (!/^[A-Za-z0-9._~-]{16,128}$/.test(value)) return "malformed";
  return method === "plain" || method === "S256" ? { method, value } : "malformed";
}

/** To the registered address, as it is written there; only what is ours is added. */
function sendBack(
  { redirectUri, state }: Pick<AuthorizeRequest, "redirectUri" | "state">,
  parameters: Record<string, string>,
): RedirectReply {
  const query = new URLSearchParams({ ...parameters, ...(state === undefined ? {} : { state }) });
  const location = `${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${query}`;
  return { kind: "redirect", status: 302, location };
}

/** Where an address leads, as far as it means something to people. */
function placeOf(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri);
  return host === "" ? protocol : `${protocol}//${host}`;
}
