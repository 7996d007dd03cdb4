import { DomainError } from "../../domain/errors.ts";
import type { ChatMessage } from "../../models/chat-model.ts";
import type { WireMessage } from "./request.ts";

/**
 * A request's messages as the model port has them. Throws `request_invalid` when a tool's result answers no call
 * before it, or a call has no result right after it: models' servers refuse both.
 */
export function convertMessages(messages: WireMessage[]): ChatMessage[] {
  requireResults(messages);
  const toolNames = new Map<string, string>();
  return messages.map((message, index) => {
    if (message.role === "user") return { role: "user", ...message.content };
    if (message.role === "assistant") {
      const toolCalls = (message.tool_calls ?? []).map((call) => ({ id: call.id, ...call.function }));
      for (const { id, name } of toolCalls) toolNames.set(id, name);
      return { role: "assistant", text: message.content, toolCalls };
    }
    if (message.role !== "tool") return { role: "system", text: message.content };
    const toolName = toolNames.get(message.tool_call_id);
    if (toolName === undefined) {
      const field = `messages.${index}.tool_call_id`;
      throw new DomainError("request_invalid", "no assistant message before it has this call", { field });
    }
    return { role: "tool", toolCallId: message.tool_call_id, toolName, text: message.content };
  });
}

function requireResults(messages: WireMessage[]): void {
  for (const [index, message] of messages.entries()) {
    if (message.role !== "assistant") continue;
    const missing = new Set((message.tool_calls ?? []).map(({ id }) => id));
    for (const next of messages.slice(index + 1)) {
      if (next.role !== "tool") break;
      missing.delete(next.tool_call_id);
    }
    if (missing.size === 0) continue;
    throw new DomainError("request_invalid", "every tool call needs a tool message right after it", {
      field: `messages.${index}.tool_calls`,
    });
  }
}
