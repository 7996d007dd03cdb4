import type { Agent, Workspace } from "../domain/agent.ts";
import type {
  Attachment,
  Conversation,
  Exchange,
  Feedback,
  Rating,
  TurnStatus,
  Usage,
} from "../domain/conversation.ts";
import type {
  AgentId,
  ConversationId,
  DocumentId,
  ExchangeId,
  KnowledgeBaseId,
  MessageId,
  NewId,
  SectionId,
  TurnId,
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
  /** Called with the milliseconds every completed flush took, for metrics. Replaces an earlier observer. */
  observeFlush(observer: (milliseconds: number) => void): void;
  /** Waits for running work, then releases files, connections and the owner lock. */
  close(): Promise<void>;
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
}

export interface WorkspaceStore {
  /** Inserts, or renames the one with this id. */
  save(workspace: Workspace): Promise<void>;
  findByName(name: string): Promise<Workspace | undefined>;
}

export interface AgentStore {
  /** Inserts, or replaces the one with this id. The caller has raised `revision`. */
  save(agent: Agent): Promise<void>;
  find(id: AgentId): Promise<Agent | undefined>;
  findBySlug(workspaceId: WorkspaceId, slug: string): Promise<Agent | undefined>;
  /** Oldest first. */
  list(workspaceId: WorkspaceId): Promise<Agent[]>;
  /** The agent that owns the key with this SHA-256 (hex); revoked keys find nothing. */
  findByKeyHash(keyHash: string): Promise<Agent | undefined>;
  /** Makes the key with this SHA-256 (hex) open `agentId`; a key that opened another agent moves. */
  addKey(keyHash: string, agentId: AgentId, now: Date): Promise<void>;
  /** Revokes every key of the agent except those named. */
  revokeKeysExcept(agentId: AgentId, keyHashes: string[], now: Date): Promise<void>;
}

export interface ConversationStore {
  insert(conversation: Conversation): Promise<void>;
  /** Undefined when unknown, deleted, or not of this agent and user. */
  find(agentId: AgentId, userId: string, id: ConversationId): Promise<Conversation | undefined>;
  /** Pinned first (newest pin first), then by last activity (question or creation), newest first. */
  list(agentId: AgentId, userId: string, limit: number): Promise<Conversation[]>;
  /** Writes name, inputs, section and pin of an existing conversation. */
  update(conversation: Conversation): Promise<void>;
  /** Hides it for good. Running turns go on and are stored. */
  delete(id: ConversationId, now: Date): Promise<void>;
  /** Deletes all its exchanges and begins a new section. */
  clear(id: ConversationId, newSection: SectionId, now: Date): Promise<void>;
}

export interface ExchangeStore {
  /**
   * The latest `limit` exchanges of a conversation, oldest first, deleted ones left out.
   * With `sectionId` only those of that section; with `before` only those older than that exchange.
   * `rater` decides whose rating the answers show.
   */
  latest(query: {
    conversationId: ConversationId;
    rater: string;
    limit: number;
    sectionId?: SectionId;
    before?: ExchangeId;
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
   * one the exchange is deleted.
   */
  deleteAnswer(turnId: TurnId, now: Date): Promise<void>;
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
  question?: { messageId: MessageId; sectionId: SectionId; text: string; attachments: Attachment[] };
  /** Most answers the exchange may have had, deleted ones counted. Only looked at without `question`. */
  answerLimit?: number;
}

/** What a turn left behind. */
export interface ClosedTurn {
  turnId: TurnId;
  status: Exclude<TurnStatus, "running">;
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

export interface TurnStore {
  /**
   * Stores question (if any), turn and an empty answer, chooses the new answer and marks the conversation's
   * activity, all at once. Rejects with `conversation_busy` when the conversation has a running turn, with
   * `conversation_not_found` when a new question's conversation is gone, with `regenerate_limit` when
   * `answerLimit` is reached, with `message_not_found` when the exchange is gone.
   */
  open(turn: OpenTurn): Promise<void>;
  /** Stores the text so far of running turns; turns that have ended are left alone. */
  checkpoint(texts: { turnId: TurnId; text: string; reasoning: string }[]): Promise<void>;
  /** Ends a turn. False when it had already ended; nothing is then changed. */
  close(turn: ClosedTurn): Promise<boolean>;
  /** Empty for an unknown turn. */
  trace(turnId: TurnId): Promise<TraceEvent[]>;
  /** Replaces the proposed questions of an ended turn. */
  saveSuggestions(turnId: TurnId, suggestions: string[]): Promise<void>;
  /**
   * Closes as `interrupted`, with the text so far, every running turn whose node is no longer alive; turns of
   * this process are left alone unless it says it runs none of them (`ownTurns`, which must hold a turn before
   * it is opened). Returns how many.
   */
  closeAbandoned(options: { now: Date; ownTurns: ReadonlySet<TurnId> }): Promise<number>;
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
}
