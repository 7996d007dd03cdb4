import type { Kysely, RawBuilder } from "kysely";
import type { ExchangeId, TurnId } from "../../domain/ids.ts";
import type { Schema } from "../schema.ts";
import type { Session } from "../session.ts";
import { type Draft, statement } from "../statement.ts";
import type { ExchangeStore } from "../store.ts";
import { selectMessages, toExchanges } from "./exchange-rows.ts";

export function exchangeStore(session: Session): ExchangeStore {
  const { db } = session;
  return {
    async latest({ conversationId, rater, limit, sectionId, before }) {
      const window = { conversationId, rater, limit, before: before ?? Number.MAX_SAFE_INTEGER };
      const rows = await session.run(
        sectionId === undefined ? latestExchanges(window) : latestOfSection({ ...window, sectionId }),
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

    async deleteAnswer(turnId, now) {
      await session.atomically((inside) => deleteAnswer(inside.db, turnId, now));
    },
  };
}

async function deleteExchange(db: Kysely<Schema>, id: ExchangeId, now: Date): Promise<void> {
  await db
    .updateTable("exchanges")
    .set({ deleted_at: now.getTime() })
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .execute();
}

async function deleteAnswer(db: Kysely<Schema>, turnId: TurnId, now: Date): Promise<void> {
  const turn = await db
    .updateTable("turns")
    .set({ deleted_at: now.getTime() })
    .where("id", "=", turnId)
    .where("deleted_at", "is", null)
    .returning("exchange_id")
    .executeTakeFirst();
  if (turn === undefined) return;
  const exchangeId = turn.exchange_id as ExchangeId;
  const newest = await db
    .selectFrom("turns")
    .select("id")
    .where("exchange_id", "=", exchangeId)
    .where("deleted_at", "is", null)
    .orderBy("id", "desc")
    .executeTakeFirst();
  if (newest === undefined) return deleteExchange(db, exchangeId, now);
  await db
    .updateTable("exchanges")
    .set({ chosen_turn_id: newest.id })
    .where("id", "=", exchangeId)
    .where("chosen_turn_id", "=", turnId)
    .execute();
}

interface Window {
  conversationId: number;
  rater: string;
  limit: number;
  before: number;
}

const latestExchanges = statement(({ db, value }: Draft<Window>) =>
  selectMessages(
    db,
    newestExchanges(db, value("conversationId"), value("before"), value("limit")).as("exchange"),
    value("rater"),
  ),
);

const latestOfSection = statement(({ db, value }: Draft<Window & { sectionId: number }>) =>
  selectMessages(
    db,
    newestExchanges(db, value("conversationId"), value("before"), value("limit"))
      .where("section_id", "=", value("sectionId"))
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
        .where(
          "exchanges.id",
          "=",
          db
            .selectFrom("turns")
            .select("exchange_id")
            .where("id", "=", value("turnId"))
            .where("deleted_at", "is", null),
        )
        .as("exchange"),
      value("userId"),
    ),
);

function newestExchanges(
  db: Kysely<Schema>,
  conversationId: RawBuilder<number>,
  before: RawBuilder<number>,
  limit: RawBuilder<number>,
) {
  return db
    .selectFrom("exchanges")
    .selectAll()
    .where("conversation_id", "=", conversationId)
    .where("id", "<", before)
    .where("deleted_at", "is", null)
    .orderBy("id", "desc")
    .limit(limit);
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
