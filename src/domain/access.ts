import type {
  AccessTokenId,
  AgentId,
  ChannelId,
  OAuthAppId,
  OAuthGrantId,
  UserId,
  WorkspaceId,
} from "./ids.ts";

/** A person or program with an account. End users of conversations are no users: they are the caller's strings. */
export interface User {
  id: UserId;
  /** What it signs in with; unique in the installation. */
  name: string;
  /** Shown to people. */
  nickname: string;
  /** Empty: none. */
  avatarUrl: string;
  /** As `hashPassword` made it. Absent: cannot sign in with a password. */
  passwordHash?: string;
  createdAt: Date;
  /** Since then neither it nor its tokens may do anything. */
  disabledAt?: Date;
}

/** What users may do in a workspace, from the least to the most. */
export const ROLES = ["viewer", "member", "admin", "owner"] as const;

/**
 * Viewers see what members see, and neither change anything nor chat; members use and build agents, admins also manage
 * members, owners everything.
 */
export type Role = (typeof ROLES)[number];

/** Whether the role is at least `least`. */
export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** A user's place in a workspace. */
export interface Membership {
  workspaceId: WorkspaceId;
  userId: UserId;
  role: Role;
  joinedAt: Date;
}

/** What a token allows, within what its user may do. */
export interface TokenScope {
  /** Names of permissions; `all` is every one. */
  permissions: string[];
  /** Absent: every workspace of its user. */
  workspaceIds?: WorkspaceId[];
  /** Agents it may chat with. Absent: every one. */
  agentIds?: AgentId[];
  /** Workflows it may run. Absent: every one. */
  workflowIds?: AgentId[];
}

/** Permits everything its user may do. */
export const FULL_SCOPE: TokenScope = { permissions: ["all"] };

/** A secret that identifies a caller. Only its SHA-256 is kept. */
export interface AccessToken {
  id: AccessTokenId;
  tokenHash: string;
  /**
   * `personal`: made by hand. `oauth-user` and `oauth-jwt` came of a grant: by consent of the user, or by an app's
   * signed assertion. `session`: stands for a browser that is signed in, and is not stored.
   */
  kind: "personal" | "oauth-user" | "oauth-jwt" | "session";
  userId: UserId;
  /** For people. */
  name: string;
  scope: TokenScope;
  /** Business user of an assertion; its conversations are invisible to other sessions. Empty: none. */
  sessionName: string;
  /** Revoked together with it. */
  grantId?: OAuthGrantId;
  /** The custom channel that it speaks for. Absent: none. */
  channelId?: ChannelId;
  createdAt: Date;
  /** Absent: never. */
  expiresAt?: Date;
  /** Within a minute; absent: never used. */
  lastUsedAt?: Date;
  revokedAt?: Date;
}

/** Who calls with an access token, and what it may do. */
export interface TokenCaller {
  user: User;
  token: AccessToken;
  /** Of the workspaces that the token reaches, oldest first. */
  memberships: Membership[];
}

/** A program that gets tokens for users by OAuth. Its id is its client id. */
export interface OAuthApp {
  id: OAuthAppId;
  kind: "web" | "pkce" | "device" | "jwt";
  name: string;
  /** Whose account a `jwt` app acts for; who made the others. */
  ownerId: UserId;
  /** SHA-256 of the client secret; only `web`. */
  secretHash?: string;
  /** Compared exactly; only `web` and `pkce`. */
  redirectUris: string[];
  /** Only `jwt`. The fingerprint stands as `kid` in its assertions. */
  publicKeys: { fingerprint: string; pem: string }[];
  /** Most it may ever be given. */
  scope: TokenScope;
  /** The custom channel that its tokens speak for; only `jwt`. Absent: none. */
  channelId?: ChannelId;
  createdAt: Date;
  disabledAt?: Date;
}

/** One consent, and everything that came of it: revoking it revokes all its tokens. */
export interface OAuthGrant {
  id: OAuthGrantId;
  appId: OAuthAppId;
  userId: UserId;
  scope: TokenScope;
  createdAt: Date;
  revokedAt?: Date;
}

/** A code that was sent to a redirect address; used once. */
export interface AuthorizationCode {
  codeHash: string;
  appId: OAuthAppId;
  userId: UserId;
  redirectUri: string;
  /** PKCE. Absent: none was asked for. */
  challenge?: { method: "plain" | "S256"; value: string };
  scope: TokenScope;
  createdAt: Date;
  expiresAt: Date;
}

/** A device waiting for a person's decision. */
export interface DeviceAuthorization {
  deviceCodeHash: string;
  /** Typed by the person; unique among those that have not expired. */
  userCode: string;
  appId: OAuthAppId;
  scope: TokenScope;
  decision: "pending" | "approved" | "denied" | "used";
  /** Who decided. */
  userId?: UserId;
  /** The client waits at least so long between two questions; grows when it does not. */
  intervalSeconds: number;
  polledAt?: Date;
  createdAt: Date;
  expiresAt: Date;
}
