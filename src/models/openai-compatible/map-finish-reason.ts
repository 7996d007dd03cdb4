import type { FinishReason } from "../chat-model.ts";

/**
 * Source: OpenAI API reference, `finish_reason`: stop, length, tool_calls, function_call, content_filter.
 * Unverified: `sensitive`, `max_tokens` and `eos`, said to be sent by compatible servers.
 */
export function mapFinishReason(wire: string): FinishReason {
  switch (wire) {
    case "stop":
    case "eos":
      return "stop";
    case "length":
    case "max_tokens":
      return "length";
    case "tool_calls":
    case "function_call":
      return "tool-calls";
    case "content_filter":
    case "sensitive":
      return "content-filter";
    default:
      return "other";
  }
}
