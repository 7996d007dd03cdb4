import { randomBytes } from "node:crypto";
import { parseCookie } from "cookie";
import {
  isFromElsewhere,
  isPageToken,
  pageCookie,
  pageToken,
  secretOf,
  sessionOf,
} from "../../access/browser-session.ts";
import { findSession } from "../../access/sign-in.ts";
import type { User } from "../../domain/access.ts";
import type { Call } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import type { OAuthDialectServices } from "./services.ts";
import { LANGUAGES, type Language, preferredLanguage } from "./texts.ts";

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
  const session = sessionOf(call);
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
    browser.cookies.push(pageCookie(browser, LANGUAGE_COOKIE, chosen, YEAR_SECONDS));
  }
  if (user !== undefined && session !== undefined) return { ...browser, secret: session };
  const kept = secretOf(cookies[FORM_COOKIE]);
  const secret = kept ?? randomBytes(SECRET_BYTES).toString("base64url");
  if (kept === undefined) browser.cookies.push(pageCookie(browser, FORM_COOKIE, secret));
  return { ...browser, secret };
}

/** Proves that a form was made for this browser. */
export function formToken({ secret }: Pick<Browser, "secret">): string {
  return pageToken(secret);
}

/**
 * Whether a form was made for this browser and sent by a page of ours. Browsers that do not tell which page sent it
 * are held to the token alone.
 */
export function isOwnForm(browser: Browser, call: Call, fields: Record<string, string | undefined>): boolean {
  return !isFromElsewhere(call) && isPageToken(fields["form_token"], browser.secret);
}

function languageOf(value: unknown): Language | undefined {
  return LANGUAGES.find((language) => language === value);
}
