import type { SubmissionStatus } from "./channel.ts";
import type { HistoryItem, Rating, TurnStatus, Usage } from "./conversation.ts";
import type {
  AgentId,
  ConversationId,
  DeliveryId,
  EndpointId,
  EventId,
  ExchangeId,
  MessageId,
  SubmissionId,
  TriggerId,
  TurnId,
  UserId,
  VersionId,
  WorkspaceId,
} from "./ids.ts";
import type { OutputAction } from "./output-action.ts";
import type { Trigger, TriggerSource } from "./trigger.ts";

/** A fact that endpoints may be told of, before it is an event: what it is and whom it is about. */
export interface Fact<Type extends EventType = EventType> {
  type: Type;
  workspaceId: WorkspaceId;
  /** What it is about, such as `agent:123`. Events of one subject keep their order where an endpoint asks for it. */
  subject: string;
  at: Date;
  data: EventData[Type];
}

/** Any fact; `type` tells what `data` is. */
export type AnyFact = { [Type in EventType]: Fact<Type> }[EventType];

/** A fact that is kept, because somebody listens. */
export type ProductEvent = AnyFact & { id: EventId };

/** What each type of event carries. Field names here are those of our own (`standard`) bodies. */
export interface EventData {
  /** A version waits for the verdict of a channel's server. Only that server is asked. */
  "agent.submitted": AgentEventData & { submissionId: SubmissionId };
  /** A version became the live one of a channel. */
  "agent.published": AgentEventData;
  /** An agent was taken off a channel. */
  "agent.unpublished": AgentEventData & { reason: string };
  /** An agent was deleted; `channels` are those it was live or waiting on. */
  "agent.deleted": Omit<AgentEventData, "channel"> & { channels: string[] };
  /** A question to a channel's server was interrupted, and was answered when it was asked again. */
  "agent.audit-recovered": {
    agentId: AgentId;
    versionId: VersionId;
    /** Milliseconds; what callers know the version by. */
    versionNumber: number;
    channel: string;
    submissionId: SubmissionId;
    /** What the submission is now. */
    status: Extract<SubmissionStatus, "auditing" | "live" | "rejected" | "failed">;
    /** Why it was rejected or has failed; empty otherwise. */
    reason: string;
  };
  "conversation.created": {
    conversationId: ConversationId;
    agentId?: AgentId;
    userId: string;
    channel: string;
    name: string;
  };
  "turn.completed": TurnEventData;
  "turn.failed": TurnEventData & { error: { code: string; message: string } };
  "feedback.changed": {
    turnId: TurnId;
    conversationId: ConversationId;
    agentId: AgentId;
    rater: string;
    rating: Rating;
    ratingBefore: Rating;
    categories: string[];
    categoriesBefore: string[];
    comment: string;
    commentBefore: string;
    revision: number;
    /** The rated answer. */
    messageId: MessageId;
    run: RunEventData;
  };
  /**
   * What a turn decided to do, for the adapter that carries it out: of turns that an adapter started, and of those that
   * did more than answer.
   */
  "turn.actions": {
    turnId: TurnId;
    conversationId: ConversationId;
    agentId: AgentId;
    userId: string;
    channel: string;
    /** Only this endpoint is told. Absent: all that listen. */
    adapterId?: EndpointId;
    run: Omit<RunEventData, "history">;
  };
  /** A conversation is with a person now. */
  "conversation.handed-over": HandoverEventData & { message: string; reason: string };
  /** A conversation is with its agent again. */
  "conversation.released": HandoverEventData & { by: "api" | "command" | "idle" };
  /** What one turn used of a model. */
  "usage.recorded": {
    turnId: TurnId;
    conversationId: ConversationId;
    agentId: AgentId;
    userId: string;
    channel: string;
    model: string;
    inputTokens: number;
    outputTokens: number;
    /** In `currency`, by the model's configured prices. */
    cost: number;
    currency: string;
    /** Whose account is charged: the workspace's owner. Absent: it has none. */
    accountId?: UserId;
  };
  "endpoint.disabled": { endpointId: EndpointId; name: string; url: string; reason: string };
  "endpoint.failing": { endpointId: EndpointId; name: string; url: string; failures: number };
  "endpoint.recovered": { endpointId: EndpointId; name: string; url: string };
  "delivery.exhausted": {
    deliveryId: DeliveryId;
    endpointId: EndpointId;
    eventId: EventId;
    eventType: string;
    attempts: number;
    lastError: string;
  };
  /** Kept for callers that subscribe to them; there are no plugins whose limits could be asked for. */
  "plugin.scale-requested": Record<string, never>;
  "plugin.scale-expired": Record<string, never>;
}

/** What started a turn and everything it decided. */
export interface RunEventData {
  /** What callers of the Insight family know the conversation by; empty: they have not been there. */
  sessionId: string;
  source: TriggerSource;
  trigger: Trigger;
  /** Absent: the trigger is not kept for itself. */
  triggerId?: TriggerId;
  actions: OutputAction[];
  /** What was said up to the question, itself included; oldest first. */
  history: HistoryItem[];
}

export interface HandoverEventData {
  conversationId: ConversationId;
  agentId: AgentId;
  sessionId: string;
  userId: string;
  channel: string;
  /** The turn that handed over. Absent: a person did. */
  turnId?: TurnId;
}

export type EventType = keyof EventData;

/** What every event about an agent on a channel says. */
export interface AgentEventData {
  agentId: AgentId;
  name: string;
  description: string;
  versionId?: VersionId;
  /** Milliseconds; what callers know the version by. Absent: it never had one. */
  versionNumber?: number;
  channel: string;
  /** Publisher's account in the channel. Absent: none is linked. */
  channelAccountId?: string;
  /** Whose account the workspace belongs to. Absent: it has no owner. */
  accountId?: UserId;
  /** Who did it. Absent: the configuration file. */
  actor?: { userId: UserId; name: string };
}

export interface TurnEventData {
  turnId: TurnId;
  conversationId: ConversationId;
  exchangeId: ExchangeId;
  messageId: MessageId;
  agentId: AgentId;
  /** Absent: the draft ran. */
  versionId?: VersionId;
  userId: string;
  channel: string;
  status: Exclude<TurnStatus, "running" | "waiting" | "merged">;
  /** At most `TEXT_LIMIT` code points of each; `isTruncated` says whether something is missing. */
  question: string;
  answer: string;
  isTruncated: boolean;
  usage: Usage;
  /** The conversation is with a person: nothing was answered. Absent: it is with its agent. */
  isHeld?: true;
}
