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
  users: UserRow;
  workspace_members: WorkspaceMemberRow;
  access_tokens: AccessTokenRow;
  sign_ins: SignInRow;
  oauth_apps: OAuthAppRow;
  oauth_grants: OAuthGrantRow;
  oauth_refresh_tokens: OAuthRefreshTokenRow;
  oauth_codes: OAuthCodeRow;
  oauth_device_codes: OAuthDeviceCodeRow;
  oauth_assertions: OAuthAssertionRow;
  agent_versions: AgentVersionRow;
  releases: ReleaseRow;
  agent_collaborators: AgentCollaboratorRow;
  folders: FolderRow;
  copy_tasks: CopyTaskRow;
  files: FileRow;
  user_variables: UserVariableRow;
  turn_suspensions: TurnSuspensionRow;
  channels: ChannelRow;
  channel_workspaces: ChannelWorkspaceRow;
  channel_options: ChannelOptionRow;
  channel_accounts: ChannelAccountRow;
  submissions: SubmissionRow;
  submission_changes: SubmissionChangeRow;
  endpoints: EndpointRow;
  endpoint_health: EndpointHealthRow;
  events: EventRow;
  event_bodies: EventBodyRow;
  deliveries: DeliveryRow;
  attempts: AttemptRow;
  replays: ReplayRow;
  nodes: NodeRow;
}

export interface WorkspaceRow {
  id: number;
  name: string;
  created_at: number;
  description: string;
  icon: string;
  kind: string;
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
  collaboration: string;
  is_template: number;
  owner_id: number | null;
  folder_id: number | null;
  deleted_at: number | null;
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
  meta: string;
  /** 0: never changed by hand. */
  updated_at: number;
  deleted_at: number | null;
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
  meta: string;
  /** 0: the draft. */
  version_id: number;
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

export interface UserRow {
  id: number;
  name: string;
  nickname: string;
  avatar_url: string;
  password_hash: string | null;
  created_at: number;
  disabled_at: number | null;
}

export interface WorkspaceMemberRow {
  workspace_id: number;
  user_id: number;
  role: string;
  joined_at: number;
}

export interface AccessTokenRow {
  id: number;
  token_hash: string;
  kind: string;
  user_id: number;
  name: string;
  scope: string;
  session_name: string;
  grant_id: number | null;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
  channel_id: number | null;
}

/** A browser that a user signed in with. */
export interface SignInRow {
  session_hash: string;
  user_id: number;
  created_at: number;
  expires_at: number;
}

export interface OAuthAppRow {
  id: number;
  kind: string;
  name: string;
  owner_id: number;
  secret_hash: string | null;
  redirect_uris: string;
  public_keys: string;
  scope: string;
  created_at: number;
  disabled_at: number | null;
  channel_id: number | null;
}

export interface OAuthGrantRow {
  id: number;
  app_id: number;
  user_id: number;
  scope: string;
  created_at: number;
  revoked_at: number | null;
}

interface OAuthRefreshTokenRow {
  token_hash: string;
  grant_id: number;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

export interface OAuthCodeRow {
  code_hash: string;
  app_id: number;
  user_id: number;
  redirect_uri: string;
  /** Empty: no PKCE. */
  challenge_method: string;
  challenge: string;
  scope: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
  /** The grant that its use began, to be voided when it is used again. */
  grant_id: number | null;
}

export interface OAuthDeviceCodeRow {
  device_code_hash: string;
  user_code: string;
  app_id: number;
  decision: string;
  user_id: number | null;
  scope: string;
  interval_seconds: number;
  polled_at: number | null;
  created_at: number;
  expires_at: number;
}

/** The ids of assertions that were used, kept until they expire. */
interface OAuthAssertionRow {
  app_id: number;
  jti: string;
  expires_at: number;
}

export interface AgentVersionRow {
  id: number;
  agent_id: number;
  number: number;
  name: string;
  settings: string;
  changelog: string;
  creator_id: number | null;
  created_at: number;
}

interface ReleaseRow {
  agent_id: number;
  channel: string;
  version_id: number;
  since: number;
}

interface AgentCollaboratorRow {
  agent_id: number;
  user_id: number;
  added_at: number;
}

export interface FolderRow {
  id: number;
  workspace_id: number;
  parent_id: number | null;
  name: string;
  description: string;
  kind: string;
  creator_id: number | null;
  created_at: number;
}

export interface CopyTaskRow {
  id: number;
  user_id: number;
  entity_kind: string;
  source_id: number;
  target_id: number | null;
  target_workspace_id: number;
  status: string;
  failures: string;
  created_at: number;
}

export interface FileRow {
  id: number;
  workspace_id: number;
  owner_id: number;
  name: string;
  media_type: string;
  size_bytes: number;
  created_at: number;
}

interface UserVariableRow {
  agent_id: number;
  channel: string;
  user_id: string;
  key: string;
  value: string;
  created_at: number;
  updated_at: number;
}

/** What a waiting turn needs to go on: JSON of the chat room's. */
interface TurnSuspensionRow {
  turn_id: number;
  state: string;
  created_at: number;
}

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
interface ChannelWorkspaceRow {
  channel_id: number;
  workspace_id: number;
  added_at: number;
}

interface ChannelOptionRow {
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

export interface EndpointRow {
  id: number;
  kind: string;
  name: string;
  owner_id: number | null;
  workspace_id: number | null;
  channel: string | null;
  slug: string | null;
  url: string | null;
  event_types: string;
  agent_ids: string;
  headers: string;
  secrets: string;
  timeout_ms: number;
  max_in_flight: number;
  rate_per_second: number | null;
  is_ordered: number;
  retry_delays: string | null;
  state: string;
  state_reason: string;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

/** Written by the node that sends; apart, so that it never undoes what somebody changes of the endpoint. */
export interface EndpointHealthRow {
  endpoint_id: number;
  failing_since: number | null;
  last_success_at: number | null;
  last_attempt_at: number | null;
  consecutive_failures: number;
  breaker_opened_at: number | null;
  breaker_until: number | null;
  breaker_backoff_ms: number | null;
}

export interface EventRow {
  id: number;
  workspace_id: number;
  type: string;
  subject: string;
  data: string;
  created_at: number;
  /** 0: deliveries are still being made of it, see `fan_out_cursor`. */
  is_fanned_out: number;
  /** The last endpoint that got its delivery. */
  fan_out_cursor: number;
}

export interface EventBodyRow {
  id: number;
  event_id: number;
  text: string;
  created_at: number;
}

export interface DeliveryRow {
  id: number;
  event_id: number;
  endpoint_id: number;
  workspace_id: number;
  event_type: string;
  wire_id: string;
  body_id: number;
  trigger: string;
  /** 0: no replay. */
  replay_id: number;
  state: string;
  attempt_count: number;
  failure_count: number;
  due_at: number;
  order_key: string;
  /** 1: an older one of its subject is unfinished; it is not due before that one is. */
  is_behind: number;
  has_gap: number;
  last_error: string;
  created_at: number;
  ended_at: number | null;
  /** Who sends it while it is leased, under which claim, since when and for how long at most. */
  node: number | null;
  claim_token: string | null;
  leased_at: number | null;
  lease_until: number | null;
}

export interface AttemptRow {
  id: number;
  delivery_id: number;
  endpoint_id: number;
  number: number;
  trigger: string;
  outcome: string;
  error_code: string;
  error_message: string;
  url: string;
  started_at: number;
  /** JSON of `Attempt["timings"]`. */
  timings: string;
  remote_address: string | null;
  status: number | null;
  request_headers: string;
  response_headers: string;
  response_prefix: string;
  is_truncated: number;
}

export interface ReplayRow {
  id: number;
  endpoint_id: number;
  since: number;
  until: number;
  event_types: string;
  is_only_failed: number;
  rate_per_second: number;
  state: string;
  cursor: number;
  sent_count: number;
  created_by: number | null;
  created_at: number;
  ended_at: number | null;
}

/** The nodes on one PostgreSQL, so that one that hangs is told from one that works. */
interface NodeRow {
  node: number;
  heartbeat_at: number;
}
