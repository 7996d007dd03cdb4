import type { StoredFile } from "../../domain/file.ts";
import type { FileId } from "../../domain/ids.ts";

export interface FileStore {
  insert(file: StoredFile): Promise<void>;
  find(id: FileId): Promise<StoredFile | undefined>;
  /** At most `limit` files made before that, oldest first. */
  madeBefore(time: Date, limit: number): Promise<FileId[]>;
  /** Forgets them; their blobs are the caller's to delete. */
  delete(ids: FileId[]): Promise<void>;
}
