import type { StoredFile } from "../../domain/file.ts";
import type { FileId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { FileRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { FileStore } from "../store.ts";

export function fileStore({ db }: Session): FileStore {
  return {
    async insert(file) {
      await db.insertInto("files").values(toRow(file)).execute();
    },

    async find(id) {
      const row = await db.selectFrom("files").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toFile(row);
    },

    async madeBefore(time, limit) {
      const rows = await db
        .selectFrom("files")
        .select("id")
        .where("created_at", "<", time.getTime())
        .orderBy("created_at")
        .limit(limit)
        .execute();
      return rows.map((row) => row.id as FileId);
    },

    async delete(ids) {
      if (ids.length > 0) await db.deleteFrom("files").where("id", "in", ids).execute();
    },
  };
}

function toRow(file: StoredFile): FileRow {
  return {
    id: file.id,
    workspace_id: file.workspaceId,
    owner_id: file.ownerId,
    name: file.name,
    media_type: file.mediaType,
    size_bytes: file.sizeBytes,
    created_at: file.createdAt.getTime(),
  };
}

function toFile(row: FileRow): StoredFile {
  return {
    id: row.id as FileId,
    workspaceId: row.workspace_id as WorkspaceId,
    ownerId: row.owner_id as UserId,
    name: row.name,
    mediaType: row.media_type,
    sizeBytes: row.size_bytes,
    createdAt: new Date(row.created_at),
  };
}
