import type { Workspace } from "../../domain/agent.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { WorkspaceRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { WorkspaceStore } from "../store.ts";

export function workspaceStore({ db }: Session): WorkspaceStore {
  return {
    async save({ id, name, createdAt }) {
      await db
        .insertInto("workspaces")
        .values({ id, name, created_at: createdAt.getTime() })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ name }))
        .execute();
    },

    async findByName(name) {
      const row = await db.selectFrom("workspaces").selectAll().where("name", "=", name).executeTakeFirst();
      return row && toWorkspace(row);
    },
  };
}

function toWorkspace(row: WorkspaceRow): Workspace {
  return { id: row.id as WorkspaceId, name: row.name, createdAt: new Date(row.created_at) };
}
