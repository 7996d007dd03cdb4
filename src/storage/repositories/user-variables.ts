import type { Session } from "../session.ts";
import type { UserVariableStore } from "../store.ts";

export function userVariableStore({ db }: Session): UserVariableStore {
  return {
    async list({ agentId, channel, userId }) {
      const rows = await db
        .selectFrom("user_variables")
        .select(["key", "value", "created_at", "updated_at"])
        .where("agent_id", "=", agentId)
        .where("channel", "=", channel)
        .where("user_id", "=", userId)
        .orderBy("created_at")
        .orderBy("key")
        .execute();
      return rows.map((row) => ({
        key: row.key,
        value: row.value,
        createdAt: new Date(row.created_at),
        updatedAt: new Date(row.updated_at),
      }));
    },

    async save({ agentId, channel, userId }, values, now) {
      const time = now.getTime();
      const rows = Object.entries(values).map(([key, value]) => ({
        agent_id: agentId,
        channel,
        user_id: userId,
        key,
        value,
        created_at: time,
        updated_at: time,
      }));
      if (rows.length === 0) return;
      await db
        .insertInto("user_variables")
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(["agent_id", "channel", "user_id", "key"]).doUpdateSet({
            value: (given) => given.ref("excluded.value"),
            updated_at: time,
          }),
        )
        .execute();
    },
  };
}
