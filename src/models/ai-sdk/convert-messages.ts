import type { ChatMessage, ToolCall } from "../chat-model.ts";
import type { CallOptions, PromptMessage } from "./language-model.ts";

type UserContent = Extract<PromptMessage, { role: "user" }>["content"];
type AssistantContent = Extract<PromptMessage, { role: "assistant" }>["content"];

/** Results of tools that follow each other become one message: vendors want all results of a step together. */
export function convertMessages(messages: readonly ChatMessage[]): CallOptions["prompt"] {
  const prompt: CallOptions["prompt"] = [];
  for (const message of messages) {
    const converted = convertMessage(message);
    const last = prompt.at(-1);
    if (converted.role === "tool" && last?.role === "tool") last.content.push(...converted.content);
    else prompt.push(converted);
  }
  return prompt;
}

function convertMessage(message: ChatMessage): PromptMessage {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.text };
    case "user":
      return { role: "user", content: userContent(message.text, message.imageUrls) };
    case "assistant":
      return { role: "assistant", content: assistantContent(message.text, message.toolCalls) };
    case "tool":
      return {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: message.toolCallId,
            toolName: message.toolName,
            output: { type: "text", value: message.text },
          },
        ],
      };
  }
}

/** Without an empty text part: Anthropic refuses those. */
function userContent(text: string, imageUrls: readonly string[]): UserContent {
  const content: UserContent = imageUrls.map(imagePart);
  if (text !== "" || content.length === 0) content.unshift({ type: "text", text });
  return content;
}

function imagePart(url: string): UserContent[number] {
  const inline = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  if (inline?.[1] !== undefined && inline[2] !== undefined) {
    return { type: "file", mediaType: inline[1], data: { type: "data", data: inline[2] } };
  }
  return { type: "file", mediaType: mediaTypeOf(url), data: { type: "url", url: new URL(url) } };
}

/** By the ending of the path; Gemini wants a full type, and takes any image under a wrong one. Unverified. */
function mediaTypeOf(url: string): string {
  const ending = /\.([a-z]+)$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase();
  return ending === "png" || ending === "webp" || ending === "gif" ? `image/${ending}` : "image/jpeg";
}

function assistantContent(text: string, toolCalls: readonly ToolCall[]): AssistantContent {
  const calls = toolCalls.map((call): AssistantContent[number] => ({
    type: "tool-call",
    toolCallId: call.id,
    toolName: call.name,
    input: parsedArguments(call.arguments),
  }));
  return text === "" ? calls : [{ type: "text", text }, ...calls];
}

/** Vendors take an object here; what the model wrote wrongly is shown to it as such. */
function parsedArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { invalid_json: text };
  }
}
