import type { ChatMessage, ToolCall } from "../chat-model.ts";

/** Source: OpenAI API reference, "Create chat completion", `messages`. */
export type WireMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: string | WireContentPart[] }
  | { role: "assistant"; content: string | null; tool_calls?: WireToolCall[] }
  | { role: "tool"; tool_call_id: string; content: string };

type WireContentPart = { type: "text"; text: string } | { type: "image_url"; image_url: { url: string } };

interface WireToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export function convertMessages(messages: readonly ChatMessage[]): WireMessage[] {
  return messages.map(convertMessage);
}

function convertMessage(message: ChatMessage): WireMessage {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.text };
    case "user":
      return { role: "user", content: userContent(message.text, message.imageUrls) };
    case "assistant":
      if (message.toolCalls.length === 0) return { role: "assistant", content: message.text };
      return {
        role: "assistant",
        content: message.text === "" ? null : message.text,
        tool_calls: message.toolCalls.map(convertToolCall),
      };
    case "tool":
      return { role: "tool", tool_call_id: message.toolCallId, content: message.text };
  }
}

/** A plain string unless there are images: many servers without vision refuse a list. */
function userContent(text: string, imageUrls: readonly string[]): string | WireContentPart[] {
  if (imageUrls.length === 0) return text;
  const images = imageUrls.map((url): WireContentPart => ({ type: "image_url", image_url: { url } }));
  return text === "" ? images : [{ type: "text", text }, ...images];
}

function convertToolCall(call: ToolCall): WireToolCall {
  return {
    id: call.id,
    type: "function",
    function: { name: call.name, arguments: acceptableArguments(call.arguments) },
  };
}

/** Servers that render a prompt from parsed arguments refuse the whole request when these are not JSON. */
function acceptableArguments(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify({ invalid_json: text });
  }
}
