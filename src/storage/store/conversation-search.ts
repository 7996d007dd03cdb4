import type { Conversation, Rating, TurnStatus } from "../../domain/conversation.ts";
import type { AgentId, ConversationId, ExchangeId, TurnId, WorkspaceId } from "../../domain/ids.ts";

/** What conversations of a workspace are looked for by; all that is given must be so. */
export interface ConversationQuery {
  workspaceId: WorkspaceId;
  agentId?: AgentId | undefined;
  userId?: string | undefined;
  /** What the user's id begins with. */
  userPrefix?: string | undefined;
  /** Absent: of every channel but `draft`, where people try agents. */
  channel?: string | undefined;
  /** One turn in it is all of this. Absent or empty: any, or none. */
  turn?: TurnQuery | undefined;
  /** Stands in a question or an answer, in either case of letters. */
  text?: string | undefined;
  isHeld?: boolean | undefined;
  /** When it was last active: from `since` on, before `until`. */
  since?: Date | undefined;
  until?: Date | undefined;
  /** Only what comes after it. */
  after?: ActivityPlace | undefined;
  limit: number;
  /** How long may be looked for more. Some conversations are looked at in any case. */
  budgetMs: number;
}

interface TurnQuery {
  /** What asked; see `Turn.family`. */
  family?: string | undefined;
  statuses?: TurnStatus[] | undefined;
  /** Somebody rated it so. */
  ratings?: Exclude<Rating, "none">[] | undefined;
  /** Who rated it said something, too. Only with `ratings`. */
  hasComment?: boolean | undefined;
}

/** Where a conversation stands among others: those that were active last come first. */
export interface ActivityPlace {
  activeAt: Date;
  id: ConversationId;
}

export interface ConversationPage {
  /** Newest activity first. */
  items: FoundConversation[];
  /** How far was looked; there may be more after it. Absent: everything was looked at. */
  searchedTo?: ActivityPlace;
}

export interface FoundConversation {
  conversation: Conversation;
  activeAt: Date;
  /** Its newest exchange. Absent: nothing was said in it. */
  newest?: {
    exchangeId: ExchangeId;
    role: "user" | "assistant";
    /** How its question begins. */
    text: string;
    /** Its newest answer. Absent: none. */
    turn?: { id: TurnId; status: TurnStatus; family: string };
  };
  /** Whether somebody likes, or dislikes, one of its latest answers. */
  isLiked: boolean;
  isDisliked: boolean;
}
