import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, it, onTestFinished } from "vitest";
import type { BlobStore } from "./blob-store.ts";
import { aFile, NOW } from "./conformance/factories.ts";
import { openDiskBlobs } from "./disk-blobs.ts";
import { deleteOldFiles } from "./old-files.ts";
import { openSqliteStore } from "./sqlite/open.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

const DAY = 86_400_000;

async function opened() {
  const store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  const blobs = await openDiskBlobs({ folder: join(temporaryFolder(), "files"), writer: "test" });
  const upload = async (ageMs: number) => {
    const file = aFile(store, { createdAt: new Date(NOW.getTime() - ageMs) });
    await blobs.put(file.id, Readable.from(["x"]));
    await store.files.insert(file);
    return file.id;
  };
  return { store, blobs, upload };
}

it("files are deleted with their bytes once they were kept long enough, however many", async () => {
  const { store, blobs, upload } = await opened();
  const old = [];
  for (let count = 0; count < 250; count += 1) old.push(await upload(90 * DAY + 1));
  const young = await upload(90 * DAY);
  await deleteOldFiles({ store, blobs }, { now: NOW, keepDays: 90 });
  for (const id of old) {
    expect(await store.files.find(id)).toBeUndefined();
    await expect(blobs.read(id)).rejects.toMatchObject({ code: "not_found" });
  }
  expect(await store.files.find(young)).toBeDefined();
  expect(await blobs.read(young)).toEqual(Buffer.from("x"));
});

it("files are kept for ever when the number of days is 0", async () => {
  const { store, blobs, upload } = await opened();
  const id = await upload(100_000 * DAY);
  await deleteOldFiles({ store, blobs }, { now: NOW, keepDays: 0 });
  expect(await store.files.find(id)).toBeDefined();
});

it("a file whose bytes could not be deleted is found again", async () => {
  const { store, blobs, upload } = await opened();
  const id = await upload(100 * DAY);
  const broken: Pick<BlobStore, "delete"> = { delete: () => Promise.reject(new Error("disk")) };
  await expect(deleteOldFiles({ store, blobs: broken }, { now: NOW, keepDays: 90 })).rejects.toThrow("disk");
  expect(await store.files.find(id)).toBeDefined();
  await deleteOldFiles({ store, blobs }, { now: NOW, keepDays: 90 });
  expect(await store.files.find(id)).toBeUndefined();
});
