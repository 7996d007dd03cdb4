import { type Kysely, type RawBuilder, sql } from "kysely";
import { DomainError } from "../../domain/errors.ts";
import type { ConversationId, ExchangeId, TurnId } from "../../domain/ids.ts";
import type { Schema } from "../schema.ts";
import type { Session } from "../session.ts";
import { type Draft, statement } from "../statement.ts";
import type { ExchangeStore, InsertedMessage } from "../store.ts";
import { selectMessages, toExchanges } from "./exchange-rows.ts";
import { insertMessages } from "./new-messages.ts";

export function exchangeStore(session: Session): ExchangeStore {
  const { db } = session;
  return {
    async insert(messages) {
      const groups = Map.groupBy(messages, ({ conversationId }) => conversationId);
      // Always in one order: two that go the other way round would wait for each other.
      const shares = [...groups.values()].sort(byConversation).flatMap(inShares);
      const [first] = shares;
      if (first === undefined) return;
      if (shares.length === 1) return insertShare(session, first);
      await session.atomically(async (inside) => {
        for (const share of shares) await insertShare(inside, share);
      });
    },

    async taken(ids) {
      if (ids.length === 0) return new Set();
      const rows = await db.selectFrom("exchanges").select("id").where("id", "in", ids).execute();
      return new Set(rows.map(({ id }) => id as ExchangeId));
    },

    async page({ conversationId, rater, order, from, limit }) {
      const isForward = order === "asc";
      const window = {
        conversationId,
        rater,
        limit,
        from: from ?? (isForward ? 0 : Number.MAX_SAFE_INTEGER),
      };
      const exchanges = toExchanges(await session.run(isForward ? pageForward(window) : pageBack(window)));
      return isForward ? exchanges : exchanges.reverse();
    },

    async conversationOf(id) {
      const row = await db
        .selectFrom("exchanges")
        .select("conversation_id")
        .where("id", "=", id)
        .executeTakeFirst();
      return row?.conversation_id as ConversationId | undefined;
    },

    async ofTurn(conversationId, rater, turnId) {
      const rows = await session.run(exchangeWithTurn({ conversationId, rater, turnId }));
      return toExchanges(rows)[0];
    },

    async ofMessage(conversationId, rater, messageId) {
      const rows = await session.run(exchangeWithMessage({ conversationId, rater, messageId }));
      return toExchanges(rows).find(
        ({ question, answers }) =>
          (question.messageId === messageId && !question.isDeleted) ||
          answers.some((answer) => answer.messageId === messageId),
      );
    },

    async editMessage(id, { text, attachments, meta }, now) {
      await db
        .updateTable("messages")
        .set({
          ...(text !== undefined && { text }),
          ...(attachments !== undefined && { attachments: JSON.stringify(attachments) }),
          ...(meta !== undefined && { meta: JSON.stringify(meta) }),
          updated_at: now.getTime(),
        })
        .where("id", "=", id)
        .execute();
    },

    async deleteQuestion(id, now) {
      await session.atomically((inside) => deleteQuestion(inside, id, now));
    },

    async latest({ conversationId, rater, limit, sectionId, before, isAnswered = false }) {
      const window = {
        conversationId,
        rater,
        limit,
        before: before ?? Number.MAX_SAFE_INTEGER,
        leastTurnId: isAnswered ? 1 : 0,
      };
      const rows = await session.run(
        sectionId === undefined
          ? latestExchanges(window)
          : latestOfSection({ ...window, sectionId, notBefore: oldestOf(conversationId, sectionId) }),
      );
      return toExchanges(rows);
    },

    async findByTurn(agentId, userId, turnId) {
      const rows = await session.run(exchangeOfTurn({ agentId, userId, turnId }));
      return toExchanges(rows)[0];
    },

    async find(agentId, userId, id) {
      const rows = await session.run(ownExchange({ agentId, userId, id }));
      return toExchanges(rows)[0];
    },

    async choose(exchangeId, turnId) {
      await db
        .updateTable("exchanges")
        .set({ chosen_turn_id: turnId })
        .where("id", "=", exchangeId)
        .execute();
    },

    async delete(id, now) {
      await deleteExchange(db, id, now);
    },

    async deleteAnswer(turnId, now, options = { keepQuestion: false }) {
      await session.atomically((inside) => deleteAnswer(inside, turnId, now, options.keepQuestion));
    },
  };
}

function byConversation([one]: InsertedMessage[], [other]: InsertedMessage[]): number {
  return (one?.conversationId ?? 0) - (other?.conversationId ?? 0);
}

/** Messages in one statement. */
const INSERTED_AT_ONCE = 50;

function inShares(messages: InsertedMessage[]): InsertedMessage[][] {
  const shares: InsertedMessage[][] = [];
  for (let start = 0; start < messages.length; start += INSERTED_AT_ONCE) {
    shares.push(messages.slice(start, start + INSERTED_AT_ONCE));
  }
  return shares;
}

/** All of one conversation. */
async function insertShare(session: Session, messages: InsertedMessage[]): Promise<void> {
  const [first] = messages;
  if (first === undefined) return;
  const at = Math.max(...messages.map(({ createdAt }) => createdAt.getTime()));
  const guard = markActive({ conversationId: first.conversationId, at });
  const found = await session.change(guard, insertMessages(messages));
  if (found === undefined) throw new DomainError("conversation_not_found", "the conversation is gone");
}

async function deleteExchange(db: Kysely<Schema>, id: ExchangeId, now: Date): Promise<void> {
  await db
    .updateTable("exchanges")
    .set({ deleted_at: now.getTime() })
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .execute();
}

async function deleteAnswer(
  session: Session,
  turnId: TurnId,
  now: Date,
  keepQuestion: boolean,
): Promise<void> {
  const { db } = session;
  const turn = await db
    .selectFrom("turns")
    .select("exchange_id")
    .where("id", "=", turnId)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (turn === undefined) return;
  const exchangeId = turn.exchange_id as ExchangeId;
  await session.run(lockExchange({ exchangeId }));
  await db.updateTable("turns").set({ deleted_at: now.getTime() }).where("id", "=", turnId).execute();
  const newestId = await newestTurn(db, exchangeId);
  if (newestId === undefined && !(keepQuestion && (await hasQuestion(db, exchangeId)))) {
    return deleteExchange(db, exchangeId, now);
  }
  await db
    .updateTable("exchanges")
    .set({ chosen_turn_id: newestId ?? 0 })
    .where("id", "=", exchangeId)
    .where("chosen_turn_id", "=", turnId)
    .execute();
}

async function deleteQuestion(session: Session, id: ExchangeId, now: Date): Promise<void> {
  const { db } = session;
  await session.run(lockExchange({ exchangeId: id }));
  await db
    .updateTable("messages")
    .set({ deleted_at: now.getTime() })
    .where("exchange_id", "=", id)
    .where("turn_id", "is", null)
    .where("deleted_at", "is", null)
    .execute();
  if ((await newestTurn(db, id)) === undefined) await deleteExchange(db, id, now);
}

async function newestTurn(db: Kysely<Schema>, exchangeId: ExchangeId): Promise<number | undefined> {
  const turn = await db
    .selectFrom("turns")
    .select("id")
    .where("exchange_id", "=", exchangeId)
    .where("deleted_at", "is", null)
    .orderBy("id", "desc")
    .executeTakeFirst();
  return turn?.id;
}

async function hasQuestion(db: Kysely<Schema>, exchangeId: ExchangeId): Promise<boolean> {
  const question = await db
    .selectFrom("messages")
    .select("id")
    .where("exchange_id", "=", exchangeId)
    .where("turn_id", "is", null)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  return question !== undefined;
}

/** Also keeps the conversation from being deleted while messages are put into it. */
const markActive = statement(({ db, value }: Draft<{ conversationId: number; at: number }>) =>
  db
    .updateTable("conversations")
    .set({
      active_at: sql<number>`case when active_at > ${value("at")} then active_at else ${value("at")} end`,
    })
    .where("id", "=", value("conversationId"))
    .where("deleted_at", "is", null)
    .returning("id"),
);

/** Keeps others from adding to the exchange or deleting of it until the transaction ends. */
const lockExchange = statement(({ db, value, fragments }: Draft<{ exchangeId: number }>) =>
  db.selectFrom("exchanges").select("id").where("id", "=", value("exchangeId")).modifyEnd(fragments.lockRows),
);

interface Page {
  conversationId: number;
  rater: string;
  from: number;
  limit: number;
}

const pageForward = statement(({ db, value }: Draft<Page>) =>
  selectMessages(
    db,
    liveExchanges(db, value("conversationId"))
      .where("id", ">=", value("from"))
      .orderBy("id", "asc")
      .limit(value("limit"))
      .as("exchange"),
    value("rater"),
  ),
);

const pageBack = statement(({ db, value }: Draft<Page>) =>
  selectMessages(
    db,
    liveExchanges(db, value("conversationId"))
      .where("id", "<=", value("from"))
      .orderBy("id", "desc")
      .limit(value("limit"))
      .as("exchange"),
    value("rater"),
  ),
);

const exchangeWithTurn = statement(
  ({ db, value }: Draft<{ conversationId: number; rater: string; turnId: number }>) =>
    selectMessages(
      db,
      liveExchanges(db, value("conversationId"))
        .where("id", "=", exchangeOf(db, value("turnId")))
        .as("exchange"),
      value("rater"),
    ),
);

const exchangeWithMessage = statement(
  ({ db, value }: Draft<{ conversationId: number; rater: string; messageId: number }>) =>
    selectMessages(
      db,
      liveExchanges(db, value("conversationId"))
        .where(
          "id",
          "=",
          db.selectFrom("messages").select("exchange_id").where("id", "=", value("messageId")),
        )
        .as("exchange"),
      value("rater"),
    ),
);

interface Window {
  conversationId: number;
  rater: string;
  limit: number;
  before: number;
  /** 1: only exchanges that something has answered. */
  leastTurnId: number;
}

const latestExchanges = statement(({ db, value }: Draft<Window>) =>
  selectMessages(db, newestExchanges(db, value).as("exchange"), value("rater")),
);

/** How wrong the clocks that made ids may have been, in ids: these have 13 bits below the millisecond. */
const IDS_OF_A_DAY = 86_400_000 * 2 ** 13;

const IDS_OF_A_SECOND = 1_000 * 2 ** 13;

/**
 * From where on exchanges of a section are looked for: those of earlier ones may be a million. Before the first one, which
 * is made with its conversation, there is nothing but messages put in with times of their own, which belong to it.
 */
function oldestOf(conversationId: number, sectionId: number): number {
  return sectionId - conversationId < IDS_OF_A_SECOND ? 0 : sectionId - IDS_OF_A_DAY;
}

const latestOfSection = statement(({ db, value }: Draft<Window & { sectionId: number; notBefore: number }>) =>
  selectMessages(
    db,
    newestExchanges(db, value)
      .where("section_id", "=", value("sectionId"))
      .where("id", ">", value("notBefore"))
      .as("exchange"),
    value("rater"),
  ),
);

const ownExchange = statement(({ db, value }: Draft<{ agentId: number; userId: string; id: number }>) =>
  selectMessages(
    db,
    exchangesOf(db, value("agentId"), value("userId")).where("exchanges.id", "=", value("id")).as("exchange"),
    value("userId"),
  ),
);

const exchangeOfTurn = statement(
  ({ db, value }: Draft<{ agentId: number; userId: string; turnId: number }>) =>
    selectMessages(
      db,
      exchangesOf(db, value("agentId"), value("userId"))
        .where("exchanges.id", "=", exchangeOf(db, value("turnId")))
        .as("exchange"),
      value("userId"),
    ),
);

function newestExchanges(db: Kysely<Schema>, value: Draft<Window>["value"]) {
  return liveExchanges(db, value("conversationId"))
    .where("id", "<", value("before"))
    .where("chosen_turn_id", ">=", value("leastTurnId"))
    .orderBy("id", "desc")
    .limit(value("limit"));
}

function liveExchanges(db: Kysely<Schema>, conversationId: RawBuilder<number>) {
  return db
    .selectFrom("exchanges")
    .selectAll()
    .where("conversation_id", "=", conversationId)
    .where("deleted_at", "is", null);
}

/** The exchange of a turn that is not deleted. */
function exchangeOf(db: Kysely<Schema>, turnId: RawBuilder<number>) {
  return db
    .selectFrom("turns")
    .select("exchange_id")
    .where("id", "=", turnId)
    .where("deleted_at", "is", null);
}

function exchangesOf(db: Kysely<Schema>, agentId: RawBuilder<number>, userId: RawBuilder<string>) {
  return db
    .selectFrom("exchanges")
    .innerJoin("conversations", "conversations.id", "exchanges.conversation_id")
    .selectAll("exchanges")
    .where("conversations.agent_id", "=", agentId)
    .where("conversations.user_id", "=", userId)
    .where("conversations.deleted_at", "is", null)
    .where("exchanges.deleted_at", "is", null);
}
