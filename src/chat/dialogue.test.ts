import { expect, test } from "vitest";
import type { FileId, UserId, WorkspaceId } from "../domain/ids.ts";
import type { AttachmentServices } from "./attachments.ts";
import type { NewMessage } from "./conversations.ts";
import { buildMessages } from "./dialogue.ts";
import { aChatRoom, anAgent } from "./testing/fixtures.ts";

const FOUR_MEGABYTES = 4 * 1024 * 1024;

/** Files of four megabytes each. */
function pictures() {
  let reads = 0;
  const services: AttachmentServices = {
    store: {
      files: {
        find: async (id) => ({
          id,
          workspaceId: 1 as WorkspaceId,
          ownerId: 1 as UserId,
          name: `${id}.png`,
          mediaType: "image/png",
          sizeBytes: FOUR_MEGABYTES,
          createdAt: new Date(),
        }),
        insert: async () => {},
        madeBefore: async () => [],
        delete: async () => {},
      },
    },
    blobs: {
      read: async () => {
        reads += 1;
        return Buffer.from("png");
      },
    },
  };
  return { services, reads: () => reads };
}

function picture(id: number): NewMessage {
  const attachments = [{ fileId: id as FileId, url: "", path: "", name: `${id}.png`, sizeBytes: 0 }];
  return { role: "user", kind: "question", text: "看", attachments, meta: {} };
}

test("the files of many messages are bounded together; the newest are shown", async () => {
  const { store } = await aChatRoom(undefined);
  const { services, reads } = pictures();
  const messages = await buildMessages(services, await anAgent(store), "", {
    kind: "conversation",
    history: async () => [],
    inserted: Array.from({ length: 100 }, (_, index) => picture(index + 1)),
    question: picture(101),
  });
  expect(reads()).toBe(3);
  const shown = messages.map((message) => message.role === "user" && message.imageUrls.length > 0);
  expect(shown).toEqual([...Array.from({ length: 98 }, () => false), true, true, true]);
  expect(messages[0]).toEqual({ role: "user", text: "看\n[1.png] (image/png, 4.0 MB)", imageUrls: [] });
});

test("what the agent sent as a file is named, and what says nothing is left out: servers refuse empty messages", async () => {
  const { store } = await aChatRoom(undefined);
  const url = "https://files.example/a.png";
  const image = { kind: "image" as const, url, path: "", name: "", sizeBytes: 0 };
  const messages = await buildMessages(pictures().services, await anAgent(store), "", {
    kind: "conversation",
    history: async () => [],
    given: [
      { role: "assistant", text: " ", attachments: [] },
      { role: "user", text: "看看这个", attachments: [] },
      { role: "assistant", text: "", attachments: [image] },
      { role: "assistant", text: "", attachments: [] },
      { role: "user", text: "\n", attachments: [] },
      { role: "assistant", text: "好看吗？", attachments: [image] },
    ],
    inserted: [],
    question: { text: "好看", attachments: [] },
  });
  expect(messages).toEqual([
    { role: "user", text: "看看这个", imageUrls: [] },
    { role: "assistant", text: `[image] ${url}`, toolCalls: [] },
    { role: "assistant", text: `好看吗？\n[image] ${url}`, toolCalls: [] },
    { role: "user", text: "好看", imageUrls: [] },
  ]);
});
