import { storageLog } from "../log/logger.ts";
import type { BlobStore } from "./blob-store.ts";
import type { Store } from "./store.ts";

const FILES_AT_ONCE = 200;
const MS_PER_DAY = 86_400_000;

/**
 * Deletes uploaded files older than `keepDays` (0: none), the bytes first: what breaks off in between is found again.
 */
export async function deleteOldFiles(
  { store, blobs }: { store: Pick<Store, "files">; blobs: Pick<BlobStore, "delete"> },
  { now, keepDays }: { now: Date; keepDays: number },
): Promise<void> {
  if (keepDays === 0) return;
  const before = new Date(now.getTime() - keepDays * MS_PER_DAY);
  let count = 0;
  for (;;) {
    const ids = await store.files.madeBefore(before, FILES_AT_ONCE);
    if (ids.length === 0) break;
    for (const id of ids) await blobs.delete(id);
    await store.files.delete(ids);
    count += ids.length;
  }
  if (count > 0) storageLog.info({ files: count }, "deleted files that were kept long enough");
}
