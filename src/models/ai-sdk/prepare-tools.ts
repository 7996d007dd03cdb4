import type { ToolDescription } from "../chat-model.ts";
import type { CallOptions } from "./language-model.ts";

export function prepareTools(tools: readonly ToolDescription[]): Pick<CallOptions, "tools"> {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: "function",
      name,
      description,
      inputSchema: parameters,
    })),
  };
}
