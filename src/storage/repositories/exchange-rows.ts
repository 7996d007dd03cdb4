import type { AliasedExpression, Kysely, RawBuilder } from "kysely";
import type { Answer, Exchange, Rating, Turn, TurnStatus } from "../../domain/conversation.ts";
import type { AgentId, ConversationId, ExchangeId, MessageId, SectionId, TurnId } from "../../domain/ids.ts";
import type { TurnErrorCode } from "../../domain/turn-event.ts";
import type { ExchangeRow, Schema } from "../schema.ts";

/** One message of an exchange with what belongs to it; the turn's columns are null for a question. */
export interface ExchangeMessageRow {
  exchange_id: number;
  conversation_id: number;
  section_id: number;
  chosen_turn_id: number;
  exchange_created_at: number;
  message_id: number;
  kind: string;
  text: string;
  reasoning: string;
  attachments: string;
  message_created_at: number;
  turn_id: number | null;
  agent_id: number | null;
  user_id: string | null;
  node: number | null;
  status: string | null;
  turn_created_at: number | null;
  ended_at: number | null;
  error_code: string | null;
  error_message: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  first_token_ms: number | null;
  latency_ms: number | null;
  cost: number | null;
  currency: string | null;
  used_knowledge: number | null;
  suggestions: string | null;
  rating: string | null;
}

/** The messages of the given exchanges without deleted answers, in any order: sorting long texts is dear in SQL. */
export function selectMessages(
  db: Kysely<Schema>,
  exchanges: AliasedExpression<ExchangeRow, "exchange">,
  rater: RawBuilder<string>,
) {
  return db
    .selectFrom(exchanges)
    .innerJoin("messages", "messages.exchange_id", "exchange.id")
    .leftJoin("turns", "turns.id", "messages.turn_id")
    .leftJoin("feedback", (join) =>
      join.onRef("feedback.turn_id", "=", "turns.id").on("feedback.rater", "=", rater),
    )
    .select([
      "exchange.id as exchange_id",
      "exchange.conversation_id",
      "exchange.section_id",
      "exchange.chosen_turn_id",
      "exchange.created_at as exchange_created_at",
      "messages.id as message_id",
      "messages.kind",
      "messages.text",
      "messages.reasoning",
      "messages.attachments",
      "messages.created_at as message_created_at",
      "turns.id as turn_id",
      "turns.agent_id",
      "turns.user_id",
      "turns.node",
      "turns.status",
      "turns.created_at as turn_created_at",
      "turns.ended_at",
      "turns.error_code",
      "turns.error_message",
      "turns.input_tokens",
      "turns.output_tokens",
      "turns.first_token_ms",
      "turns.latency_ms",
      "turns.cost",
      "turns.currency",
      "turns.used_knowledge",
      "turns.suggestions",
      "feedback.rating",
    ])
    .where("messages.kind", "in", ["question", "answer"])
    .where("turns.deleted_at", "is", null);
}

/** Puts message rows together again: exchanges and answers oldest first. */
export function toExchanges(rows: ExchangeMessageRow[]): Exchange[] {
  const exchanges = new Map<number, Exchange>();
  for (const row of rows.sort((one, other) => one.message_id - other.message_id)) {
    let exchange = exchanges.get(row.exchange_id);
    if (exchange === undefined) {
      exchange = toExchange(row);
      exchanges.set(row.exchange_id, exchange);
    }
    if (row.kind === "answer") exchange.answers.push(toAnswer(row));
    else exchange.question = toQuestion(row);
  }
  return [...exchanges.values()].sort((one, other) => one.id - other.id);
}

function toExchange(row: ExchangeMessageRow): Exchange {
  return {
    id: row.exchange_id as ExchangeId,
    conversationId: row.conversation_id as ConversationId,
    sectionId: row.section_id as SectionId,
    question: toQuestion(row),
    answers: [],
    chosenTurnId: row.chosen_turn_id as TurnId,
    createdAt: new Date(row.exchange_created_at),
  };
}

function toQuestion(row: ExchangeMessageRow): Exchange["question"] {
  return {
    messageId: row.message_id as MessageId,
    text: row.text,
    attachments: parseList(row.attachments),
    createdAt: new Date(row.message_created_at),
  };
}

function toAnswer(row: ExchangeMessageRow): Answer {
  return {
    turn: toTurn(row),
    messageId: row.message_id as MessageId,
    text: row.text,
    reasoning: row.reasoning,
    rating: (row.rating ?? "none") as Rating,
  };
}

function toTurn(row: ExchangeMessageRow): Turn {
  return {
    id: row.turn_id as TurnId,
    exchangeId: row.exchange_id as ExchangeId,
    conversationId: row.conversation_id as ConversationId,
    agentId: row.agent_id as AgentId,
    userId: row.user_id ?? "",
    node: row.node ?? 0,
    status: row.status as TurnStatus,
    createdAt: new Date(row.turn_created_at ?? row.message_created_at),
    ...(row.ended_at !== null && { endedAt: new Date(row.ended_at) }),
    ...(row.error_code !== null && {
      error: { code: row.error_code as TurnErrorCode, message: row.error_message ?? "" },
    }),
    usage: {
      inputTokens: row.input_tokens ?? 0,
      outputTokens: row.output_tokens ?? 0,
      firstTokenMs: row.first_token_ms ?? 0,
      latencyMs: row.latency_ms ?? 0,
      cost: row.cost ?? 0,
      currency: row.currency ?? "",
    },
    usedKnowledge: row.used_knowledge === 1,
    suggestions: parseList(row.suggestions ?? "[]"),
  };
}

/** Most lists are empty, which is quicker to see than to parse. */
function parseList<T>(json: string): T[] {
  return json === "[]" ? [] : JSON.parse(json);
}
