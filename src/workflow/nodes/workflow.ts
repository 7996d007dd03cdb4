import { z } from "zod";
import { type Agent, API_CHANNEL } from "../../domain/agent.ts";
import type { AgentId, VersionId } from "../../domain/ids.ts";
import type { WorkflowGraph } from "../../domain/workflow.ts";
import type { WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import type { Store } from "../../storage/store.ts";
import { NodeError } from "../node-error.ts";
import type { NodeCall, NodeOutcome } from "../node-kind.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { RunGraphs } from "../run/run-graphs.ts";
import { checkInput, inputsOf } from "../run/run-input.ts";
import { readMemo } from "../run/step-memo.ts";

const members = z.strictObject({
  workflow: z
    .string()
    .min(1)
    .max(200)
    .describe(
      "Slug or id of another workflow of the workspace; the version that is live on the API channel runs.",
    ),
});

/** Which version runs, the same after a crash and after it waited. */
const pin = z.object({ agentId: z.int(), versionId: z.int() });

export const workflowNode = defineNode({
  type: "workflow",
  category: "calculation",
  summary: "Runs another workflow with its inputs, and gives what that gives.",
  example: { workflow: "greet", inputs: { name: { ref: "start.name" } }, next: "tell" },
  members,
  timeoutSeconds: 86_400,
  describe: () => ({
    hasOpenInputs: true,
    outputs: { output: { type: "any" }, answer: { type: "string" } },
  }),
  run: (call, { workflow }) => runInner(call, workflow),
});

/** The workflow that runs inside a step of this kind. Undefined: none has begun. */
export function innerWorkflowOf({ memo }: Pick<WorkflowStep, "memo">): AgentId | undefined {
  const pinned = pin.safeParse(readMemo(memo).kept);
  return pinned.success ? (pinned.data.agentId as AgentId) : undefined;
}

async function runInner(call: NodeCall, wanted: string): Promise<NodeOutcome> {
  const graph = await pinnedGraph(call, wanted);
  const start = graph.nodes.find(({ type }) => type === "start");
  if (start === undefined) throw new NodeError("workflow_not_found", `the workflow "${wanted}" has no start`);
  const checked = checkInput(
    inputsOf(start),
    call.inputs,
    graph.mode === "chatflow" ? ["query", "files"] : [],
  );
  if ("problem" in checked) {
    throw new NodeError("input_invalid", `the workflow "${wanted}": ${checked.field} ${checked.problem}`);
  }
  const result = await call.frames.run({
    key: "",
    nodes: graph.nodes,
    tools: graph.tools,
    values: {},
    input: checked.input,
    isClosed: true,
  });
  if (result.kind === "waiting") return { kind: "waiting" };
  const { output = null, answer = "" } = result.kind === "end" ? result : {};
  return { kind: "done", outputs: { output, answer } };
}

async function pinnedGraph(call: NodeCall, wanted: string): Promise<WorkflowGraph> {
  const { store } = call.services;
  const graphs = graphsOf(store);
  const pinned = pin.safeParse(call.memo);
  if (pinned.success) {
    const { agentId, versionId } = pinned.data;
    return graphs.ofRun({
      agentId: agentId as AgentId,
      versionId: versionId as VersionId,
      createdAt: call.run.createdAt,
    });
  }
  const agent = await findWorkflow(store, call.run, wanted);
  const graph = agent === undefined ? undefined : graphs.of(agent);
  if (agent === undefined || graph === undefined) {
    throw new NodeError("workflow_not_found", `there is no workflow "${wanted}" that is published`);
  }
  await call.remember({ agentId: agent.id, versionId: agent.versionId });
  return graph;
}

async function findWorkflow(
  { agents }: Store,
  { workspaceId }: WorkflowRun,
  wanted: string,
): Promise<Agent | undefined> {
  const found =
    (await agents.findBySlug(workspaceId, wanted)) ??
    (/^\d{1,16}$/.test(wanted) ? await agents.find(Number(wanted) as AgentId) : undefined);
  if (found?.workspaceId !== workspaceId || found.kind !== "workflow") return undefined;
  return agents.findLive(found.id, API_CHANNEL);
}

const known = new WeakMap<Store, RunGraphs>();

/** One for each store, so that versions are compiled once. */
function graphsOf(store: Store): RunGraphs {
  const graphs = known.get(store) ?? new RunGraphs(store);
  known.set(store, graphs);
  return graphs;
}
