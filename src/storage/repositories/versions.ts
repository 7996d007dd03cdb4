import { type SelectQueryBuilder, sql } from "kysely";
import type { AgentVersion, Release } from "../../domain/agent.ts";
import type { AgentId, UserId, VersionId } from "../../domain/ids.ts";
import type { AgentRow, AgentVersionRow, Schema } from "../schema.ts";
import type { Session } from "../session.ts";
import type { AgentListing, LiveVersion, PublishStatus, VersionStore } from "../store.ts";
import { parseSettings, toAgent } from "./agents.ts";

export function versionStore(session: Session): VersionStore {
  const { db } = session;
  return {
    ...versionsAndReleases(session),

    async listAgents({ workspaceId, kind, channel, status, offset, limit }) {
      const inWorkspace = withStatus(
        db
          .selectFrom("agents")
          .leftJoin("releases", (join) =>
            join.onRef("releases.agent_id", "=", "agents.id").on("releases.channel", "=", channel),
          )
          .leftJoin("agent_versions", "agent_versions.id", "releases.version_id")
          .where("agents.workspace_id", "=", workspaceId)
          .where("agents.deleted_at", "is", null),
        status,
      );
      const matching = kind === undefined ? inWorkspace : inWorkspace.where("agents.kind", "=", kind);
      const [{ total } = { total: 0 }] = await matching
        .select(({ fn }) => fn.countAll().as("total"))
        .execute();
      const rows = await matching
        .selectAll("agents")
        .select([
          "agent_versions.id as version_id",
          "agent_versions.number as version_number",
          "agent_versions.name as version_name",
          "agent_versions.settings as version_settings",
          "agent_versions.changelog as version_changelog",
          "agent_versions.creator_id as version_creator_id",
          "agent_versions.created_at as version_created_at",
          "releases.since as version_since",
        ])
        .orderBy(({ fn, val }) => fn.coalesce("releases.since", val(0)), "desc")
        .orderBy("agents.updated_at", "desc")
        .orderBy("agents.id", "desc")
        .offset(offset)
        .limit(limit)
        .execute();
      return { items: rows.map(toListing), total: Number(total) };
    },

    async collaborators(agentId) {
      const rows = await db
        .selectFrom("agent_collaborators")
        .select("user_id")
        .where("agent_id", "=", agentId)
        .orderBy("added_at")
        .orderBy("user_id")
        .execute();
      return rows.map((row) => row.user_id as UserId);
    },

    async addCollaborator(agentId, userId, now) {
      await db
        .insertInto("agent_collaborators")
        .values({ agent_id: agentId, user_id: userId, added_at: now.getTime() })
        .onConflict((conflict) => conflict.columns(["agent_id", "user_id"]).doNothing())
        .execute();
    },

    async removeCollaborator(agentId, userId) {
      const result = await db
        .deleteFrom("agent_collaborators")
        .where("agent_id", "=", agentId)
        .where("user_id", "=", userId)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

function versionsAndReleases({
  db,
}: Session): Omit<VersionStore, "listAgents" | "collaborators" | "addCollaborator" | "removeCollaborator"> {
  return {
    async insert(version) {
      await db.insertInto("agent_versions").values(toRow(version)).execute();
    },

    async find(agentId, number) {
      const row = await db
        .selectFrom("agent_versions")
        .selectAll()
        .where("agent_id", "=", agentId)
        .where("number", "=", number)
        .executeTakeFirst();
      return row && toVersion(row);
    },

    async get(id) {
      const row = await db.selectFrom("agent_versions").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toVersion(row);
    },

    async list(agentId, { offset, limit }, channel) {
      const matching = db
        .selectFrom("agent_versions")
        .where("agent_versions.agent_id", "=", agentId)
        .$if(channel !== undefined, (query) =>
          query.where("agent_versions.id", "in", (inner) =>
            inner
              .selectFrom("releases")
              .select("version_id")
              .where("releases.agent_id", "=", agentId)
              .where("releases.channel", "=", channel ?? ""),
          ),
        );
      const [{ total } = { total: 0 }] = await matching
        .select(({ fn }) => fn.countAll().as("total"))
        .execute();
      const rows = await matching.selectAll().orderBy("number", "desc").offset(offset).limit(limit).execute();
      return { items: rows.map(toVersion), total: Number(total) };
    },

    async release({ agentId, channel, versionId, since }) {
      const columns = { version_id: versionId, since: since.getTime() };
      await db
        .insertInto("releases")
        .values({ agent_id: agentId, channel, ...columns })
        .onConflict((conflict) => conflict.columns(["agent_id", "channel"]).doUpdateSet(columns))
        .execute();
    },

    async withdraw(agentId, channel) {
      const result = await db
        .deleteFrom("releases")
        .where("agent_id", "=", agentId)
        .where("channel", "=", channel)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },

    async releases(agentId) {
      const rows = await db
        .selectFrom("releases")
        .selectAll()
        .where("agent_id", "=", agentId)
        .orderBy("channel")
        .execute();
      return rows.map(
        (row): Release => ({
          agentId: row.agent_id as AgentId,
          channel: row.channel,
          versionId: row.version_id as VersionId,
          since: new Date(row.since),
        }),
      );
    },

    async liveOf(agentIds) {
      if (agentIds.length === 0) return [];
      const rows = await db
        .selectFrom("releases")
        .innerJoin("agent_versions", "agent_versions.id", "releases.version_id")
        .innerJoin("agents", "agents.id", "releases.agent_id")
        .selectAll("releases")
        .select(["agent_versions.number", "agent_versions.name"])
        .select(
          sql<
            string | null
          >`case when agents.settings = agent_versions.settings then null else agent_versions.settings end`.as(
            "settings",
          ),
        )
        .where("releases.agent_id", "in", agentIds)
        .orderBy("releases.agent_id")
        .orderBy("releases.channel")
        .execute();
      return rows.map(
        (row): LiveVersion => ({
          agentId: row.agent_id as AgentId,
          channel: row.channel,
          versionId: row.version_id as VersionId,
          since: new Date(row.since),
          number: row.number,
          name: row.name,
          ...(row.settings !== null && { settings: parseSettings(row.settings) }),
        }),
      );
    },
  };
}

/** A draft has changed when its name or the text of its settings is another: publishing copies both as they are. */
function withStatus<Tables extends keyof Schema, Row>(
  query: SelectQueryBuilder<Schema, Tables, Row>,
  status: PublishStatus,
): SelectQueryBuilder<Schema, Tables, Row> {
  switch (status) {
    case "all":
      return query;
    case "published":
      return query.where(sql<boolean>`releases.version_id is not null`);
    case "changed":
      return query.where(
        sql<boolean>`(agents.settings <> agent_versions.settings or agents.name <> agent_versions.name)`,
      );
    case "unpublished":
      return query.where(sql<boolean>`releases.version_id is null`);
  }
}

function toRow(version: AgentVersion): AgentVersionRow {
  return {
    id: version.id,
    agent_id: version.agentId,
    number: version.number,
    name: version.name,
    settings: JSON.stringify(version.settings),
    changelog: version.changelog,
    creator_id: version.creatorId ?? null,
    created_at: version.createdAt.getTime(),
  };
}

function toVersion(row: AgentVersionRow): AgentVersion {
  return {
    id: row.id as VersionId,
    agentId: row.agent_id as AgentId,
    number: row.number,
    name: row.name,
    settings: parseSettings(row.settings),
    changelog: row.changelog,
    ...(row.creator_id === null ? {} : { creatorId: row.creator_id as UserId }),
    createdAt: new Date(row.created_at),
  };
}

/** What the list selects of the live version; nothing of it is null when there is one. */
type ListingRow = AgentRow & {
  [Column in Exclude<keyof AgentVersionRow, "agent_id"> as `version_${Column}`]:
    | AgentVersionRow[Column]
    | null;
} & { version_since: number | null };

function toListing(row: ListingRow): AgentListing {
  const agent = toAgent(row, parseSettings(row.settings));
  const { version_id, version_number, version_name, version_settings, version_changelog } = row;
  const { version_created_at, version_since } = row;
  if (
    version_id === null ||
    version_number === null ||
    version_name === null ||
    version_settings === null ||
    version_changelog === null ||
    version_created_at === null ||
    version_since === null
  ) {
    return { agent };
  }
  const version = toVersion({
    id: version_id,
    agent_id: row.id,
    number: version_number,
    name: version_name,
    settings: version_settings,
    changelog: version_changelog,
    creator_id: row.version_creator_id,
    created_at: version_created_at,
  });
  return { agent, live: { version, since: new Date(version_since) } };
}
