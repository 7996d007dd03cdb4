import { sql } from "kysely";
import type { Role } from "../../domain/access.ts";
import type { Workspace } from "../../domain/agent.ts";
import type { UserId, WorkspaceId } from "../../domain/ids.ts";
import type { WorkspaceRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { WorkspaceStore } from "../store.ts";
import { toMembership, toUser } from "./users.ts";

export function workspaceStore({ db, engine }: Session): WorkspaceStore {
  return {
    async save({ id, createdAt, ...changing }) {
      const { name, description, icon, kind } = changing;
      const columns = { name, description, icon, kind };
      await db
        .insertInto("workspaces")
        .values({ id, ...columns, created_at: createdAt.getTime() })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async find(id) {
      const row = await db.selectFrom("workspaces").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toWorkspace(row);
    },

    async findToChange(id) {
      const row = await db
        .selectFrom("workspaces")
        .selectAll()
        .where("id", "=", id)
        .$if(engine.name === "postgres", (query) => query.forUpdate())
        .executeTakeFirst();
      return row && toWorkspace(row);
    },

    async findByName(name) {
      const row = await db
        .selectFrom("workspaces")
        .selectAll()
        .where("name", "=", name)
        .orderBy("id")
        .executeTakeFirst();
      return row && toWorkspace(row);
    },

    async list() {
      const rows = await db.selectFrom("workspaces").selectAll().orderBy("id").execute();
      return rows.map(toWorkspace);
    },

    async oldest() {
      const row = await db.selectFrom("workspaces").selectAll().orderBy("id").limit(1).executeTakeFirst();
      return row && toWorkspace(row);
    },

    async saveMember({ workspaceId, userId, role, joinedAt }) {
      await db
        .insertInto("workspace_members")
        .values({ workspace_id: workspaceId, user_id: userId, role, joined_at: joinedAt.getTime() })
        .onConflict((conflict) => conflict.columns(["workspace_id", "user_id"]).doUpdateSet({ role }))
        .execute();
    },

    async removeMember(workspaceId, userId) {
      const { numDeletedRows } = await db
        .deleteFrom("workspace_members")
        .where("workspace_id", "=", workspaceId)
        .where("user_id", "=", userId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },

    async members(workspaceId, { offset, limit }) {
      const rows = await db
        .selectFrom("workspace_members")
        .innerJoin("users", "users.id", "workspace_members.user_id")
        .selectAll()
        .where("workspace_id", "=", workspaceId)
        .orderBy(sql`case role when 'owner' then 0 when 'admin' then 1 when 'member' then 2 else 3 end`)
        .orderBy("joined_at")
        .orderBy("user_id")
        .offset(offset)
        .limit(limit)
        .execute();
      const { total } = await db
        .selectFrom("workspace_members")
        .innerJoin("users", "users.id", "workspace_members.user_id")
        .select(({ fn }) => fn.countAll<number | string>().as("total"))
        .where("workspace_id", "=", workspaceId)
        .executeTakeFirstOrThrow();
      return {
        items: rows.map((row) => ({ membership: toMembership(row), user: toUser(row) })),
        total: Number(total),
      };
    },

    async listings(ids) {
      if (ids.length === 0) return [];
      const workspaces = await db.selectFrom("workspaces").selectAll().where("id", "in", ids).execute();
      const leaders = await db
        .selectFrom("workspace_members")
        .select(["workspace_id", "user_id", "role"])
        .where("workspace_id", "in", ids)
        .where("role", "in", ["owner", "admin"])
        .orderBy("joined_at")
        .orderBy("user_id")
        .execute();
      return ids.flatMap((id) => {
        const row = workspaces.find((candidate) => candidate.id === id);
        if (row === undefined) return [];
        const own = leaders.filter((leader) => leader.workspace_id === id);
        const withRole = (role: Role) =>
          own.filter((leader) => leader.role === role).map((leader) => leader.user_id as UserId);
        return [{ workspace: toWorkspace(row), ownerIds: withRole("owner"), adminIds: withRole("admin") }];
      });
    },
  };
}

function toWorkspace(row: WorkspaceRow): Workspace {
  return {
    id: row.id as WorkspaceId,
    name: row.name,
    description: row.description,
    icon: row.icon,
    kind: row.kind as Workspace["kind"],
    createdAt: new Date(row.created_at),
  };
}
