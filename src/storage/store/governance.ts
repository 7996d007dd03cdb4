import type { AuditEntry, MonthUsage, WorkspaceLimits } from "../../domain/governance.ts";
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
}

/** What workspaces may use, and have used. */
export interface LimitStore {
  /** Empty where nobody set any. */
  find(workspaceId: WorkspaceId): Promise<WorkspaceLimits>;
  save(workspaceId: WorkspaceId, limits: WorkspaceLimits, now: Date): Promise<void>;
  /** What turns used that ended in a month (`monthOf`). Counted as they end, so that reading it is cheap. */
  usage(workspaceId: WorkspaceId, month: number): Promise<MonthUsage>;
}

/** What the store is like. */
export interface AboutStore {
  /** The number of the newest migration, and how large the database is. */
  read(): Promise<{ schemaVersion: number; bytes: number }>;
}
