import type { Feedback, Rating, TurnStatus } from "../../domain/conversation.ts";
import type { AgentId, ConversationId, MessageId, TurnId, WorkspaceId } from "../../domain/ids.ts";
import type { ActionType } from "../../domain/output-action.ts";
import type { Run } from "../../domain/run.ts";
import type { TriggerType } from "../../domain/trigger.ts";

/** Turns as reports see them. Deleted answers and conversations are left out; lists leave out trial runs too. */
export interface RunStore {
  /** Whoever's it is. Undefined when unknown or deleted. */
  find(turnId: TurnId): Promise<Run | undefined>;
  /** Those of several turns, in that order; unknown and deleted ones are left out. */
  load(turnIds: readonly TurnId[]): Promise<Run[]>;
  /** The turn that this message is the answer of, deleted ones too. */
  ofAnswer(messageId: MessageId): Promise<TurnId | undefined>;
  /** Newest first, with how many there are altogether. */
  list(query: {
    agentId: AgentId;
    /** When the turn began: from `since` on, before `until`. */
    since: Date;
    until: Date;
    triggerType?: TriggerType;
    /** The turn decided something of this type. */
    actionType?: ActionType;
    /** Stands in the question or the answer, in either case of letters. */
    keyword?: string;
    conversationId?: ConversationId;
    turnId?: TurnId;
    /** The latest opinion of anybody; `none` is also no opinion. */
    rating?: Rating;
    statuses?: TurnStatus[];
    /** True: those that completed without any node of a workflow failing. False: those that ended otherwise. */
    isFlawless?: boolean;
    offset: number;
    limit: number;
  }): Promise<{ items: Run[]; total: number }>;
  /** Opinions with the turns they are about, by turn and rater, after `after`. Ratings taken back only when asked for. */
  listRated(query: RatedListQuery): Promise<{ run: Run; opinion: Feedback }[]>;
  /**
   * The same, of `order` in which latest turns come first too. Looks at no more than `lookAt` opinions; `next` is after
   * which to go on, also where nothing was found so far. Absent: there are no more.
   */
  searchRated(
    query: RatedListQuery & { order: "oldest" | "newest"; lookAt: number },
  ): Promise<{ items: { run: Run; opinion: Feedback }[]; next?: RatedPosition }>;
}

/** An opinion among all of them. */
export interface RatedPosition {
  turnId: TurnId;
  rater: string;
}

/** Which opinions are wanted; all that is given must hold. */
export interface RatedListQuery {
  workspaceId: WorkspaceId;
  agentIds?: AgentId[];
  /** When the opinion was last changed: from `since` on, before `until`. */
  since?: Date;
  until?: Date;
  ratings?: Rating[];
  rater?: string;
  /** One of the reasons that were chosen. */
  category?: string;
  hasComment?: boolean;
  /** Of the conversation. */
  channel?: string;
  /** Which asked for the turn. */
  family?: string;
  after?: RatedPosition;
  limit: number;
}
