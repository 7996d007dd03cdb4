import { readArguments } from "../../domain/tool-arguments.ts";
import type { WorkflowTool } from "../../domain/workflow.ts";
import { callHttpTool } from "../../http/http-tool.ts";
import { OutboundError } from "../../http/outbound-error.ts";
import type { ChatMessage, ChatModel, ChatRequest, ToolCall } from "../../models/chat-model.ts";
import { valueProblems } from "../language/json-schema.ts";
import type { NodeCall } from "../node-kind.ts";
import { type Completion, complete } from "./model-call.ts";

/** A tool that this server calls itself. */
export type ServerTool = Extract<WorkflowTool, { runBy: "server" }>;

/** What a model may be asked for together. */
export interface ToolTalk extends Pick<ChatRequest, "messages" | "parameters" | "passages"> {
  tools: readonly ServerTool[];
  /** Completions; in the last of them the tools are withheld. */
  steps: number;
}

/**
 * Asks a model, and calls the tools that it asks for until it answers. What a tool says, or why it failed, is told to the
 * model. Text is what the last completion said; `onText` hears that of all of them. Rejects like `complete`.
 */
export async function completeWithTools(
  call: NodeCall,
  model: ChatModel,
  talk: ToolTalk,
  onText?: (text: string) => void,
): Promise<Completion & { messages: ChatMessage[] }> {
  const { parameters, passages } = talk;
  const messages = [...talk.messages];
  const described = talk.tools.map(({ name, description, parameters: input }) => ({
    name,
    description,
    parameters: input,
  }));
  for (let step = 1; ; step++) {
    const tools = step < talk.steps ? described : [];
    const said = await complete(call, model, { messages, tools, parameters, passages }, onText);
    messages.push({ role: "assistant", text: said.text, toolCalls: tools.length === 0 ? [] : said.calls });
    if (said.calls.length === 0 || tools.length === 0) return { ...said, messages };
    for (const asked of said.calls) {
      const text = await observation(call, talk.tools, asked);
      messages.push({ role: "tool", toolCallId: asked.id, toolName: asked.name, text });
    }
  }
}

async function observation(call: NodeCall, tools: readonly ServerTool[], asked: ToolCall): Promise<string> {
  const tool = tools.find(({ name }) => name === asked.name);
  if (tool === undefined) return `There is no tool "${asked.name}".`;
  const input = readArguments(asked.arguments);
  if (input === undefined) return "The arguments are not a JSON object. Call again with valid JSON.";
  const problems = valueProblems({ ...tool.parameters, type: "object" }, input);
  if (problems.length > 0) {
    return `Wrong arguments: ${problems.map(({ path, message }) => `"${path}" ${message}`).join("; ")}.`;
  }
  try {
    return await callHttpTool(call.services.outbound, tool, input, call.signal);
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof OutboundError) return `The tool failed: ${error.message}`;
    throw error;
  }
}
