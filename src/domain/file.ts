import type { FileId, UserId, WorkspaceId } from "./ids.ts";

/** A file somebody uploaded. Its bytes are a blob under its id; its name is data and never a path. */
export interface StoredFile {
  id: FileId;
  workspaceId: WorkspaceId;
  /** Only this user may use it. */
  ownerId: UserId;
  /** As the caller wrote it, without folders and control characters. */
  name: string;
  /** By its content where that tells, otherwise by its name, such as `image/png`. */
  mediaType: string;
  sizeBytes: number;
  createdAt: Date;
}
