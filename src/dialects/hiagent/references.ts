import { messageNotFound } from "../../chat/answers.ts";
import { conversationNotFound } from "../../chat/conversations.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ConversationId, ExchangeId, TurnId } from "../../domain/ids.ts";
import { parseUlid, parseXid } from "./ids.ts";

/** The conversation meant by an AppConversationID. What is no id of ours is not found, like any unknown one. */
export function conversationIdOf(text: string): ConversationId {
  const id = parseXid<ConversationId>("conversation", text);
  if (id === undefined) throw conversationNotFound();
  return id;
}

/** The turn meant by a MessageID or TaskID. Absent: `request_invalid` naming `field`. */
export function turnIdOf(text: string | undefined, field: string): TurnId {
  if (text === undefined || text === "") {
    throw new DomainError("request_invalid", `field ${field} is required`, { field });
  }
  const id = parseUlid<TurnId>("turn", text);
  if (id === undefined) throw messageNotFound();
  return id;
}

/** The exchange meant by a QueryID. */
export function exchangeIdOf(text: string): ExchangeId {
  const id = parseXid<ExchangeId>("exchange", text);
  if (id === undefined) throw messageNotFound();
  return id;
}
