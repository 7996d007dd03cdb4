/**
 * The tables, as both engines have them. Ids and times are integers (times: milliseconds since the Unix epoch),
 * booleans are 0 or 1, documents are JSON text. There are no foreign keys: see docs/decisions/0001-storage.md.
 */
export interface Schema {
  workspaces: WorkspaceRow;
  agents: AgentRow;
  agent_keys: AgentKeyRow;
  conversations: ConversationRow;
  exchanges: ExchangeRow;
  messages: MessageRow;
  turns: TurnRow;
  turn_traces: TurnTraceRow;
  feedback: FeedbackRow;
  knowledge_bases: KnowledgeBaseRow;
  documents: DocumentRow;
  chunks: ChunkRow;
  settings: SettingRow;
}

export interface WorkspaceRow {
  id: number;
  name: string;
  created_at: number;
}

export interface AgentRow {
  id: number;
  workspace_id: number;
  slug: string;
  name: string;
  kind: string;
  api_enabled: number;
  settings: string;
  revision: number;
  created_at: number;
  updated_at: number;
}

interface AgentKeyRow {
  key_hash: string;
  agent_id: number;
  created_at: number;
  revoked_at: number | null;
}

export interface ConversationRow {
  id: number;
  workspace_id: number;
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
}

export interface ExchangeRow {
  id: number;
  conversation_id: number;
  section_id: number;
  chosen_turn_id: number;
  /** Answers ever begun, deleted ones counted. */
  answer_count: number;
  created_at: number;
  deleted_at: number | null;
}

interface MessageRow {
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
}

interface TurnRow {
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
}

interface TurnTraceRow {
  turn_id: number;
  events: string;
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

export interface KnowledgeBaseRow {
  id: number;
  workspace_id: number;
  slug: string;
  name: string;
}

export interface DocumentRow {
  id: number;
  knowledge_base_id: number;
  name: string;
  url: string;
  content_hash: string;
}

export interface ChunkRow {
  id: number;
  knowledge_base_id: number;
  document_id: number | null;
  kind: string;
  position: number;
  headings: string;
  text: string;
  question: string;
  terms: string;
}

interface SettingRow {
  key: string;
  value: string;
}
