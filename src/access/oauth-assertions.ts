import { createPublicKey } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";
import type { OAuthApp, TokenScope } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { OAuthAppId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";
import { findEnabledApp, type OAuthServices, standingGrantId } from "./oauth-apps.ts";
import { type GrantedTokens, requireEnabledUser } from "./oauth-grants.ts";
import { scopeWithin } from "./oauth-scopes.ts";
import { issueToken } from "./tokens.ts";

/** Clocks may differ this much. */
const LEEWAY_SECONDS = 60;
/** Longest time an assertion may be good for: the official clients sign for up to a day. */
const MAX_LIFETIME_SECONDS = 24 * 60 * 60;

/** What an app asks for with a signed assertion. */
export interface AssertionRequest {
  /** The JWT. */
  assertion: string;
  /** What this server may be called in `aud`: its host without scheme. */
  audiences: string[];
  /** How long the access token is to live. */
  durationSeconds: number;
  /** Absent parts: as much as the app may have. */
  scope: Partial<TokenScope>;
  /** Id of the app's owner, or of a workspace the token is then limited to. */
  accountId?: number;
}

/** Text that every engine gives back as it was: two of them are never one. */
const claimText = z
  .string()
  .max(200)
  .refine((text) => text.isWellFormed() && !text.includes("\u0000"));

/** Claims that jose does not know, or does not insist on the form of. */
const Claims = z.object({
  jti: claimText.min(1),
  iat: z.number(),
  exp: z.number(),
  session_name: claimText.nullish(),
});

/**
 * Gives a `jwt` app a token of its owner. The assertion is signed with RS256 by the key whose fingerprint is its
 * `kid`, was issued by the app (`iss`) for this server (`aud`), lives at most a day, and is used once (`jti`).
 * `session_name` keeps the conversations of the app's own users apart. The token of a channel's app speaks for that
 * channel. Source: spec page §2.1; spec page of the callbacks §4.1 #8.
 *
 * Rejects with `client_invalid` when app or key is unknown, `authorization_invalid` when the assertion is not as it
 * should be or was used before, `authorization_expired`, and `permission_denied` for more than the app may have.
 */
export async function exchangeAssertion(
  { store, now }: OAuthServices,
  request: AssertionRequest,
): Promise<GrantedTokens> {
  const at = now();
  const { app, claims } = await readAssertion(store, request, at);
  await requireEnabledUser(store, app.ownerId);
  const scope = await limitToAccount(store, app, scopeWithin(app.scope, request.scope), request.accountId);
  const expiresAt = new Date(at.getTime() + request.durationSeconds * 1_000);
  const forgottenAt = new Date((claims.exp + LEEWAY_SECONDS + 1) * 1_000);
  const text = await store.transaction(async (repositories) => {
    if (!(await repositories.oauth.useAssertion(app.id, claims.jti, forgottenAt, at))) {
      throw new DomainError("authorization_invalid", "jti: the assertion was used before");
    }
    const token = await issueToken(
      { tokens: repositories.tokens, newId: store.newId },
      {
        kind: "oauth-jwt",
        userId: app.ownerId,
        name: app.name,
        scope,
        sessionName: claims.session_name ?? "",
        grantId: standingGrantId(app),
        ...(app.channelId === undefined ? {} : { channelId: app.channelId }),
        expiresAt,
        now: at,
      },
    );
    return token.text;
  });
  await store.flushed();
  return { accessToken: text, expiresAt };
}

/** Nothing in an assertion is believed before its signature: what it names only says which key to try. */
async function readAssertion(
  store: Pick<Repositories, "oauth">,
  { assertion, audiences }: AssertionRequest,
  at: Date,
): Promise<{ app: OAuthApp; claims: z.output<typeof Claims> }> {
  const { issuer, keyId } = readNames(assertion);
  const app = await findEnabledApp(store, issuer as OAuthAppId);
  const key = app?.publicKeys.find(({ fingerprint }) => fingerprint === keyId);
  if (app === undefined || app.kind !== "jwt" || key === undefined) {
    throw new DomainError("client_invalid", "iss names no enabled app, or kid none of its public keys");
  }
  try {
    const { payload } = await jwtVerify(assertion, createPublicKey(key.pem), {
      algorithms: ["RS256"],
      issuer: String(app.id),
      audience: audiences,
      requiredClaims: ["exp", "iat", "jti"],
      clockTolerance: LEEWAY_SECONDS,
      maxTokenAge: MAX_LIFETIME_SECONDS,
      currentDate: at,
    });
    return { app, claims: readClaims(payload) };
  } catch (error) {
    throw refusal(error);
  }
}

function readNames(assertion: string): { issuer: number; keyId: string | undefined } {
  try {
    const { iss = "" } = decodeJwt(assertion);
    const { kid } = decodeProtectedHeader(assertion);
    return { issuer: /^[1-9]\d{0,15}$/.test(iss) ? Number(iss) : 0, keyId: kid };
  } catch (cause) {
    throw new DomainError("authorization_invalid", "the assertion is no signed JWT", { cause });
  }
}

function readClaims(payload: JWTPayload): z.output<typeof Claims> {
  const claims = Claims.safeParse(payload);
  if (!claims.success) {
    const names = claims.error.issues.map(({ path }) => path.join("."));
    throw new DomainError(
      "authorization_invalid",
      `${names.join(", ")}: missing, too long or of a wrong form`,
    );
  }
  if (claims.data.exp - claims.data.iat > MAX_LIFETIME_SECONDS) {
    throw new DomainError("authorization_invalid", "exp: more than a day after iat");
  }
  return claims.data;
}

function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) {
    return new DomainError("authorization_expired", "exp: the assertion has expired", { cause: error });
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new DomainError("authorization_invalid", `${error.claim}: not as this server needs it`, {
      cause: error,
    });
  }
  if (error instanceof errors.JOSEError) {
    const message = "the assertion is not signed with RS256 by the key that kid names";
    return new DomainError("authorization_invalid", message, { cause: error });
  }
  return error;
}

async function limitToAccount(
  { users }: Pick<Repositories, "users">,
  { ownerId }: OAuthApp,
  scope: TokenScope,
  accountId: number | undefined,
): Promise<TokenScope> {
  if (accountId === undefined || accountId === ownerId) return scope;
  const memberships = await users.memberships(ownerId);
  const membership = memberships.find(({ workspaceId }) => workspaceId === accountId);
  if (membership === undefined) {
    throw new DomainError("not_found", "the account is neither the app's owner nor a workspace of it");
  }
  return scopeWithin(scope, { workspaceIds: [membership.workspaceId] });
}
