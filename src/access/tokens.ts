import { randomBytes } from "node:crypto";
import { hashKey } from "../config/secrets.ts";
import type { AccessToken, TokenCaller, TokenScope } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { AccessTokenId, ChannelId, NewId, OAuthGrantId, UserId } from "../domain/ids.ts";
import { accessLog } from "../log/logger.ts";
import type { Store, TokenStore } from "../storage/store.ts";

/** 240 random bits: 40 letters of base64url. */
const SECRET_BYTES = 30;
/** How far behind `lastUsedAt` may be. */
const LAST_USE_PRECISION_MS = 60_000;

/** Sessions have cookies instead. */
type StoredKind = Exclude<AccessToken["kind"], "session">;

/** Beginnings of token texts, by kind. Source: spec page §1.1. */
const PREFIXES: Record<StoredKind, string> = {
  personal: "pat_",
  "oauth-user": "czu_",
  "oauth-jwt": "czs_",
};

/** A new secret of the kind: `pat_…`, `czu_…` or `czs_…`. */
export function newTokenText(kind: StoredKind): string {
  return PREFIXES[kind] + randomBytes(SECRET_BYTES).toString("base64url");
}

/** What a token is made of. */
export interface TokenRequest {
  kind: StoredKind;
  userId: UserId;
  name: string;
  scope: TokenScope;
  sessionName: string;
  grantId?: OAuthGrantId;
  /** The custom channel that it is to speak for. */
  channelId?: ChannelId;
  expiresAt?: Date;
  /** The machine's clock when absent. */
  now?: Date;
}

/**
 * Makes a token and stores its hash, forgetting those of grants that have expired. `text` is the secret, known to nobody afterwards. The caller awaits
 * `flushed()` before it shows it.
 */
export async function issueToken(
  store: { tokens: Pick<TokenStore, "save" | "forgetExpired">; newId: NewId },
  { now = new Date(), ...request }: TokenRequest,
): Promise<{ token: AccessToken; text: string }> {
  const text = newTokenText(request.kind);
  const token: AccessToken = {
    ...request,
    id: store.newId<AccessTokenId>(),
    tokenHash: hashKey(text),
    createdAt: now,
  };
  if (token.kind !== "personal") await store.tokens.forgetExpired(now);
  await store.tokens.save(token);
  return { token, text };
}

/**
 * Who calls with this token. Rejects with `credential_invalid` when it is unknown, revoked or expired, or its user is
 * disabled. Memberships are those the token reaches. Its last use is remembered at most once a minute, and
 * nobody waits for that.
 */
export async function authenticateToken(
  { store }: { store: Pick<Store, "tokens"> },
  text: string,
  now: Date,
): Promise<TokenCaller> {
  const caller = await store.tokens.findCaller(hashKey(text));
  if (caller === undefined || !isGood(caller, now)) {
    // One answer for every reason: whoever guesses learns nothing.
    throw new DomainError("credential_invalid", "the access token is unknown, revoked or expired");
  }
  noteUse(store.tokens, caller.token, now);
  const { workspaceIds } = caller.token.scope;
  if (workspaceIds === undefined) return caller;
  const memberships = caller.memberships.filter(({ workspaceId }) => workspaceIds.includes(workspaceId));
  return { ...caller, memberships };
}

function isGood({ token, user }: TokenCaller, now: Date): boolean {
  if (token.revokedAt !== undefined || user.disabledAt !== undefined) return false;
  return token.expiresAt === undefined || token.expiresAt > now;
}

function noteUse(tokens: Pick<TokenStore, "markUsed">, { id, lastUsedAt }: AccessToken, now: Date): void {
  if (lastUsedAt !== undefined && now.getTime() - lastUsedAt.getTime() < LAST_USE_PRECISION_MS) return;
  tokens.markUsed(id, now).catch((error: unknown) => {
    accessLog.warn({ err: error, tokenId: id }, "the last use of a token was not stored");
  });
}
