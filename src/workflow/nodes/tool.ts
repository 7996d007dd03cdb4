import { z } from "zod";
import type { WorkflowTool } from "../../domain/workflow.ts";
import { isSuccess, requestHttpTool } from "../../http/http-tool.ts";
import { inputsOfSchema, valueProblems } from "../language/json-schema.ts";
import { NodeError } from "../node-error.ts";
import type { NodeCall, NodeOutcome } from "../node-kind.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { outboundCall, statusError } from "../node-parts/outbound-call.ts";
import type { ServerTool } from "../node-parts/tool-loop.ts";

export const toolNode = defineNode({
  type: "tool",
  category: "calculation",
  summary: "Calls a tool of the graph: over HTTP, or by waiting for the caller, who runs it.",
  example: { tool: "order_status", inputs: { order: { ref: "start.order" } }, next: "tell" },
  members: z.strictObject({
    tool: z
      .string()
      .min(1)
      .max(64)
      .describe("Name of one of the graph's tools; its parameters are the inputs."),
    isAction: z.boolean().default(false).describe("True: the call is told as a `plugin-action`."),
  }),
  timeoutSeconds: 60,
  describe: ({ tool: name }, { tools }) => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) return { problems: [{ field: "tool", message: `there is no tool "${name}"` }] };
    return {
      inputs: inputsOfSchema(tool.parameters),
      hasOpenInputs: tool.parameters["additionalProperties"] !== false,
      outputs: {
        text: { type: "string", description: "What the tool said." },
        data: { type: "any", description: "The same as data, where it is JSON; null otherwise." },
      },
      hasEffects: tool.runBy === "server" && tool.method !== "GET",
    };
  },
  run: async (call, { tool: name, isAction }) => {
    const tool = call.tools.find((candidate) => candidate.name === name);
    if (tool === undefined) throw new NodeError("node_failed", `there is no tool "${name}"`);
    checkArguments(tool, call.inputs);
    if (tool.runBy === "caller") return askCaller(call, tool);
    return isAction ? act(call, tool) : done(await request(call, tool));
  },
});

function checkArguments({ parameters }: WorkflowTool, inputs: Record<string, unknown>): void {
  const [problem] = valueProblems({ ...parameters, type: "object" }, inputs);
  if (problem === undefined) return;
  throw new NodeError("input_invalid", `inputs.${problem.path} ${problem.message}`);
}

/** The caller answers with text or with data, as its tool does. */
function askCaller(
  { answer, inputs, idempotencyKey }: NodeCall,
  { name, description }: WorkflowTool,
): NodeOutcome {
  if (answer?.kind === "answer") return done(textOf(answer.data));
  return {
    kind: "wait",
    interrupt: {
      kind: "tool",
      text: description,
      options: [],
      call: { id: idempotencyKey, name, arguments: JSON.stringify(inputs) },
    },
  };
}

/** What a trial does is told as what was left out. */
async function act(call: NodeCall, tool: ServerTool): Promise<NodeOutcome> {
  const { name, title } = tool;
  const text = await request(call, tool);
  const payload = {
    pluginId: name,
    toolName: name,
    pluginName: title,
    inputs: call.inputs,
    output: dataIn(text) ?? text,
  };
  const status = call.run.isTest ? "skip" : "send";
  return {
    ...done(text),
    actions: [{ type: "plugin-action", status, payload, nodeId: call.node.id }],
  };
}

async function request(call: NodeCall, tool: ServerTool): Promise<string> {
  const { services, signal, inputs, idempotencyKey } = call;
  const headers = tool.method === "GET" ? {} : { "idempotency-key": idempotencyKey };
  const { status, text } = await outboundCall(signal, () =>
    requestHttpTool(services.outbound, tool, inputs, { signal, headers }),
  );
  if (!isSuccess(status)) throw statusError(status);
  return text;
}

function done(text: string): Extract<NodeOutcome, { kind: "done" }> {
  return { kind: "done", outputs: { text, data: dataIn(text) ?? null } };
}

/** Undefined: it is no JSON. */
function dataIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(data: unknown): string {
  return typeof data === "string" ? data : (JSON.stringify(data) ?? "");
}
