import type { AppKey } from "../../domain/app-key.ts";
import type { AgentId, AppKeyId, UserId } from "../../domain/ids.ts";
import type { AgentKeyRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { AppKeyStore } from "../store.ts";

export function appKeyStore({ db }: Session): AppKeyStore {
  const existing = () => db.selectFrom("agent_keys").selectAll().where("revoked_at", "is", null);
  return {
    async save(key) {
      const { key_hash, ...columns } = toRow(key);
      await db
        .insertInto("agent_keys")
        .values({ key_hash, ...columns })
        .onConflict((conflict) => conflict.column("key_hash").doUpdateSet(columns))
        .execute();
    },

    async find(id) {
      const row = await existing().where("id", "=", id).executeTakeFirst();
      return row && toAppKey(row);
    },

    async list(agentId) {
      const rows = await existing().where("agent_id", "=", agentId).orderBy("id").execute();
      return rows.map(toAppKey);
    },

    async revoke(agentId, id, now) {
      const { numUpdatedRows } = await db
        .updateTable("agent_keys")
        .set({ revoked_at: now.getTime() })
        .where("id", "=", id)
        .where("agent_id", "=", agentId)
        .where("revoked_at", "is", null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },

    async revokeFileKeysExcept(agentId, keyHashes, now) {
      await db
        .updateTable("agent_keys")
        .set({ revoked_at: now.getTime() })
        .where("agent_id", "=", agentId)
        .where("is_from_file", "=", 1)
        .where("revoked_at", "is", null)
        .$if(keyHashes.length > 0, (query) => query.where("key_hash", "not in", keyHashes))
        .execute();
    },
  };
}

function toRow(key: AppKey): AgentKeyRow {
  return {
    id: key.id,
    key_hash: key.keyHash,
    agent_id: key.agentId,
    name: key.name,
    ending: key.ending,
    creator_id: key.creatorId ?? 0,
    is_from_file: key.isFromFile ? 1 : 0,
    created_at: key.createdAt.getTime(),
    revoked_at: null,
  };
}

function toAppKey(row: AgentKeyRow): AppKey {
  return {
    id: row.id as AppKeyId,
    agentId: row.agent_id as AgentId,
    keyHash: row.key_hash,
    name: row.name,
    ending: row.ending,
    ...(row.creator_id !== 0 && { creatorId: row.creator_id as UserId }),
    isFromFile: row.is_from_file === 1,
    createdAt: new Date(row.created_at),
  };
}
