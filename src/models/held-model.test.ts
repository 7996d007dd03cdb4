import { expect, test } from "vitest";
import type { ChatRequest, ClosableChatModel } from "./chat-model.ts";
import { HeldModel } from "./held-model.ts";

const REQUEST: ChatRequest = { messages: [], tools: [], parameters: {}, passages: [] };

test("a model that was let go closes when its last answer is broken off, also where breaking off fails", async () => {
  let isClosed = false;
  const model: ClosableChatModel = {
    name: "m",
    check: async () => {},
    stream: () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: { type: "text-delta", text: "a" } }),
        return: () => Promise.reject(new Error("the connection is broken")),
      }),
    }),
    close: async () => {
      isClosed = true;
    },
  };
  const held = new HeldModel({ provider: "extractive", name: "m" }, model, async () => model);
  const parts = held.stream(REQUEST, new AbortController().signal)[Symbol.asyncIterator]();
  await parts.next();
  held.letGo();
  expect(isClosed).toBe(false);
  await expect(parts.return?.()).rejects.toThrow("the connection is broken");
  expect(isClosed).toBe(true);
});
