import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { parseCookie, stringifySetCookie } from "cookie";
import { findSession, type SignIn } from "../../access/sign-in.ts";
import type { User } from "../../domain/access.ts";
import type { Call } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import type { OAuthDialectServices } from "./services.ts";
import { LANGUAGES, type Language, preferredLanguage } from "./texts.ts";

/** Holds the session of who is signed in. */
const SESSION_COOKIE = "antiphon_session";
/** Holds a secret that the sign-in form is bound to: there is no session yet. */
const FORM_COOKIE = "antiphon_form";
const LANGUAGE_COOKIE = "antiphon_lang";
const SECRET_BYTES = 32;
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** A browser as one request shows it. */
export interface Browser {
  language: Language;
  /** Who is signed in. */
  user: User | undefined;
  /** What forms are bound to: the session or, before there is one, a secret of this browser. */
  secret: string;
  session: string | undefined;
  isSecure: boolean;
  /** To be sent with the page. */
  cookies: string[];
}

/** Who calls, in which language, with what its forms are bound to. A choice of language in the query is kept. */
export async function readBrowser(services: OAuthDialectServices, call: Call): Promise<Browser> {
  const { isSecure } = serverAddress(call, services.publicUrl);
  const cookies = parseCookie(call.headers.cookie ?? "");
  const session = secretOf(cookies[SESSION_COOKIE]);
  const user = session === undefined ? undefined : await findSession(services.store, session, services.now());
  const browser: Browser = {
    language: languageOf(cookies[LANGUAGE_COOKIE]) ?? preferredLanguage(call.headers["accept-language"]),
    user,
    session: user === undefined ? undefined : session,
    secret: "",
    isSecure,
    cookies: [],
  };
  const chosen = languageOf(call.query["lang"]);
  if (chosen !== undefined) {
    browser.language = chosen;
    browser.cookies.push(setCookie(browser, LANGUAGE_COOKIE, chosen, YEAR_SECONDS));
  }
  if (user !== undefined && session !== undefined) return { ...browser, secret: session };
  const kept = secretOf(cookies[FORM_COOKIE]);
  const secret = kept ?? randomBytes(SECRET_BYTES).toString("base64url");
  if (kept === undefined) browser.cookies.push(setCookie(browser, FORM_COOKIE, secret));
  return { ...browser, secret };
}

/** The cookie of somebody who has just signed in. */
export function sessionCookie(browser: Pick<Browser, "isSecure">, { session, expiresAt }: SignIn, now: Date) {
  const seconds = Math.floor((expiresAt.getTime() - now.getTime()) / 1_000);
  return setCookie(browser, SESSION_COOKIE, session, seconds);
}

export function endedSessionCookie(browser: Pick<Browser, "isSecure">): string {
  return setCookie(browser, SESSION_COOKIE, "", 0);
}

/** Proves that a form was made for this browser. */
export function formToken({ secret }: Pick<Browser, "secret">): string {
  return createHmac("sha256", secret).update("form").digest("base64url");
}

/**
 * Whether a form was made for this browser and sent by a page of ours. Browsers that do not tell which page sent it
 * are held to the token alone.
 */
export function isOwnForm(browser: Browser, call: Call, fields: Record<string, string | undefined>): boolean {
  const site = call.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return false;
  const [given, wanted] = [Buffer.from(fields["form_token"] ?? ""), Buffer.from(formToken(browser))];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Only for our own pages: never read by scripts, never sent from other sites' forms. Without an age: until closed. */
function setCookie(
  { isSecure }: Pick<Browser, "isSecure">,
  name: string,
  value: string,
  maxAge?: number,
): string {
  return stringifySetCookie({
    name,
    value,
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    secure: isSecure,
    ...(maxAge === undefined ? {} : { maxAge }),
  });
}

function secretOf(cookie: string | undefined): string | undefined {
  return cookie !== undefined && /^[A-Za-z0-9_-]{20,200}$/.test(cookie) ? cookie : undefined;
}

function languageOf(value: unknown): Language | undefined {
  return LANGUAGES.find((language) => language === value);
}
