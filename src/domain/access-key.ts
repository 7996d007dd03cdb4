import type { AccessKeyId, AgentId, WorkspaceId } from "./ids.ts";

export const ACCESS_SCOPES = [
  "chat",
  "voice",
  "workflow",
  "feedback",
  "knowledge:read",
  "knowledge:write",
] as const;

/** What the tokens of an access key may do. Source: spec page of Insight §9. */
export type AccessScope = (typeof ACCESS_SCOPES)[number];

/** An id and a secret that short-lived tokens are got with. */
export interface AccessKey {
  id: AccessKeyId;
  /** What callers know it by, usually a UUID; unique in the installation. */
  keyId: string;
  workspaceId: WorkspaceId;
  /** For people. */
  name: string;
  /** As `hashPassword` made it. */
  secretHash: string;
  scopes: AccessScope[];
  /** Absent: every agent of the workspace. */
  agentIds?: AgentId[];
  /** Networks it may be used from, in CIDR form. Absent: everywhere. */
  networks?: string[];
  /** Browsers' origins that may use it. Absent: none. */
  origins?: string[];
  /** Grows when the secret is changed or the key is disabled: tokens of an earlier version are refused. */
  version: number;
  /** The configuration file named it. */
  isFromFile: boolean;
  createdAt: Date;
  disabledAt?: Date;
  /** When a token was last got with it, within a minute; absent: never. */
  lastUsedAt?: Date;
}
