/** Something that somebody changed. */
export interface AuditEntryRow {
  id: number;
  /** 0: about a user who is in no workspace. */
  workspace_id: number;
  /** 0: whoever may use the command line. */
  user_id: number;
  via: string;
  family: string;
  action: string;
  subject: string;
  /** JSON: names of what was given, never what it was. */
  fields: string;
  request_id: string;
  address: string;
  created_at: number;
}

/** What a workspace may use; 0: as much as it likes. */
export interface WorkspaceLimitsRow {
  workspace_id: number;
  turns_per_minute: number;
  turns_at_once: number;
  tokens_per_month: number;
  cost_per_month: number;
  currency: string;
  updated_at: number;
}

/** What turns of a workspace used that ended in a month. Shared out, so that those that end at once do not wait. */
export interface WorkspaceUsageRow {
  workspace_id: number;
  /** Of UTC: 202611. */
  month: number;
  currency: string;
  share: number;
  turns: number;
  tokens: number;
  cost: number;
}
