import type { NewId } from "../domain/ids.ts";
import type { AccessKeyStore } from "./store/access-keys.ts";
import type { AgentStore } from "./store/agents.ts";
import type { AppKeyStore } from "./store/app-keys.ts";
import type { ChangeStore } from "./store/changes.ts";
import type { ChannelStore } from "./store/channels.ts";
import type { ConversationStore } from "./store/conversations.ts";
import type { EndpointStore } from "./store/endpoints.ts";
import type { EvaluationStore } from "./store/evaluations.ts";
import type { ExchangeStore } from "./store/exchanges.ts";
import type { FeedbackStore } from "./store/feedback.ts";
import type { FileStore } from "./store/files.ts";
import type { FolderStore } from "./store/folders.ts";
import type { AboutStore, AuditStore, LimitStore } from "./store/governance.ts";
import type { KnowledgeStore } from "./store/knowledge.ts";
import type { ModelStore } from "./store/models.ts";
import type { OAuthStore } from "./store/oauth.ts";
import type { Outbox } from "./store/outbox.ts";
import type { ReceivedFeedbackStore } from "./store/received-feedback.ts";
import type { ReplayStore } from "./store/replays.ts";
import type { RequestKeyStore } from "./store/request-keys.ts";
import type { RunningTurnStore } from "./store/running-turns.ts";
import type { RunStore } from "./store/runs.ts";
import type { SettingStore } from "./store/settings.ts";
import type { ShareLinkStore } from "./store/share-links.ts";
import type { StatisticsStore } from "./store/statistics.ts";
import type { SubmissionStore } from "./store/submissions.ts";
import type { TokenStore } from "./store/tokens.ts";
import type { TriggerStore } from "./store/triggers.ts";
import type { TurnStore } from "./store/turns.ts";
import type { UserVariableStore } from "./store/user-variables.ts";
import type { UserStore } from "./store/users.ts";
import type { VersionStore } from "./store/versions.ts";
import type { WorkflowRunStore } from "./store/workflow-runs.ts";
import type { WorkspaceStore } from "./store/workspaces.ts";

export type * from "./store/access-keys.ts";
export type * from "./store/agents.ts";
export type * from "./store/app-keys.ts";
export type * from "./store/changes.ts";
export type * from "./store/channels.ts";
export type * from "./store/conversation-search.ts";
export type * from "./store/conversations.ts";
export type * from "./store/endpoints.ts";
export type * from "./store/evaluations.ts";
export type * from "./store/exchanges.ts";
export type * from "./store/feedback.ts";
export type * from "./store/files.ts";
export type * from "./store/folders.ts";
export type * from "./store/governance.ts";
export type * from "./store/knowledge.ts";
export type * from "./store/models.ts";
export type * from "./store/oauth.ts";
export type * from "./store/outbox.ts";
export type * from "./store/page.ts";
export type * from "./store/received-feedback.ts";
export type * from "./store/replays.ts";
export type * from "./store/request-keys.ts";
export type * from "./store/running-turns.ts";
export type * from "./store/runs.ts";
export type * from "./store/settings.ts";
export type * from "./store/share-links.ts";
export type * from "./store/statistics.ts";
export type * from "./store/submissions.ts";
export type * from "./store/tokens.ts";
export type * from "./store/triggers.ts";
export type * from "./store/turns.ts";
export type * from "./store/user-variables.ts";
export type * from "./store/users.ts";
export type * from "./store/versions.ts";
export type * from "./store/workflow-runs.ts";
export type * from "./store/workspaces.ts";

/**
 * Everything the product remembers. One implementation in Kysely, two engines, all held to `conformance/`.
 *
 * Every method is one atomic change or one consistent read. A method that fails rejects with a `DomainError`:
 * its own documented code, or `storage_failed`; nothing is then stored.
 */
export interface Store extends Repositories {
  readonly engine: "sqlite" | "postgres";
  /** This process's node number, unique among the processes that share the store. */
  readonly node: number;
  /** Makes ids that no other node makes. */
  readonly newId: NewId;
  /**
   * Runs `work` atomically: either every write inside is visible afterwards or none is. Inside, use only the
   * repositories handed in. Transactions never nest; keep `work` free of anything that waits on the outside.
   */
  transaction<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  /**
   * Resolves once every change committed before the call would survive a power cut (with durability `relaxed`:
   * at once). One disk flush serves all who wait. Rejects with `storage_failed` when the disk refuses; from
   * then on every call rejects, because what was written before can no longer be trusted to be there.
   */
  flushed(): Promise<void>;
  /** Rejects with `storage_failed` when the store cannot answer or can no longer promise durability. */
  ping(): Promise<void>;
  /** Numbers of the nodes that share the work and do not hang, ascending; this one among them unless it is a guest. */
  liveNodes(): Promise<number[]>;
  /** Words between the nodes that share the store. */
  readonly bus: Bus;
  /** Called with the milliseconds every completed flush took, for metrics. Replaces an earlier observer. */
  observeFlush(observer: (milliseconds: number) => void): void;
  /** Waits for running work, then releases files, connections and the owner lock. */
  close(): Promise<void>;
}

/**
 * Words between nodes: quick, and lost when nobody listens or a connection breaks. Whatever must not be lost is in the
 * store, and looked for there from time to time. A node does not hear itself.
 */
export interface Bus {
  /**
   * To all other nodes, or to one. At most 6,000 bytes of UTF-8; no spaces in topics. Never rejects: what cannot be
   * said is lost.
   */
  tell(word: { topic: string; text: string; to?: number }): Promise<void>;
  /** Hears what is said on a topic. Call the result to stop. */
  listen(topic: string, hear: (word: { text: string; from: number }) => void): () => void;
}

/** The parts of the store, by noun. */
export interface Repositories {
  readonly workspaces: WorkspaceStore;
  readonly agents: AgentStore;
  readonly appKeys: AppKeyStore;
  readonly conversations: ConversationStore;
  readonly exchanges: ExchangeStore;
  readonly turns: TurnStore;
  readonly feedback: FeedbackStore;
  readonly knowledge: KnowledgeStore;
  readonly settings: SettingStore;
  readonly users: UserStore;
  readonly tokens: TokenStore;
  readonly oauth: OAuthStore;
  readonly versions: VersionStore;
  readonly folders: FolderStore;
  readonly files: FileStore;
  readonly userVariables: UserVariableStore;
  readonly changes: ChangeStore;
  readonly channels: ChannelStore;
  readonly statistics: StatisticsStore;
  readonly runningTurns: RunningTurnStore;
  readonly submissions: SubmissionStore;
  readonly endpoints: EndpointStore;
  readonly outbox: Outbox;
  readonly replays: ReplayStore;
  readonly accessKeys: AccessKeyStore;
  readonly triggers: TriggerStore;
  readonly requestKeys: RequestKeyStore;
  readonly runs: RunStore;
  readonly receivedFeedback: ReceivedFeedbackStore;
  readonly workflowRuns: WorkflowRunStore;
  readonly models: ModelStore;
  readonly shareLinks: ShareLinkStore;
  readonly audit: AuditStore;
  readonly limits: LimitStore;
  readonly about: AboutStore;
  readonly evaluations: EvaluationStore;
}
