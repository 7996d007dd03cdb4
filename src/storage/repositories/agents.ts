import type { Agent, AgentSettings } from "../../domain/agent.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import type { AgentRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { statement } from "../statement.ts";
import type { AgentStore } from "../store.ts";

/**
 * Parsed settings by agent, valid for one revision. Shared by every reader, hence frozen. Transactions read it
 * but never fill it: what they see may be rolled back.
 */
export type SettingsCache = Map<number, { revision: number; settings: AgentSettings }>;

export function agentStore(session: Session, cache: SettingsCache): AgentStore {
  const { db } = session;

  function toAgent(row: AgentRow): Agent {
    const cached = cache.get(row.id);
    if (cached?.revision === row.revision) return withSettings(row, cached.settings);
    const settings = freezeDeeply<AgentSettings>(JSON.parse(row.settings));
    if (!session.isTransaction) cache.set(row.id, { revision: row.revision, settings });
    return withSettings(row, settings);
  }

  return {
    async save(agent) {
      const { id, ...columns } = toRow(agent);
      await db
        .insertInto("agents")
        .values({ id, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
      cache.delete(id);
    },

    async find(id) {
      const row = await db.selectFrom("agents").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toAgent(row);
    },

    async findBySlug(workspaceId, slug) {
      const row = await db
        .selectFrom("agents")
        .selectAll()
        .where("workspace_id", "=", workspaceId)
        .where("slug", "=", slug)
        .executeTakeFirst();
      return row && toAgent(row);
    },

    async list(workspaceId) {
      const rows = await db
        .selectFrom("agents")
        .selectAll()
        .where("workspace_id", "=", workspaceId)
        .orderBy("id")
        .execute();
      return rows.map(toAgent);
    },

    async findByKeyHash(keyHash) {
      const [head] = await session.run(agentHeadOfKey({ keyHash }));
      if (head === undefined) return undefined;
      const cached = cache.get(head.id);
      if (cached?.revision === head.revision) return withSettings(head, cached.settings);
      return this.find(head.id as AgentId);
    },

    async addKey(keyHash, agentId, now) {
      const columns = { agent_id: agentId, created_at: now.getTime(), revoked_at: null };
      await db
        .insertInto("agent_keys")
        .values({ key_hash: keyHash, ...columns })
        .onConflict((conflict) => conflict.column("key_hash").doUpdateSet(columns))
        .execute();
    },

    async revokeKeysExcept(agentId, keyHashes, now) {
      await db
        .updateTable("agent_keys")
        .set({ revoked_at: now.getTime() })
        .where("agent_id", "=", agentId)
        .where("revoked_at", "is", null)
        .$if(keyHashes.length > 0, (query) => query.where("key_hash", "not in", keyHashes))
        .execute();
    },
  };
}

/** The agent of a key without its settings, which are large and rarely change. */
const agentHeadOfKey = statement<{ keyHash: string }, Omit<AgentRow, "settings">>(({ db, value }) =>
  db
    .selectFrom("agent_keys")
    .innerJoin("agents", "agents.id", "agent_keys.agent_id")
    .select([
      "agents.id",
      "workspace_id",
      "slug",
      "name",
      "kind",
      "api_enabled",
      "revision",
      "agents.created_at",
      "updated_at",
    ])
    .where("key_hash", "=", value("keyHash"))
    .where("revoked_at", "is", null),
);

function toRow(agent: Agent): AgentRow {
  return {
    id: agent.id,
    workspace_id: agent.workspaceId,
    slug: agent.slug,
    name: agent.name,
    kind: agent.kind,
    api_enabled: agent.apiEnabled ? 1 : 0,
    settings: JSON.stringify(agent.settings),
    revision: agent.revision,
    created_at: agent.createdAt.getTime(),
    updated_at: agent.updatedAt.getTime(),
  };
}

function withSettings(row: Omit<AgentRow, "settings">, settings: AgentSettings): Agent {
  return {
    id: row.id as AgentId,
    workspaceId: row.workspace_id as WorkspaceId,
    slug: row.slug,
    name: row.name,
    kind: row.kind as Agent["kind"],
    apiEnabled: row.api_enabled === 1,
    settings,
    revision: row.revision,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

function freezeDeeply<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) freezeDeeply(inner);
  return Object.freeze(value);
}
