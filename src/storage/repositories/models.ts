import { sql } from "kysely";
import type { AgentId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { ModelRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { KeptModel, ModelStore, ModelUser } from "../store.ts";

interface UserRow {
  id: number;
  workspace_id: number;
  name: string;
}

export function modelStore(session: Session): ModelStore {
  const { db } = session;
  return {
    async list() {
      const rows = await db.selectFrom("models").selectAll().orderBy("created_at").orderBy("name").execute();
      return rows.map(toModel);
    },

    async find(name) {
      const row = await db.selectFrom("models").selectAll().where("name", "=", name).executeTakeFirst();
      return row && toModel(row);
    },

    insert(model) {
      return session.atomically(async (inside) => {
        const { numInsertedOrUpdatedRows } = await inside.db
          .insertInto("models")
          .values(toRow(model))
          .onConflict((conflict) => conflict.column("name").doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        if (model.isDefault) await takeDefault(inside, model.name);
        return true;
      });
    },

    async save(model) {
      const { name, created_at, creator_id, ...columns } = toRow(model);
      await session.atomically(async (inside) => {
        await inside.db.updateTable("models").set(columns).where("name", "=", name).execute();
        if (model.isDefault) await takeDefault(inside, name);
      });
    },

    async delete(name) {
      const { numDeletedRows } = await db
        .deleteFrom("models")
        .where("name", "=", name)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    async usersOf(name, limit) {
      const named = `%${escaped(`"model":${JSON.stringify(name)}`)}%`;
      const drafts = await db
        .selectFrom("agents")
        .select(["id", "workspace_id", "name"])
        .where("deleted_at", "is", null)
        .where(sql<boolean>`settings like ${named} escape '!'`)
        .orderBy("id")
        .limit(limit)
        .execute();
      const live = await sql<UserRow>`
        select agents.id, agents.workspace_id, agents.name from agents
        where agents.deleted_at is null and exists (
          select agent_versions.id from releases
          inner join agent_versions on agent_versions.id = releases.version_id
          where releases.agent_id = agents.id
            and agent_versions.settings like ${named} escape '!')
        order by agents.id limit ${limit}`.execute(db);
      const users = [
        ...drafts.map((row) => toUser(row, "draft")),
        ...live.rows.map((row) => toUser(row, "live")),
      ];
      return users.slice(0, limit);
    },
  };
}

/** From whichever other has it. */
async function takeDefault({ db }: Session, name: string): Promise<void> {
  await db
    .updateTable("models")
    .set({ is_default: 0 })
    .where("is_default", "=", 1)
    .where("name", "<>", name)
    .execute();
}

/** For `like … escape '!'`. */
function escaped(text: string): string {
  return text.replace(/[!%_]/g, "!$&");
}

function toUser({ id, workspace_id, name }: UserRow, where: ModelUser["where"]): ModelUser {
  return { agentId: id as AgentId, workspaceId: workspace_id as WorkspaceId, name, where };
}

function toRow({
  name,
  definition,
  secrets,
  isDefault,
  creatorId,
  createdAt,
  updatedAt,
}: KeptModel): ModelRow {
  return {
    name,
    definition,
    secrets,
    is_default: isDefault ? 1 : 0,
    creator_id: creatorId ?? null,
    created_at: createdAt.getTime(),
    updated_at: updatedAt.getTime(),
  };
}

function toModel(row: ModelRow): KeptModel {
  return {
    name: row.name,
    definition: row.definition,
    secrets: row.secrets,
    isDefault: row.is_default === 1,
    ...(row.creator_id !== null && { creatorId: row.creator_id as UserId }),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
