import type { Answer, Attachment, Conversation, Exchange } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { ExchangeId, MessageId, TurnId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { messageNotFound, type Opinion, rateAnswer } from "./answers.ts";
import { insertedInto, type NewMessage } from "./conversations.ts";
import type { Facts } from "./facts.ts";
import { cancelWaitingOf } from "./waiting-runs.ts";

/** One message of a conversation: an answer, or the question of its exchange. */
export interface FoundMessage {
  exchange: Exchange;
  /** Absent: the question. */
  answer?: Answer;
}

/** Puts a message at the end of a conversation; nothing answers it. Rejects with `conversation_not_found`. */
export async function insertMessage(
  store: Store,
  conversation: Conversation,
  message: NewMessage,
): Promise<FoundMessage> {
  const inserted = insertedInto(store, conversation, message);
  await store.exchanges.insert([inserted]);
  await store.flushed();
  return findMessage(store, conversation, inserted.messageId);
}

/** A question or answer of the conversation, also one that is not the chosen. Rejects with `message_not_found`. */
export async function findMessage(
  { exchanges }: Pick<Store, "exchanges">,
  { id, userId }: Conversation,
  messageId: MessageId,
): Promise<FoundMessage> {
  const exchange = await exchanges.ofMessage(id, userId, messageId);
  if (exchange === undefined) throw messageNotFound();
  const answer = exchange.answers.find((candidate) => candidate.messageId === messageId);
  return { exchange, ...(answer !== undefined && { answer }) };
}

/**
 * Changes what is given of a message. Rejects with `message_not_found`; with `conversation_busy` while the answer is
 * still being made.
 */
export async function editMessage(
  store: Store,
  conversation: Conversation,
  messageId: MessageId,
  change: { text?: string; attachments?: Attachment[]; meta?: Record<string, string> },
): Promise<FoundMessage> {
  const { answer } = await findMessage(store, conversation, messageId);
  const isOpen = answer !== undefined && isBeingMade(answer);
  if (isOpen) throw new DomainError("conversation_busy", "the answer is still being made");
  await store.exchanges.editMessage(messageId, change, new Date());
  await store.flushed();
  return findMessage(store, conversation, messageId);
}

function isBeingMade({ turn }: Answer): boolean {
  return turn.status === "running" || turn.status === "waiting";
}

/**
 * Deletes a message and resolves with it as it was. An answer takes what its turn did with it and leaves the question;
 * a question leaves its answers. Rejects with `message_not_found`.
 */
export async function deleteMessage(
  store: Store,
  conversation: Conversation,
  messageId: MessageId,
): Promise<FoundMessage> {
  const found = await findMessage(store, conversation, messageId);
  const { exchange, answer } = found;
  const now = new Date();
  if (answer === undefined) await store.exchanges.deleteQuestion(exchange.id, now);
  else {
    await store.exchanges.deleteAnswer(answer.turn.id, now, { keepQuestion: true });
    await cancelWaitingOf(store, [answer.turn.id]);
  }
  await store.flushed();
  return found;
}

/**
 * Rates an answer as the conversation's user. Resolves with whether anything changed. Rejects with
 * `message_not_found`; with `request_invalid` naming `message_id` when it is no turn's answer or has no text.
 */
export async function rateMessage(
  services: { store: Store; facts: Facts },
  conversation: Conversation,
  messageId: MessageId,
  opinion: Opinion,
): Promise<boolean> {
  const { answer } = await findMessage(services.store, conversation, messageId);
  if (answer === undefined || answer.text === "") {
    throw new DomainError("request_invalid", "only answers can be rated", { field: "message_id" });
  }
  const { workspaceId, userId } = conversation;
  const rated = { rater: userId, ...opinion };
  const { isChanged } = await rateAnswer(services, { workspaceId, turn: answer.turn }, rated);
  return isChanged;
}

/**
 * The last message of a conversation, if a turn may answer it; otherwise rejects with `request_invalid` naming
 * `additional_messages`.
 */
export async function findOpenQuestion(
  { exchanges }: Pick<Store, "exchanges">,
  { id, userId }: Conversation,
): Promise<Exchange> {
  const [last] = await exchanges.page({ conversationId: id, rater: userId, order: "desc", limit: 1 });
  if (last !== undefined) return last;
  throw new DomainError("request_invalid", "there is no message to answer", { field: "additional_messages" });
}

/** Which messages of a conversation to list. */
export interface MessageQuery {
  conversation: Conversation;
  order: "asc" | "desc";
  /** Those that follow this one in the order asked for. */
  afterMessage?: MessageId | undefined;
  /** Those that stand before this one in the order asked for, the nearest ones. Not together with `afterMessage`. */
  beforeMessage?: MessageId | undefined;
  /** At least 1. */
  limit: number;
  /** Only the question and the answer of this turn. */
  turnId?: TurnId | undefined;
  /** Also chosen answers that have no text (yet): their turns may have done something. Absent: false. */
  withEmptyAnswers?: boolean | undefined;
}

/**
 * One page of a conversation: questions, messages put into it and chosen answers, by exchange; the answer follows its
 * question. `hasMore`: there are more in the direction of the page.
 * Rejects with `request_invalid` naming `afterMessage` or `beforeMessage` when it is no message of the conversation.
 */
export async function listMessages(
  store: Store,
  query: MessageQuery,
): Promise<{ messages: FoundMessage[]; hasMore: boolean }> {
  const { order, afterMessage, beforeMessage, limit, turnId } = query;
  const isBackward = afterMessage === undefined && beforeMessage !== undefined;
  const direction = isBackward ? opposite(order) : order;
  const cursorId = afterMessage ?? beforeMessage;
  const cursor =
    cursorId === undefined
      ? undefined
      : await findCursor(store, query.conversation, cursorId, isBackward ? "beforeMessage" : "afterMessage");
  const found =
    turnId === undefined
      ? await readOn(store, query, direction, cursor)
      : await ofTurn(store, query, turnId, direction, cursor);
  const messages = found.slice(0, limit);
  return { messages: isBackward ? messages.reverse() : messages, hasMore: found.length > limit };
}

type Order = MessageQuery["order"];

function opposite(order: Order): Order {
  return order === "asc" ? "desc" : "asc";
}

/** A place in the list: just behind a question or an answer. */
interface Cursor {
  exchangeId: ExchangeId;
  isAnswer: boolean;
}

async function findCursor(
  store: Store,
  { id, userId }: Conversation,
  messageId: MessageId,
  field: string,
): Promise<Cursor> {
  const exchange = await store.exchanges.ofMessage(id, userId, messageId);
  if (exchange === undefined) {
    throw new DomainError("request_invalid", "no such message in this conversation", { field });
  }
  return { exchangeId: exchange.id, isAnswer: exchange.question.messageId !== messageId };
}

/** Reads exchanges until there is one message more than the limit, or no more at all. */
async function readOn(
  store: Store,
  query: MessageQuery,
  direction: Order,
  cursor: Cursor | undefined,
): Promise<FoundMessage[]> {
  const { conversation, limit, withEmptyAnswers = false } = query;
  // Most exchanges are two messages.
  const chunk = Math.ceil((limit + 1) / 2) + 1;
  const found: FoundMessage[] = [];
  let from = cursor?.exchangeId;
  let lastId: ExchangeId | undefined;
  while (found.length <= limit) {
    const exchanges = await store.exchanges.page({
      conversationId: conversation.id,
      rater: conversation.userId,
      order: direction,
      limit: chunk,
      ...(from !== undefined && { from }),
    });
    for (const exchange of exchanges) {
      if (exchange.id === lastId) continue;
      found.push(...messagesOf(exchange, direction, cursor, withEmptyAnswers));
    }
    lastId = exchanges.at(-1)?.id;
    if (exchanges.length < chunk) break;
    from = lastId;
  }
  return found;
}

async function ofTurn(
  store: Store,
  { conversation, withEmptyAnswers = false }: MessageQuery,
  turnId: TurnId,
  direction: Order,
  cursor: Cursor | undefined,
): Promise<FoundMessage[]> {
  const exchange = await store.exchanges.ofTurn(conversation.id, conversation.userId, turnId);
  if (exchange === undefined) return [];
  const shown = { ...exchange, chosenTurnId: turnId };
  return messagesOf(shown, direction, cursor, withEmptyAnswers).map(({ answer }) => ({
    exchange,
    ...(answer !== undefined && { answer }),
  }));
}

/** The messages of an exchange in a direction, without those up to the cursor. */
function messagesOf(
  exchange: Exchange,
  direction: Order,
  cursor: Cursor | undefined,
  withEmptyAnswers: boolean,
): FoundMessage[] {
  const answer = exchange.answers.find(({ turn }) => turn.id === exchange.chosenTurnId);
  const hasAnswer = answer !== undefined && (withEmptyAnswers || answer.text !== "");
  const messages: FoundMessage[] = [
    ...(exchange.question.isDeleted ? [] : [{ exchange }]),
    ...(hasAnswer ? [{ exchange, answer }] : []),
  ];
  const ordered = direction === "asc" ? messages : messages.reverse();
  return cursor === undefined ? ordered : ordered.filter((message) => isPast(message, direction, cursor));
}

function isPast({ exchange, answer }: FoundMessage, direction: Order, cursor: Cursor): boolean {
  if (exchange.id !== cursor.exchangeId) {
    return direction === "asc" ? exchange.id > cursor.exchangeId : exchange.id < cursor.exchangeId;
  }
  const isAnswer = answer !== undefined;
  if (isAnswer === cursor.isAnswer) return false;
  return direction === "asc" ? isAnswer : !isAnswer;
}
