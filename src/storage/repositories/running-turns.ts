import { sql } from "kysely";
import type { AgentId, ConversationId, TurnId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { RunningTurnRow, RunningTurnStore } from "../store.ts";
import { amongAgents } from "./agent-ids.ts";

/** More than these are not looked through. */
const RUNNING_LIMIT = 5_000;

export function runningTurnStore({ db }: Session): RunningTurnStore {
  return {
    async list({ workspaceId, agentIds, after, limit }) {
      // By themselves, from an index that has nothing else in it: asked for in their order, all turns would be read.
      const running = await db
        .selectFrom("turns")
        .select("id")
        .where("status", "=", sql.lit("running"))
        .limit(RUNNING_LIMIT)
        .execute();
      const ids = running.map(({ id }) => id).filter((id) => after === undefined || id < after);
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom("turns")
        .innerJoin("agents", "agents.id", "turns.agent_id")
        .innerJoin("conversations", "conversations.id", "turns.conversation_id")
        .select(["turns.id", "turns.agent_id", "turns.conversation_id", "turns.family"])
        .select(["turns.user_id", "turns.node", "turns.created_at"])
        .select(["agents.name as agent_name", "conversations.channel"])
        .select(
          sql<number>`coalesce((
            select length(text) from messages where messages.id = turns.answer_message_id), 0)`.as(
            "text_length",
          ),
        )
        .where("turns.id", "in", ids)
        .where("turns.status", "=", "running")
        .where("agents.workspace_id", "=", workspaceId)
        .$if(agentIds !== undefined, (query) =>
          query.where("turns.agent_id", "in", amongAgents(agentIds ?? [])),
        )
        .orderBy("turns.id", "desc")
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
