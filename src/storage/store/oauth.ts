import type {
  AuthorizationCode,
  DeviceAuthorization,
  OAuthApp,
  OAuthGrant,
  TokenScope,
} from "../../domain/access.ts";
import type { OAuthAppId, OAuthGrantId, UserId, WorkspaceId } from "../../domain/ids.ts";

export interface OAuthStore {
  /** Inserts, or replaces the one with this id. */
  saveApp(app: OAuthApp): Promise<void>;
  /** Disables the app and voids its grants with every token of them. False when unknown or disabled before. */
  disableApp(id: OAuthAppId, now: Date): Promise<boolean>;
  findApp(id: OAuthAppId): Promise<OAuthApp | undefined>;
  /** Oldest first. */
  listApps(): Promise<OAuthApp[]>;
  /** Of a user, or of every member of a workspace; oldest first, after the one with the id `after`. */
  appsOf(query: {
    of: { userId: UserId } | { workspaceId: WorkspaceId };
    after?: OAuthAppId;
    limit: number;
  }): Promise<OAuthApp[]>;
  saveGrant(grant: OAuthGrant): Promise<void>;
  findGrant(id: OAuthGrantId): Promise<OAuthGrant | undefined>;
  /** Voids the grant and every token of it. */
  revokeGrant(id: OAuthGrantId, now: Date): Promise<void>;
  saveRefreshToken(token: {
    tokenHash: string;
    grantId: OAuthGrantId;
    createdAt: Date;
    expiresAt: Date;
  }): Promise<void>;
  /** Marks it used. `isFirstUse` is false for exactly every use but the first. Undefined when unknown. */
  useRefreshToken(
    tokenHash: string,
    now: Date,
  ): Promise<{ grant: OAuthGrant; expiresAt: Date; isFirstUse: boolean } | undefined>;
  saveCode(code: AuthorizationCode): Promise<void>;
  /** Reads a code without using it, so that a wrong verifier does not spend it. */
  findCode(codeHash: string): Promise<AuthorizationCode | undefined>;
  /**
   * Spends the code for this grant. Otherwise resolves with the grant of its first use, to be revoked. Rejects with
   * `authorization_invalid` when the code is unknown.
   */
  useCode(
    codeHash: string,
    grantId: OAuthGrantId,
    now: Date,
  ): Promise<{ isFirstUse: true } | { isFirstUse: false; grantId: OAuthGrantId }>;
  /** Replaces an expired one with the same user code. Rejects with `request_invalid` while one is alive. */
  saveDevice(device: DeviceAuthorization): Promise<void>;
  findDevice(deviceCodeHash: string): Promise<DeviceAuthorization | undefined>;
  findDeviceByUserCode(userCode: string): Promise<DeviceAuthorization | undefined>;
  /** Changes a decision only from `from`; false when it was another. */
  decideDevice(change: {
    deviceCodeHash: string;
    from: DeviceAuthorization["decision"];
    to: DeviceAuthorization["decision"];
    userId?: UserId;
    /** What the person agreed to. */
    scope?: TokenScope;
  }): Promise<boolean>;
  /** Remembers when the client asked and how long it must wait now. */
  markPolled(deviceCodeHash: string, now: Date, intervalSeconds: number): Promise<void>;
  /** Remembers an assertion's id. False when it was used before. Forgets those that have expired. */
  useAssertion(appId: OAuthAppId, jti: string, expiresAt: Date, now: Date): Promise<boolean>;
}
