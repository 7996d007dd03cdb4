import { sql } from "kysely";
import { DomainError } from "../../domain/errors.ts";
import type { TurnId } from "../../domain/ids.ts";
import type { TriggerRecord } from "../../domain/trigger.ts";
import type { Session } from "../session.ts";
import { type Draft, type Step, statement } from "../statement.ts";
import type { MergedTurn, OpenTurn } from "../store.ts";
import { insertExchange, insertMessages, insertQuestion } from "./new-messages.ts";
import { requestKeyStore } from "./request-keys.ts";
import { keepStanding } from "./standing-turns.ts";
import { startTrigger } from "./triggers.ts";

/** As `TurnStore.open` says. */
export async function openTurn(session: Session, turn: OpenTurn): Promise<void> {
  try {
    if (turn.key === undefined && startedBy(turn).length === 0) await openPlain(session, turn);
    else await openOnce(session, turn);
  } catch (error) {
    throw busyOr(session, error);
  }
}

async function openPlain(session: Session, turn: OpenTurn): Promise<void> {
  if (turn.question === undefined) await openAnswer(session, turn);
  else await openExchange(session, turn, turn.question);
}

/** The triggers that start it, and those it merges. */
function startedBy({ trigger, turnId, merges = [] }: OpenTurn): { trigger: TriggerRecord; turnId: TurnId }[] {
  return [...merges, { trigger, turnId }].flatMap((one) =>
    one.trigger === undefined ? [] : [{ trigger: one.trigger, turnId: one.turnId }],
  );
}

/** Of all who have the key or a trigger one gets through. */
async function openOnce(session: Session, turn: OpenTurn): Promise<void> {
  const { key, turnId, createdAt } = turn;
  await session.atomically(async (inside) => {
    if (key !== undefined && !(await requestKeyStore(inside).add(key, turnId, createdAt))) {
      throw new DomainError("request_repeated", "the same request was accepted before");
    }
    for (const started of startedBy(turn)) {
      if (await startTrigger(inside, started.trigger, started.turnId)) continue;
      throw new DomainError("request_repeated", "the trigger is no longer due");
    }
    await openPlain(inside, turn);
  });
}

/** The refusal of a second running turn, or the error as it is. */
export function busyOr(session: Session, error: unknown): unknown {
  if (!session.engine.isConversationBusy(error)) return error;
  return new DomainError("conversation_busy", "the conversation has a running turn", { cause: error });
}

async function openExchange(
  session: Session,
  turn: OpenTurn,
  question: NonNullable<OpenTurn["question"]>,
): Promise<void> {
  const found = await session.change(touchConversation(activity(turn)), [
    ...insertMessages(turn.insertedBefore ?? []),
    ...(turn.merges ?? []).flatMap((merged) => mergedSteps(session, turn, merged)),
    ...questionSteps(session, turn, question),
  ]);
  if (found === undefined) throw await goneOrChanged(session, turn);
}

function questionSteps(
  session: Session,
  turn: OpenTurn,
  question: NonNullable<OpenTurn["question"]>,
  mergedInto = 0,
): Step<unknown>[] {
  const at = turn.createdAt.getTime();
  return [
    insertExchange({
      id: turn.exchangeId,
      conversationId: turn.conversationId,
      sectionId: question.sectionId,
      turnId: turn.turnId,
      answerCount: 1,
      at,
    }),
    insertQuestion({
      id: question.messageId,
      exchangeId: turn.exchangeId,
      role: "user",
      kind: "question",
      text: question.text,
      attachments: JSON.stringify(question.attachments),
      meta: JSON.stringify(question.meta ?? {}),
      at,
    }),
    insertTurn(turnParameters(session, turn, mergedInto)),
    insertAnswer({ id: turn.answerMessageId, exchangeId: turn.exchangeId, turnId: turn.turnId, at }),
    ...keepStanding(turn),
  ];
}

function mergedSteps(session: Session, into: OpenTurn, merged: MergedTurn): Step<unknown>[] {
  const { conversationId, agentId, userId, versionId, family, turnId } = into;
  const turn: OpenTurn = {
    ...merged,
    conversationId,
    agentId,
    userId,
    ...(versionId !== undefined && { versionId }),
    ...(family !== undefined && { family }),
  };
  return questionSteps(session, turn, merged.question, turnId);
}

async function goneOrChanged({ db }: Session, { conversationId }: OpenTurn): Promise<DomainError> {
  const conversation = await db
    .selectFrom("conversations")
    .select("id")
    .where("id", "=", conversationId)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  return conversation === undefined
    ? new DomainError("conversation_not_found", "the conversation is gone")
    : new DomainError("conversation_busy", "the conversation has just changed hands");
}

async function openAnswer(session: Session, turn: OpenTurn): Promise<void> {
  const at = turn.createdAt.getTime();
  const found = await session.change(
    addAnswer({
      exchangeId: turn.exchangeId,
      conversationId: turn.conversationId,
      turnId: turn.turnId,
      isHeld: turn.isHeld === true ? 1 : 0,
      limit: turn.answerLimit ?? Number.MAX_SAFE_INTEGER,
    }),
    [
      touchAfterAnswer(activity(turn)),
      insertTurn(turnParameters(session, turn)),
      insertAnswer({ id: turn.answerMessageId, exchangeId: turn.exchangeId, turnId: turn.turnId, at }),
      ...keepStanding(turn),
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

function activity(turn: OpenTurn): Activity {
  return {
    conversationId: turn.conversationId,
    agentId: turn.agentId,
    userId: turn.userId,
    at: turn.createdAt.getTime(),
    isHeld: turn.isHeld === true ? 1 : 0,
  };
}

function turnParameters(session: Session, turn: OpenTurn, mergedInto = 0) {
  return {
    id: turn.turnId,
    exchangeId: turn.exchangeId,
    conversationId: turn.conversationId,
    agentId: turn.agentId,
    userId: turn.userId,
    answerMessageId: turn.answerMessageId,
    node: session.engine.node,
    versionId: turn.versionId ?? 0,
    triggerType: turn.trigger?.trigger.type ?? "receive-text-message",
    triggerId: turn.trigger?.id ?? 0,
    isHeld: turn.isHeld === true ? 1 : 0,
    family: turn.family ?? "",
    meta: JSON.stringify(turn.meta ?? {}),
    at: turn.createdAt.getTime(),
    status: mergedInto === 0 ? "running" : "merged",
    endedAt: mergedInto === 0 ? null : turn.createdAt.getTime(),
    mergedInto,
  };
}

interface Activity {
  conversationId: number;
  agentId: number;
  userId: string;
  at: number;
  isHeld: number;
}

/** Also gives the conversation an agent and a user where it has none. */
function marked({ value }: Draft<Activity>) {
  return {
    last_turn_at: value("at"),
    active_at: value("at"),
    agent_id: sql<number>`case when agent_id = 0 then ${value("agentId")} else agent_id end`,
    user_id: sql<string>`case when user_id = '' then ${value("userId")} else user_id end`,
  };
}

/** Only while the conversation is with whom the turn takes it to be with. */
const touchConversation = statement((draft: Draft<Activity>) =>
  draft.db
    .updateTable("conversations")
    .set(marked(draft))
    .where("id", "=", draft.value("conversationId"))
    .where("deleted_at", "is", null)
    .where(sql<number>`case when held_at is null then 0 else 1 end`, "=", draft.value("isHeld"))
    .returning("id"),
);

const touchAfterAnswer = statement((draft: Draft<Activity>) =>
  draft.db
    .updateTable("conversations")
    .set(marked(draft))
    .where("id", "=", draft.value("conversationId"))
    .where(draft.fragments.guardPassed),
);

interface AddedAnswer {
  exchangeId: number;
  conversationId: number;
  turnId: number;
  isHeld: number;
  limit: number;
}

/** The new answer is the chosen one, unless it stays empty because a person has the conversation. */
const addAnswer = statement(({ db, value }: Draft<AddedAnswer>) =>
  db
    .updateTable("exchanges")
    .set((eb) => ({
      answer_count: eb("answer_count", "+", 1),
      chosen_turn_id: eb
        .case()
        .when(eb.and([eb(value("isHeld"), "=", 1), eb("chosen_turn_id", "<>", 0)]))
        .then(eb.ref("chosen_turn_id"))
        .else(value("turnId"))
        .end(),
    }))
    .where("id", "=", value("exchangeId"))
    .where("conversation_id", "=", value("conversationId"))
    .where("deleted_at", "is", null)
    .where("answer_count", "<", value("limit"))
    .returning("id"),
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
      meta: sql.lit("{}"),
      updated_at: sql.lit(0),
      deleted_at: sql.lit(null),
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
  versionId: number;
  triggerType: string;
  triggerId: number;
  isHeld: number;
  family: string;
  meta: string;
  at: number;
  status: string;
  endedAt: number | null;
  mergedInto: number;
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
    status: value("status"),
    created_at: value("at"),
    ended_at: value("endedAt"),
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
    family: value("family"),
    meta: value("meta"),
    version_id: value("versionId"),
    trigger_type: value("triggerType"),
    trigger_id: value("triggerId"),
    actions: sql.lit(""),
    action_types: sql.lit(""),
    model: sql.lit(""),
    is_held: value("isHeld"),
    merged_into: value("mergedInto"),
  }),
);
