import { endedSessionCookie, sessionCookie } from "../../access/browser-session.ts";
import { signIn, signOut } from "../../access/sign-in.ts";
import { DomainError } from "../../domain/errors.ts";
import type { RedirectReply, Reply, Route } from "../../http/route.ts";
import { html } from "./html.ts";
import { accountLine, currentPath, form, page, pageRoute, parameter, type Visit } from "./page.ts";
import { returnPath, SIGN_IN_PAGE, SIGN_OUT } from "./paths.ts";
import type { OAuthDialectServices } from "./services.ts";

/** Signing in and out. Both lead back to the page that needed it. */
export function signInRoutes(services: OAuthDialectServices): Route<never>[] {
  return [
    pageRoute(services, "GET", SIGN_IN_PAGE, async (visit) => {
      const back = returnPath(parameter(visit.call, "return_to"));
      if (visit.browser.user !== undefined && back !== undefined) return { kind: "redirect", location: back };
      return showSignIn(visit, back);
    }),
    pageRoute(services, "POST", SIGN_IN_PAGE, enter),
    pageRoute(services, "POST", SIGN_OUT, leave),
  ];
}

/** Sends somebody who is not signed in to the sign-in page, and back here afterwards. */
export function askToSignIn({ call }: Visit): RedirectReply {
  return { kind: "redirect", location: signInPath(currentPath(call)) };
}

function signInPath(back: string | undefined): string {
  return back === undefined ? SIGN_IN_PAGE : `${SIGN_IN_PAGE}?${new URLSearchParams({ return_to: back })}`;
}

async function enter(visit: Visit): Promise<Reply> {
  const { services, call, browser, fields } = visit;
  const back = returnPath(fields["return_to"]);
  const { user_name: name = "", password = "" } = fields;
  try {
    const entered = await signIn(
      { store: services.store, throttle: services.signInThrottle, now: services.now },
      { name, password, address: call.clientAddress },
    );
    if (browser.session !== undefined) await signOut(services.store, browser.session);
    return {
      kind: "redirect",
      location: back ?? SIGN_IN_PAGE,
      headers: { "set-cookie": [sessionCookie(browser, entered, services.now())] },
    };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "credential_invalid") throw error;
    return showSignIn(visit, back, { name });
  }
}

async function leave({ services, browser, fields }: Visit): Promise<Reply> {
  if (browser.session !== undefined) await signOut(services.store, browser.session);
  return {
    kind: "redirect",
    location: signInPath(returnPath(fields["return_to"])),
    headers: { "set-cookie": [endedSessionCookie(browser)] },
  };
}

const FOCUS = html` autofocus`;

function showSignIn(visit: Visit, back: string | undefined, failed?: { name: string }): Reply {
  const { browser, texts } = visit;
  if (browser.user !== undefined && failed === undefined) {
    return page(visit, { title: texts.signInTitle, body: html`${accountLine(visit, undefined)}` });
  }
  const problem = failed && html`<p role="alert" id="problem">${texts.signInFailed}</p>`;
  const described = failed && html` aria-invalid="true" aria-describedby="problem"`;
  const [atName, atPassword] = failed === undefined ? [FOCUS, undefined] : [undefined, FOCUS];
  const fields = html`${back === undefined ? undefined : html`<input type="hidden" name="return_to" value="${back}">`}
<label for="user_name">${texts.userName}</label>
<input id="user_name" name="user_name" value="${failed?.name}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="100" required${atName}${described}>
<label for="password">${texts.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${atPassword}${described}>
<div class="choices"><button>${texts.signIn}</button></div>`;
  return page(visit, {
    title: texts.signInTitle,
    body: html`${problem}${form(browser, SIGN_IN_PAGE, fields)}`,
    path: signInPath(back),
    ...(failed === undefined ? {} : { status: 401 }),
  });
}
