import type { AccessToken } from "./access.ts";
import type { AuditEntryId, UserId, WorkspaceId } from "./ids.ts";

/** Something that somebody changed. */
export interface AuditEntry {
  id: AuditEntryId;
  /** Absent: about a user who is in no workspace. */
  workspaceId?: WorkspaceId;
  /** Absent: whoever may use the command line. */
  userId?: UserId;
  /** How the caller proved who it is. */
  via: AccessToken["kind"] | "command-line";
  /** `oauth`: on the pages where people let apps in. */
  family: "console" | "coze" | "oauth" | "command-line";
  /** The operation, such as `PATCH /agents/:agentId`, or the command, such as `antiphon user add`. */
  action: string;
  /** What it was done to, such as `agents/123`; a collection where nothing is named. */
  subject: string;
  /** Names of what was given, never what it was: that may be secret. */
  fields: string[];
  requestId: string;
  /** May be empty. */
  address: string;
  createdAt: Date;
}

/** What a workspace may use. What is absent is not limited. */
export interface WorkspaceLimits {
  /** Counted on each node by itself, as are turns at once. */
  turnsPerMinute?: number;
  turnsAtOnce?: number;
  /** Of a calendar month in UTC, as are costs. */
  tokensPerMonth?: number;
  /** Turns in other currencies do not count. */
  costPerMonth?: { amount: number; currency: string };
}

/** What calls of a model came to. */
export interface ModelUsage {
  tokens: number;
  cost: number;
  /** Empty: the model has no prices. */
  currency: string;
}

/** What a workspace used in a month. */
export interface MonthUsage {
  /** Turns that ended in it and used tokens. */
  turns: number;
  /** Of these turns, and of whatever else asked models. */
  tokens: number;
  /** By currency. */
  costs: { currency: string; amount: number }[];
}

/** The month of a moment as usage is counted by it, in UTC: 202611. */
export function monthOf(moment: Date): number {
  return moment.getUTCFullYear() * 100 + moment.getUTCMonth() + 1;
}

/** When the next month begins, in UTC. */
export function nextMonth(moment: Date): Date {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + 1));
}
