import { sql } from "kysely";
import type { AgentId, ConversationId, TurnId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { RunningTurnRow, RunningTurnStore } from "../store.ts";

export function runningTurnStore({ db }: Session): RunningTurnStore {
  return {
    async list({ workspaceId, after, limit }) {
      // The running ones are few and have an index of their own; what belongs to them is looked up.
      const rows = await db
        .selectFrom((from) =>
          from
            .selectFrom("turns")
            .select(["id", "agent_id", "conversation_id", "answer_message_id"])
            .select(["family", "user_id", "node", "created_at"])
            .where("status", "=", sql.lit("running"))
            .as("running"),
        )
        .innerJoin("agents", "agents.id", "running.agent_id")
        .innerJoin("conversations", "conversations.id", "running.conversation_id")
        .leftJoin("messages", "messages.id", "running.answer_message_id")
        .select(["running.id", "running.agent_id", "running.conversation_id", "running.family"])
        .select(["running.user_id", "running.node", "running.created_at"])
        .select(["agents.name as agent_name", "conversations.channel"])
        .select(sql<number>`coalesce(length(messages.text), 0)`.as("text_length"))
        .where("agents.workspace_id", "=", workspaceId)
        .$if(after !== undefined, (query) => query.where("running.id", "<", after ?? (0 as TurnId)))
        .orderBy("running.id", "desc")
        .limit(limit)
        .execute();
      return rows.map(
        (row): RunningTurnRow => ({
          id: row.id as TurnId,
          agentId: row.agent_id as AgentId,
          agentName: row.agent_name,
          conversationId: row.conversation_id as ConversationId,
          channel: row.channel,
          family: row.family,
          userId: row.user_id,
          node: row.node,
          createdAt: new Date(row.created_at),
          textLength: row.text_length,
        }),
      );
    },
  };
}
