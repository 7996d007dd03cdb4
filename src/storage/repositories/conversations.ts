import { sql } from "kysely";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, ConversationId, SectionId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { ConversationRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { Slices } from "../slices.ts";
import { statement } from "../statement.ts";
import type { ConversationStore } from "../store.ts";
import { amongAgents } from "./agent-ids.ts";
import { searchConversations } from "./conversation-search.ts";

export function conversationStore(session: Session, searches: Slices): ConversationStore {
  const { db } = session;
  return {
    async insert(conversation) {
      const [inserted] = await session.run(insertConversation({ ...toRow(conversation) }));
      if (inserted === undefined) {
        throw new DomainError("request_repeated", "the agent has a conversation of that session");
      }
    },

    async findBySession(agentId, sessionId) {
      if (sessionId === "") return undefined;
      const [row] = await session.run(conversationOfSession({ agentId, sessionId }));
      return row && toConversation(row);
    },

    async hold(id, now) {
      const { numUpdatedRows } = await db
        .updateTable("conversations")
        .set({ held_at: now.getTime() })
        .where("id", "=", id)
        .where("held_at", "is", null)
        .where("deleted_at", "is", null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async release(id, idleSince) {
      const { numUpdatedRows } = await db
        .updateTable("conversations")
        .set({ held_at: null })
        .where("id", "=", id)
        .where("held_at", "is not", null)
        .where("deleted_at", "is", null)
        .$if(idleSince !== undefined, (query) => query.where(isQuietSince(idleSince?.getTime() ?? 0)))
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async listHeld({ workspaceId, agentIds, idleSince, after, limit }) {
      const rows = await db
        .selectFrom("conversations")
        .selectAll()
        .select(newestMessageAt.as("newest_message_at"))
        .where("held_at", "is not", null)
        .where("deleted_at", "is", null)
        .where("id", ">", after ?? (0 as ConversationId))
        .$if(workspaceId !== undefined, (query) => query.where("workspace_id", "=", workspaceId ?? 0))
        .$if(agentIds !== undefined, (query) => query.where("agent_id", "in", amongAgents(agentIds ?? [])))
        .where(isQuietSince(idleSince.getTime()))
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ conversation: toConversation(row), quietSince: quietSince(row) }));
    },

    async get(id) {
      const [row] = await session.run(getConversation({ id }));
      return row && toConversation(row);
    },

    async getToChange(id) {
      const [row] = await session.run(getConversationToChange({ id }));
      return row && toConversation(row);
    },

    async listOfCreator({ agentId, channel, creatorId, sessionName, withAppKeys, order, offset, limit }) {
      const rows = await db
        .selectFrom("conversations")
        .selectAll()
        .where("agent_id", "=", agentId)
        .where("channel", "=", channel)
        .where("deleted_at", "is", null)
        .where((where) => {
          const own =
            sessionName === undefined
              ? where("creator_id", "=", creatorId)
              : where.and([where("creator_id", "=", creatorId), where("session_name", "=", sessionName)]);
          return withAppKeys ? where.or([own, where("creator_id", "=", 0)]) : own;
        })
        .orderBy("id", order)
        .limit(limit)
        .offset(offset)
        .execute();
      return rows.map(toConversation);
    },

    async findNamed({ agentId, creatorId, sessionName, name }) {
      const row = await db
        .selectFrom("conversations")
        .selectAll()
        .where("agent_id", "=", agentId)
        .where("creator_id", "=", creatorId)
        .where("name", "=", name)
        .where("name", "<>", sql.lit(""))
        .where("deleted_at", "is", null)
        .$if(sessionName !== undefined, (query) => query.where("session_name", "=", sessionName ?? ""))
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      return row && toConversation(row);
    },

    async find(agentId, userId, id) {
      const [row] = await session.run(findConversation({ agentId, userId, id }));
      return row && toConversation(row);
    },

    async list(agentId, userId, limit) {
      const rows = await session.run(listConversations({ agentId, userId, limit }));
      return rows.map(toConversation);
    },

    search: (query) => searchConversations(session, searches, query),

    async update({ id, agentId, userId, name, inputs, meta, sectionId, pinnedAt, updatedAt }) {
      await db
        .updateTable("conversations")
        .set({
          ...(agentId !== undefined && { agent_id: agentId }),
          ...(userId !== "" && { user_id: userId }),
          name,
          inputs: JSON.stringify(inputs),
          meta: JSON.stringify(meta),
          section_id: sectionId,
          pinned_at: pinnedAt?.getTime() ?? 0,
          updated_at: updatedAt.getTime(),
        })
        .where("id", "=", id)
        .execute();
    },

    async delete(id, now) {
      await db
        .updateTable("conversations")
        .set({ deleted_at: now.getTime() })
        .where("id", "=", id)
        .where("deleted_at", "is", null)
        .execute();
    },

    async clear(id, newSection, now) {
      await session.atomically(async (inside) => {
        // Exchanges first, like turns that are opened: two that go the other way round would wait for each other.
        await inside.db
          .updateTable("exchanges")
          .set({ deleted_at: now.getTime() })
          .where("conversation_id", "=", id)
          .where("deleted_at", "is", null)
          .execute();
        await inside.db
          .updateTable("conversations")
          .set({ section_id: newSection })
          .where("id", "=", id)
          .execute();
      });
    },
  };
}

const insertConversation = statement<ConversationParameters, { id: number }>(({ db, value }) =>
  db
    .insertInto("conversations")
    .values({
      id: value("id"),
      workspace_id: value("workspace_id"),
      agent_id: value("agent_id"),
      user_id: value("user_id"),
      name: value("name"),
      inputs: value("inputs"),
      section_id: value("section_id"),
      created_at: value("created_at"),
      last_turn_at: value("last_turn_at"),
      pinned_at: value("pinned_at"),
      active_at: value("active_at"),
      deleted_at: null,
      session_name: value("session_name"),
      channel: value("channel"),
      meta: value("meta"),
      creator_id: value("creator_id"),
      updated_at: value("updated_at"),
      session_id: value("session_id"),
      held_at: value("held_at"),
    })
    .onConflict((conflict) =>
      conflict
        .columns(["agent_id", "session_id"])
        .where("session_id", "<>", sql.lit(""))
        .where("deleted_at", "is", null)
        .doNothing(),
    )
    .returning("id"),
);

type ConversationParameters = Omit<ConversationRow, "deleted_at">;

const conversationOfSession = statement<{ agentId: number; sessionId: string }, ConversationRow>(
  ({ db, value }) =>
    db
      .selectFrom("conversations")
      .selectAll()
      .where("agent_id", "=", value("agentId"))
      .where("session_id", "=", value("sessionId"))
      .where("session_id", "<>", sql.lit(""))
      .where("deleted_at", "is", null),
);

/** When the last message came in, an inserted one too; 0: none is there. */
const newestMessageAt = sql<number>`coalesce((
  select exchanges.created_at from exchanges
  where exchanges.conversation_id = conversations.id and exchanges.deleted_at is null
  order by exchanges.id desc limit 1), 0)`;

/** Nothing was said or done in a held conversation after that. */
function isQuietSince(at: number) {
  return sql<boolean>`held_at <= ${at} and updated_at <= ${at} and coalesce(last_turn_at, 0) <= ${at}
    and ${newestMessageAt} <= ${at}`;
}

function quietSince(row: ConversationRow & { newest_message_at: number }): Date {
  return new Date(Math.max(row.held_at ?? 0, row.updated_at, row.last_turn_at ?? 0, row.newest_message_at));
}

const getConversation = statement<{ id: number }, ConversationRow>(({ db, value }) =>
  db.selectFrom("conversations").selectAll().where("id", "=", value("id")).where("deleted_at", "is", null),
);

const getConversationToChange = statement<{ id: number }, ConversationRow>(({ db, value, fragments }) =>
  db
    .selectFrom("conversations")
    .selectAll()
    .where("id", "=", value("id"))
    .where("deleted_at", "is", null)
    .modifyEnd(fragments.lockRows),
);

const findConversation = statement<{ agentId: number; userId: string; id: number }, ConversationRow>(
  ({ db, value }) =>
    db
      .selectFrom("conversations")
      .selectAll()
      .where("id", "=", value("id"))
      .where("agent_id", "=", value("agentId"))
      .where("user_id", "=", value("userId"))
      .where("deleted_at", "is", null),
);

const listConversations = statement<{ agentId: number; userId: string; limit: number }, ConversationRow>(
  ({ db, value }) =>
    db
      .selectFrom("conversations")
      .selectAll()
      .where("agent_id", "=", value("agentId"))
      .where("user_id", "=", value("userId"))
      .where("deleted_at", "is", null)
      .orderBy("pinned_at", "desc")
      .orderBy("active_at", "desc")
      .orderBy("id", "desc")
      .limit(value("limit")),
);

function toRow(conversation: Conversation): ConversationParameters {
  const createdAt = conversation.createdAt.getTime();
  const lastTurnAt = conversation.lastTurnAt?.getTime() ?? null;
  return {
    id: conversation.id,
    workspace_id: conversation.workspaceId,
    agent_id: conversation.agentId ?? 0,
    user_id: conversation.userId,
    name: conversation.name,
    inputs: JSON.stringify(conversation.inputs),
    section_id: conversation.sectionId,
    created_at: createdAt,
    last_turn_at: lastTurnAt,
    pinned_at: conversation.pinnedAt?.getTime() ?? 0,
    active_at: lastTurnAt ?? createdAt,
    session_name: conversation.sessionName,
    channel: conversation.channel,
    meta: JSON.stringify(conversation.meta),
    creator_id: conversation.creatorId ?? 0,
    updated_at: conversation.updatedAt.getTime(),
    session_id: conversation.sessionId ?? "",
    held_at: conversation.heldAt?.getTime() ?? null,
  };
}

export function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id as ConversationId,
    workspaceId: row.workspace_id as WorkspaceId,
    ...(row.agent_id !== 0 && { agentId: row.agent_id as AgentId }),
    userId: row.user_id,
    ...(row.creator_id !== 0 && { creatorId: row.creator_id as UserId }),
    sessionName: row.session_name,
    channel: row.channel,
    meta: JSON.parse(row.meta),
    name: row.name,
    inputs: JSON.parse(row.inputs),
    sectionId: row.section_id as SectionId,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at === 0 ? row.created_at : row.updated_at),
    ...(row.last_turn_at !== null && { lastTurnAt: new Date(row.last_turn_at) }),
    ...(row.pinned_at !== 0 && { pinnedAt: new Date(row.pinned_at) }),
    ...(row.session_id !== "" && { sessionId: row.session_id }),
    ...(row.held_at !== null && { heldAt: new Date(row.held_at) }),
  };
}
