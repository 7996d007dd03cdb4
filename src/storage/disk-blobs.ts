import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DomainError } from "../domain/errors.ts";
import { storageLog } from "../log/logger.ts";
import type { BlobStore } from "./blob-store.ts";
import { syncDirectory } from "./sqlite/wal-flush.ts";

const BLOB_NAME = /^[1-9]\d{0,15}$/;

/**
 * Blobs as files of one folder, named by their ids alone. A blob is written beside its place, under a name that ends
 * with its writer's, and put there when it is on the disk. Makes the folder, readable by this user only, and removes
 * what an earlier process left half-written that had the same writer's name. Rejects with `storage_failed`.
 */
export async function openDiskBlobs({
  folder,
  writer,
}: {
  folder: string;
  /** No other process that writes to the folder has it. */
  writer: string;
}): Promise<BlobStore> {
  const ending = `.${writer}.part`;
  await onDisk("the folder of files cannot be used", async () => {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) syncDirectory(dirname(made));
    const leftovers = (await readdir(folder)).filter((name) => name.endsWith(ending));
    for (const name of leftovers) await rm(join(folder, name), { force: true });
    if (leftovers.length > 0) storageLog.warn({ files: leftovers.length }, "removed unfinished uploads");
  });
  return new DiskBlobs(folder, ending);
}

/** The blobs of a folder that another process may be writing to. Changes nothing; without the folder there are none. */
export function readDiskBlobs(folder: string): Pick<BlobStore, "read" | "chunks"> {
  return new DiskBlobs(folder, "");
}

class DiskBlobs implements BlobStore {
  readonly #folder: string;
  readonly #ending: string;

  constructor(folder: string, ending: string) {
    this.#folder = folder;
    this.#ending = ending;
  }

  async put(id: number, bytes: AsyncIterable<Uint8Array>): Promise<{ sizeBytes: number }> {
    const path = this.#path(id);
    const part = path + this.#ending;
    const written: string[] = [part];
    try {
      const sizeBytes = await writeFile(part, bytes);
      await onDisk("a file cannot be kept", async () => {
        await rename(part, path);
        written.push(path);
        syncDirectory(this.#folder);
      });
      return { sizeBytes };
    } catch (error) {
      for (const name of written) await this.#remove(name);
      throw error;
    }
  }

  read(id: number, maxBytes?: number): Promise<Buffer> {
    return this.#open(id, (file) => (maxBytes === undefined ? file.readFile() : readPiece(file, maxBytes)));
  }

  async *chunks(id: number, size: number): AsyncGenerator<Buffer> {
    let position = 0;
    for (;;) {
      const start = position;
      const chunk = await this.#open(id, (file) => readPiece(file, size, start));
      if (chunk.length > 0) yield chunk;
      if (chunk.length < size) return;
      position += size;
    }
  }

  async delete(id: number): Promise<void> {
    await onDisk("a file cannot be deleted", () => rm(this.#path(id), { force: true }));
  }

  async #open<T>(id: number, work: (file: FileHandle) => Promise<T>): Promise<T> {
    if (!BLOB_NAME.test(String(id))) throw unknown();
    try {
      const file = await open(this.#path(id), "r");
      return await work(file).finally(() => file.close());
    } catch (cause) {
      if (isMissing(cause)) throw unknown();
      throw new DomainError("storage_failed", "a file cannot be read", { cause });
    }
  }

  #path(id: number): string {
    if (!BLOB_NAME.test(String(id))) throw new TypeError(`${id} is no id of a blob`);
    return join(this.#folder, String(id));
  }

  /** After a failure: what cannot be removed now is removed at the next start, or by the sweep. */
  async #remove(path: string): Promise<void> {
    await rm(path, { force: true }).catch((error: unknown) => {
      storageLog.error({ err: error }, "an unfinished file cannot be removed");
    });
  }
}

/** Everything the stream gives, in a new file, on the disk. Resolves with the number of bytes. */
async function writeFile(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await onDisk("a file cannot be made", () => open(path, "wx", 0o600));
  try {
    let count = 0;
    for await (const chunk of bytes) {
      await onDisk("a file cannot be written", () => file.appendFile(chunk));
      count += chunk.length;
    }
    await onDisk("a file cannot be written", () => file.datasync());
    return count;
  } finally {
    await file.close();
  }
}

/** Fewer bytes than asked for only at the end of the file. */
async function readPiece(file: FileHandle, size: number, position = 0): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(buffer, filled, size - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function onDisk<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new DomainError("storage_failed", what, { cause });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function unknown(): DomainError {
  return new DomainError("not_found", "there is no such file");
}
