import type {
  AccessTokenRow,
  SignInRow,
  UserRow,
  WorkspaceMemberRow,
  WorkspaceRow,
} from "./schema/access.ts";
import type {
  AgentCollaboratorRow,
  AgentKeyRow,
  AgentRow,
  AgentVersionRow,
  CopyTaskRow,
  FolderRow,
  ReleaseRow,
} from "./schema/agents.ts";
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
  ConversationRow,
  ExchangeRow,
  FeedbackRow,
  MessageRow,
  TurnRow,
  TurnStandingRow,
  TurnSuspensionRow,
  TurnTraceRow,
  UserVariableRow,
} from "./schema/conversations.ts";
import type {
  EvaluationCaseRow,
  EvaluationReportRow,
  EvaluationRow,
  EvaluationSetRow,
} from "./schema/evaluations.ts";
import type { AuditEntryRow, WorkspaceLimitsRow, WorkspaceUsageRow } from "./schema/governance.ts";
import type { AccessKeyRow, ReceivedFeedbackRow, RequestKeyRow, TriggerRow } from "./schema/insight.ts";
import type { ChunkRow, DocumentRow, KnowledgeBaseRow } from "./schema/knowledge.ts";
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

export type * from "./schema/access.ts";
export type * from "./schema/agents.ts";
export type * from "./schema/callbacks.ts";
export type * from "./schema/channels.ts";
export type * from "./schema/conversations.ts";
export type * from "./schema/evaluations.ts";
export type * from "./schema/governance.ts";
export type * from "./schema/insight.ts";
export type * from "./schema/knowledge.ts";
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

interface SettingRow {
  key: string;
  value: string;
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
