import { describe, expect, test } from "vitest";
import { z } from "zod";
import { FULL_SCOPE, type TokenCaller } from "../../domain/access.ts";
import type { StoredFile } from "../../domain/file.ts";
import type { AccessTokenId, FileId, UserId, WorkspaceId } from "../../domain/ids.ts";
import { EnterMessage, readMessage, readMessages } from "./enter-message.ts";
import { readInput } from "./wire.ts";

const now = new Date(0);

const caller: TokenCaller = {
  user: { id: 1 as UserId, name: "owner", nickname: "", avatarUrl: "", createdAt: now },
  token: {
    id: 2 as AccessTokenId,
    tokenHash: "",
    kind: "personal",
    userId: 1 as UserId,
    name: "",
    scope: FULL_SCOPE,
    sessionName: "",
    createdAt: now,
  },
  memberships: [],
};

function aFile(id: number, ownerId: number): StoredFile {
  return {
    id: id as FileId,
    workspaceId: 3 as WorkspaceId,
    ownerId: ownerId as UserId,
    name: "cat.png",
    mediaType: "image/png",
    sizeBytes: 9,
    createdAt: now,
  };
}

/** The caller's file is 11, somebody else's 12. */
const files = new Map([aFile(11, 1), aFile(12, 7)].map((file) => [file.id, file]));
const store = {
  files: {
    insert: async () => {},
    find: async (id: FileId) => files.get(id),
    madeBefore: async () => [],
    known: async () => [],
    delete: async () => {},
  },
};

function read(...messages: unknown[]) {
  const body = readInput(z.object({ messages: z.array(EnterMessage) }), { messages });
  return readMessages(store, caller, body.messages, "messages");
}

const text = { type: "text", text: "这是什么？" };
const image = { type: "image", file_id: "11" };

function objectString(...parts: unknown[]) {
  return { role: "user", content: JSON.stringify(parts), content_type: "object_string" };
}

describe("entered messages", () => {
  test("are questions of users and answers of assistants unless they say more", async () => {
    expect(
      await read(
        { role: "user", content: "你好", content_type: "text" },
        { role: "assistant", content: "您好", content_type: "text", meta_data: { a: "b" } },
        { role: "assistant", type: "tool_response", content: "{}", content_type: "text" },
      ),
    ).toEqual([
      { role: "user", kind: "question", text: "你好", attachments: [], meta: {} },
      { role: "assistant", kind: "answer", text: "您好", attachments: [], meta: { a: "b" } },
      { role: "assistant", kind: "tool-response", text: "{}", attachments: [], meta: {} },
    ]);
  });

  test("have their text and files in an object string, as text or as the list itself", async () => {
    const url = "https://pictures.example/dog.jpg?size=2";
    const parts = [text, image, { type: "file", file_url: url }];
    const expected = {
      text: "这是什么？",
      attachments: [
        { kind: "image", fileId: 11, url: "", path: "", name: "cat.png", sizeBytes: 9 },
        { kind: "file", url, path: "", name: "dog.jpg", sizeBytes: 0 },
      ],
    };
    expect(await read(objectString(...parts))).toMatchObject([expected]);
    expect(await read({ role: "user", content: parts, content_type: "object_string" })).toMatchObject([
      expected,
    ]);
    expect(await read({ role: "user", content: parts })).toMatchObject([expected]);
  });

  test("may have members that Python sends as null", async () => {
    const parts = [
      { ...text, file_id: null, file_url: null },
      { type: "image", text: null, file_id: "11", file_url: null },
    ];
    const message = { ...objectString(...parts), id: null, type: "question", meta_data: null };
    expect(await read(message)).toMatchObject([{ text: "这是什么？" }]);
  });

  test("of nothing but files need a text just before or after them", async () => {
    const hello = { role: "user", content: "看图", content_type: "text" };
    await expect(read(objectString(image), hello)).resolves.toHaveLength(2);
    await expect(read(hello, objectString(image))).resolves.toHaveLength(2);
    await expect(read(objectString(image))).rejects.toMatchObject({ field: "messages.0" });
    await expect(read(hello, objectString(image), objectString(image))).rejects.toMatchObject({
      field: "messages.2",
    });
    await expect(
      readMessage(store, caller, EnterMessage.parse(objectString(image)), ""),
    ).resolves.toMatchObject({
      text: "",
    });
  });

  const refused: [string, unknown, string][] = [
    ["two texts", objectString(text, text, image), "messages.0.content"],
    ["a text alone", objectString(text), "messages.0.content"],
    ["no part", objectString(), "messages.0.content"],
    ["a text without words", objectString({ type: "text" }, image), "messages.0.content.0.text"],
    ["an image of nothing", objectString(text, { type: "image" }), "messages.0.content.1"],
    [
      "somebody else's file",
      objectString(text, { type: "image", file_id: "12" }),
      "messages.0.content.1.file_id",
    ],
    ["an unknown file", objectString(text, { type: "image", file_id: "99" }), "messages.0.content.1.file_id"],
    [
      "a file that is no id",
      objectString(text, { type: "image", file_id: "../x" }),
      "messages.0.content.1.file_id",
    ],
    [
      "a file on the disk",
      objectString(text, { type: "file", file_url: "file:///etc/passwd" }),
      "messages.0.content.1.file_url",
    ],
    ["an unknown part", objectString(text, { type: "video", file_id: "11" }), "messages.0.content.1.type"],
    [
      "an object string that is no JSON",
      { role: "user", content: "[", content_type: "object_string" },
      "messages.0.content",
    ],
    [
      "an object string that is no list",
      { role: "user", content: "{}", content_type: "object_string" },
      "messages.0.content",
    ],
    ["a card", { role: "user", content: "{}", content_type: "card" }, "messages.0.content_type"],
    ["nothing", { role: "user", content: "", content_type: "text" }, "messages.0.content"],
    ["a question of the assistant", { role: "assistant", type: "question", content: "?" }, "messages.0.type"],
    ["a follow-up", { role: "assistant", type: "follow_up", content: "?" }, "messages.0.type"],
    ["a system message", { role: "system", content: "?" }, "messages.0.role"],
    ["a NUL", { role: "user", content: "a\u0000b" }, "messages.0.content"],
  ];
  test.each(refused)("that hold %s are refused by name", async (_name, message, field) => {
    await expect((async () => read(message))()).rejects.toMatchObject({ code: "request_invalid", field });
  });
});
