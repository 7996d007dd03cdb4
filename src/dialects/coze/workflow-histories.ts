import { requireAgentAccess } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, WorkflowRunId, WorkflowStepId } from "../../domain/ids.ts";
import type { RunStatus, WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import { innerWorkflowOf } from "../../workflow/nodes/workflow.ts";
import { noSuchWorkflow, workflowToView } from "./callable-workflow.ts";
import { type CozeServices, type Endpoint, endpoint } from "./endpoint.ts";
import { noSuchRun, presentHistory, presentNodeOutput } from "./present-run.ts";
import { idOf, wireId } from "./wire.ts";
import { debugUrlFor, isSeen, visibleRun } from "./workflow-runs.ts";

const section = "§8";

/** Unverified: the spec page names no permission here. */
const READ_RUNS = ["listRunHistory", "runWorkflow", "run"] as const;

/** Runs that the list of a workflow shows. Unverified: the list is only of the open-source server, whose length is unknown. */
const LIST_LIMIT = 50;

const history = endpoint({
  route: "GET /v1/workflows/:workflow_id/run_histories/:execute_id",
  section,
  permission: READ_RUNS,
  summary: "what became of a run, also of one inside another",
  async run({ services, caller, params, call }) {
    const { run, steps } = await seenRun(services, caller, placeOf(params));
    return { data: [presentHistory(run, steps, debugUrlFor(services, call, run))] };
  },
});

const nodeOutput = endpoint({
  route: "GET /v1/workflows/:workflow_id/run_histories/:execute_id/execute_nodes/:node_execute_uuid",
  section,
  permission: READ_RUNS,
  summary: "what a node of a run gave",
  async run({ services, caller, params }) {
    const { steps } = await seenRun(services, caller, placeOf(params));
    const stepId = idOf<WorkflowStepId>(params["node_execute_uuid"] ?? "");
    const step = steps.find(({ id }) => id === stepId);
    if (step === undefined) throw new DomainError("not_found", "the run has no such node");
    return { data: presentNodeOutput(step) };
  },
});

const runHistory = endpoint({
  route: "GET /v1/workflow/get_run_history",
  section,
  permission: READ_RUNS,
  summary:
    "the same as the open-source server has it: one run, or the last of a workflow without their nodes",
  query: { workflow_id: wireId<AgentId>(), execute_id: wireId<WorkflowRunId>().optional() },
  async run({ services, caller, query, call }) {
    const { workflow_id: workflowId, execute_id: runId } = query;
    const present = (run: WorkflowRun, steps: WorkflowStep[]) => {
      const shown = presentHistory(run, steps, debugUrlFor(services, call, run));
      return { ...shown, log_id: shown.logid, error_msg: shown.error_message };
    };
    if (runId !== undefined) {
      const { run, steps } = await seenRun(services, caller, { workflowId, runId });
      return { data: [present(run, steps)] };
    }
    const { workspaceId } = await workflowToView(services.store, caller, workflowId);
    const { items } = await services.store.workflowRuns.list({
      workspaceId,
      agentId: workflowId,
      offset: 0,
      limit: LIST_LIMIT,
    });
    const seen: WorkflowRun[] = [];
    for (const run of items) if (await isListed(services, caller, run)) seen.push(run);
    return { data: seen.map((run) => present(run, [])) };
  },
});

/** Nothing tells whose a run without a conversation is, so a token with a session must know its id. */
async function isListed({ store }: CozeServices, caller: TokenCaller, run: WorkflowRun): Promise<boolean> {
  if (caller.token.sessionName !== "" && run.conversationId === undefined) return false;
  return isSeen(store, caller, run);
}

export const workflowHistoryEndpoints: Endpoint[] = [history, nodeOutput, runHistory];

interface RunPlace {
  workflowId: AgentId;
  runId: WorkflowRunId;
}

function placeOf(params: Record<string, string>): RunPlace {
  return {
    workflowId: idOf<AgentId>(params["workflow_id"] ?? ""),
    runId: idOf<WorkflowRunId>(params["execute_id"] ?? ""),
  };
}

/** A run with its steps, for somebody who may see its workflow. Rejects with `run_not_found` or `not_found`. */
async function seenRun(
  services: Pick<CozeServices, "store">,
  caller: TokenCaller,
  { workflowId, runId }: RunPlace,
): Promise<{ run: WorkflowRun; steps: WorkflowStep[] }> {
  const { workflowRuns } = services.store;
  const outer = await workflowRuns.stepOfSubRun(runId);
  if (outer !== undefined) return innerRun(services, caller, workflowId, outer);
  const run = await visibleRun(services, caller, workflowId, runId);
  return { run, steps: await workflowRuns.steps(runId) };
}

const INNER_STATUSES: Record<WorkflowStep["status"], RunStatus> = {
  running: "running",
  waiting: "waiting",
  completed: "completed",
  failed: "failed",
};

/** The run of a workflow inside another: a node of that, told as a run. */
async function innerRun(
  { store }: Pick<CozeServices, "store">,
  caller: TokenCaller,
  workflowId: AgentId,
  step: WorkflowStep,
): Promise<{ run: WorkflowRun; steps: WorkflowStep[] }> {
  const outer = await store.workflowRuns.get(step.runId);
  const workflow = await store.agents.find(workflowId);
  if (workflow?.kind !== "workflow") throw noSuchWorkflow();
  requireAgentAccess(caller, workflow, "view");
  if (outer === undefined || outer.workspaceId !== workflow.workspaceId) throw noSuchRun();
  if (innerWorkflowOf(step) !== workflowId || !(await isSeen(store, caller, outer))) throw noSuchRun();
  const { answer: _answer, error: _error, output: _output, ...rest } = outer;
  const { id, subRunId, output, error, status, usage, startedAt, endedAt, path } = step;
  const run: WorkflowRun = {
    ...rest,
    id: subRunId ?? outer.id,
    agentId: workflowId,
    status: isOver(outer) && endedAt === undefined ? outer.status : INNER_STATUSES[status],
    interrupts: outer.interrupts.filter(({ stepId }) => stepId === id),
    ...(output === undefined ? {} : { output: output["output"] }),
    ...(output?.["answer"] ? { answer: String(output["answer"]) } : {}),
    ...(error === undefined ? {} : { error }),
    ...(endedAt === undefined ? {} : { endedAt }),
    usage,
    createdAt: startedAt,
    updatedAt: endedAt ?? startedAt,
  };
  const inside = `${path}/`;
  const steps = await store.workflowRuns.steps(step.runId);
  return { run, steps: steps.filter((candidate) => candidate.path.startsWith(inside)) };
}

/** Then nothing in it goes on, whatever its steps say. */
function isOver({ endedAt }: WorkflowRun): boolean {
  return endedAt !== undefined;
}
