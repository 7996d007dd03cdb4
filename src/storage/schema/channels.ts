export interface ChannelRow {
  id: number;
  name: string;
  description: string;
  owner_id: number;
  /** JSON of `ChannelAuthorization`. */
  authorization: string;
  slug: string | null;
  created_at: number;
  deleted_at: number | null;
}

/** Workspaces whose agents may be published to a custom channel. */
export interface ChannelWorkspaceRow {
  channel_id: number;
  workspace_id: number;
  added_at: number;
}

export interface ChannelOptionRow {
  channel_id: number;
  /** Whose choices; 0: everybody's. */
  user_id: number;
  key: string;
  /** JSON of `{label, value}[]`. */
  choices: string;
}

export interface ChannelAccountRow {
  channel_id: number;
  user_id: number;
  account_id: string;
  name: string;
  linked_at: number;
}

export interface SubmissionRow {
  id: number;
  workspace_id: number;
  agent_id: number;
  version_id: number;
  version_number: number;
  channel: string;
  status: string;
  reason: string;
  publisher_id: number | null;
  options: string;
  share_link: string;
  /** Both null: nobody was asked. */
  audit_endpoint_id: number | null;
  audit_delivery_id: number | null;
  created_at: number;
  decided_at: number | null;
  expires_at: number;
}

export interface SubmissionChangeRow {
  id: number;
  submission_id: number;
  from_status: string | null;
  to_status: string;
  reason: string;
  by_kind: string;
  by_user_id: number | null;
  at: number;
}
