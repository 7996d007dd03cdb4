import type { AgentId, ShareLinkId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { ShareLink } from "../../domain/share-link.ts";
import type { ShareLinkRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { ShareLinkStore } from "../store.ts";

export function shareLinkStore({ db }: Session): ShareLinkStore {
  const links = () => db.selectFrom("share_links").selectAll();
  return {
    async save(link) {
      const { id, ...columns } = toRow(link);
      await db
        .insertInto("share_links")
        .values({ id, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async find(id) {
      const row = await links().where("id", "=", id).executeTakeFirst();
      return row && toShareLink(row);
    },

    async findByKey(key) {
      const row = await links().where("key", "=", key).executeTakeFirst();
      return row && toShareLink(row);
    },

    async list(agentId) {
      const rows = await links().where("agent_id", "=", agentId).orderBy("id").execute();
      return rows.map(toShareLink);
    },

    async delete(agentId, id) {
      const { numDeletedRows } = await db
        .deleteFrom("share_links")
        .where("id", "=", id)
        .where("agent_id", "=", agentId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}

function toRow(link: ShareLink): ShareLinkRow {
  return {
    id: link.id,
    key: link.key,
    workspace_id: link.workspaceId,
    agent_id: link.agentId,
    is_enabled: link.isEnabled ? 1 : 0,
    title: link.title,
    greeting: link.greeting,
    color: link.color,
    origins: JSON.stringify(link.origins),
    creator_id: link.creatorId,
    created_at: link.createdAt.getTime(),
    updated_at: link.updatedAt.getTime(),
  };
}

function toShareLink(row: ShareLinkRow): ShareLink {
  return {
    id: row.id as ShareLinkId,
    key: row.key,
    workspaceId: row.workspace_id as WorkspaceId,
    agentId: row.agent_id as AgentId,
    isEnabled: row.is_enabled === 1,
    title: row.title,
    greeting: row.greeting,
    color: row.color,
    origins: JSON.parse(row.origins) as string[],
    creatorId: row.creator_id as UserId,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
