import type { CopyTask, Folder } from "../../domain/folder.ts";
import type { CopyTaskId, FolderId, WorkspaceId } from "../../domain/ids.ts";
import type { Page, PageWindow } from "./page.ts";

export interface FolderStore {
  /** Inserts, or replaces the one with this id. */
  save(folder: Folder): Promise<void>;
  find(id: FolderId): Promise<{ folder: Folder; childrenCount: number } | undefined>;
  /** The oldest one of this name in its place; without `parentId` at the root. */
  findByName(place: {
    workspaceId: WorkspaceId;
    kind: Folder["kind"];
    parentId?: FolderId;
    name: string;
  }): Promise<Folder | undefined>;
  /** One level, oldest first; without `parentId` the root's. `childrenCount` counts folders and agents. */
  list(
    query: PageWindow & { workspaceId: WorkspaceId; kind: Folder["kind"]; parentId?: FolderId },
  ): Promise<Page<{ folder: Folder; childrenCount: number }>>;
  saveCopyTask(task: CopyTask): Promise<void>;
  findCopyTask(id: CopyTaskId): Promise<CopyTask | undefined>;
}
