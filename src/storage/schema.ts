import type {
  AttemptRow,
  DeliveryRow,
  EndpointHealthRow,
  EndpointRow,
  EventBodyRow,
  EventRow,
  NodeRow,
  ReplayRow,
} from "./schema/callbacks.ts";
import type {
  ChannelAccountRow,
  ChannelOptionRow,
  ChannelRow,
  ChannelWorkspaceRow,
  SubmissionChangeRow,
  SubmissionRow,
} from "./schema/channels.ts";
import type {
  EvaluationCaseRow,
  EvaluationReportRow,
  EvaluationRow,
  EvaluationSetRow,
} from "./schema/evaluations.ts";
import type { AuditEntryRow, WorkspaceLimitsRow, WorkspaceUsageRow } from "./schema/governance.ts";
import type { AccessKeyRow, ReceivedFeedbackRow, RequestKeyRow, TriggerRow } from "./schema/insight.ts";
import type { LiveChangeRow } from "./schema/live.ts";
import type { ModelRow } from "./schema/models.ts";
import type {
  OAuthAppRow,
  OAuthAssertionRow,
  OAuthCodeRow,
  OAuthDeviceCodeRow,
  OAuthGrantRow,
  OAuthRefreshTokenRow,
} from "./schema/oauth.ts";
import type { ShareLinkRow } from "./schema/share.ts";
import type {
  ChangedFeedbackHourRow,
  FeedbackStatisticsRow,
  StatisticsStateRow,
  TurnStatisticsRow,
} from "./schema/statistics.ts";
import type { WorkflowRunRow, WorkflowStepRow } from "./schema/workflow.ts";

export type * from "./schema/callbacks.ts";
export type * from "./schema/channels.ts";
export type * from "./schema/evaluations.ts";
export type * from "./schema/governance.ts";
export type * from "./schema/insight.ts";
export type * from "./schema/live.ts";
export type * from "./schema/models.ts";
export type * from "./schema/oauth.ts";
export type * from "./schema/share.ts";
export type * from "./schema/statistics.ts";
export type * from "./schema/workflow.ts";

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
  models: ModelRow;
  share_links: ShareLinkRow;
  audit_entries: AuditEntryRow;
  workspace_limits: WorkspaceLimitsRow;
  workspace_usage: WorkspaceUsageRow;
  evaluation_sets: EvaluationSetRow;
  evaluation_cases: EvaluationCaseRow;
  evaluations: EvaluationRow;
  evaluation_rows: EvaluationReportRow;
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
  turn_standings: TurnStandingRow;
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
  access_keys: AccessKeyRow;
  triggers: TriggerRow;
  request_keys: RequestKeyRow;
  received_feedback: ReceivedFeedbackRow;
  live_changes: LiveChangeRow;
  turn_statistics: TurnStatisticsRow;
  feedback_statistics: FeedbackStatisticsRow;
  statistics_state: StatisticsStateRow;
  changed_feedback_hours: ChangedFeedbackHourRow;
  workflow_runs: WorkflowRunRow;
  workflow_steps: WorkflowStepRow;
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

export interface AgentKeyRow {
  key_hash: string;
  agent_id: number;
  created_at: number;
  revoked_at: number | null;
  id: number;
  name: string;
  /** Empty: not known. */
  ending: string;
  /** 0: the configuration file, or the demo. */
  creator_id: number;
  is_from_file: number;
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

/** What a running turn needs to go on in another process: JSON of the chat room's. */
interface TurnStandingRow {
  turn_id: number;
  state: string;
}

/** What a waiting turn needs to go on: JSON of the chat room's. */
interface TurnSuspensionRow {
  turn_id: number;
  state: string;
  created_at: number;
}
