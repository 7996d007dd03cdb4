export interface AccessKeyRow {
  id: number;
  key_id: string;
  workspace_id: number;
  name: string;
  secret_hash: string;
  scopes: string;
  /** JSON lists; null: no limit, or for origins none. */
  agent_ids: string | null;
  networks: string | null;
  origins: string | null;
  version: number;
  is_from_file: number;
  created_at: number;
  disabled_at: number | null;
  last_used_at: number | null;
}

export interface TriggerRow {
  id: number;
  workspace_id: number;
  agent_id: number;
  conversation_id: number;
  type: string;
  /** Of the agent's own events; empty for other types. */
  event_id: string;
  /** JSON of `Trigger` without its type, with the history it brought. */
  content: string;
  source: string;
  /** 0: no adapter sent it. */
  adapter_id: number;
  state: string;
  reason: string;
  /** 0: none (yet). */
  turn_id: number;
  due_at: number;
  cancel_on_message: number;
  /** 0: nothing emitted it. */
  parent_turn_id: number;
  root_turn_id: number;
  depth: number;
  created_at: number;
  /** Who starts it now. Null: nobody. */
  node: number | null;
}

export interface RequestKeyRow {
  scope: string;
  key: string;
  subject_id: number;
  expires_at: number;
}

/** A feedback callback of another server. */
export interface ReceivedFeedbackRow {
  id: number;
  /** Null: it had no name. */
  webhook_id: string | null;
  revision: number;
  rater: string;
  body: string;
  received_at: number;
}
