import type { AliasedExpression, Kysely, RawBuilder } from "kysely";
import type {
  Answer,
  Exchange,
  MessageKind,
  Question,
  Rating,
  Turn,
  TurnStatus,
} from "../../domain/conversation.ts";
import type {
  AgentId,
  ConversationId,
  ExchangeId,
  MessageId,
  SectionId,
  TurnId,
  VersionId,
} from "../../domain/ids.ts";
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
  role: string;
  text: string;
  reasoning: string;
  attachments: string;
  message_meta: string;
  message_created_at: number;
  message_updated_at: number;
  message_deleted_at: number | null;
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
  turn_meta: string | null;
  version_id: number | null;
  is_held: number | null;
  merged_into: number | null;
  family: string | null;
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
      "messages.role",
      "messages.text",
      "messages.reasoning",
      "messages.attachments",
      "messages.meta as message_meta",
      "messages.created_at as message_created_at",
      "messages.updated_at as message_updated_at",
      "messages.deleted_at as message_deleted_at",
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
      "turns.meta as turn_meta",
      "turns.version_id",
      "turns.is_held",
      "turns.merged_into",
      "turns.family",
      "feedback.rating",
    ])
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
    if (row.turn_id === null) exchange.question = toQuestion(row);
    else exchange.answers.push(toAnswer(row));
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
    chosenTurnId: row.chosen_turn_id === 0 ? undefined : (row.chosen_turn_id as TurnId),
    createdAt: new Date(row.exchange_created_at),
  };
}

function toQuestion(row: ExchangeMessageRow): Question {
  const isDeleted = row.message_deleted_at !== null;
  return {
    messageId: row.message_id as MessageId,
    role: row.role as Question["role"],
    kind: row.kind as MessageKind,
    text: isDeleted ? "" : row.text,
    attachments: isDeleted ? [] : parseList(row.attachments),
    meta: isDeleted ? {} : parseNotes(row.message_meta),
    createdAt: new Date(row.message_created_at),
    updatedAt: changeTime(row),
    isDeleted,
  };
}

function toAnswer(row: ExchangeMessageRow): Answer {
  return {
    turn: toTurn(row),
    messageId: row.message_id as MessageId,
    text: row.text,
    reasoning: row.reasoning,
    rating: (row.rating ?? "none") as Rating,
    meta: parseNotes(row.message_meta),
    updatedAt: changeTime(row),
  };
}

function changeTime(row: ExchangeMessageRow): Date {
  return new Date(row.message_updated_at === 0 ? row.message_created_at : row.message_updated_at);
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
    meta: parseNotes(row.turn_meta ?? "{}"),
    ...(row.version_id !== null && row.version_id !== 0 && { versionId: row.version_id as VersionId }),
    isHeld: row.is_held === 1,
    family: row.family ?? "",
    ...(row.merged_into !== null && row.merged_into !== 0 && { mergedInto: row.merged_into as TurnId }),
  };
}

/** Most lists are empty, which is quicker to see than to parse. */
function parseList<T>(json: string): T[] {
  return json === "[]" ? [] : JSON.parse(json);
}

/** Most messages carry no notes. */
function parseNotes(json: string): Record<string, string> {
  return json === "{}" ? {} : JSON.parse(json);
}
