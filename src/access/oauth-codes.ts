import { createHash, timingSafeEqual } from "node:crypto";
import { hashKey } from "../config/secrets.ts";
import type { AuthorizationCode, OAuthApp, OAuthGrant, TokenScope } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { OAuthGrantId, UserId } from "../domain/ids.ts";
import { accessLog } from "../log/logger.ts";
import type { OAuthServices } from "./oauth-apps.ts";
import { type GrantedTokens, issueTokens, newGrantSecret } from "./oauth-grants.ts";

/** Source: spec page §2.1 (inferred there). */
const CODE_LIFETIME_MS = 5 * 60 * 1_000;

/** Remembers a person's consent and returns the code that the app may change for tokens. */
export async function grantCode(
  { store, now }: OAuthServices,
  consent: {
    app: OAuthApp;
    userId: UserId;
    redirectUri: string;
    challenge?: NonNullable<AuthorizationCode["challenge"]>;
    scope: TokenScope;
  },
): Promise<string> {
  const { app, ...rest } = consent;
  const createdAt = now();
  const code = newGrantSecret();
  await store.oauth.saveCode({
    ...rest,
    codeHash: hashKey(code),
    appId: app.id,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + CODE_LIFETIME_MS),
  });
  await store.flushed();
  return code;
}

/**
 * Changes a code for tokens, once. A code that is used again by the app it was made for voids what came of it. Rejects
 * with `authorization_invalid` when the code is unknown, used or another app's, or the redirect address or the
 * verifier is not the one it was made for; with `authorization_expired` after five minutes.
 */
export async function exchangeCode(
  { store, now }: OAuthServices,
  request: { app: OAuthApp; code: string; redirectUri: string; verifier: string | undefined },
): Promise<GrantedTokens> {
  const { app } = request;
  const at = now();
  const codeHash = hashKey(request.code);
  const code = await store.oauth.findCode(codeHash);
  if (code === undefined || code.appId !== app.id) throw unusable();
  if (code.redirectUri !== request.redirectUri) {
    throw new DomainError("authorization_invalid", "redirect_uri is not the one the code was sent to");
  }
  checkVerifier(code.challenge, request.verifier);

  const grantId = store.newId<OAuthGrantId>();
  const outcome = await store.transaction(async (repositories) => {
    const use = await repositories.oauth.useCode(codeHash, grantId, at);
    if (!use.isFirstUse) {
      await repositories.oauth.revokeGrant(use.grantId, at);
      return { reused: use.grantId };
    }
    if (code.expiresAt <= at) {
      throw new DomainError("authorization_expired", "the authorization code has expired");
    }
    const grant: OAuthGrant = {
      id: grantId,
      appId: app.id,
      userId: code.userId,
      scope: code.scope,
      createdAt: at,
    };
    await repositories.oauth.saveGrant(grant);
    return issueTokens({ repositories, newId: store.newId, now: at }, app, grant);
  });
  await store.flushed();
  if ("reused" in outcome) {
    accessLog.warn({ appId: app.id, grantId: outcome.reused }, "code used again, grant revoked");
    throw unusable();
  }
  return outcome;
}

/**
 * A verifier is needed exactly when there was a challenge: one that comes without would let a code of a weaker request
 * pass for one of a stronger.
 */
function checkVerifier(challenge: AuthorizationCode["challenge"], verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return;
  if (challenge !== undefined && verifier !== undefined && isVerified(challenge, verifier)) return;
  throw new DomainError("authorization_invalid", "code_verifier does not fit the challenge");
}

function isVerified(
  { method, value }: NonNullable<AuthorizationCode["challenge"]>,
  verifier: string,
): boolean {
  const answer = method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url");
  const [one, other] = [Buffer.from(hashKey(answer)), Buffer.from(hashKey(value))];
  return timingSafeEqual(one, other);
}

function unusable(): DomainError {
  return new DomainError("authorization_invalid", "the authorization code is unknown or was used");
}
