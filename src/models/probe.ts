import type { ChatModel, ChatRequest } from "./chat-model.ts";

const probe: ChatRequest = {
  messages: [{ role: "user", text: "1", imageUrls: [] }],
  tools: [],
  parameters: { maxOutputTokens: 1 },
  passages: [],
};

/** Asks for one token. Rejects with what the model's stream throws. */
export async function probeModel(stream: ChatModel["stream"], signal: AbortSignal): Promise<void> {
  for await (const _part of stream(probe, signal)) return;
}
