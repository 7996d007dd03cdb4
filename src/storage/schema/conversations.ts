export interface ConversationRow {
  id: number;
  workspace_id: number;
  /** 0: no agent yet. */
  agent_id: number;
  user_id: string;
  name: string;
  inputs: string;
  section_id: number;
  created_at: number;
  last_turn_at: number | null;
  /** 0: not pinned, so that both engines sort it the same way. */
  pinned_at: number;
  /** `last_turn_at`, or `created_at` before the first turn. */
  active_at: number;
  deleted_at: number | null;
  session_name: string;
  channel: string;
  meta: string;
  /** 0: made with an app key. */
  creator_id: number;
  /** 0: never changed. */
  updated_at: number;
  /** Empty: none. */
  session_id: string;
  /** With a person since. */
  held_at: number | null;
}

export interface ExchangeRow {
  id: number;
  conversation_id: number;
  section_id: number;
  /** 0: nothing has answered. */
  chosen_turn_id: number;
  /** Answers ever begun, deleted ones counted. */
  answer_count: number;
  created_at: number;
  deleted_at: number | null;
}

export interface MessageRow {
  id: number;
  exchange_id: number;
  /** Null for a question. */
  turn_id: number | null;
  kind: string;
  role: string;
  text: string;
  reasoning: string;
  attachments: string;
  created_at: number;
  meta: string;
  /** 0: never changed by hand. */
  updated_at: number;
  deleted_at: number | null;
}

export interface TurnRow {
  id: number;
  exchange_id: number;
  conversation_id: number;
  agent_id: number;
  user_id: string;
  answer_message_id: number;
  node: number;
  status: string;
  created_at: number;
  ended_at: number | null;
  error_code: string | null;
  error_message: string | null;
  input_tokens: number;
  output_tokens: number;
  first_token_ms: number;
  latency_ms: number;
  cost: number;
  currency: string;
  used_knowledge: number;
  suggestions: string;
  deleted_at: number | null;
  meta: string;
  /** 0: the draft. */
  version_id: number;
  trigger_type: string;
  /** 0: nothing is kept of what started it beside its question. */
  trigger_id: number;
  /** JSON of all it decided; empty: its words are all there is. */
  actions: string;
  /** Types of them between commas, such as `,handover,tag-user,`; empty like `actions`. */
  action_types: string;
  /** Empty: not known. */
  model: string;
  is_held: number;
  /** The turn that answers its question too. 0: none. */
  merged_into: number;
  /** Empty: not known. */
  family: string;
}

export interface TurnTraceRow {
  turn_id: number;
  events: string;
}

/** What a running turn needs to go on in another process: JSON of the chat room's. */
export interface TurnStandingRow {
  turn_id: number;
  state: string;
}

/** What a waiting turn needs to go on: JSON of the chat room's. */
export interface TurnSuspensionRow {
  turn_id: number;
  state: string;
  created_at: number;
}

export interface FeedbackRow {
  turn_id: number;
  rater: string;
  rating: string;
  categories: string;
  comment: string;
  revision: number;
  updated_at: number;
}

export interface UserVariableRow {
  agent_id: number;
  channel: string;
  user_id: string;
  key: string;
  value: string;
  created_at: number;
  updated_at: number;
}
