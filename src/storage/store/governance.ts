import type { AuditEntry, ModelUsage, MonthUsage, WorkspaceLimits } from "../../domain/governance.ts";
import type { AuditEntryId, UserId, WorkspaceId } from "../../domain/ids.ts";

/** Who changed what. */
export interface AuditStore {
  insert(entry: AuditEntry): Promise<void>;
  /** Newest first. What is given narrows it down. */
  list(query: {
    workspaceId: WorkspaceId;
    userId?: UserId;
    /** Exactly these. */
    action?: string;
    subject?: string;
    since?: Date;
    until?: Date;
    before?: AuditEntryId;
    limit: number;
  }): Promise<AuditEntry[]>;
  /** Deletes the oldest of those written before then, at most `limit` of them. Resolves with how many. */
  forget(before: Date, limit: number): Promise<number>;
}

/** What workspaces may use, and have used. */
export interface LimitStore {
  /** Empty where nobody set any. */
  find(workspaceId: WorkspaceId): Promise<WorkspaceLimits>;
  save(workspaceId: WorkspaceId, limits: WorkspaceLimits, now: Date): Promise<void>;
  /** Counts what was used by something that is no turn. */
  addUsage(workspaceId: WorkspaceId, month: number, used: ModelUsage): Promise<void>;
  /** What was used in a month (`monthOf`), by turns that ended in it and by the rest. Cheap to read. */
  usage(workspaceId: WorkspaceId, month: number): Promise<MonthUsage>;
}

/** What the store is like. */
export interface AboutStore {
  /** The number of the newest migration, and how large the database is. */
  read(): Promise<{ schemaVersion: number; bytes: number }>;
}
