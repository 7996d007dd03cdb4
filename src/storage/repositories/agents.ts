import { sql } from "kysely";
import { type Agent, type AgentSettings, API_CHANNEL } from "../../domain/agent.ts";
import type { AgentId, FolderId, UserId, VersionId, WorkspaceId } from "../../domain/ids.ts";
import type { AgentRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { statement } from "../statement.ts";
import type { AgentStore } from "../store.ts";

/**
 * Parsed settings: of drafts by agent, valid for one revision; of live versions by agent and channel, valid for one
 * version. Shared by every reader, hence frozen. Transactions read it but never fill it: what they see may be
 * rolled back.
 */
export type SettingsCache = Map<string, { stamp: number; settings: AgentSettings }>;

export function agentStore(session: Session, cache: SettingsCache): AgentStore {
  const { db } = session;

  function remember(key: string, stamp: number, json: string): AgentSettings {
    const cached = cache.get(key);
    if (cached?.stamp === stamp) return cached.settings;
    const settings = parseSettings(json);
    if (!session.isTransaction) cache.set(key, { stamp, settings });
    return settings;
  }

  const existing = () => db.selectFrom("agents").selectAll().where("deleted_at", "is", null);

  const toDraft = (row: AgentRow): Agent =>
    toAgent(row, remember(draftKey(row.id), row.revision, row.settings));

  async function liveSettings(agentId: number, channel: string, versionId: number): Promise<AgentSettings> {
    const key = liveKey(agentId, channel);
    const cached = cache.get(key);
    if (cached?.stamp === versionId) return cached.settings;
    const { settings } = await db
      .selectFrom("agent_versions")
      .select("settings")
      .where("id", "=", versionId)
      .executeTakeFirstOrThrow();
    return remember(key, versionId, settings);
  }

  async function toLive({ version_id, ...head }: AgentHead, channel: string): Promise<Agent | undefined> {
    if (version_id !== null) {
      const settings = await liveSettings(head.id, channel, version_id);
      return toAgent(head, settings, version_id);
    }
    const cached = cache.get(draftKey(head.id));
    if (cached?.stamp === head.revision) return toAgent(head, cached.settings);
    return find(head.id as AgentId);
  }

  async function find(id: AgentId): Promise<Agent | undefined> {
    const row = await existing().where("id", "=", id).executeTakeFirst();
    return row && toDraft(row);
  }

  return {
    async save(agent) {
      const { id, deleted_at, ...columns } = toRow(agent);
      await db
        .insertInto("agents")
        .values({ id, deleted_at, ...columns })
        .onConflict((conflict) =>
          conflict.column("id").doUpdateSet(columns).where("agents.deleted_at", "is", null),
        )
        .execute();
      cache.delete(draftKey(id));
    },

    find,

    async findToChange(id) {
      const row = await existing()
        .where("id", "=", id)
        .$if(session.engine.name === "postgres", (query) => query.forUpdate())
        .executeTakeFirst();
      return row && toDraft(row);
    },

    async findLive(id, channel) {
      const [head] = await session.run(liveHead({ id, channel }));
      return head && toLive(head, channel);
    },

    async findBySlug(workspaceId, slug) {
      const row = await existing()
        .where("workspace_id", "=", workspaceId)
        .where("slug", "=", slug)
        .executeTakeFirst();
      return row && toDraft(row);
    },

    async list(workspaceId) {
      const rows = await existing().where("workspace_id", "=", workspaceId).orderBy("id").execute();
      return rows.map(toDraft);
    },

    async page({ workspaceId, kind, text, order, after, limit }) {
      const isNewestFirst = order === "newest";
      const rows = await existing()
        .where("workspace_id", "=", workspaceId)
        .$if(kind !== undefined, (query) => query.where("kind", "=", kind ?? ""))
        .$if(text !== undefined, (query) =>
          query.where(session.engine.contains(sql<string>`${sql.ref("name")}`, text ?? "")),
        )
        .$if(after !== undefined, (query) => query.where("id", isNewestFirst ? "<" : ">", after ?? 0))
        .orderBy("id", isNewestFirst ? "desc" : "asc")
        .limit(limit + 1)
        .execute();
      return rows.map(toDraft);
    },

    delete: (id, now) => deleteAgent(session, id, now),

    async findByKeyHash(keyHash) {
      const [head] = await session.run(headOfKey({ keyHash, channel: API_CHANNEL }));
      return head && toLive(head, API_CHANNEL);
    },
  };
}

/** Slugs are unique in their workspace: that of a deleted agent is made one that nobody can choose. */
async function deleteAgent(session: Session, id: AgentId, now: Date): Promise<boolean> {
  return session.atomically(async ({ db }) => {
    const { numUpdatedRows } = await db
      .updateTable("agents")
      .set({
        deleted_at: now.getTime(),
        updated_at: now.getTime(),
        slug: sql`slug || ' deleted ' || id`,
        folder_id: null,
      })
      .where("id", "=", id)
      .where("deleted_at", "is", null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return false;
    await db.deleteFrom("releases").where("agent_id", "=", id).execute();
    await db
      .updateTable("agent_keys")
      .set({ revoked_at: now.getTime() })
      .where("agent_id", "=", id)
      .where("revoked_at", "is", null)
      .execute();
    return true;
  });
}

const draftKey = (agentId: number): string => String(agentId);
const liveKey = (agentId: number, channel: string): string => `${agentId}/${channel}`;

/** An agent without its settings, which are large and rarely change, and with the name of its live version. */
type AgentHead = Omit<AgentRow, "settings" | "deleted_at"> & { version_id: number | null };

const HEAD_COLUMNS = [
  "agents.id",
  "agents.workspace_id",
  "agents.slug",
  "agents.kind",
  "agents.api_enabled",
  "agents.revision",
  "agents.created_at",
  "agents.updated_at",
  "agents.collaboration",
  "agents.is_template",
  "agents.owner_id",
  "agents.folder_id",
  "releases.version_id",
] as const;

const headOfKey = statement<{ keyHash: string; channel: string }, AgentHead>(({ db, value }) =>
  db
    .selectFrom("agent_keys")
    .innerJoin("agents", "agents.id", "agent_keys.agent_id")
    .leftJoin("releases", (join) =>
      join.onRef("releases.agent_id", "=", "agents.id").on("releases.channel", "=", value("channel")),
    )
    .leftJoin("agent_versions", "agent_versions.id", "releases.version_id")
    .select(HEAD_COLUMNS)
    .select((column) => column.fn.coalesce("agent_versions.name", "agents.name").as("name"))
    .where("agent_keys.key_hash", "=", value("keyHash"))
    .where("agent_keys.revoked_at", "is", null)
    .where("agents.deleted_at", "is", null),
);

const liveHead = statement<{ id: number; channel: string }, AgentHead>(({ db, value }) =>
  db
    .selectFrom("releases")
    .innerJoin("agents", "agents.id", "releases.agent_id")
    .innerJoin("agent_versions", "agent_versions.id", "releases.version_id")
    .select(HEAD_COLUMNS)
    .select("agent_versions.name as name")
    .where("releases.agent_id", "=", value("id"))
    .where("releases.channel", "=", value("channel"))
    .where("agents.deleted_at", "is", null),
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
    collaboration: agent.collaboration,
    is_template: agent.isTemplate ? 1 : 0,
    owner_id: agent.ownerId ?? null,
    folder_id: agent.folderId ?? null,
    deleted_at: null,
  };
}

/** The agent of a row with these settings, already parsed. `versionId` is the version that they belong to. */
export function toAgent(
  row: Omit<AgentRow, "settings" | "deleted_at">,
  settings: AgentSettings,
  versionId?: number,
): Agent {
  return {
    id: row.id as AgentId,
    workspaceId: row.workspace_id as WorkspaceId,
    slug: row.slug,
    name: row.name,
    kind: row.kind as Agent["kind"],
    ...(versionId === undefined ? {} : { versionId: versionId as VersionId }),
    ...(row.owner_id === null ? {} : { ownerId: row.owner_id as UserId }),
    ...(row.folder_id === null ? {} : { folderId: row.folder_id as FolderId }),
    collaboration: row.collaboration as Agent["collaboration"],
    isTemplate: row.is_template === 1,
    apiEnabled: row.api_enabled === 1,
    settings,
    revision: row.revision,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}

/** Frozen, because readers share it. */
export function parseSettings(json: string): AgentSettings {
  return freezeDeeply<AgentSettings>(JSON.parse(json));
}

function freezeDeeply<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inner of Object.values(value)) freezeDeeply(inner);
  return Object.freeze(value);
}
