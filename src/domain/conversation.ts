import type {
  AgentId,
  ConversationId,
  ExchangeId,
  FileId,
  MessageId,
  SectionId,
  TurnId,
  UserId,
  VersionId,
  WorkspaceId,
} from "./ids.ts";
import type { TurnErrorCode } from "./turn-event.ts";

/** A thread between one end user and one agent. */
export interface Conversation {
  id: ConversationId;
  workspaceId: WorkspaceId;
  /** Absent: made without an agent; the first turn's agent becomes its agent. */
  agentId?: AgentId;
  /** Opaque string of the caller; data is isolated by (agent, user). Empty: the first turn's user becomes its user. */
  userId: string;
  /** Whose access token made it. Absent: made with an app key. */
  creatorId?: UserId;
  /** Business user that the creator's token was made for; empty: none. Tokens of other sessions do not see it. */
  sessionName: string;
  /** Channel it was made through, such as `api`. */
  channel: string;
  /** The caller's own notes, by key. */
  meta: Record<string, string>;
  /** Empty: the dialect shows its own default name. */
  name: string;
  /** Values of the agent's variables, by key. May hold keys the agent does not know. */
  inputs: Record<string, string>;
  /** Messages of earlier sections are kept but no longer sent to the model. */
  sectionId: SectionId;
  createdAt: Date;
  /** When its name, values or notes last changed. */
  updatedAt: Date;
  /** When the last question was asked; absent: none yet. */
  lastTurnAt?: Date;
  /** Pinned to the top of the user's list since. */
  pinnedAt?: Date;
  /** What callers of the Insight family chose to know it by; unique among the agent's. Absent: made by another family. */
  sessionId?: string;
  /** With a person since: messages are kept and not answered. Absent: with the agent. */
  heldAt?: Date;
}

/** A file beside a message: named by address, or uploaded before (`fileId`). */
export interface Attachment {
  /** What the caller said it is. Absent: look at the name. */
  kind?: "image" | "file" | "audio";
  /** The uploaded file. Absent: named by address. */
  fileId?: FileId;
  /** Address the server or the model can fetch. May be empty when `path` names a held file. */
  url: string;
  path: string;
  name: string;
  sizeBytes: number;
}

/** One thing that was said before, as callbacks tell it. */
export interface HistoryItem {
  role: "user" | "assistant";
  text: string;
  attachments: Attachment[];
}

/** A file that is named by its address alone. */
export function linkedFile(kind: NonNullable<Attachment["kind"]>, url: string, name = ""): Attachment {
  return { kind, url, path: "", name, sizeBytes: 0 };
}

/**
 * One message somebody put into a conversation, and everything that answered it. Asking again adds an answer; it
 * never replaces one. Messages that were only inserted, also those in the assistant's name, are exchanges without
 * answers.
 */
export interface Exchange {
  id: ExchangeId;
  conversationId: ConversationId;
  sectionId: SectionId;
  question: Question;
  /** Oldest first. Deleted answers are left out. */
  answers: Answer[];
  /** The answer shown by default and sent to the model as history: one of `answers`. Undefined when there is none. */
  chosenTurnId: TurnId | undefined;
  createdAt: Date;
}

export interface Question {
  messageId: MessageId;
  /** `assistant`: an inserted message in the agent's name. */
  role: "user" | "assistant";
  kind: MessageKind;
  text: string;
  attachments: Attachment[];
  meta: Record<string, string>;
  createdAt: Date;
  updatedAt: Date;
  /** The question was deleted and its answers were not; its text is then empty. */
  isDeleted: boolean;
}

/** What a message is. Turns make `answer`s; callers may insert every kind. */
export type MessageKind = (typeof MESSAGE_KINDS)[number];
export const MESSAGE_KINDS = [
  "question",
  "answer",
  "function-call",
  "tool-output",
  "tool-response",
  "knowledge",
  "follow-up",
  "verbose",
] as const;

/** What one turn produced. */
export interface Answer {
  turn: Turn;
  messageId: MessageId;
  /** The text so far while the turn runs; what there was when it ended otherwise. */
  text: string;
  /** The model's reasoning; empty when it showed none. */
  reasoning: string;
  rating: Rating;
  meta: Record<string, string>;
  /** When its text or notes were last changed by hand; the turn's beginning otherwise. */
  updatedAt: Date;
}

/** One run of an agent for one question. */
export interface Turn {
  id: TurnId;
  exchangeId: ExchangeId;
  conversationId: ConversationId;
  agentId: AgentId;
  userId: string;
  /** The node that runs or ran it. */
  node: number;
  status: TurnStatus;
  createdAt: Date;
  /** Absent while running. */
  endedAt?: Date;
  /** Why it failed; only with status `failed` or `interrupted`. */
  error?: { code: TurnErrorCode; message: string };
  usage: Usage;
  /** Whether anything was looked up in knowledge; false while it runs. */
  usedKnowledge: boolean;
  /** Proposed follow-up questions; empty when none were made. */
  suggestions: string[];
  /** The caller's own notes, by key. */
  meta: Record<string, string>;
  /** The version of the agent that ran. Absent: its draft. */
  versionId?: VersionId;
  /** Nothing ran: the conversation was with a person. The question counts as said. */
  isHeld: boolean;
  /** What asked: a family of the API, `console`, `share`, `trigger`. Empty: not known, of long ago. */
  family: string;
  /** The turn that answers this question too; only with status `merged`. */
  mergedInto?: TurnId;
}

/**
 * `running` and `waiting` are open. `waiting`: for tool outputs of the caller; survives restarts. `stopped`: by the
 * caller. `failed`: model or tool loop broke. `interrupted`: the process ended while it ran. All keep the text so far.
 * `merged`: another turn answers its question together with a later one.
 */
export type TurnStatus =
  | "running"
  | "waiting"
  | "completed"
  | "stopped"
  | "failed"
  | "interrupted"
  | "merged";

/** What a turn cost. Zero while it runs. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  /** Milliseconds from the start of the turn to the first text; 0 when there was none. */
  firstTokenMs: number;
  /** Milliseconds from the start to the end of the turn. */
  latencyMs: number;
  /** In `currency`, by the model's configured prices; 0 without prices. */
  cost: number;
  currency: string;
}

/** No usage yet. */
export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  firstTokenMs: 0,
  latencyMs: 0,
  cost: 0,
  currency: "",
};

export type Rating = "like" | "dislike" | "none";

/** One rater's opinion of one turn. The newest replaces the one before; `revision` counts the changes. */
export interface Feedback {
  turnId: TurnId;
  /** The end user, or another rater of the workspace. */
  rater: string;
  rating: Rating;
  categories: string[];
  comment: string;
  /** 1 for the first opinion; grows only when something changed. */
  revision: number;
  updatedAt: Date;
}
