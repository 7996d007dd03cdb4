import type {
  AgentEventData,
  EventData,
  EventType,
  HandoverEventData,
  TurnEventData,
} from "../domain/event.ts";
import type {
  AgentId,
  ConversationId,
  DeliveryId,
  EndpointId,
  EventId,
  ExchangeId,
  MessageId,
  SubmissionId,
  TurnId,
  UserId,
  VersionId,
} from "../domain/ids.ts";
import { textActions } from "../domain/output-action.ts";
import { textTrigger } from "../domain/trigger.ts";

const agentId = 460_120_314_880_001 as AgentId;
const conversationId = 460_120_314_880_002 as ConversationId;
const turnId = 460_120_314_880_003 as TurnId;
const userId = 460_120_314_880_004 as UserId;
const endpointId = 460_120_314_880_005 as EndpointId;
const versionId = 460_120_314_880_006 as VersionId;

const agent: AgentEventData = {
  agentId,
  name: "商城客服",
  description: "Answers questions about orders.",
  versionId,
  versionNumber: 1_763_712_000_000,
  channel: "api",
  accountId: userId,
  actor: { userId, name: "Ann" },
};
const { channel: _, ...withoutChannel } = agent;

const turn: Omit<TurnEventData, "status"> = {
  turnId,
  conversationId,
  exchangeId: 460_120_314_880_007 as ExchangeId,
  messageId: 460_120_314_880_008 as MessageId,
  agentId,
  versionId,
  userId: "u-17",
  channel: "api",
  question: "怎么退货？",
  answer: "7 天无理由退货。",
  isTruncated: false,
  usage: {
    inputTokens: 120,
    outputTokens: 18,
    firstTokenMs: 240,
    latencyMs: 900,
    cost: 0.000384,
    currency: "CNY",
  },
};
const endpoint = { endpointId, name: "Order system", url: "https://orders.example.com/hooks" };

const handover: HandoverEventData = {
  conversationId,
  agentId,
  sessionId: "wx-7731",
  userId: "u-17",
  channel: "api",
};

/** What each event may look like. */
export const EVENT_EXAMPLES: { [Type in EventType]: { subject: string; data: EventData[Type] } } = {
  "agent.submitted": {
    subject: `agent:${agentId}`,
    data: { ...agent, submissionId: 460_120_314_880_009 as SubmissionId },
  },
  "agent.published": { subject: `agent:${agentId}`, data: agent },
  "agent.unpublished": { subject: `agent:${agentId}`, data: { ...agent, reason: "Out of season" } },
  "agent.deleted": { subject: `agent:${agentId}`, data: { ...withoutChannel, channels: ["api"] } },
  "agent.audit-recovered": {
    subject: `agent:${agentId}`,
    data: {
      agentId,
      versionId,
      versionNumber: 1_763_712_000_000,
      channel: "460120314880012",
      submissionId: 460_120_314_880_009 as SubmissionId,
      status: "live",
      reason: "",
    },
  },
  "conversation.created": {
    subject: `conversation:${conversationId}`,
    data: { conversationId, agentId, userId: "u-17", channel: "api", name: "" },
  },
  "turn.completed": { subject: `conversation:${conversationId}`, data: { ...turn, status: "completed" } },
  "turn.failed": {
    subject: `conversation:${conversationId}`,
    data: {
      ...turn,
      status: "failed",
      answer: "",
      error: { code: "model_timeout", message: "the model did not answer in time" },
    },
  },
  "feedback.changed": {
    subject: `turn:${turnId}`,
    data: {
      turnId,
      conversationId,
      agentId,
      rater: "u-17",
      rating: "dislike",
      ratingBefore: "none",
      categories: ["wrong"],
      categoriesBefore: [],
      comment: "Returns take 15 days.",
      commentBefore: "",
      revision: 1,
      messageId: turn.messageId,
      run: {
        sessionId: "",
        source: "api",
        trigger: textTrigger(turn.question),
        actions: textActions(turn.answer),
        history: [{ role: "user", text: turn.question, attachments: [] }],
      },
    },
  },
  "turn.actions": {
    subject: `conversation:${conversationId}`,
    data: {
      turnId,
      conversationId,
      agentId,
      userId: "u-17",
      channel: "api",
      run: {
        sessionId: "wx-7731",
        source: "adapter",
        trigger: {
          type: "receive-text-message",
          payload: { text: "我要找人工", contactId: "c-1", receiverId: "im-7" },
        },
        actions: [
          {
            type: "tag-user",
            status: "send",
            payload: { operation: "ADD", tags: [{ tagName: "售后" }], contactId: "c-1" },
          },
          { type: "handover", status: "send", payload: { reason: "The user asks for a person." } },
          ...textActions("好的，马上为您转人工。"),
        ],
      },
    },
  },
  "conversation.handed-over": {
    subject: `conversation:${conversationId}`,
    data: { ...handover, turnId, message: "", reason: "The user asks for a person." },
  },
  "conversation.released": {
    subject: `conversation:${conversationId}`,
    data: { ...handover, by: "idle" },
  },
  "usage.recorded": {
    subject: `conversation:${conversationId}`,
    data: {
      turnId,
      conversationId,
      agentId,
      userId: "u-17",
      channel: "api",
      model: "deepseek",
      inputTokens: 120,
      outputTokens: 18,
      cost: 0.000384,
      currency: "CNY",
      accountId: userId,
    },
  },
  "endpoint.disabled": {
    subject: `endpoint:${endpointId}`,
    data: { ...endpoint, reason: "no success for 120 hours" },
  },
  "endpoint.failing": { subject: `endpoint:${endpointId}`, data: { ...endpoint, failures: 4 } },
  "endpoint.recovered": { subject: `endpoint:${endpointId}`, data: endpoint },
  "delivery.exhausted": {
    subject: `endpoint:${endpointId}`,
    data: {
      deliveryId: 460_120_314_880_010 as DeliveryId,
      endpointId,
      eventId: 460_120_314_880_011 as EventId,
      eventType: "turn.completed",
      attempts: 10,
      lastError: "http_500",
    },
  },
  "plugin.scale-requested": { subject: "plugin:0", data: {} },
  "plugin.scale-expired": { subject: "plugin:0", data: {} },
};
