import type { Attachment, Exchange, MessageKind } from "../../domain/conversation.ts";
import type { AgentId, ConversationId, ExchangeId, MessageId, SectionId, TurnId } from "../../domain/ids.ts";

/** A message put into a conversation without an answer. */
export interface InsertedMessage {
  exchangeId: ExchangeId;
  messageId: MessageId;
  conversationId: ConversationId;
  sectionId: SectionId;
  role: "user" | "assistant";
  kind: MessageKind;
  text: string;
  attachments: Attachment[];
  meta: Record<string, string>;
  createdAt: Date;
}

export interface ExchangeStore {
  /**
   * All or none, also into several conversations; marks their activity. Rejects with `conversation_not_found` when one is
   * gone.
   */
  insert(messages: InsertedMessage[]): Promise<void>;
  /** Those of these ids that an exchange has, deleted ones too. */
  taken(ids: readonly ExchangeId[]): Promise<Set<ExchangeId>>;
  /**
   * Exchanges of a conversation, those without answers too, by id from `from` on (itself included) in the order
   * asked for; deleted ones left out.
   */
  page(query: {
    conversationId: ConversationId;
    rater: string;
    order: "asc" | "desc";
    from?: ExchangeId;
    limit: number;
  }): Promise<Exchange[]>;
  /** The conversation that it is part of, also where either is deleted. */
  conversationOf(id: ExchangeId): Promise<ConversationId | undefined>;
  /** The exchange of the conversation that contains this turn, if neither is deleted. */
  ofTurn(conversationId: ConversationId, rater: string, turnId: TurnId): Promise<Exchange | undefined>;
  /** The exchange of the conversation that contains this question or answer, if neither is deleted. */
  ofMessage(
    conversationId: ConversationId,
    rater: string,
    messageId: MessageId,
  ): Promise<Exchange | undefined>;
  /** Changes what is given of a question or an answer. */
  editMessage(
    id: MessageId,
    change: { text?: string; attachments?: Attachment[]; meta?: Record<string, string> },
    now: Date,
  ): Promise<void>;
  /** Hides the question; with an answer left the exchange stays, without one it is deleted. */
  deleteQuestion(id: ExchangeId, now: Date): Promise<void>;
  /**
   * The latest `limit` exchanges of a conversation, oldest first, deleted ones left out.
   * With `sectionId` only those of that section; with `before` only those older than that exchange; with
   * `isAnswered` only those that something has answered.
   * `rater` decides whose rating the answers show.
   */
  latest(query: {
    conversationId: ConversationId;
    rater: string;
    limit: number;
    sectionId?: SectionId;
    before?: ExchangeId;
    isAnswered?: boolean;
  }): Promise<Exchange[]>;
  /** The exchange that contains this turn, if agent and user own it and neither is deleted. */
  findByTurn(agentId: AgentId, userId: string, turnId: TurnId): Promise<Exchange | undefined>;
  /** The exchange, if agent and user own it and it is not deleted. */
  find(agentId: AgentId, userId: string, id: ExchangeId): Promise<Exchange | undefined>;
  /** Makes this answer the shown one. The caller has checked that it belongs to the exchange. */
  choose(exchangeId: ExchangeId, turnId: TurnId): Promise<void>;
  /** Deletes an exchange with all its answers. */
  delete(id: ExchangeId, now: Date): Promise<void>;
  /**
   * Deletes one answer. When it was the chosen one the newest remaining answer is chosen; when it was the last
   * one the exchange is deleted, or with `keepQuestion` stays without an answer.
   */
  deleteAnswer(turnId: TurnId, now: Date, options?: { keepQuestion: boolean }): Promise<void>;
}
