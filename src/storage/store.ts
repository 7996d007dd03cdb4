import type {
  AccessToken,
  AuthorizationCode,
  DeviceAuthorization,
  Membership,
  OAuthApp,
  OAuthGrant,
  TokenCaller,
  TokenScope,
  User,
} from "../domain/access.ts";
import type { Agent, AgentVersion, Release, Workspace } from "../domain/agent.ts";
import type {
  Channel,
  ChannelAccount,
  ChannelOption,
  Submission,
  SubmissionChange,
  SubmissionStatus,
} from "../domain/channel.ts";
import type {
  Attachment,
  Conversation,
  Exchange,
  Feedback,
  MessageKind,
  Rating,
  TurnStatus,
  Usage,
} from "../domain/conversation.ts";
import type {
  Attempt,
  Delivery,
  DeliveryState,
  Endpoint,
  EndpointHealth,
  EndpointKind,
  Replay,
} from "../domain/endpoint.ts";
import type { EventType, ProductEvent } from "../domain/event.ts";
import type { StoredFile } from "../domain/file.ts";
import type { CopyTask, Folder } from "../domain/folder.ts";
import type {
  AccessTokenId,
  AgentId,
  ChannelId,
  ConversationId,
  CopyTaskId,
  DeliveryId,
  DocumentId,
  EndpointId,
  EventBodyId,
  EventId,
  ExchangeId,
  FileId,
  FolderId,
  KnowledgeBaseId,
  MessageId,
  NewId,
  OAuthAppId,
  OAuthGrantId,
  ReplayId,
  SectionId,
  SubmissionId,
  TurnId,
  UserId,
  VersionId,
  WorkspaceId,
} from "../domain/ids.ts";
import type { Chunk, KnowledgeBase, KnowledgeDocument } from "../domain/knowledge.ts";
import type { TraceEvent, TurnErrorCode } from "../domain/turn-event.ts";

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
  readonly channels: ChannelStore;
  readonly submissions: SubmissionStore;
  readonly endpoints: EndpointStore;
  readonly outbox: Outbox;
  readonly replays: ReplayStore;
}

/** One page of a list: `limit` items after skipping `offset`, and how many there are altogether. */
export interface Page<T> {
  items: T[];
  total: number;
}

export interface PageWindow {
  offset: number;
  limit: number;
}

export interface WorkspaceStore {
  /** Inserts, or replaces the one with this id. */
  save(workspace: Workspace): Promise<void>;
  find(id: WorkspaceId): Promise<Workspace | undefined>;
  /** Inside a transaction: others who want to change the workspace wait until it ends. */
  findToChange(id: WorkspaceId): Promise<Workspace | undefined>;
  /** The oldest one of that name. */
  findByName(name: string): Promise<Workspace | undefined>;
  /** Oldest first. */
  list(): Promise<Workspace[]>;
  /** Adds the member, or changes its role. */
  saveMember(membership: Membership): Promise<void>;
  /** False when it was none. */
  removeMember(workspaceId: WorkspaceId, userId: UserId): Promise<boolean>;
  /** Owners, then admins, then members; each longest first. */
  members(
    workspaceId: WorkspaceId,
    window: PageWindow,
  ): Promise<Page<{ membership: Membership; user: User }>>;
  /** Of each workspace, in the order asked for; unknown ids are left out. */
  listings(ids: WorkspaceId[]): Promise<WorkspaceListing[]>;
}

/** What a list of workspaces shows of one; users longest first. */
export interface WorkspaceListing {
  workspace: Workspace;
  ownerIds: UserId[];
  adminIds: UserId[];
}

export interface UserStore {
  /** Inserts, or replaces the one with this id. */
  save(user: User): Promise<void>;
  find(id: UserId): Promise<User | undefined>;
  /** Inside a transaction: others who want to change the user wait until it ends. */
  findToChange(id: UserId): Promise<User | undefined>;
  findByName(name: string): Promise<User | undefined>;
  /** Of all workspaces, longest first. */
  memberships(id: UserId): Promise<Membership[]>;
  /** Oldest first. */
  list(): Promise<User[]>;
  /** Remembers a signed-in browser by the SHA-256 of its cookie. */
  saveSignIn(signIn: {
    sessionHash: string;
    userId: UserId;
    createdAt: Date;
    expiresAt: Date;
  }): Promise<void>;
  /** The enabled user of a browser that is signed in at `now`. */
  findSignIn(sessionHash: string, now: Date): Promise<User | undefined>;
  deleteSignIn(sessionHash: string): Promise<void>;
  /** Signs out every browser of the user. */
  deleteSignIns(userId: UserId): Promise<void>;
}

export interface TokenStore {
  /** Inserts, or replaces the one with this id. */
  save(token: AccessToken): Promise<void>;
  /**
   * Who calls with the token of this SHA-256 (hex): also when it is revoked or has expired or its user is disabled,
   * which the caller of this looks at; undefined when unknown. A revoked grant counts as the token's revocation.
   * Memberships are all of the user's.
   */
  findCaller(tokenHash: string): Promise<TokenCaller | undefined>;
  markUsed(id: AccessTokenId, now: Date): Promise<void>;
  /** Oldest first, revoked ones left out; without `userId` of all users. */
  list(userId?: UserId): Promise<AccessToken[]>;
  /** False when unknown or revoked before. */
  revoke(id: AccessTokenId, now: Date): Promise<boolean>;
  /** Deletes the tokens of grants that have expired: clients get new ones all the time. Personal ones stay listed. */
  forgetExpired(now: Date): Promise<void>;
}

export interface OAuthStore {
  /** Inserts, or replaces the one with this id. */
  saveApp(app: OAuthApp): Promise<void>;
  /** Disables the app and voids its grants with every token of them. False when unknown or disabled before. */
  disableApp(id: OAuthAppId, now: Date): Promise<boolean>;
  findApp(id: OAuthAppId): Promise<OAuthApp | undefined>;
  /** Oldest first. */
  listApps(): Promise<OAuthApp[]>;
  saveGrant(grant: OAuthGrant): Promise<void>;
  findGrant(id: OAuthGrantId): Promise<OAuthGrant | undefined>;
  /** Voids the grant and every token of it. */
  revokeGrant(id: OAuthGrantId, now: Date): Promise<void>;
  saveRefreshToken(token: {
    tokenHash: string;
    grantId: OAuthGrantId;
    createdAt: Date;
    expiresAt: Date;
  }): Promise<void>;
  /** Marks it used. `isFirstUse` is false for exactly every use but the first. Undefined when unknown. */
  useRefreshToken(
    tokenHash: string,
    now: Date,
  ): Promise<{ grant: OAuthGrant; expiresAt: Date; isFirstUse: boolean } | undefined>;
  saveCode(code: AuthorizationCode): Promise<void>;
  /** Reads a code without using it, so that a wrong verifier does not spend it. */
  findCode(codeHash: string): Promise<AuthorizationCode | undefined>;
  /**
   * Spends the code for this grant. Otherwise resolves with the grant of its first use, to be revoked. Rejects with
   * `authorization_invalid` when the code is unknown.
   */
  useCode(
    codeHash: string,
    grantId: OAuthGrantId,
    now: Date,
  ): Promise<{ isFirstUse: true } | { isFirstUse: false; grantId: OAuthGrantId }>;
  /** Replaces an expired one with the same user code. Rejects with `request_invalid` while one is alive. */
  saveDevice(device: DeviceAuthorization): Promise<void>;
  findDevice(deviceCodeHash: string): Promise<DeviceAuthorization | undefined>;
  findDeviceByUserCode(userCode: string): Promise<DeviceAuthorization | undefined>;
  /** Changes a decision only from `from`; false when it was another. */
  decideDevice(change: {
    deviceCodeHash: string;
    from: DeviceAuthorization["decision"];
    to: DeviceAuthorization["decision"];
    userId?: UserId;
    /** What the person agreed to. */
    scope?: TokenScope;
  }): Promise<boolean>;
  /** Remembers when the client asked and how long it must wait now. */
  markPolled(deviceCodeHash: string, now: Date, intervalSeconds: number): Promise<void>;
  /** Remembers an assertion's id. False when it was used before. Forgets those that have expired. */
  useAssertion(appId: OAuthAppId, jti: string, expiresAt: Date, now: Date): Promise<boolean>;
}

/** What an agent list shows of an agent. */
export interface AgentListing {
  agent: Agent;
  /** What is live on the channel that was asked about, and since when. */
  live?: { version: AgentVersion; since: Date };
}

/** `published`: live on the channel. `changed`: live, and the draft has changed since. `unpublished`: not live. */
export type PublishStatus = "all" | "published" | "changed" | "unpublished";

export interface VersionStore {
  insert(version: AgentVersion): Promise<void>;
  find(agentId: AgentId, number: number): Promise<AgentVersion | undefined>;
  get(id: VersionId): Promise<AgentVersion | undefined>;
  /** Newest first; with `channel` only the one that is live there. */
  list(agentId: AgentId, window: PageWindow, channel?: string): Promise<Page<AgentVersion>>;
  /** Makes the version the live one on its channel. */
  release(release: Release): Promise<void>;
  /** False when nothing was live there. */
  withdraw(agentId: AgentId, channel: string): Promise<boolean>;
  releases(agentId: AgentId): Promise<Release[]>;
  /**
   * Agents of a workspace with what is live on the channel, most recently published first, then by last change.
   */
  listAgents(
    query: PageWindow & { workspaceId: WorkspaceId; channel: string; status: PublishStatus },
  ): Promise<Page<AgentListing>>;
  /** Everybody who may change the agent beside its owner and the workspace's owners and admins. */
  collaborators(agentId: AgentId): Promise<UserId[]>;
  addCollaborator(agentId: AgentId, userId: UserId, now: Date): Promise<void>;
  /** False when it was none. */
  removeCollaborator(agentId: AgentId, userId: UserId): Promise<boolean>;
}

export interface FolderStore {
  /** Inserts, or replaces the one with this id. */
  save(folder: Folder): Promise<void>;
  find(id: FolderId): Promise<{ folder: Folder; childrenCount: number } | undefined>;
  /** The oldest one of this name in its place; without `parentId` at the root. */
  findByName(place: {
    workspaceId: WorkspaceId;
    kind: Folder["kind"];
    parentId?: FolderId;
    name: string;
  }): Promise<Folder | undefined>;
  /** One level, oldest first; without `parentId` the root's. `childrenCount` counts folders and agents. */
  list(
    query: PageWindow & { workspaceId: WorkspaceId; kind: Folder["kind"]; parentId?: FolderId },
  ): Promise<Page<{ folder: Folder; childrenCount: number }>>;
  saveCopyTask(task: CopyTask): Promise<void>;
  findCopyTask(id: CopyTaskId): Promise<CopyTask | undefined>;
}

export interface FileStore {
  insert(file: StoredFile): Promise<void>;
  find(id: FileId): Promise<StoredFile | undefined>;
  /** At most `limit` files made before that, oldest first. */
  madeBefore(time: Date, limit: number): Promise<FileId[]>;
  /** Forgets them; their blobs are the caller's to delete. */
  delete(ids: FileId[]): Promise<void>;
}

/** Values that end users' conversations share: by agent, channel and end user. */
export interface UserVariableStore {
  /** Only values that were set; oldest first. */
  list(of: UserVariableOwner): Promise<UserVariable[]>;
  /** Sets values, all or none. */
  save(of: UserVariableOwner, values: Record<string, string>, now: Date): Promise<void>;
}

export interface UserVariableOwner {
  agentId: AgentId;
  channel: string;
  userId: string;
}

export interface UserVariable {
  key: string;
  value: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface AgentStore {
  /** Inserts, or replaces the one with this id. The caller has raised `revision`. */
  save(agent: Agent): Promise<void>;
  /** The draft. */
  find(id: AgentId): Promise<Agent | undefined>;
  /** The draft, inside a transaction: others who want to change or publish the agent wait until it ends. */
  findToChange(id: AgentId): Promise<Agent | undefined>;
  /** As it is live on the channel; undefined when it is not. */
  findLive(id: AgentId, channel: string): Promise<Agent | undefined>;
  findBySlug(workspaceId: WorkspaceId, slug: string): Promise<Agent | undefined>;
  /** Oldest first. */
  list(workspaceId: WorkspaceId): Promise<Agent[]>;
  /**
   * Hides it for good: no read finds it, it is live nowhere, its keys open nothing and its slug is free. Versions and
   * conversations stay. False when it was deleted before.
   */
  delete(id: AgentId, now: Date): Promise<boolean>;
  /**
   * The agent that owns the key with this SHA-256 (hex), as it is live on the API channel; as its draft, without
   * `versionId`, when it is not. Revoked keys find nothing.
   */
  findByKeyHash(keyHash: string): Promise<Agent | undefined>;
  /** Makes the key with this SHA-256 (hex) open `agentId`; a key that opened another agent moves. */
  addKey(keyHash: string, agentId: AgentId, now: Date): Promise<void>;
  /** Revokes every key of the agent except those named. */
  revokeKeysExcept(agentId: AgentId, keyHashes: string[], now: Date): Promise<void>;
}

export interface ConversationStore {
  insert(conversation: Conversation): Promise<void>;
  /** Whoever's it is: the caller checks who may see it. Undefined when unknown or deleted. */
  get(id: ConversationId): Promise<Conversation | undefined>;
  /** The same inside a transaction: others who want to change the conversation wait until it ends. */
  getToChange(id: ConversationId): Promise<Conversation | undefined>;
  /**
   * An agent's conversations on a channel by creation: those the creator made (with `sessionName` only of that
   * session), and, with `withAppKeys`, those made with app keys. One more than `limit` tells whether there are more.
   */
  listOfCreator(query: {
    agentId: AgentId;
    channel: string;
    creatorId: UserId;
    sessionName?: string;
    withAppKeys: boolean;
    order: "asc" | "desc";
    offset: number;
    limit: number;
  }): Promise<Conversation[]>;
  /** Undefined when unknown, deleted, or not of this agent and user. */
  find(agentId: AgentId, userId: string, id: ConversationId): Promise<Conversation | undefined>;
  /** Pinned first (newest pin first), then by last activity (question or creation), newest first. */
  list(agentId: AgentId, userId: string, limit: number): Promise<Conversation[]>;
  /**
   * Writes name, inputs, section, pin, notes and time of change of an existing conversation; agent and user where
   * they are given.
   */
  update(conversation: Conversation): Promise<void>;
  /** Hides it for good. Running turns go on and are stored. */
  delete(id: ConversationId, now: Date): Promise<void>;
  /** Deletes all its exchanges and begins a new section. */
  clear(id: ConversationId, newSection: SectionId, now: Date): Promise<void>;
}

/** A message put into a conversation without an answer. */
export interface InsertedMessage {
  exchangeId: ExchangeId;
  messageId: MessageId;
  conversationId: ConversationId;
  sectionId: SectionId;
  role: "user" | "assistant";
  kind: MessageKind;
  text: string;
  attachments: Attachment[];
  meta: Record<string, string>;
  createdAt: Date;
}

export interface ExchangeStore {
  /** All or none. Rejects with `conversation_not_found` when the conversation is gone. */
  insert(messages: InsertedMessage[]): Promise<void>;
  /**
   * Exchanges of a conversation, those without answers too, by id from `from` on (itself included) in the order
   * asked for; deleted ones left out.
   */
  page(query: {
    conversationId: ConversationId;
    rater: string;
    order: "asc" | "desc";
    from?: ExchangeId;
    limit: number;
  }): Promise<Exchange[]>;
  /** The exchange of the conversation that contains this turn, if neither is deleted. */
  ofTurn(conversationId: ConversationId, rater: string, turnId: TurnId): Promise<Exchange | undefined>;
  /** The exchange of the conversation that contains this question or answer, if neither is deleted. */
  ofMessage(
    conversationId: ConversationId,
    rater: string,
    messageId: MessageId,
  ): Promise<Exchange | undefined>;
  /** Changes what is given of a question or an answer. */
  editMessage(
    id: MessageId,
    change: { text?: string; attachments?: Attachment[]; meta?: Record<string, string> },
    now: Date,
  ): Promise<void>;
  /** Hides the question; with an answer left the exchange stays, without one it is deleted. */
  deleteQuestion(id: ExchangeId, now: Date): Promise<void>;
  /**
   * The latest `limit` exchanges of a conversation, oldest first, deleted ones left out.
   * With `sectionId` only those of that section; with `before` only those older than that exchange; with
   * `isAnswered` only those that something has answered.
   * `rater` decides whose rating the answers show.
   */
  latest(query: {
    conversationId: ConversationId;
    rater: string;
    limit: number;
    sectionId?: SectionId;
    before?: ExchangeId;
    isAnswered?: boolean;
  }): Promise<Exchange[]>;
  /** The exchange that contains this turn, if agent and user own it and neither is deleted. */
  findByTurn(agentId: AgentId, userId: string, turnId: TurnId): Promise<Exchange | undefined>;
  /** The exchange, if agent and user own it and it is not deleted. */
  find(agentId: AgentId, userId: string, id: ExchangeId): Promise<Exchange | undefined>;
  /** Makes this answer the shown one. The caller has checked that it belongs to the exchange. */
  choose(exchangeId: ExchangeId, turnId: TurnId): Promise<void>;
  /** Deletes an exchange with all its answers. */
  delete(id: ExchangeId, now: Date): Promise<void>;
  /**
   * Deletes one answer. When it was the chosen one the newest remaining answer is chosen; when it was the last
   * one the exchange is deleted, or with `keepQuestion` stays without an answer.
   */
  deleteAnswer(turnId: TurnId, now: Date, options?: { keepQuestion: boolean }): Promise<void>;
}

/** A turn about to run. */
export interface OpenTurn {
  turnId: TurnId;
  answerMessageId: MessageId;
  exchangeId: ExchangeId;
  conversationId: ConversationId;
  agentId: AgentId;
  userId: string;
  createdAt: Date;
  /** Present: a new exchange with this question. Absent: one more answer to an existing exchange. */
  question?: {
    messageId: MessageId;
    sectionId: SectionId;
    text: string;
    attachments: Attachment[];
    meta?: Record<string, string>;
  };
  /** Put into the conversation before the question; only with `question`. */
  insertedBefore?: InsertedMessage[];
  /** The caller's notes on the turn. */
  meta?: Record<string, string>;
  /** The version that runs. Absent: the draft. */
  versionId?: VersionId;
  /** Most answers the exchange may have had, deleted ones counted. Only looked at without `question`. */
  answerLimit?: number;
}

/** What a turn left behind. */
export interface ClosedTurn {
  turnId: TurnId;
  status: Exclude<TurnStatus, "running" | "waiting">;
  endedAt: Date;
  text: string;
  reasoning: string;
  error?: { code: TurnErrorCode; message: string };
  usage: Usage;
  usedKnowledge: boolean;
  suggestions: string[];
  /** In order; may be empty. */
  trace: TraceEvent[];
}

/** A turn that stops to wait for its caller's tools. */
export type WaitingTurn = Pick<
  ClosedTurn,
  "turnId" | "text" | "reasoning" | "usage" | "usedKnowledge" | "trace"
> & {
  /** What the chat room needs to go on. */
  state: string;
  now: Date;
};

/** A turn that was closed because its node is gone. */
export interface AbandonedTurn {
  turnId: TurnId;
  exchangeId: ExchangeId;
  conversationId: ConversationId;
  agentId: AgentId;
  userId: string;
}

export interface TurnStore {
  /** Makes a running turn wait. False when it had already ended; nothing is then changed. */
  suspend(turn: WaitingTurn): Promise<boolean>;
  /** What a waiting turn needs to go on; undefined when it does not wait. */
  suspension(turnId: TurnId): Promise<string | undefined>;
  /**
   * Makes a waiting turn run again, on this node, and hands over what it needs to go on: to exactly one of those who
   * ask. Undefined when it does not wait (any more). Rejects with `conversation_busy` when the conversation has a
   * running turn.
   */
  resume(turnId: TurnId): Promise<string | undefined>;
  /**
   * Stores inserted messages and question (if any), turn and an empty answer, chooses the new answer, gives the
   * conversation the turn's agent and user where it has none, and marks its activity, all at once. Rejects with
   * `conversation_busy` when the conversation has a running turn, with `conversation_not_found` when a new question's
   * conversation is gone, with `regenerate_limit` when `answerLimit` is reached, with `message_not_found` when the
   * exchange is gone.
   */
  open(turn: OpenTurn): Promise<void>;
  /** Stores the text so far of running turns; turns that have ended are left alone. */
  checkpoint(texts: { turnId: TurnId; text: string; reasoning: string }[]): Promise<void>;
  /**
   * Ends a turn and, in the same transaction, puts these events into the outbox. False when it had already ended;
   * nothing is then changed.
   */
  close(turn: ClosedTurn, emissions?: readonly Emission[]): Promise<boolean>;
  /** Those of them that run now, on whatever node. */
  stillRunning(turnIds: readonly TurnId[]): Promise<Set<TurnId>>;
  /** Empty for an unknown turn. */
  trace(turnId: TurnId): Promise<TraceEvent[]>;
  /** Those of several turns; turns without one are left out. */
  traces(turnIds: TurnId[]): Promise<Map<TurnId, TraceEvent[]>>;
  /** Replaces the proposed questions of an ended turn. */
  saveSuggestions(turnId: TurnId, suggestions: string[]): Promise<void>;
  /**
   * Closes as `interrupted`, with the text so far, every running turn whose node is no longer alive; turns of
   * this process are left alone unless it says it runs none of them (`ownTurns`, which must hold a turn before
   * it is opened). `tell` is called with each in the same transaction. Returns how many.
   */
  closeAbandoned(options: {
    now: Date;
    ownTurns: ReadonlySet<TurnId>;
    tell?: (repositories: Repositories, turn: AbandonedTurn) => Promise<void>;
  }): Promise<number>;
}

export interface FeedbackStore {
  /** Undefined: this rater has said nothing. */
  find(turnId: TurnId, rater: string): Promise<Feedback | undefined>;
  /** Inserts or replaces the rater's opinion of the turn. */
  save(feedback: Feedback): Promise<void>;
  /** How many turns of the agent carry each rating now. */
  count(agentId: AgentId): Promise<Record<Rating, number>>;
}

export interface KnowledgeStore {
  /** Inserts, or renames the one with this id. */
  saveBase(base: KnowledgeBase): Promise<void>;
  findBaseBySlug(workspaceId: WorkspaceId, slug: string): Promise<KnowledgeBase | undefined>;
  /** Unknown ids are left out. */
  findBases(ids: KnowledgeBaseId[]): Promise<KnowledgeBase[]>;
  /** Oldest first. */
  listDocuments(baseId: KnowledgeBaseId): Promise<KnowledgeDocument[]>;
  /** Stores the document and exactly these chunks, replacing what an earlier version left. */
  saveDocument(document: KnowledgeDocument, chunks: Chunk[]): Promise<void>;
  deleteDocument(id: DocumentId): Promise<void>;
  /** Makes these the base's pairs that belong to no document. */
  replacePairs(baseId: KnowledgeBaseId, pairs: Chunk[]): Promise<void>;
  /** Chunks of the kind that contain at least one of the terms, the most promising first. */
  candidates(query: {
    baseIds: KnowledgeBaseId[];
    kind: Chunk["kind"];
    terms: string[];
    limit: number;
  }): Promise<{ chunk: Chunk; document: KnowledgeDocument | undefined }[]>;
  /** How many chunks of the kind there are, and how many contain each of the terms (absent: none). */
  termCounts(query: {
    baseIds: KnowledgeBaseId[];
    kind: Chunk["kind"];
    terms: string[];
  }): Promise<{ total: number; counts: Map<string, number> }>;
}

/** Small facts about the installation itself, such as encrypted first-run keys. */
export interface SettingStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  /**
   * Sets it unless it is set. Resolves with the value that is kept: of several who try at once, one wins. Inside a
   * transaction others who want to keep or set it wait until it ends.
   */
  keep(key: string, value: string): Promise<string>;
}

/** Custom channels. Deleted ones are found by `find` only. */
export interface ChannelStore {
  /** Inserts, or replaces the one with this id. */
  save(channel: Channel): Promise<void>;
  find(id: ChannelId): Promise<Channel | undefined>;
  /** Inside a transaction: others who want to change it wait until it ends. */
  findToChange(id: ChannelId): Promise<Channel | undefined>;
  findBySlug(slug: string): Promise<Channel | undefined>;
  /** Oldest first; with `workspaceId` those that its agents may be published to. */
  list(of?: { ownerId?: UserId; workspaceId?: WorkspaceId }): Promise<Channel[]>;
  /** Lets a workspace publish to it; once is enough. */
  install(id: ChannelId, workspaceId: WorkspaceId, now: Date): Promise<void>;
  isInstalled(id: ChannelId, workspaceId: WorkspaceId): Promise<boolean>;
  /** What a user may choose from: everybody's choices and its own, by key. */
  options(id: ChannelId, userId: UserId): Promise<ChannelOption[]>;
  /** Replaces the choices under these keys, of one user or (absent) everybody. */
  saveOptions(id: ChannelId, options: ChannelOption[], userId?: UserId): Promise<void>;
  findAccount(id: ChannelId, userId: UserId): Promise<ChannelAccount | undefined>;
  /** Inserts or replaces. */
  saveAccount(account: ChannelAccount): Promise<void>;
  deleteAccount(id: ChannelId, userId: UserId): Promise<boolean>;
}

export interface SubmissionStore {
  /** With its first line of history. */
  insert(submission: Submission, by: SubmissionChange["by"]): Promise<void>;
  find(id: SubmissionId): Promise<Submission | undefined>;
  /** Of an agent, newest first; with `channel` of that channel only. */
  list(query: PageWindow & { agentId: AgentId; channel?: string }): Promise<Page<Submission>>;
  /** The latest of a version on a channel. */
  latest(agentId: AgentId, channel: string): Promise<Submission | undefined>;
  /** Live and open ones of an agent, of a channel, or of both. Oldest first. */
  current(of: { agentId: AgentId; channel?: string } | { channel: string }): Promise<Submission[]>;
  /** Open ones that have expired by then, oldest first. */
  listExpired(by: Date, limit: number): Promise<Submission[]>;
  /** Open ones whose question is `held`, so nobody asks it now. Oldest first. */
  listUnasked(limit: number): Promise<Submission[]>;
  /** Gives up `held` questions about submissions that are no longer open: nobody will ask them. */
  endMootQuestions(now: Date): Promise<void>;
  /**
   * Changes the status only from one of `from`, and writes history. False when it was another; nothing is then
   * changed. Going live does not touch the release: the caller does.
   */
  decide(change: {
    id: SubmissionId;
    from: readonly SubmissionStatus[];
    to: SubmissionStatus;
    reason: string;
    shareLink?: string;
    by: SubmissionChange["by"];
    now: Date;
  }): Promise<boolean>;
  /** Everything that happened to an agent (on a channel), newest first. */
  history(
    query: PageWindow & { agentId: AgentId; channel?: string },
  ): Promise<Page<{ submission: Submission; change: SubmissionChange }>>;
}

/** Endpoints, deleted ones left out everywhere. */
export interface EndpointStore {
  /** Inserts, or replaces the one with this id. The state of deliveries is the caller's: see `Outbox.hold`. */
  save(endpoint: Endpoint): Promise<void>;
  find(id: EndpointId): Promise<Endpoint | undefined>;
  /** Inside a transaction: others who want to change it wait until it ends. */
  findToChange(id: EndpointId): Promise<Endpoint | undefined>;
  findBySlug(slug: string): Promise<Endpoint | undefined>;
  /** Oldest first, after `after`. */
  list(query: {
    kinds?: EndpointKind[];
    ownerId?: UserId;
    workspaceId?: WorkspaceId;
    channel?: string;
    after?: EndpointId;
    limit: number;
  }): Promise<Endpoint[]>;
  /**
   * Those with an address, not deleted, that may be told of what happens in the workspace: its own `standard` ones and
   * the `coze` ones of its owners and admins. With `channel` also the `coze-channel` ones of that channel. Disabled
   * ones too. Oldest first, after `after`.
   */
  listening(query: {
    workspaceId: WorkspaceId;
    channel?: string;
    eventType: EventType;
    after?: EndpointId;
    limit: number;
  }): Promise<Endpoint[]>;
  /** All with an address that are not deleted: what the nodes share among themselves. Ids ascending. */
  all(): Promise<Endpoint[]>;
  /** Deletes it and drops what was to be sent to it. False when unknown. */
  delete(id: EndpointId, now: Date): Promise<boolean>;
  health(ids: EndpointId[]): Promise<EndpointHealth[]>;
}

/** What is written when something happened that endpoints are told of. */
export interface Emission {
  event: ProductEvent;
  bodies: { id: EventBodyId; text: string }[];
  deliveries: NewDelivery[];
  /** False: there are more endpoints than fit; the rest gets its deliveries later (`unfinished`). */
  isFannedOut: boolean;
  /** The last endpoint looked at. */
  fanOutCursor: EndpointId;
}

/** A delivery as it begins. `held` where its endpoint is disabled. */
export type NewDelivery = Pick<
  Delivery,
  | "id"
  | "eventId"
  | "endpointId"
  | "workspaceId"
  | "eventType"
  | "wireId"
  | "bodyId"
  | "trigger"
  | "replayId"
  | "dueAt"
  | "orderKey"
> & { state: "pending" | "held" | "leased"; createdAt: Date };

/** A delivery that this node may send now. */
export interface Claim {
  delivery: Delivery;
  body: string;
  token: string;
}

/** What came of a claimed delivery. */
export interface DeliveryResult {
  deliveryId: DeliveryId;
  endpointId: EndpointId;
  /** As it was claimed: a result with another token changes nothing but the log. */
  token: string;
  /** Absent: nothing was tried; the claim is given back. */
  attempt?: Attempt;
  to: Extract<DeliveryState, "pending" | "delivered" | "exhausted" | "held">;
  /** Only with `pending`. */
  dueAt?: Date;
  /** True: counts against the schedule. */
  isFailure: boolean;
  lastError: string;
  now: Date;
}

/** Events, and what becomes of them at each endpoint. */
export interface Outbox {
  /** Event, bodies and deliveries at once. */
  add(emission: Emission): Promise<void>;
  findEvent(id: EventId): Promise<ProductEvent | undefined>;
  /** Newest first, before `before`. */
  listEvents(query: {
    workspaceId: WorkspaceId;
    types?: EventType[];
    subject?: string;
    before?: EventId;
    limit: number;
  }): Promise<ProductEvent[]>;
  /** Events after `after` whose deliveries to the endpoint a replay would look at, oldest first. */
  eventsToReplay(query: {
    endpointId: EndpointId;
    workspaceIds: WorkspaceId[];
    types: EventType[];
    since: Date;
    until: Date;
    after: EventId;
    isOnlyFailed: boolean;
    limit: number;
  }): Promise<ProductEvent[]>;
  /** Events with endpoints that have no delivery yet, oldest first. */
  unfinished(limit: number): Promise<{ event: ProductEvent; cursor: EndpointId }[]>;
  /** Adds deliveries (those there already are left as they are) and moves the event's cursor. */
  fanOut(step: {
    eventId: EventId;
    bodies: Emission["bodies"];
    deliveries: NewDelivery[];
    isFannedOut: boolean;
    cursor: EndpointId;
  }): Promise<void>;
  /** Adds deliveries of an event that is there, by hand, replay or test. Ones that exist are left as they are. */
  addDeliveries(
    bodies: (Emission["bodies"][number] & { eventId: EventId })[],
    deliveries: NewDelivery[],
  ): Promise<void>;
  /** When each of these endpoints has something to send next; those with nothing are left out. */
  nextDue(endpointIds: readonly EndpointId[]): Promise<Map<EndpointId, Date>>;
  /**
   * Leases due deliveries to this node, at most `room` for each lane, oldest due first. Of an ordered subject only the
   * oldest unfinished one is leased. Counts an attempt.
   */
  claim(query: {
    lanes: readonly { endpointId: EndpointId; room: number }[];
    now: Date;
    token: string;
    leaseMs: number;
  }): Promise<Claim[]>;
  /** Leases one delivery for a `sync` attempt, unless it is final or somebody sends it. */
  claimOne(query: { id: DeliveryId; now: Date; token: string; leaseMs: number }): Promise<Claim | undefined>;
  /**
   * Undoes claims of this node whose answer was lost, by their tokens, as if they had not been made; questions that
   * somebody waits for become `held`.
   */
  giveBack(tokens: readonly string[]): Promise<void>;
  /** How many deliveries other nodes hold, by endpoint; none for those left out. */
  leasedElsewhere(): Promise<Map<EndpointId, number>>;
  /** Writes results and the health of endpoints in one transaction. */
  record(results: readonly DeliveryResult[], health: readonly EndpointHealth[]): Promise<void>;
  /**
   * Takes back what nodes hold that no longer live, that hang (lease over and no heartbeat for `hangMs`) or, with
   * `isOwnStart`, what an earlier process of this node held. Each gets an attempt with outcome `unknown` and is due at
   * once. Deliveries with the trigger `sync` are taken back too, as `held`: their publisher asks anew. Resolves with
   * the endpoints concerned.
   */
  takeBack(options: { now: Date; isOwnStart: boolean; hangMs: number }): Promise<EndpointId[]>;
  /** Makes pending ones of the endpoint `held`. Resolves with how many. */
  hold(endpointId: EndpointId): Promise<number>;
  /** Makes held ones pending and due, in the order they were due before, or drops them. Resolves with how many. */
  release(endpointId: EndpointId, into: "pending" | "dropped", now: Date): Promise<number>;
  /** Of the next delivery of the same subject: tells that one before it was given up. */
  markGap(endpointId: EndpointId, orderKey: string, after: DeliveryId): Promise<void>;
  findDelivery(id: DeliveryId): Promise<Delivery | undefined>;
  /** The body as it is sent; undefined when it was not kept any longer. */
  body(id: EventBodyId): Promise<string | undefined>;
  /** Newest first, before `before`. */
  listDeliveries(query: {
    workspaceId?: WorkspaceId;
    endpointId?: EndpointId;
    eventId?: EventId;
    states?: DeliveryState[];
    types?: EventType[];
    since?: Date;
    until?: Date;
    before?: DeliveryId;
    limit: number;
  }): Promise<Delivery[]>;
  /** Oldest first. */
  attempts(deliveryId: DeliveryId): Promise<Attempt[]>;
  /** How many there are in each state that is not final, and since when the oldest pending one is due. */
  counts(): Promise<{ pending: number; held: number; leased: number; oldestDueAt?: Date }>;
  /** Deletes at most `limit` rows of what is older, of final deliveries only. Resolves with how many. */
  forget(before: { events: Date; deliveredBodies: Date }, limit: number): Promise<number>;
}

export interface ReplayStore {
  insert(replay: Replay): Promise<void>;
  find(id: ReplayId): Promise<Replay | undefined>;
  /** Newest first. */
  list(endpointId: EndpointId, limit: number): Promise<Replay[]>;
  listRunning(): Promise<Replay[]>;
  /** Moves the cursor of a running one with the deliveries made, all at once. False when it no longer runs. */
  advance(step: {
    id: ReplayId;
    cursor: EventId;
    bodies: (Emission["bodies"][number] & { eventId: EventId })[];
    deliveries: NewDelivery[];
    isDone: boolean;
    now: Date;
  }): Promise<boolean>;
  /** False when it is done or cancelled. */
  setState(id: ReplayId, state: "running" | "paused" | "cancelled", now: Date): Promise<boolean>;
}
