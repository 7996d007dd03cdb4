import { messageNotFound } from "../../chat/answers.ts";
import { type FoundMessage, findMessage, listMessages } from "../../chat/messages.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { MessageId, TurnId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { type ChatMessage, chatMessages, isShown } from "./chat-messages.ts";
import { parseDerivedId } from "./ids.ts";
import { placeOf, presentAnswer, presentQuestion } from "./present.ts";
import { idOf } from "./wire.ts";

/** A message as it is told. */
export type WireMessage = ChatMessage | ReturnType<typeof presentQuestion>;

/** A page of messages to list. Ids are as the caller wrote them. Source: spec page §5. */
export interface PageRequest {
  conversation: Conversation;
  order: "asc" | "desc";
  /** The page follows this message in the order asked for, or ends just before it. Absent: the first page. */
  cursor?: { id: string; side: "after" | "before" };
  limit: number;
  /** Only messages of this chat. */
  turnId: TurnId | undefined;
  /** Also what chats made beside their answers. */
  withMiddle: boolean;
}

/**
 * Lists messages in the order asked for. `hasMore`: in the direction of the page. Rejects with `request_invalid` naming
 * the cursor when it is no message of the conversation.
 */
export async function readPage(
  store: Store,
  request: PageRequest,
): Promise<{ messages: WireMessage[]; hasMore: boolean }> {
  const { order, cursor, limit } = request;
  const isBackward = cursor?.side === "before";
  const direction = isBackward ? opposite(order) : order;
  const start = await startOf(store, request, direction);
  const messages = start.rest;
  let after = start.after;
  while (messages.length <= limit) {
    const page = await listMessages(store, {
      conversation: request.conversation,
      order: direction,
      afterMessage: after,
      limit: limit + 1,
      turnId: request.turnId,
      withEmptyAnswers: request.withMiddle,
    });
    messages.push(...(await expand(store, request, page.messages, direction)));
    const last = page.messages.at(-1);
    if (!page.hasMore || last === undefined) break;
    after = messageIdOf(last);
  }
  const shown = messages.slice(0, limit);
  return { messages: isBackward ? shown.reverse() : shown, hasMore: messages.length > limit };
}

/** One message by its id, middle messages too. Rejects with `message_not_found`. */
export async function readMessageById(
  store: Store,
  conversation: Conversation,
  id: string,
): Promise<WireMessage> {
  const derived = parseDerivedId<TurnId>(id);
  if (derived === undefined) {
    return presentFound(await findMessage(store, conversation, idOf<MessageId>(id)));
  }
  const found = await answerOf(store, conversation, derived.turnId);
  const { exchange, answer } = found ?? {};
  if (exchange === undefined || answer === undefined) throw messageNotFound();
  const trace = await store.turns.trace(answer.turn.id);
  const message = chatMessages(exchange, answer, trace).find((candidate) => candidate.id === id);
  if (message === undefined) throw messageNotFound();
  return message;
}

/** A question or an answer, as far as it is there. */
export function presentFound(
  { exchange, answer }: FoundMessage,
  turnId = exchange.chosenTurnId,
): WireMessage {
  if (answer !== undefined) return presentAnswer(placeOf(exchange, answer), answer);
  const turn = exchange.answers.find((candidate) => candidate.turn.id === turnId)?.turn;
  const asker = turn === undefined ? undefined : { turnId: turn.id, agentId: turn.agentId };
  return presentQuestion(exchange, exchange.question, asker);
}

/** Where a page begins: behind a stored message, after the rest of what that message's chat made. */
async function startOf(
  store: Store,
  request: PageRequest,
  direction: "asc" | "desc",
): Promise<{ rest: WireMessage[]; after: MessageId | undefined }> {
  const { conversation, cursor } = request;
  if (cursor === undefined) return { rest: [], after: undefined };
  const found = await cursorMessage(store, conversation, cursor.id);
  const unknown = () =>
    new DomainError("request_invalid", "no such message in this conversation", {
      field: `${cursor.side}_id`,
    });
  if (found === undefined) throw unknown();
  if (found.answer === undefined) return { rest: [], after: messageIdOf(found) };
  const made = await expand(store, request, [found], direction);
  const index = made.findIndex(({ id }) => id === cursor.id);
  if (index === -1 && parseDerivedId(cursor.id) !== undefined) throw unknown();
  return { rest: index === -1 ? [] : made.slice(index + 1), after: messageIdOf(found) };
}

async function cursorMessage(
  store: Store,
  conversation: Conversation,
  id: string,
): Promise<FoundMessage | undefined> {
  const derived = parseDerivedId<TurnId>(id);
  if (derived !== undefined) return answerOf(store, conversation, derived.turnId);
  const messageId = idOf<MessageId>(id);
  const exchange = await store.exchanges.ofMessage(conversation.id, conversation.userId, messageId);
  if (exchange === undefined) return undefined;
  const answer = exchange.answers.find((candidate) => candidate.messageId === messageId);
  return { exchange, ...(answer === undefined ? {} : { answer }) };
}

async function answerOf(
  store: Store,
  { id, userId }: Conversation,
  turnId: TurnId,
): Promise<FoundMessage | undefined> {
  const exchange = await store.exchanges.ofTurn(id, userId, turnId);
  const answer = exchange?.answers.find(({ turn }) => turn.id === turnId);
  return exchange === undefined || answer === undefined ? undefined : { exchange, answer };
}

/** Everything that stored messages stand for, in a direction. */
async function expand(
  store: Store,
  { withMiddle, turnId }: PageRequest,
  found: FoundMessage[],
  direction: "asc" | "desc",
): Promise<WireMessage[]> {
  const turnIds = found.flatMap(({ answer }) => (answer === undefined ? [] : [answer.turn.id]));
  const traces = withMiddle ? await store.turns.traces(turnIds) : undefined;
  return found.flatMap((message): WireMessage[] => {
    const { exchange, answer } = message;
    if (answer === undefined) return [presentFound(message, turnId)];
    if (!withMiddle) return isShown(answer) ? [presentFound(message)] : [];
    const made = chatMessages(exchange, answer, traces?.get(answer.turn.id) ?? []);
    return direction === "asc" ? made : made.reverse();
  });
}

function messageIdOf({ exchange, answer }: FoundMessage): MessageId {
  return answer?.messageId ?? exchange.question.messageId;
}

function opposite(order: "asc" | "desc"): "asc" | "desc" {
  return order === "asc" ? "desc" : "asc";
}
