import type { Conversation } from "../../domain/conversation.ts";
import type { AgentId, ConversationId, SectionId, WorkspaceId } from "../../domain/ids.ts";
import type { ConversationRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { statement } from "../statement.ts";
import type { ConversationStore } from "../store.ts";

export function conversationStore(session: Session): ConversationStore {
  const { db } = session;
  return {
    async insert(conversation) {
      await session.run(insertConversation({ ...toRow(conversation) }));
    },

    async find(agentId, userId, id) {
      const [row] = await session.run(findConversation({ agentId, userId, id }));
      return row && toConversation(row);
    },

    async list(agentId, userId, limit) {
      const rows = await session.run(listConversations({ agentId, userId, limit }));
      return rows.map(toConversation);
    },

    async update({ id, name, inputs, sectionId, pinnedAt }) {
      await db
        .updateTable("conversations")
        .set({
          name,
          inputs: JSON.stringify(inputs),
          section_id: sectionId,
          pinned_at: pinnedAt?.getTime() ?? 0,
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
        await inside.db
          .updateTable("conversations")
          .set({ section_id: newSection })
          .where("id", "=", id)
          .execute();
        await inside.db
          .updateTable("exchanges")
          .set({ deleted_at: now.getTime() })
          .where("conversation_id", "=", id)
          .where("deleted_at", "is", null)
          .execute();
      });
    },
  };
}

const insertConversation = statement<ConversationParameters, unknown>(({ db, value }) =>
  db.insertInto("conversations").values({
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
  }),
);

type ConversationParameters = Omit<ConversationRow, "deleted_at">;

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
    agent_id: conversation.agentId,
    user_id: conversation.userId,
    name: conversation.name,
    inputs: JSON.stringify(conversation.inputs),
    section_id: conversation.sectionId,
    created_at: createdAt,
    last_turn_at: lastTurnAt,
    pinned_at: conversation.pinnedAt?.getTime() ?? 0,
    active_at: lastTurnAt ?? createdAt,
  };
}

function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.id as ConversationId,
    workspaceId: row.workspace_id as WorkspaceId,
    agentId: row.agent_id as AgentId,
    userId: row.user_id,
    name: row.name,
    inputs: JSON.parse(row.inputs),
    sectionId: row.section_id as SectionId,
    createdAt: new Date(row.created_at),
    ...(row.last_turn_at !== null && { lastTurnAt: new Date(row.last_turn_at) }),
    ...(row.pinned_at !== 0 && { pinnedAt: new Date(row.pinned_at) }),
  };
}
