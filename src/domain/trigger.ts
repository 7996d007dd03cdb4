import type { HistoryItem } from "./conversation.ts";
import type { AgentId, ConversationId, EndpointId, TriggerId, TurnId, WorkspaceId } from "./ids.ts";

/** What every message of an IM system may say of itself. The ids are that system's, not ours. */
export interface MessageOrigin {
  /** Who wrote it, in a private chat; the speaker in a group. */
  contactId?: string;
  /** The account that received it. */
  receiverId?: string;
  /** The group. Absent: a private chat. */
  roomId?: string;
  messageId?: string;
  senderName?: string;
  role?: "user" | "assistant";
  /** Written by somebody of the company, not by a customer. */
  isCoworker?: boolean;
  contactTags?: unknown[];
  customAttrs?: unknown[];
  externalUserId?: string;
  wecomUserId?: string;
  imBotId?: string;
}

export type TextPayload = MessageOrigin & {
  text: string;
  mentionSelf?: boolean;
  mentionCoworker?: boolean;
  mentionCustomer?: boolean;
  isMentionAll?: boolean;
  quoteMessageId?: string;
};

/** What each type of trigger carries. Source: seed 001 for the types, spec page of Insight §4.3 for the members. */
export interface TriggerPayloads {
  "receive-text-message": TextPayload;
  "receive-image-message": MessageOrigin & { imageUrl: string; imageUrls?: string[]; text?: string };
  /** `text` is what was said, where somebody has written it down. `duration` in seconds. */
  "receive-audio-message": MessageOrigin & { audioUrl: string; text?: string; duration?: number };
  "receive-video-message": MessageOrigin & { videoUrl: string };
  "receive-other-message": MessageOrigin & { rawContent: string };
  "tag-event": {
    tagId: string;
    operation: "ADD" | "REMOVE";
    tagName?: string;
    contactId?: string;
    receiverId?: string;
  };
  /** `timestamp` in milliseconds. */
  "join-room": {
    roomId: string;
    contactIds: string[];
    inviterId?: string;
    receiverId?: string;
    timestamp?: number;
  };
  "new-friend": {
    contactId: string;
    receiverId: string;
    hello?: string;
    source?: string;
    timestamp?: number;
  };
  /** One of the agent's own events. `executionId` names this time it happened, as its sender calls it. */
  "canvas-event-trigger": {
    eventId: string;
    data: Record<string, unknown>;
    eventName?: string;
    executionId?: string;
    contactId?: string;
    receiverId?: string;
    /** The group in which it was emitted. */
    roomId?: string;
  };
  "bot-receive-text-message": TextPayload;
}

export type TriggerType = keyof TriggerPayloads;

export const TRIGGER_TYPES = [
  "receive-text-message",
  "receive-image-message",
  "receive-audio-message",
  "receive-video-message",
  "receive-other-message",
  "tag-event",
  "join-room",
  "new-friend",
  "canvas-event-trigger",
  "bot-receive-text-message",
] as const satisfies readonly TriggerType[];

/** What starts a turn; `type` tells what `payload` is. */
export type Trigger = {
  [Type in TriggerType]: {
    type: Type;
    payload: TriggerPayloads[Type];
    /** What the sender called it, where that is outside the closed list. */
    native?: { type: string; payload: unknown };
  };
}[TriggerType];

/** Somebody said something. */
export type MessageTrigger = Extract<Trigger, { type: `${"receive" | "bot-receive"}-${string}` }>;

/**
 * Where a trigger came from. `api`: an ordinary call. `adapter`: a program that connects an IM system. `action`: a turn
 * emitted it. `test`: a trial run, which no report lists.
 */
export type TriggerSource = "api" | "adapter" | "action" | "test";

/**
 * `due`: to be started at `dueAt`, once, whatever happens to this process. The others are final. `started`: by the turn
 * `turnId`. `recorded`: kept without starting anything, for the reason given.
 */
export type TriggerState = "due" | "started" | "recorded" | "cancelled" | "failed";

/** A trigger that is kept for itself. Plain questions of chats are not: see `textTrigger`. */
export interface TriggerRecord {
  id: TriggerId;
  workspaceId: WorkspaceId;
  agentId: AgentId;
  conversationId: ConversationId;
  trigger: Trigger;
  source: TriggerSource;
  /** The endpoint of the adapter that sent it, which carries out what the turn decides. */
  adapterId?: EndpointId;
  state: TriggerState;
  /** Why it started nothing, in a short word such as `not_subscribed`; empty otherwise. */
  reason: string;
  turnId?: TurnId;
  dueAt: Date;
  /** A message of the user before it is due cancels it. */
  cancelOnMessage: boolean;
  /** The turn that emitted it, and the first one of the chain. */
  parentTurnId?: TurnId;
  rootTurnId?: TurnId;
  /** 0: nothing emitted it. */
  depth: number;
  /** Said before it, as its sender knows it; oldest first. Absent: what the conversation holds. */
  history?: HistoryItem[];
  createdAt: Date;
}

/** Whether somebody said something, rather than that something happened. */
export function isMessage(trigger: Trigger): trigger is MessageTrigger {
  return trigger.type.startsWith("receive-") || trigger.type === "bot-receive-text-message";
}

/** A trigger from its beginning: due now and emitted by nothing, where `given` does not say otherwise. */
export function triggerRecord(
  given: Pick<TriggerRecord, "id" | "workspaceId" | "agentId" | "conversationId" | "trigger" | "source"> &
    Partial<TriggerRecord>,
): TriggerRecord {
  const createdAt = new Date();
  return {
    state: "due",
    reason: "",
    dueAt: createdAt,
    cancelOnMessage: false,
    depth: 0,
    createdAt,
    ...given,
  };
}

/** What starts the turn of a question in a chat. Source: spec page of Insight §3. */
export function textTrigger(text: string): Trigger {
  return { type: "receive-text-message", payload: { text, role: "user" } };
}

/** Types that start a turn where an agent does not say which do. */
export const DEFAULT_TRIGGERS: readonly TriggerType[] = [
  "receive-text-message",
  "receive-image-message",
  "receive-audio-message",
  "bot-receive-text-message",
  "canvas-event-trigger",
];
