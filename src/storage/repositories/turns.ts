import { sql } from "kysely";
import { DomainError } from "../../domain/errors.ts";
import type { Session } from "../session.ts";
import { type Draft, type Step, statement } from "../statement.ts";
import type { OpenTurn, TurnStore } from "../store.ts";

export function turnStore(session: Session): TurnStore {
  const { db } = session;
  return {
    async open(turn) {
      try {
        if (turn.question === undefined) await openAnswer(session, turn);
        else await openExchange(session, turn, turn.question);
      } catch (error) {
        if (!session.engine.isConversationBusy(error)) throw error;
        throw new DomainError("conversation_busy", "the conversation has a running turn", { cause: error });
      }
    },

    async checkpoint(texts) {
      await session.runAll(texts.map(checkpointAnswer));
    },

    async close({
      turnId,
      status,
      endedAt,
      text,
      reasoning,
      error,
      usage,
      usedKnowledge,
      suggestions,
      trace,
    }) {
      const guard = closeTurn({
        turnId,
        status,
        endedAt: endedAt.getTime(),
        errorCode: error?.code ?? null,
        errorMessage: error?.message ?? null,
        ...usage,
        usedKnowledge: usedKnowledge ? 1 : 0,
        suggestions: JSON.stringify(suggestions),
      });
      const rest: Step<unknown>[] = [saveAnswer({ turnId, text, reasoning })];
      if (trace.length > 0) rest.push(insertTrace({ turnId, events: JSON.stringify(trace) }));
      return (await session.change(guard, rest)) !== undefined;
    },

    async trace(turnId) {
      const row = await db
        .selectFrom("turn_traces")
        .select("events")
        .where("turn_id", "=", turnId)
        .executeTakeFirst();
      return row === undefined ? [] : JSON.parse(row.events);
    },

    async saveSuggestions(turnId, suggestions) {
      await db
        .updateTable("turns")
        .set({ suggestions: JSON.stringify(suggestions) })
        .where("id", "=", turnId)
        .where("status", "!=", "running")
        .execute();
    },

    async closeAbandoned({ now, ownTurns }) {
      const { node } = session.engine;
      return session.atomically(async (inside) => {
        const running = await inside.db
          .selectFrom("turns")
          .select(["id", "node", "created_at"])
          .where("status", "=", "running")
          .execute();
        const live = new Set(await inside.engine.otherLiveNodes(inside));
        const own: ReadonlySet<number> = ownTurns;
        const abandoned = running.filter(
          (turn) => !live.has(turn.node) && !(turn.node === node && own.has(turn.id)),
        );
        let closed = 0;
        for (const turn of abandoned) {
          const rows = await inside.run(
            interruptTurn({
              turnId: turn.id,
              endedAt: now.getTime(),
              latencyMs: now.getTime() - turn.created_at,
            }),
          );
          closed += rows.length;
        }
        return closed;
      });
    },
  };
}

async function openExchange(
  session: Session,
  turn: OpenTurn,
  question: NonNullable<OpenTurn["question"]>,
): Promise<void> {
  const at = turn.createdAt.getTime();
  const found = await session.change(touchConversation({ conversationId: turn.conversationId, at }), [
    insertExchange({
      id: turn.exchangeId,
      conversationId: turn.conversationId,
      sectionId: question.sectionId,
      turnId: turn.turnId,
      at,
    }),
    insertQuestion({
      id: question.messageId,
      exchangeId: turn.exchangeId,
      text: question.text,
      attachments: JSON.stringify(question.attachments),
      at,
    }),
    insertTurn(turnParameters(session, turn)),
    insertAnswer({ id: turn.answerMessageId, exchangeId: turn.exchangeId, turnId: turn.turnId, at }),
  ]);
  if (found === undefined) throw new DomainError("conversation_not_found", "the conversation is gone");
}

async function openAnswer(session: Session, turn: OpenTurn): Promise<void> {
  const at = turn.createdAt.getTime();
  const found = await session.change(
    addAnswer({
      exchangeId: turn.exchangeId,
      conversationId: turn.conversationId,
      turnId: turn.turnId,
      limit: turn.answerLimit ?? Number.MAX_SAFE_INTEGER,
    }),
    [
      touchAfterAnswer({ conversationId: turn.conversationId, at }),
      insertTurn(turnParameters(session, turn)),
      insertAnswer({ id: turn.answerMessageId, exchangeId: turn.exchangeId, turnId: turn.turnId, at }),
    ],
  );
  if (found !== undefined) return;
  const exchange = await session.db
    .selectFrom("exchanges")
    .select("id")
    .where("id", "=", turn.exchangeId)
    .where("conversation_id", "=", turn.conversationId)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (exchange === undefined) throw new DomainError("message_not_found", "the exchange is gone");
  throw new DomainError("regenerate_limit", "the exchange has as many answers as it may have");
}

function turnParameters(session: Session, turn: OpenTurn) {
  return {
    id: turn.turnId,
    exchangeId: turn.exchangeId,
    conversationId: turn.conversationId,
    agentId: turn.agentId,
    userId: turn.userId,
    answerMessageId: turn.answerMessageId,
    node: session.engine.node,
    at: turn.createdAt.getTime(),
  };
}

const touchConversation = statement(({ db, value }: Draft<{ conversationId: number; at: number }>) =>
  db
    .updateTable("conversations")
    .set({ last_turn_at: value("at"), active_at: value("at") })
    .where("id", "=", value("conversationId"))
    .where("deleted_at", "is", null)
    .returning("id"),
);

const touchAfterAnswer = statement(
  ({ db, value, fragments }: Draft<{ conversationId: number; at: number }>) =>
    db
      .updateTable("conversations")
      .set({ last_turn_at: value("at"), active_at: value("at") })
      .where("id", "=", value("conversationId"))
      .where(fragments.guardPassed),
);

const addAnswer = statement(
  ({ db, value }: Draft<{ exchangeId: number; conversationId: number; turnId: number; limit: number }>) =>
    db
      .updateTable("exchanges")
      .set((eb) => ({ answer_count: eb("answer_count", "+", 1), chosen_turn_id: value("turnId") }))
      .where("id", "=", value("exchangeId"))
      .where("conversation_id", "=", value("conversationId"))
      .where("deleted_at", "is", null)
      .where("answer_count", "<", value("limit"))
      .returning("id"),
);

interface NewExchange {
  id: number;
  conversationId: number;
  sectionId: number;
  turnId: number;
  at: number;
}

const insertExchange = statement(({ value, insertIfPassed }: Draft<NewExchange>) =>
  insertIfPassed("exchanges", {
    id: value("id"),
    conversation_id: value("conversationId"),
    section_id: value("sectionId"),
    chosen_turn_id: value("turnId"),
    answer_count: sql.lit(1),
    created_at: value("at"),
    deleted_at: sql.lit(null),
  }),
);

interface NewQuestion {
  id: number;
  exchangeId: number;
  text: string;
  attachments: string;
  at: number;
}

const insertQuestion = statement(({ value, insertIfPassed }: Draft<NewQuestion>) =>
  insertIfPassed("messages", {
    id: value("id"),
    exchange_id: value("exchangeId"),
    turn_id: sql.lit(null),
    kind: sql.lit("question"),
    role: sql.lit("user"),
    text: value("text"),
    reasoning: sql.lit(""),
    attachments: value("attachments"),
    created_at: value("at"),
  }),
);

const insertAnswer = statement(
  ({ value, insertIfPassed }: Draft<{ id: number; exchangeId: number; turnId: number; at: number }>) =>
    insertIfPassed("messages", {
      id: value("id"),
      exchange_id: value("exchangeId"),
      turn_id: value("turnId"),
      kind: sql.lit("answer"),
      role: sql.lit("assistant"),
      text: sql.lit(""),
      reasoning: sql.lit(""),
      attachments: sql.lit("[]"),
      created_at: value("at"),
    }),
);

interface NewTurn {
  id: number;
  exchangeId: number;
  conversationId: number;
  agentId: number;
  userId: string;
  answerMessageId: number;
  node: number;
  at: number;
}

const insertTurn = statement(({ value, insertIfPassed }: Draft<NewTurn>) =>
  insertIfPassed("turns", {
    id: value("id"),
    exchange_id: value("exchangeId"),
    conversation_id: value("conversationId"),
    agent_id: value("agentId"),
    user_id: value("userId"),
    answer_message_id: value("answerMessageId"),
    node: value("node"),
    status: sql.lit("running"),
    created_at: value("at"),
    ended_at: sql.lit(null),
    error_code: sql.lit(null),
    error_message: sql.lit(null),
    input_tokens: sql.lit(0),
    output_tokens: sql.lit(0),
    first_token_ms: sql.lit(0),
    latency_ms: sql.lit(0),
    cost: sql.lit(0),
    used_knowledge: sql.lit(0),
    currency: sql.lit(""),
    suggestions: sql.lit("[]"),
    deleted_at: sql.lit(null),
  }),
);

/** Locks the turn's row first, so that a checkpoint never overwrites the text of a turn that is being closed. */
const checkpointAnswer = statement(
  ({ db, value, fragments }: Draft<{ turnId: number; text: string; reasoning: string }>) =>
    db
      .updateTable("messages")
      .set({ text: value("text"), reasoning: value("reasoning") })
      .where(
        "id",
        "=",
        db
          .selectFrom("turns")
          .select("answer_message_id")
          .where("id", "=", value("turnId"))
          .where("status", "=", sql.lit("running"))
          .modifyEnd(fragments.lockRows),
      ),
);

interface TurnEnd {
  turnId: number;
  status: string;
  endedAt: number;
  errorCode: string | null;
  errorMessage: string | null;
  inputTokens: number;
  outputTokens: number;
  firstTokenMs: number;
  latencyMs: number;
  cost: number;
  currency: string;
  usedKnowledge: number;
  suggestions: string;
}

const closeTurn = statement(({ db, value }: Draft<TurnEnd>) =>
  db
    .updateTable("turns")
    .set({
      status: value("status"),
      ended_at: value("endedAt"),
      error_code: value("errorCode"),
      error_message: value("errorMessage"),
      input_tokens: value("inputTokens"),
      output_tokens: value("outputTokens"),
      first_token_ms: value("firstTokenMs"),
      latency_ms: value("latencyMs"),
      cost: value("cost"),
      currency: value("currency"),
      used_knowledge: value("usedKnowledge"),
      suggestions: value("suggestions"),
    })
    .where("id", "=", value("turnId"))
    .where("status", "=", sql.lit("running"))
    .returning("id"),
);

const saveAnswer = statement(
  ({ db, value, fragments }: Draft<{ turnId: number; text: string; reasoning: string }>) =>
    db
      .updateTable("messages")
      .set({ text: value("text"), reasoning: value("reasoning") })
      .where("id", "=", db.selectFrom("turns").select("answer_message_id").where("id", "=", value("turnId")))
      .where(fragments.guardPassed),
);

const insertTrace = statement(({ value, insertIfPassed }: Draft<{ turnId: number; events: string }>) =>
  insertIfPassed("turn_traces", { turn_id: value("turnId"), events: value("events") }),
);

const interruptTurn = statement(
  ({ db, value }: Draft<{ turnId: number; endedAt: number; latencyMs: number }>) =>
    db
      .updateTable("turns")
      .set({
        status: "interrupted",
        ended_at: value("endedAt"),
        latency_ms: value("latencyMs"),
        error_code: "interrupted",
        error_message: "the process ended while the turn ran",
      })
      .where("id", "=", value("turnId"))
      .where("status", "=", sql.lit("running"))
      .returning("id"),
);
