import type { AccessToken, TokenCaller } from "../../domain/access.ts";
import type { AccessTokenId, UserId, WorkspaceId } from "../../domain/ids.ts";

export interface TokenStore {
  /** Inserts, or replaces the one with this id. */
  save(token: AccessToken): Promise<void>;
  /**
   * Who calls with the token of this SHA-256 (hex): also when it is revoked or has expired or its user is disabled,
   * which the caller of this looks at; undefined when unknown. A revoked grant counts as the token's revocation.
   * Memberships are all of the user's.
   */
  findCaller(tokenHash: string): Promise<TokenCaller | undefined>;
  markUsed(id: AccessTokenId, now: Date): Promise<void>;
  /** Oldest first, revoked ones left out; without `userId` of all users. */
  list(userId?: UserId): Promise<AccessToken[]>;
  /**
   * Personal ones of a user, or of the members of a workspace: those limited to it, and with `isWhole` those that reach
   * every workspace too. Newest first, revoked ones left out.
   */
  personal(query: {
    of: { userId: UserId } | { workspaceId: WorkspaceId; isWhole: boolean };
    before?: AccessTokenId;
    limit: number;
  }): Promise<AccessToken[]>;
  find(id: AccessTokenId): Promise<AccessToken | undefined>;
  /** False when unknown or revoked before. */
  revoke(id: AccessTokenId, now: Date): Promise<boolean>;
  /** Deletes the tokens of grants that have expired: clients get new ones all the time. Personal ones stay listed. */
  forgetExpired(now: Date): Promise<void>;
}
