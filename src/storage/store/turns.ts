import type { Attachment, TurnStatus, Usage } from "../../domain/conversation.ts";
import type {
  AgentId,
  ConversationId,
  ExchangeId,
  MessageId,
  SectionId,
  TurnId,
  VersionId,
} from "../../domain/ids.ts";
import type { OutputAction } from "../../domain/output-action.ts";
import type { TriggerRecord } from "../../domain/trigger.ts";
import type { TraceEvent, TurnErrorCode } from "../../domain/turn-event.ts";
import type { Repositories } from "../store.ts";
import type { InsertedMessage } from "./exchanges.ts";
import type { Emission } from "./outbox.ts";
import type { RequestKey } from "./request-keys.ts";

/** A question that a later turn answers together with its own. */
export interface MergedTurn {
  turnId: TurnId;
  answerMessageId: MessageId;
  exchangeId: ExchangeId;
  createdAt: Date;
  question: NewQuestion;
  meta?: Record<string, string>;
  /** Stored as `started` by it, also when it is there as `due`. */
  trigger?: TriggerRecord;
}

interface NewQuestion {
  messageId: MessageId;
  sectionId: SectionId;
  text: string;
  attachments: Attachment[];
  meta?: Record<string, string>;
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
  question?: NewQuestion;
  /** Put into the conversation before the question; only with `question`. */
  insertedBefore?: InsertedMessage[];
  /**
   * Questions of the same agent and user that it answers too, oldest first, made before its own; only with `question`.
   * Each becomes an exchange with a `merged` turn.
   */
  merges?: MergedTurn[];
  /** The caller's notes on the turn. */
  meta?: Record<string, string>;
  /** What asked; see `Turn.family`. */
  family?: string;
  /** The version that runs. Absent: the draft. */
  versionId?: VersionId;
  /**
   * What starts it; stored as `started` by this turn, also when it is there as `due`. Absent: a plain question, of which
   * nothing is kept beside its words.
   */
  trigger?: TriggerRecord;
  /** Taken together with it. */
  key?: RequestKey;
  /** The conversation is with a person: nothing runs. Has to be as the conversation is. Absent: false. */
  isHeld?: boolean;
  /** Most answers the exchange may have had, deleted ones counted. Only looked at without `question`. */
  answerLimit?: number;
  /** What the chat room needs to go on with it in another process. Absent: it ends with its process. */
  standing?: string;
}

/** A turn that outlives its process, and what is needed to go on with it. */
export interface StandingTurn {
  turnId: TurnId;
  standing: string;
}

/** What a turn left behind. */
export interface ClosedTurn {
  turnId: TurnId;
  status: Exclude<TurnStatus, "running" | "waiting" | "merged">;
  endedAt: Date;
  text: string;
  reasoning: string;
  error?: { code: TurnErrorCode; message: string };
  usage: Usage;
  usedKnowledge: boolean;
  suggestions: string[];
  /** In order; may be empty. */
  trace: TraceEvent[];
  /** Everything it decided, its words among them, in order. Absent: its words are all there is. */
  actions?: OutputAction[];
  /** The model that answered last. Absent: none did. */
  model?: string;
  /** True: the conversation goes to a person with it. */
  handsOver?: boolean;
  /** Events it emitted, to start turns of their own. */
  triggers?: TriggerRecord[];
  /** True: it was opened with a standing. Absent: false. */
  hasStanding?: boolean;
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
  /** Makes a running turn wait. False when it had already ended, or is another node's; nothing is then changed. */
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
   * `conversation_busy` when the conversation has a running turn, or a new question finds that it has changed hands, with `request_repeated` when `key` is taken or
   * `trigger`, or one of those it merges, is no longer due, with `conversation_not_found` when a new question's
   * conversation is gone, with `regenerate_limit` when `answerLimit` is reached, with `message_not_found` when the
   * exchange is gone.
   */
  open(turn: OpenTurn): Promise<void>;
  /** Stores the text so far of running turns of this node; turns that have ended are left alone. */
  checkpoint(texts: { turnId: TurnId; text: string; reasoning: string }[]): Promise<void>;
  /**
   * Ends a turn and, in the same transaction, puts these events into the outbox. False when it had already ended, or
   * another node goes on with it; nothing is then changed.
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
  /** What a running turn was opened with for other processes. Undefined: nothing, or it does not run. */
  standing(turnId: TurnId): Promise<string | undefined>;
  /**
   * Makes turns this node's that have a standing and whose node is no longer alive; turns of this process (`ownTurns`)
   * are left alone, and those that a running workflow run answers: they go with it. Each is given to one who asks.
   */
  takeOver(options: { ownTurns: ReadonlySet<TurnId>; limit: number }): Promise<StandingTurn[]>;
  /**
   * Closes as `interrupted`, with the text so far, every running turn whose node is no longer alive; those that have a
   * standing or that a running workflow run answers, and turns of this process, are left alone unless it says it runs
   * none of them (`ownTurns`, which must hold a turn before it is opened). `tell` is called with each in the transaction that closes it, of which there are several: what
   * was closed before a rejection stays closed. Returns how many.
   */
  closeAbandoned(options: {
    now: Date;
    ownTurns: ReadonlySet<TurnId>;
    tell?: (repositories: Repositories, turn: AbandonedTurn) => Promise<void>;
  }): Promise<number>;
}
