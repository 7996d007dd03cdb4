import { createHmac, timingSafeEqual } from "node:crypto";
import { parseCookie, stringifySetCookie } from "cookie";
import { type AccessToken, FULL_SCOPE, type TokenCaller, type User } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { AccessTokenId } from "../domain/ids.ts";
import type { Call } from "../http/route.ts";
import type { Store } from "../storage/store.ts";
import { findSession, type SignIn } from "./sign-in.ts";

/** Holds the session of who is signed in. */
const SESSION_COOKIE = "antiphon_session";

/** What of a request says who sent it and from which page. */
type PageCall = Pick<Call, "method" | "headers">;

/** The session that a browser's cookies name; undefined when they name none, or one that cannot be ours. */
export function sessionOf({ headers }: Pick<Call, "headers">): string | undefined {
  return secretOf(parseCookie(headers.cookie ?? "")[SESSION_COOKIE]);
}

/** A secret of ours that came back in a cookie. */
export function secretOf(cookie: string | undefined): string | undefined {
  return cookie !== undefined && /^[A-Za-z0-9_-]{20,200}$/.test(cookie) ? cookie : undefined;
}

/** The cookie of somebody who has just signed in. */
export function sessionCookie(
  browser: { isSecure: boolean },
  { session, expiresAt }: Pick<SignIn, "session" | "expiresAt">,
  now: Date,
): string {
  const seconds = Math.floor((expiresAt.getTime() - now.getTime()) / 1_000);
  return pageCookie(browser, SESSION_COOKIE, session, seconds);
}

export function endedSessionCookie(browser: { isSecure: boolean }): string {
  return pageCookie(browser, SESSION_COOKIE, "", 0);
}

/** Only for our own pages: never read by scripts, never sent from other sites' forms. Without an age: until closed. */
export function pageCookie(
  { isSecure }: { isSecure: boolean },
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

/** Proves that a page was made for the browser that has this secret: its session, or another before there is one. */
export function pageToken(secret: string): string {
  return createHmac("sha256", secret).update("form").digest("base64url");
}

/** Whether it is the token of the browser's pages. */
export function isPageToken(given: string | undefined, secret: string): boolean {
  const [one, other] = [Buffer.from(given ?? ""), Buffer.from(pageToken(secret))];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Whether the browser tells that a page of another site sent this. Browsers tell it on safe connections only. */
export function isFromElsewhere({ headers }: Pick<Call, "headers">): boolean {
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin";
}

/**
 * Throws `permission_denied` unless a request that changes something was sent by a page of ours: it carries the
 * session's token as `x-csrf-token`.
 */
export function requireOwnPage(request: PageCall, session: string): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const token = request.headers["x-csrf-token"];
  if (!isFromElsewhere(request) && isPageToken(typeof token === "string" ? token : undefined, session))
    return;
  throw new DomainError("permission_denied", "the request does not come from a page of this session", {
    field: "x-csrf-token",
  });
}

/**
 * Who is signed in in a browser, as the caller with a token that permits all its user may do. Rejects with
 * `credential_invalid` when nobody is, or not any more.
 */
export async function authenticateSession(
  store: Pick<Store, "users">,
  session: string,
  now: Date,
): Promise<TokenCaller> {
  const user = await findSession(store, session, now);
  if (user === undefined) throw new DomainError("credential_invalid", "the session has ended");
  return { user, token: sessionToken(user, now), memberships: await store.users.memberships(user.id) };
}

/** Never stored: a session has no token of its own. */
function sessionToken({ id: userId }: User, createdAt: Date): AccessToken {
  const id = 0 as AccessTokenId;
  return {
    id,
    tokenHash: "",
    kind: "session",
    userId,
    name: "",
    scope: FULL_SCOPE,
    sessionName: "",
    createdAt,
  };
}
