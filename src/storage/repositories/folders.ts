import { sql } from "kysely";
import type { CopyTask, Folder } from "../../domain/folder.ts";
import type { AgentId, CopyTaskId, FolderId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { CopyTaskRow, FolderRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { FolderStore } from "../store.ts";

export function folderStore({ db }: Session): FolderStore {
  const levelOf = (place: { workspaceId: WorkspaceId; kind: Folder["kind"]; parentId?: FolderId }) =>
    db
      .selectFrom("folders")
      .where("workspace_id", "=", place.workspaceId)
      .where("kind", "=", place.kind)
      .where("parent_id", place.parentId === undefined ? "is" : "=", place.parentId ?? null);

  return {
    async save(folder) {
      const { id, ...columns } = folderRow(folder);
      await db
        .insertInto("folders")
        .values({ id, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async find(id) {
      const row = await db
        .selectFrom("folders")
        .selectAll()
        .select(childrenCount)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && toCountedFolder(row);
    },

    async findByName({ name, ...place }) {
      const row = await levelOf(place)
        .selectAll()
        .where("name", "=", name)
        .orderBy("id")
        .limit(1)
        .executeTakeFirst();
      return row && toFolder(row);
    },

    async list({ offset, limit, ...place }) {
      const level = levelOf(place);
      const [{ total } = { total: 0 }] = await level.select(({ fn }) => fn.countAll().as("total")).execute();
      const rows = await level
        .selectAll()
        .select(childrenCount)
        .orderBy("id")
        .offset(offset)
        .limit(limit)
        .execute();
      return { items: rows.map(toCountedFolder), total: Number(total) };
    },

    async saveCopyTask(task) {
      const { id, ...columns } = copyTaskRow(task);
      await db
        .insertInto("copy_tasks")
        .values({ id, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    },

    async findCopyTask(id) {
      const row = await db.selectFrom("copy_tasks").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toCopyTask(row);
    },
  };
}

/** Folders and agents directly inside. */
const childrenCount = sql<number | string>`(
  (select count(*) from folders children
    where children.workspace_id = folders.workspace_id and children.parent_id = folders.id)
  + (select count(*) from agents where agents.folder_id = folders.id)
)`.as("children_count");

function folderRow(folder: Folder): FolderRow {
  return {
    id: folder.id,
    workspace_id: folder.workspaceId,
    parent_id: folder.parentId ?? null,
    name: folder.name,
    description: folder.description,
    kind: folder.kind,
    creator_id: folder.creatorId ?? null,
    created_at: folder.createdAt.getTime(),
  };
}

function toFolder(row: FolderRow): Folder {
  return {
    id: row.id as FolderId,
    workspaceId: row.workspace_id as WorkspaceId,
    ...(row.parent_id === null ? {} : { parentId: row.parent_id as FolderId }),
    name: row.name,
    description: row.description,
    kind: row.kind as Folder["kind"],
    ...(row.creator_id === null ? {} : { creatorId: row.creator_id as UserId }),
    createdAt: new Date(row.created_at),
  };
}

function toCountedFolder({ children_count, ...row }: FolderRow & { children_count: number | string }) {
  return { folder: toFolder(row), childrenCount: Number(children_count) };
}

function copyTaskRow(task: CopyTask): CopyTaskRow {
  return {
    id: task.id,
    user_id: task.userId,
    entity_kind: task.entityKind,
    source_id: task.sourceId,
    target_id: task.targetId ?? null,
    target_workspace_id: task.targetWorkspaceId,
    status: task.status,
    failures: JSON.stringify(task.failures),
    created_at: task.createdAt.getTime(),
  };
}

function toCopyTask(row: CopyTaskRow): CopyTask {
  return {
    id: row.id as CopyTaskId,
    userId: row.user_id as UserId,
    entityKind: row.entity_kind as CopyTask["entityKind"],
    sourceId: row.source_id as AgentId,
    ...(row.target_id === null ? {} : { targetId: row.target_id as AgentId }),
    targetWorkspaceId: row.target_workspace_id as WorkspaceId,
    status: row.status as CopyTask["status"],
    failures: JSON.parse(row.failures),
    createdAt: new Date(row.created_at),
  };
}
