import type { Agent, CallerTool, HttpTool } from "../domain/agent.ts";
import type { AgentId } from "../domain/ids.ts";
import type { Passage } from "../domain/knowledge.ts";
import { readArguments } from "../domain/tool-arguments.ts";
import type { ToolCall, ToolDescription } from "../models/chat-model.ts";
import { type Decision, describeActions, readActionCall } from "./action-tools.ts";
import type { WorkflowTool } from "./workflow-tools.ts";

/** What a tool call turned out to ask for. */
export type ToolRequest =
  | { kind: "http"; tool: HttpTool; input: Record<string, unknown> }
  | { kind: "workflow"; tool: WorkflowTool; input: Record<string, unknown> }
  | { kind: "knowledge"; query: string }
  | { kind: "handoff"; agent: Agent; reason: string }
  | { kind: "action"; decision: Decision }
  /** Only the caller can run it. */
  | { kind: "caller"; arguments: string }
  /** The model called something that does not exist, or with arguments that cannot be read. */
  | { kind: "mistake"; message: string };

/** Name under which the model finds knowledge search. */
const KNOWLEDGE_TOOL = "search_knowledge";
const HANDOFF_PREFIX = "hand_over_to_";

/** What an agent may call in this turn. */
export interface Toolbox {
  agent: Agent;
  /** Agents to hand over to. */
  targets: ReadonlyMap<AgentId, Agent>;
  /** Workflows that it may run. */
  workflows: readonly WorkflowTool[];
  /** Tools that the caller runs. The agent's own come first where a name is there twice. */
  callerTools: readonly CallerTool[];
  /** False: what the agent may do beside answering is left out. */
  mayAct: boolean;
}

/** Everything an agent may call, described for the model. Handoffs to agents not in `targets` are left out. */
export function describeTools({
  agent,
  targets,
  workflows,
  callerTools,
  mayAct,
}: Toolbox): ToolDescription[] {
  const tools: ToolDescription[] = agent.settings.tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }));
  const { knowledge, handoffs } = agent.settings;
  if (knowledge.mode === "tool" && knowledge.baseIds.length > 0) {
    tools.push({
      name: KNOWLEDGE_TOOL,
      description: "Searches the knowledge base and returns the best passages.",
      parameters: textParameter("query", "What to look for, in the user's language."),
    });
  }
  for (const handoff of handoffs) {
    const target = targets.get(handoff.agentId);
    if (target === undefined) continue;
    tools.push({
      name: handoffName(target),
      description: `Hands the question over to "${target.name}", who then answers. ${handoff.description}`,
      parameters: textParameter("reason", "Why this agent should take over, in a few words."),
    });
  }
  const actions = mayAct ? describeActions(agent) : [];
  return [workflows.map(({ workflow: _, ...tool }) => tool), actions, callerTools].reduce<ToolDescription[]>(
    withOthers,
    tools,
  );
}

/** Where a name is there twice, the first has it. */
function withOthers(
  tools: readonly ToolDescription[],
  others: readonly ToolDescription[],
): ToolDescription[] {
  const taken = new Set(tools.map((tool) => tool.name));
  return [...tools, ...others.filter((tool) => !taken.has(tool.name))];
}

/** Reads a model's tool call. Never throws: what cannot be understood is a `mistake` for the model to read. */
export function readToolCall(
  { agent, targets, workflows, callerTools, mayAct }: Toolbox,
  call: ToolCall,
): ToolRequest {
  const input = readArguments(call.arguments);
  if (input === undefined) {
    return { kind: "mistake", message: "The arguments are not a JSON object. Call again with valid JSON." };
  }
  const tool = agent.settings.tools.find((candidate) => candidate.name === call.name);
  if (tool !== undefined) return checkRequired(tool, input) ?? { kind: "http", tool, input };
  if (call.name === KNOWLEDGE_TOOL && agent.settings.knowledge.mode === "tool") {
    const query = textArgument(input, "query");
    return query === ""
      ? { kind: "mistake", message: 'Argument "query" is missing.' }
      : { kind: "knowledge", query };
  }
  for (const handoff of agent.settings.handoffs) {
    const target = targets.get(handoff.agentId);
    if (target !== undefined && handoffName(target) === call.name) {
      return { kind: "handoff", agent: target, reason: textArgument(input, "reason") };
    }
  }
  const workflow = workflows.find((candidate) => candidate.name === call.name);
  if (workflow !== undefined)
    return checkRequired(workflow, input) ?? { kind: "workflow", tool: workflow, input };
  const decision = mayAct ? readActionCall(agent, call.name, input) : undefined;
  if (typeof decision === "string") return { kind: "mistake", message: decision };
  if (decision !== undefined) return { kind: "action", decision };
  if (callerTools.some((candidate) => candidate.name === call.name)) {
    return { kind: "caller", arguments: argumentsText(call) };
  }
  return { kind: "mistake", message: `There is no tool "${call.name}".` };
}

/** The text handed to the model for a knowledge search it asked for. */
export function describePassages(passages: Passage[]): string {
  if (passages.length === 0) return "Nothing was found.";
  return JSON.stringify(
    passages.map((passage) => ({
      text: passage.text,
      document: passage.documentName,
      headings: passage.headings,
      score: passage.score,
    })),
  );
}

/** Slugs are letters, digits, `-` and `_`; model vendors accept the same, at most 64 characters. */
function handoffName(agent: Agent): string {
  return `${HANDOFF_PREFIX}${agent.slug}`.slice(0, 64);
}

function textParameter(name: string, description: string): Record<string, unknown> {
  return {
    type: "object",
    properties: { [name]: { type: "string", description } },
    required: [name],
    additionalProperties: false,
  };
}

/** What the model wrote, as JSON text that is never empty. */
export function argumentsText(call: ToolCall): string {
  return call.arguments.trim() === "" ? "{}" : call.arguments;
}

function textArgument(input: Record<string, unknown>, name: string): string {
  const value = input[name];
  return typeof value === "string" ? value : "";
}

function checkRequired(
  tool: Pick<HttpTool, "parameters">,
  input: Record<string, unknown>,
): ToolRequest | undefined {
  const required = tool.parameters["required"];
  if (!Array.isArray(required)) return undefined;
  const missing = required.filter((name) => typeof name === "string" && !Object.hasOwn(input, name));
  if (missing.length === 0) return undefined;
  return { kind: "mistake", message: `Missing arguments: ${missing.join(", ")}.` };
}
