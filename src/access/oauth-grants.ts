import { randomBytes } from "node:crypto";
import { hashKey } from "../config/secrets.ts";
import type { OAuthApp, OAuthGrant } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { NewId, UserId } from "../domain/ids.ts";
import { accessLog } from "../log/logger.ts";
import type { Repositories } from "../storage/store.ts";
import type { OAuthServices } from "./oauth-apps.ts";
import { commonScope } from "./oauth-scopes.ts";
import { issueToken } from "./tokens.ts";

/** Source: spec page §2.1. */
const ACCESS_LIFETIME_MS = 15 * 60 * 1_000;
const REFRESH_LIFETIME_MS = 30 * 24 * 60 * 60 * 1_000;
const SECRET_BYTES = 32;

/** What a grant gives its client. */
export interface GrantedTokens {
  accessToken: string;
  expiresAt: Date;
  /** Absent: ask again with a new assertion. */
  refreshToken?: string;
}

/** A secret of 256 random bits, fit for addresses. */
export function newGrantSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/**
 * A new access token and a new refresh token of the grant, within what the app may have today. Rejects with
 * `authorization_invalid` when its user is gone or disabled.
 */
export async function issueTokens(
  { repositories, newId, now }: { repositories: Repositories; newId: NewId; now: Date },
  app: OAuthApp,
  grant: OAuthGrant,
): Promise<GrantedTokens> {
  await requireEnabledUser(repositories, grant.userId);
  const expiresAt = new Date(now.getTime() + ACCESS_LIFETIME_MS);
  const { text } = await issueToken(
    { tokens: repositories.tokens, newId },
    {
      kind: "oauth-user",
      userId: grant.userId,
      name: app.name,
      scope: commonScope(grant.scope, app.scope),
      sessionName: "",
      grantId: grant.id,
      expiresAt,
      now,
    },
  );
  const refreshToken = newGrantSecret();
  await repositories.oauth.saveRefreshToken({
    tokenHash: hashKey(refreshToken),
    grantId: grant.id,
    createdAt: now,
    expiresAt: new Date(now.getTime() + REFRESH_LIFETIME_MS),
  });
  return { accessToken: text, expiresAt, refreshToken };
}

/** Rejects with `authorization_invalid` when the user is gone or disabled. */
export async function requireEnabledUser({ users }: Pick<Repositories, "users">, id: UserId): Promise<void> {
  const user = await users.find(id);
  if (user !== undefined && user.disabledAt === undefined) return;
  throw new DomainError("authorization_invalid", "the user of this grant is disabled");
}

/**
 * Changes a refresh token for a new pair; it is void from then on. One that is used again was stolen from somebody:
 * the whole grant is voided with every token of it. Rejects with `authorization_invalid` when it is unknown, used,
 * revoked or another app's, with `authorization_expired` after 30 days.
 */
export async function refreshTokens(
  { store, now }: OAuthServices,
  { app, refreshToken }: { app: OAuthApp; refreshToken: string },
): Promise<GrantedTokens> {
  const at = now();
  const outcome = await store.transaction(async (repositories) => {
    const use = await repositories.oauth.useRefreshToken(hashKey(refreshToken), at);
    // Rejecting in here leaves the token unused: it is not for others to spend.
    if (use === undefined || use.grant.appId !== app.id) throw unusable();
    if (!use.isFirstUse) {
      await repositories.oauth.revokeGrant(use.grant.id, at);
      return { reused: use.grant };
    }
    if (use.grant.revokedAt !== undefined) throw unusable();
    if (use.expiresAt <= at) throw new DomainError("authorization_expired", "the refresh token has expired");
    return issueTokens({ repositories, newId: store.newId, now: at }, app, use.grant);
  });
  await store.flushed();
  if ("reused" in outcome) {
    accessLog.warn({ appId: app.id, grantId: outcome.reused.id }, "refresh token used again, grant revoked");
    throw unusable();
  }
  return outcome;
}

function unusable(): DomainError {
  return new DomainError("authorization_invalid", "the refresh token is unknown, used or revoked");
}
