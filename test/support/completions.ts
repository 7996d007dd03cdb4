import type { ChatModel, ChatRequest, ModelPart } from "../../src/models/chat-model.ts";

/** For calls that nobody aborts. */
export const noSignal = new AbortController().signal;

export function aChatRequest(overrides: Partial<ChatRequest> = {}): ChatRequest {
  return {
    messages: [{ role: "user", text: "怎么退货？", imageUrls: [] }],
    tools: [],
    parameters: {},
    passages: [],
    ...overrides,
  };
}

/** A completion as read: all parts, or those before the failure, with the failure. */
export interface ReadCompletion {
  parts: ModelPart[];
  /** The text deltas, joined. */
  text: string;
  error: unknown;
}

export async function readCompletion(
  model: ChatModel,
  { request = aChatRequest(), signal = noSignal }: { request?: ChatRequest; signal?: AbortSignal } = {},
): Promise<ReadCompletion> {
  const read: ReadCompletion = { parts: [], text: "", error: undefined };
  try {
    for await (const part of model.stream(request, signal)) {
      read.parts.push(part);
      if (part.type === "text-delta") read.text += part.text;
    }
  } catch (error) {
    read.error = error;
  }
  return read;
}

/** System, pictures, a finished step with two tool calls of which one is no JSON, a tool, parameters. */
export const longRequest = aChatRequest({
  messages: [
    { role: "system", text: "客服" },
    {
      role: "user",
      text: "这是什么？",
      imageUrls: ["https://pictures.example/cat.png", "data:image/gif;base64,R0lGOD"],
    },
    {
      role: "assistant",
      text: "",
      toolCalls: [
        { id: "t1", name: "look", arguments: '{"at":1}' },
        { id: "t2", name: "look", arguments: "{broken" },
      ],
    },
    { role: "tool", toolCallId: "t1", toolName: "look", text: "a cat" },
    { role: "tool", toolCallId: "t2", toolName: "look", text: "a dog" },
  ],
  tools: [{ name: "look", description: "looks", parameters: { type: "object", properties: {} } }],
  parameters: { temperature: 0.3, maxOutputTokens: 99 },
});
