import { type ConversationId, ID_EPOCH_MS, type MessageId } from "../src/domain/ids.ts";

/** Conversations of one length, spread over some users. */
export interface Batch {
  conversations: number;
  exchangesEach: number;
  users: number;
}

/** A batch whose conversations, then exchanges, begin at a row of its own. Rows are ordered like their ids. */
export interface PlacedBatch extends Batch {
  firstRow: number;
  /** What the names of its users begin with. */
  userPrefix: string;
}

/** 2025-06-01: before everything a server makes during the run. A row is made every millisecond. */
export const START_MS = Date.UTC(2025, 5, 1);
/** Ids of one millisecond lie so far apart; see `domain/ids.ts`. */
export const ID_STEP = 8_192;
/** What is added to an exchange's id. */
export const ID_WITHIN = { question: 1, turn: 2, answer: 3 };

/** One batch after the other. */
export function placeBatches(batches: Batch[]): PlacedBatch[] {
  let firstRow = 0;
  return batches.map((batch, index) => {
    const placed = { ...batch, firstRow, userPrefix: `u${index}-` };
    firstRow += batch.conversations * (1 + batch.exchangesEach);
    return placed;
  });
}

export interface FilledConversation {
  id: ConversationId;
  userId: string;
  /** The question of its exchange `number`, from 0, and what answered it. */
  messages(number: number): { question: MessageId; answer: MessageId };
  exchanges: number;
}

/**
 * The conversations of a batch. Exchange `n` of the batch lies in conversation `n % conversations`, so that the rows of
 * one conversation are as far apart as they are in real use.
 */
export function conversationsOf(batch: PlacedBatch): FilledConversation[] {
  const { firstRow, conversations, exchangesEach, users, userPrefix } = batch;
  return Array.from({ length: conversations }, (_, place) => ({
    id: rowId(firstRow + place) as ConversationId,
    userId: `${userPrefix}${place % users}`,
    exchanges: exchangesEach,
    messages: (number) => {
      const exchange = rowId(firstRow + conversations + place + number * conversations);
      return {
        question: (exchange + ID_WITHIN.question) as MessageId,
        answer: (exchange + ID_WITHIN.answer) as MessageId,
      };
    },
  }));
}

function rowId(row: number): number {
  return (START_MS - ID_EPOCH_MS + row) * ID_STEP;
}
