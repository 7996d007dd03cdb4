import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { openDiskBlobs, readDiskBlobs } from "./disk-blobs.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

async function opened(writer = "node-0") {
  const folder = join(temporaryFolder(), "data", "files");
  return { folder, blobs: await openDiskBlobs({ folder, writer }) };
}

async function* breakingOff(error: Error) {
  yield Buffer.from("some bytes");
  throw error;
}

describe("blobs on the disk", () => {
  it("come back whole, in part and in pieces, and are gone when deleted", async () => {
    const { blobs } = await opened();
    const content = randomBytes(200_000);
    expect(
      await blobs.put(7, Readable.from([content.subarray(0, 70_000), content.subarray(70_000)])),
    ).toEqual({
      sizeBytes: 200_000,
    });
    expect(await blobs.read(7)).toEqual(content);
    expect(await blobs.read(7, 1_000)).toEqual(content.subarray(0, 1_000));
    expect(await blobs.read(7, 300_000)).toEqual(content);
    const pieces: Buffer[] = [];
    for await (const piece of blobs.chunks(7, 50_000)) pieces.push(piece);
    expect(pieces.map((piece) => piece.length)).toEqual([50_000, 50_000, 50_000, 50_000]);
    expect(Buffer.concat(pieces)).toEqual(content);
    await blobs.delete(7);
    await blobs.delete(7);
    await expect(blobs.read(7)).rejects.toMatchObject({ code: "not_found" });
    await expect(blobs.chunks(7, 10)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("are files named by their id that only this user may read", async () => {
    const { folder, blobs } = await opened();
    await blobs.put(2 ** 52, Readable.from([]));
    expect(readdirSync(folder)).toEqual(["4503599627370496"]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "4503599627370496")).mode & 0o777).toBe(0o600);
  });

  it.each([0, -1, 1.5, Number.NaN, 1e21])("have no id %s", async (id) => {
    const { folder, blobs } = await opened();
    await expect(blobs.read(id)).rejects.toMatchObject({ code: "not_found" });
    await expect(blobs.put(id, Readable.from(["x"]))).rejects.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leave nothing when their bytes break off, and fail with the reason", async () => {
    const { folder, blobs } = await opened();
    const reason = new Error("the client left");
    await expect(blobs.put(7, breakingOff(reason))).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leave nothing when the disk has no room", () => {
    const folder = join(temporaryFolder(), "files");
    // The shell's limit on the size of files stands for a full disk: 64 blocks of 512 or 1024 bytes.
    const script = join(import.meta.dirname, "testing", "run-put.ts");
    const command = `trap '' XFSZ; ulimit -f 64; exec "${process.execPath}" "${script}" "${folder}" 1000000`;
    expect(execFileSync("sh", ["-c", command], { encoding: "utf8" })).toBe("storage_failed\n");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leave nothing when they cannot be put in place", async () => {
    const { folder, blobs } = await opened();
    mkdirSync(join(folder, "7"));
    await expect(blobs.put(7, Readable.from(["x"]))).rejects.toMatchObject({ code: "storage_failed" });
    expect(readdirSync(folder)).toEqual(["7"]);
  });

  it("never follow a link that lies in the way of a new one", async () => {
    const { folder, blobs } = await opened();
    const outside = join(temporaryFolder(), "outside");
    writeFileSync(outside, "mine");
    symlinkSync(outside, join(folder, "7.node-0.part"));
    await expect(blobs.put(7, Readable.from(["x"]))).rejects.toMatchObject({ code: "storage_failed" });
    expect(readFileSync(outside, "utf8")).toBe("mine");
  });

  it("that a dead process left unfinished are removed at the start, those of others are not", async () => {
    const { folder } = await opened();
    const names = ["7", "8.node-0.part", "9.node-1.part", "10.node-10.part", "notes.txt"];
    for (const name of names) writeFileSync(join(folder, name), "x");
    await openDiskBlobs({ folder, writer: "node-0" });
    expect(readdirSync(folder).toSorted()).toEqual(["10.node-10.part", "7", "9.node-1.part", "notes.txt"]);
  });

  it("cannot be kept where a file lies in place of the folder", async () => {
    const folder = join(temporaryFolder(), "files");
    writeFileSync(folder, "");
    await expect(openDiskBlobs({ folder, writer: "x" })).rejects.toMatchObject({ code: "storage_failed" });
  });

  it("of a missing folder are not found, and reading makes no folder", async () => {
    const parent = temporaryFolder();
    await expect(readDiskBlobs(join(parent, "files")).read(7)).rejects.toMatchObject({ code: "not_found" });
    expect(readdirSync(parent)).toEqual([]);
  });
});
