import type { ToolDescription } from "../chat-model.ts";

/** Source: OpenAI API reference, "Create chat completion", `tools`. */
export interface WireTool {
  type: "function";
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

/** Undefined for no tools: an empty list is refused by some servers. */
export function prepareTools(tools: readonly ToolDescription[]): WireTool[] | undefined {
  if (tools.length === 0) return undefined;
  return tools.map(({ name, description, parameters }) => ({
    type: "function",
    function: { name, description, parameters },
  }));
}
