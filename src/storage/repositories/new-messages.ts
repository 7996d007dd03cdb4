import { sql } from "kysely";
import { type Draft, type Step, statement } from "../statement.ts";
import type { InsertedMessage } from "../store.ts";

interface NewExchange {
  id: number;
  conversationId: number;
  sectionId: number;
  /** The chosen one; 0: none. */
  turnId: number;
  answerCount: number;
  at: number;
}

/** Follow-up of a guard. */
export const insertExchange = statement(({ value, insertIfPassed }: Draft<NewExchange>) =>
  insertIfPassed("exchanges", {
    id: value("id"),
    conversation_id: value("conversationId"),
    section_id: value("sectionId"),
    chosen_turn_id: value("turnId"),
    answer_count: value("answerCount"),
    created_at: value("at"),
    deleted_at: sql.lit(null),
  }),
);

interface NewQuestion {
  id: number;
  exchangeId: number;
  role: string;
  kind: string;
  text: string;
  attachments: string;
  meta: string;
  at: number;
}

/** Follow-up of a guard. */
export const insertQuestion = statement(({ value, insertIfPassed }: Draft<NewQuestion>) =>
  insertIfPassed("messages", {
    id: value("id"),
    exchange_id: value("exchangeId"),
    turn_id: sql.lit(null),
    kind: value("kind"),
    role: value("role"),
    text: value("text"),
    reasoning: sql.lit(""),
    attachments: value("attachments"),
    created_at: value("at"),
    meta: value("meta"),
    updated_at: sql.lit(0),
    deleted_at: sql.lit(null),
  }),
);

/** Follow-ups of a guard that put messages without answers into their conversation. */
export function insertMessages(messages: InsertedMessage[]): Step<unknown>[] {
  return messages.flatMap((message) => [
    insertExchange({
      id: message.exchangeId,
      conversationId: message.conversationId,
      sectionId: message.sectionId,
      turnId: 0,
      answerCount: 0,
      at: message.createdAt.getTime(),
    }),
    insertQuestion({
      id: message.messageId,
      exchangeId: message.exchangeId,
      role: message.role,
      kind: message.kind,
      text: message.text,
      attachments: JSON.stringify(message.attachments),
      meta: JSON.stringify(message.meta),
      at: message.createdAt.getTime(),
    }),
  ]);
}
