import type {
  Answer,
  Attachment,
  Conversation,
  Exchange,
  MessageKind,
  Question,
  TurnStatus,
  Usage,
} from "../../domain/conversation.ts";
import type { AgentId, ConversationId, MessageId, SectionId, TurnId } from "../../domain/ids.ts";
import type { CallerToolCall, TurnErrorCode } from "../../domain/turn-event.ts";
import { TURN_FAILURES } from "../../domain/turn-failure.ts";
import { connectorIdOf } from "./channels.ts";
import { COZE_ERRORS } from "./errors.ts";
import { formatId } from "./ids.ts";

/** Whole seconds since the Unix epoch. Source: spec page, notation. */
export function unixSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** Conversation. Source: spec page §4. */
export function presentConversation(conversation: Conversation) {
  return {
    id: formatId(conversation.id),
    name: conversation.name,
    created_at: unixSeconds(conversation.createdAt),
    updated_at: unixSeconds(conversation.updatedAt),
    meta_data: conversation.meta,
    last_section_id: formatId(conversation.sectionId),
    creator_id: conversation.creatorId === undefined ? "" : formatId(conversation.creatorId),
    connector_id: connectorIdOf(conversation.channel),
  };
}

/** Where a message that a chat made belongs. */
export interface ChatPlace {
  turnId: TurnId;
  conversationId: ConversationId;
  sectionId: SectionId;
  agentId: AgentId;
  /** When the chat began; middle messages have no time of their own. */
  createdAt: Date;
}

/** A `ChatPlace` of an answer. */
export function placeOf(exchange: Pick<Exchange, "sectionId">, { turn }: Pick<Answer, "turn">): ChatPlace {
  const { id: turnId, conversationId, agentId, createdAt } = turn;
  return { turnId, conversationId, sectionId: exchange.sectionId, agentId, createdAt };
}

/** Kinds of messages in Coze's words. Source: spec page §5. */
export const MESSAGE_TYPES = {
  question: "question",
  answer: "answer",
  "function-call": "function_call",
  "tool-output": "tool_output",
  "tool-response": "tool_response",
  knowledge: "knowledge",
  "follow-up": "follow_up",
  verbose: "verbose",
} as const satisfies Record<MessageKind, string>;

/** Message: what was asked or inserted. `asker`: the chat it was asked in, if any. Source: spec page §5. */
export function presentQuestion(
  exchange: Pick<Exchange, "conversationId" | "sectionId">,
  question: Question,
  asker: { turnId: TurnId; agentId: AgentId } | undefined,
) {
  return {
    id: formatId(question.messageId),
    conversation_id: formatId(exchange.conversationId),
    bot_id: asker === undefined ? "" : formatId(asker.agentId),
    chat_id: asker === undefined ? "" : formatId(asker.turnId),
    section_id: formatId(exchange.sectionId),
    role: question.role,
    type: MESSAGE_TYPES[question.kind],
    ...presentContent(question),
    meta_data: question.meta,
    created_at: unixSeconds(question.createdAt),
    updated_at: unixSeconds(question.updatedAt),
  };
}

/** Message: an answer as far as it is there. Source: spec page §5. */
export function presentAnswer(place: ChatPlace, answer: Omit<Answer, "turn" | "rating">) {
  return {
    ...madeByChat(place, formatId(answer.messageId), "answer", answer.text),
    ...(answer.reasoning === "" ? {} : { reasoning_content: answer.reasoning }),
    meta_data: answer.meta,
    updated_at: unixSeconds(answer.updatedAt),
  };
}

/** Message: a middle message, or what an answer has in common with one. Source: spec page §5, §6.1. */
export function madeByChat(
  place: ChatPlace,
  id: string,
  type: (typeof MESSAGE_TYPES)[MessageKind],
  content: string,
) {
  const seconds = unixSeconds(place.createdAt);
  return {
    id,
    conversation_id: formatId(place.conversationId),
    bot_id: formatId(place.agentId),
    chat_id: formatId(place.turnId),
    section_id: formatId(place.sectionId),
    role: "assistant" as const,
    type,
    content,
    content_type: "text" as const,
    meta_data: {} as Record<string, string>,
    created_at: seconds,
    updated_at: seconds,
  };
}

/** `content` and `content_type`: an object string as soon as there are files. Source: spec page §5. */
function presentContent({ text, attachments }: Pick<Question, "text" | "attachments">) {
  if (attachments.length === 0) return { content: text, content_type: "text" as const };
  const items = [...(text === "" ? [] : [{ type: "text", text }]), ...attachments.map(presentAttachment)];
  return { content: JSON.stringify(items), content_type: "object_string" as const };
}

const IMAGE_NAME = /\.(png|jpe?g|gif|webp|bmp|heic|tiff?)$/i;

function presentAttachment({ kind, fileId, url, path, name }: Attachment) {
  return {
    type: kind ?? (IMAGE_NAME.test(name) ? "image" : "file"),
    ...(fileId === undefined ? { file_url: url === "" ? path : url } : { file_id: formatId(fileId) }),
  };
}

const CHAT_STATUSES: Record<TurnStatus, string> = {
  running: "in_progress",
  waiting: "requires_action",
  completed: "completed",
  stopped: "canceled",
  failed: "failed",
  interrupted: "failed",
  merged: "completed",
};

/** One state of a chat. */
export interface ChatState {
  /** `created`: before anything has happened. */
  status: TurnStatus | "created";
  endedAt?: Date | undefined;
  error?: { code: TurnErrorCode; message: string } | undefined;
  usage?: Pick<Usage, "inputTokens" | "outputTokens"> | undefined;
  /** What the caller has to run; only while it waits. */
  calls?: CallerToolCall[] | undefined;
}

/** Chat. Times that are not known yet are left out. Source: spec page §6. */
export function presentChat(
  place: ChatPlace,
  chat: { meta: Record<string, string>; insertedIds?: MessageId[] },
  { status, endedAt, error, usage, calls = [] }: ChatState,
) {
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
  const wireStatus = status === "created" ? status : CHAT_STATUSES[status];
  return {
    id: formatId(place.turnId),
    conversation_id: formatId(place.conversationId),
    bot_id: formatId(place.agentId),
    created_at: unixSeconds(place.createdAt),
    ...(wireStatus === "completed" && endedAt !== undefined ? { completed_at: unixSeconds(endedAt) } : {}),
    ...(wireStatus === "failed" && endedAt !== undefined ? { failed_at: unixSeconds(endedAt) } : {}),
    last_error: wireStatus === "failed" ? presentFailure(error) : { code: 0, msg: "" },
    meta_data: chat.meta,
    status: wireStatus,
    usage: {
      token_count: Math.round(inputTokens) + Math.round(outputTokens),
      output_count: Math.round(outputTokens),
      input_count: Math.round(inputTokens),
    },
    section_id: formatId(place.sectionId),
    ...(wireStatus === "requires_action" ? { required_action: presentRequiredAction(calls) } : {}),
    ...(chat.insertedIds === undefined || chat.insertedIds.length === 0
      ? {}
      : { inserted_additional_messages: chat.insertedIds.map((id) => ({ id: formatId(id) })) }),
  };
}

/** `required_action`. Source: spec page §6. */
function presentRequiredAction(calls: CallerToolCall[]) {
  return {
    type: "submit_tool_outputs",
    submit_tool_outputs: {
      tool_calls: calls.map(({ id, name, arguments: input, isQuestion = false }) => ({
        id,
        type: isQuestion ? "reply_message" : "function",
        function: { name, arguments: input === "" ? "{}" : input },
      })),
    },
  };
}

/** `last_error` of a failed chat. Source: spec page §6. */
function presentFailure(error: { code: TurnErrorCode; message: string } | undefined) {
  const { code, message } = error ?? {
    code: "interrupted" as const,
    message: "the server ended while it was answering",
  };
  return { code: COZE_ERRORS[TURN_FAILURES[code]].code, msg: message };
}
