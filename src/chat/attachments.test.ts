import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { captureLogs } from "../../test/support/capture-logs.ts";
import type { Attachment } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { StoredFile } from "../domain/file.ts";
import type { FileId, UserId, WorkspaceId } from "../domain/ids.ts";
import { type AttachmentServices, describeQuestion, fileBudget } from "./attachments.ts";

interface Upload {
  name: string;
  mediaType: string;
  content: Buffer | string;
}

/** Services that know these uploads, and the attachments that name them. */
function uploads(...files: Upload[]): { services: AttachmentServices; attachments: Attachment[] } {
  const stored = files.map(({ name, mediaType, content }, index): { file: StoredFile; content: Buffer } => ({
    content: Buffer.from(content),
    file: {
      id: (index + 1) as FileId,
      workspaceId: 1 as WorkspaceId,
      ownerId: 1 as UserId,
      name,
      mediaType,
      sizeBytes: Buffer.byteLength(content),
      createdAt: new Date(),
    },
  }));
  const find = (id: number) => stored[id - 1];
  return {
    services: {
      store: {
        files: {
          find: async (id) => find(id)?.file,
          insert: async () => {},
          madeBefore: async () => [],
          delete: async () => {},
        },
      },
      blobs: {
        read: async (id, maxBytes) => find(id)?.content.subarray(0, maxBytes) ?? Buffer.alloc(0),
      },
    },
    attachments: stored.map(({ file }) => ({ ...BARE, fileId: file.id, name: file.name })),
  };
}

const BARE: Attachment = { url: "", path: "", name: "", sizeBytes: 0 };

async function describeUploads(...files: Upload[]) {
  const { services, attachments } = uploads(...files);
  return describeQuestion(services, { text: "看看", attachments }, fileBudget());
}

describe("attachments named by address", () => {
  it.each([
    ["an image by its address", { url: "https://x.example/a.png?v=1" }, true],
    ["an image by its name", { url: "https://x.example/download", name: "a.JPG" }, true],
    ["an image because the caller says so", { url: "https://x.example/download", kind: "image" }, true],
    ["a file because the caller says so", { url: "https://x.example/a.png", kind: "file" }, false],
    ["an image that is no web address", { url: "ftp://x.example/a.png", kind: "image" }, false],
    ["a picture inside the request", { url: "data:image/png;base64,AAAA" }, true],
    ["a path", { path: "upload/a.png", name: "a.png" }, false],
  ] as const)("%s", async (_what, more, isImage) => {
    const attachment = { ...BARE, ...more };
    const { services } = uploads();
    const { text, imageUrls } = await describeQuestion(
      services,
      { text: "看看", attachments: [attachment] },
      fileBudget(),
    );
    expect(imageUrls).toEqual(isImage ? [attachment.url] : []);
    expect(text).toBe(
      isImage ? "看看" : `看看\n[${attachment.name || "file"}] ${attachment.url || attachment.path}`,
    );
  });
});

describe("uploaded images", () => {
  const png = (size: number): Upload => ({
    name: "a.png",
    mediaType: "image/png",
    content: randomBytes(size),
  });

  it("are inside the request", async () => {
    const image = png(1_000);
    const { text, imageUrls } = await describeUploads(image);
    expect(text).toBe("看看");
    expect(imageUrls).toEqual([`data:image/png;base64,${Buffer.from(image.content).toString("base64")}`]);
  });

  it("are only named when they are too large, alone or together", async () => {
    const megabytes = 1024 * 1024;
    const alone = await describeUploads(png(5 * megabytes), png(5 * megabytes + 1));
    expect(alone.imageUrls).toHaveLength(1);
    expect(alone.text).toBe("看看\n[a.png] (image/png, 5.0 MB)");
    const together = await describeUploads(...Array.from({ length: 4 }, () => png(5 * megabytes)));
    expect(together.imageUrls).toHaveLength(3);
  });

  it("are only named when models do not take them", async () => {
    const { text, imageUrls } = await describeUploads({
      name: "a.heic",
      mediaType: "image/heic",
      content: "x",
    });
    expect({ text, imageUrls }).toEqual({ text: "看看\n[a.heic] (image/heic, 1 bytes)", imageUrls: [] });
  });
});

describe("uploaded texts", () => {
  it("stand in the question under their name", async () => {
    const { text } = await describeUploads(
      { name: "表.csv", mediaType: "text/csv", content: "\ufeff城市,人口\n北京,2189" },
      { name: "a.json", mediaType: "application/json", content: '{"a":"{{ name }}"}' },
    );
    expect(text).toBe(
      '看看\n[表.csv]\n城市,人口\n北京,2189\n[end of 表.csv]\n[a.json]\n{"a":"{{ name }}"}\n[end of a.json]',
    );
  });

  it("are cut where they are long, by whole characters", async () => {
    const { text } = await describeUploads({
      name: "a.txt",
      mediaType: "text/plain",
      content: `x${"😀".repeat(40_000)}`,
    });
    expect(text).toMatch(
      /\[a\.txt\] \(the beginning; the whole file has 156\.3 KB\)\nx(😀)+.?\n\[end of a\.txt\]$/u,
    );
    expect(text.isWellFormed()).toBe(true);
    expect(text.length).toBeLessThan(20_200);
  });

  it("of exactly the limit are whole", async () => {
    const content = "汉".repeat(20_000);
    const { text } = await describeUploads({ name: "a.txt", mediaType: "text/plain", content });
    expect(text).toBe(`看看\n[a.txt]\n${content}\n[end of a.txt]`);
  });

  it("are only named past what a message may hold", async () => {
    const long = { name: "a.txt", mediaType: "text/plain", content: "x".repeat(20_000) };
    const { text } = await describeUploads(long, long, long, { ...long, name: "fourth.txt" });
    expect(text.endsWith("\n[fourth.txt] (text/plain, 19.5 KB)")).toBe(true);
  });

  it.each([
    ["in another encoding", Buffer.from([0xc4, 0xe3, 0xba, 0xc3])],
    ["with binary in them", "a\0b"],
  ])("%s are only named", async (_what, content) => {
    const { text } = await describeUploads({ name: "a.txt", mediaType: "text/plain", content });
    expect(text).toMatch(/^看看\n\[a\.txt\] \(text\/plain, \d bytes\)$/);
  });
});

describe("other uploads", () => {
  it("are named with what is known of them", async () => {
    const { text } = await describeUploads({
      name: "合同.pdf",
      mediaType: "application/pdf",
      content: Buffer.alloc(2_000),
    });
    expect(text).toBe("看看\n[合同.pdf] (application/pdf, 2.0 KB)");
  });

  it("that are no longer there are said to be gone, and a disk that fails is logged", async () => {
    const logs = captureLogs();
    const { services } = uploads({ name: "a.txt", mediaType: "text/plain", content: "x" });
    const attachments = [1, 9].map((id) => ({ ...BARE, fileId: id as FileId, name: `${id}.txt` }));
    const ask = (code: "not_found" | "storage_failed") =>
      describeQuestion(
        { ...services, blobs: { read: () => Promise.reject(new DomainError(code, "no")) } },
        { text: "", attachments },
        fileBudget(),
      );
    const gone = "[1.txt] (no longer available)\n[9.txt] (no longer available)";
    expect(await ask("not_found")).toEqual({ text: gone, imageUrls: [] });
    expect(logs).toEqual([]);
    expect(await ask("storage_failed")).toEqual({ text: gone, imageUrls: [] });
    expect(logs).toMatchObject([{ level: "error", fileId: 1 }]);
  });
});
