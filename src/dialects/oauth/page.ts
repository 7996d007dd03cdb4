import { DomainError, toDomainError } from "../../domain/errors.ts";
import type { Call, PageReply, Reply, Route } from "../../http/route.ts";
import { httpLog } from "../../log/logger.ts";
import { type Browser, formToken, isOwnForm, readBrowser } from "./browser.ts";
import { html, type Markup, stylesheet } from "./html.ts";
import { SIGN_OUT } from "./paths.ts";
import type { OAuthDialectServices } from "./services.ts";
import { LANGUAGES, TEXTS, type Texts } from "./texts.ts";

/** One request of a person. */
export interface Visit {
  services: OAuthDialectServices;
  call: Call;
  browser: Browser;
  texts: Texts;
  /** What a form sent; empty on GET. */
  fields: Record<string, string | undefined>;
}

/** Something a person can be told; the page says nothing else. */
export class PageError extends Error {
  readonly status: number;
  readonly say: (texts: Texts) => string;

  constructor(status: number, say: (texts: Texts) => string) {
    super("the page cannot be shown");
    this.name = "PageError";
    this.status = status;
    this.say = say;
  }
}

/** A page, or what a form of it does. Forms that are not our own are refused before `show` runs. */
export function pageRoute(
  services: OAuthDialectServices,
  method: "GET" | "POST",
  path: string,
  show: (visit: Visit) => Promise<Reply>,
): Route<never> {
  return {
    method,
    path,
    access: "public",
    body: "form",
    maxBodyBytes: 16 * 1_024,
    async handle(call) {
      const browser = await readBrowser(services, call);
      const fields = method === "POST" ? ((call.body ?? {}) as Visit["fields"]) : {};
      const visit: Visit = { services, call, browser, texts: TEXTS[browser.language], fields };
      try {
        if (method === "POST" && !isOwnForm(browser, call, fields)) {
          throw new PageError(403, (texts) => texts.formExpired);
        }
        return await show(visit);
      } catch (thrown) {
        return errorPage(visit, thrown);
      }
    },
  };
}

/** A parameter of the address. Throws a `PageError` when it is given twice: which one counts is anybody's guess. */
export function parameter(call: Call, name: string): string | undefined {
  const value = call.query[name];
  if (Array.isArray(value)) throw new PageError(400, (texts) => texts.repeatedParameter(name));
  return value;
}

/**
 * The path as called with its query, to come back to; without the slashes too many that routes forgive: two at the
 * beginning would name a host.
 */
export function currentPath(call: Call, changes: Record<string, string | undefined> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...call.query, lang: undefined, ...changes })) {
    for (const item of [value ?? []].flat()) query.append(name, item);
  }
  const path = call.path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The frame of every page: its title, its language and who is signed in. */
export function page(
  visit: Pick<Visit, "call" | "browser" | "texts">,
  content: {
    title: string;
    body: Markup;
    status?: number;
    headers?: Record<string, string>;
    /** Where the switch of languages leads; the same address when absent. */
    path?: string;
    formTargets?: string[];
  },
): PageReply {
  const { browser, texts, call } = visit;
  const { title, body, status = 200, path = currentPath(call), formTargets } = content;
  const document = html`<!DOCTYPE html>
<html lang="${texts.htmlLanguage}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Antiphon</title>
${STYLE}
</head>
<body>
<main>
<p class="product">Antiphon</p>
<h1>${title}</h1>
${body}
</main>
<footer>
<nav aria-label="${texts.languageSwitch}">${LANGUAGES.map((language) => languageLink(language, browser, path))}</nav>
</footer>
</body>
</html>
`;
  const headers = { vary: "Accept-Language, Cookie", ...content.headers };
  return {
    kind: "page",
    status,
    headers: browser.cookies.length === 0 ? headers : { ...headers, "set-cookie": browser.cookies },
    html: document.text,
    ...(formTargets === undefined ? {} : { formTargets }),
  };
}

function languageLink(language: (typeof LANGUAGES)[number], browser: Browser, path: string): Markup {
  const { ownName, htmlLanguage } = TEXTS[language];
  if (language === browser.language) {
    return html` <span aria-current="true" lang="${htmlLanguage}">${ownName}</span>`;
  }
  const address = `${path}${path.includes("?") ? "&" : "?"}lang=${language}`;
  return html` <a href="${address}" hreflang="${htmlLanguage}" lang="${htmlLanguage}">${ownName}</a>`;
}

/** A form that carries its proof. */
export function form(browser: Browser, action: string, content: Markup): Markup {
  return html`<form method="post" action="${action}">
<input type="hidden" name="form_token" value="${formToken(browser)}">
${content}
</form>`;
}

/** Who is signed in, and a way to be somebody else; `path` is where to go on then. */
export function accountLine({ browser, texts }: Visit, path: string | undefined): Markup | undefined {
  if (browser.user === undefined) return undefined;
  const { nickname, name } = browser.user;
  const back = path === undefined ? undefined : html`<input type="hidden" name="return_to" value="${path}">`;
  return html`<div class="account">
<p>${texts.signedInAs(nickname, name)}</p>
${form(
  browser,
  SIGN_OUT,
  html`${back}<button class="plain">${path === undefined ? texts.signOut : texts.otherAccount}</button>`,
)}
</div>`;
}

function errorPage(visit: Visit, thrown: unknown): PageReply {
  const { texts } = visit;
  const { status, say, retryAfterSeconds } = explain(thrown, visit.call.requestId);
  return page(visit, {
    title: texts.errorTitle,
    status,
    ...(retryAfterSeconds === undefined ? {} : { headers: { "retry-after": String(retryAfterSeconds) } }),
    body: html`<p role="alert">${say(texts)}</p>`,
    ...(visit.call.method === "POST" ? { path: visit.call.path } : {}),
  });
}

function explain(
  thrown: unknown,
  requestId: string,
): { status: number; say: (texts: Texts) => string; retryAfterSeconds?: number } {
  if (thrown instanceof PageError) return thrown;
  const error = toDomainError(thrown);
  if (error.code === "rate_limited") {
    const { retryAfterSeconds = 60 } = error;
    const minutes = Math.max(1, Math.ceil(retryAfterSeconds / 60));
    return { status: 429, say: (texts) => texts.tooManyAttempts(minutes), retryAfterSeconds };
  }
  if (error.code === "request_invalid") return { status: 400, say: (texts) => texts.badRequest };
  httpLog.error({ requestId, code: error.code, err: error.cause ?? error }, "a page failed");
  return { status: error.code === "internal" ? 500 : 503, say: (texts) => texts.serverFailed };
}

/** A refusal that the protocol has no words for before it knows where to send them. */
export function isPermissionDenied(thrown: unknown): boolean {
  return thrown instanceof DomainError && thrown.code === "permission_denied";
}

/** One column, readable from 320 pixels on, light or dark as the system is; contrast at least 7:1 for text. */
const STYLE = stylesheet(`
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #474f58; --paper: #fff; --back: #f2f4f7; --line: #8a939e; --strong: #0b4fa8; --on-strong: #fff; --bad: #9c1412; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff3; --soft: #b9c1cb; --paper: #1d2127; --back: #121519; --line: #7b8591; --strong: #9cc4ff; --on-strong: #08152a; --bad: #ffaba6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }
main { max-width: 29rem; margin: 6vh auto 0; padding: 1.5rem; background: var(--paper); border-radius: .75rem; }
footer { max-width: 29rem; margin: 0 auto; padding: 1rem 1.5rem; text-align: center; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 1rem; }
h2 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
ul { margin: 0; padding-left: 1.25rem; }
p { margin: 0 0 .75rem; }
.product, .hint { color: var(--soft); font-size: .9rem; }
.hint { margin: .25rem 0 0; }
.code { font: 600 1.6rem/1.3 ui-monospace, monospace; letter-spacing: .08em; }
label { display: block; font-weight: 600; margin: .75rem 0 .25rem; }
input { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
button { min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; border-radius: .5rem; border: 1px solid var(--strong); background: var(--strong); color: var(--on-strong); cursor: pointer; }
button.second { background: transparent; color: var(--strong); }
button.plain { min-height: 1.75rem; padding: .25rem 0; border: 0; background: none; color: var(--strong); text-decoration: underline; font-weight: 400; }
.choices { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
.choices button { flex: 1 1 8rem; }
.account { margin: 1.25rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); }
.account p { margin: 0; }
[role=alert] { color: var(--bad); font-weight: 600; }
a { color: var(--strong); }
nav a, nav span { padding: .5rem; }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
@media (max-width: 30rem) { main { margin: 0; border-radius: 0; padding: 1.25rem 1rem; } }
`);
