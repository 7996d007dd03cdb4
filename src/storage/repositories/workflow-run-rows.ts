import type {
  AgentId,
  ConversationId,
  TurnId,
  UserId,
  VersionId,
  WorkflowRunId,
  WorkflowStepId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Interrupt, RunStatus, RunUsage, WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import type { WorkflowRunRow, WorkflowStepRow } from "../schema.ts";

/** `node`: who runs it. */
export function toRunRow(run: WorkflowRun, node: number): WorkflowRunRow {
  return {
    id: run.id,
    workspace_id: run.workspaceId,
    agent_id: run.agentId,
    version_id: run.versionId ?? 0,
    is_test: run.isTest ? 1 : 0,
    dialect: run.dialect,
    user_id: run.userId,
    caller_id: run.callerId ?? 0,
    on_behalf_of: run.onBehalfOf ?? 0,
    conversation_id: run.conversationId ?? 0,
    input: inputOf(run),
    created_at: run.createdAt.getTime(),
    wake_at: null,
    node,
    claim: 1,
    cancel_wanted: 0,
    ...toChangingColumns(run),
  };
}

/** What never changes about a run and nobody looks for. */
type RunInput = Pick<WorkflowRun, "input" | "entries" | "trigger" | "requestId" | "bounds">;

function inputOf({ input, entries, trigger, requestId, bounds }: WorkflowRun): string {
  return JSON.stringify({ input, entries, trigger, requestId, bounds } satisfies Record<
    keyof RunInput,
    unknown
  >);
}

/** The columns that change while a run runs. */
export function toChangingColumns(run: WorkflowRun) {
  return {
    status: run.status,
    how: run.how,
    turn_id: run.turnId ?? 0,
    outcome: outcomeOf(run),
    resume_count: run.resumeCount,
    ...usageColumns(run.usage),
    step_count: run.stepCount,
    active_ms: Math.round(run.activeMs),
    updated_at: run.updatedAt.getTime(),
    ended_at: run.endedAt?.getTime() ?? null,
  };
}

function outcomeOf({ output, answer, error, interrupts, activeUntil }: WorkflowRun): string {
  const kept = {
    ...{ output, answer, error },
    interrupts: interrupts.length > 0 ? interrupts : undefined,
    activeUntil: activeUntil?.getTime(),
  };
  return Object.values(kept).every((value) => value === undefined) ? "" : JSON.stringify(kept);
}

export function toRun(row: WorkflowRunRow): WorkflowRun {
  const { interrupts = [], activeUntil, ...outcome } = parseOutcome<RunOutcome>(row.outcome);
  return {
    id: row.id as WorkflowRunId,
    workspaceId: row.workspace_id as WorkspaceId,
    agentId: row.agent_id as AgentId,
    ...(row.version_id !== 0 && { versionId: row.version_id as VersionId }),
    status: row.status as RunStatus,
    how: row.how as WorkflowRun["how"],
    isTest: row.is_test === 1,
    dialect: row.dialect,
    userId: row.user_id,
    ...(row.caller_id !== 0 && { callerId: row.caller_id as UserId }),
    ...(row.on_behalf_of !== 0 && { onBehalfOf: row.on_behalf_of as AgentId }),
    ...(row.conversation_id !== 0 && { conversationId: row.conversation_id as ConversationId }),
    ...(row.turn_id !== 0 && { turnId: row.turn_id as TurnId }),
    ...(JSON.parse(row.input) as RunInput),
    ...outcome,
    interrupts: row.status === "waiting" ? interrupts.map(toInterrupt) : [],
    resumeCount: row.resume_count,
    usage: toUsage(row),
    stepCount: row.step_count,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    ...(row.ended_at !== null && { endedAt: new Date(row.ended_at) }),
    activeMs: row.active_ms,
    ...(activeUntil !== undefined && { activeUntil: new Date(activeUntil) }),
  };
}

export function toStepRow(step: WorkflowStep): WorkflowStepRow {
  const { output, error, said, actions, interrupt, resume, memo } = step;
  const kept = {
    output,
    error,
    said,
    actions: actions.length > 0 ? actions : undefined,
    interrupt,
    resume,
    memo,
  };
  return {
    id: step.id,
    run_id: step.runId,
    path: step.path,
    node_id: step.nodeId,
    kind: step.kind,
    title: step.title,
    status: step.status,
    port: step.port,
    attempts: step.attempts,
    input: step.input === undefined ? "" : JSON.stringify(step.input),
    outcome: Object.values(kept).every((value) => value === undefined) ? "" : JSON.stringify(kept),
    ...usageColumns(step.usage),
    sub_run_id: step.subRunId ?? 0,
    started_at: step.startedAt.getTime(),
    ended_at: step.endedAt?.getTime() ?? null,
    sequence: step.sequence,
  };
}

export function toStep(row: WorkflowStepRow): WorkflowStep {
  const { interrupt, actions = [], ...outcome } = parseOutcome<StepOutcome>(row.outcome);
  return {
    id: row.id as WorkflowStepId,
    runId: row.run_id as WorkflowRunId,
    path: row.path,
    nodeId: row.node_id,
    kind: row.kind,
    title: row.title,
    status: row.status as WorkflowStep["status"],
    port: row.port,
    attempts: row.attempts,
    input: row.input === "" ? undefined : JSON.parse(row.input),
    ...outcome,
    actions,
    ...(interrupt !== undefined && { interrupt: toInterrupt(interrupt) }),
    usage: toUsage(row),
    ...(row.sub_run_id !== 0 && { subRunId: row.sub_run_id as WorkflowRunId }),
    startedAt: new Date(row.started_at),
    ...(row.ended_at !== null && { endedAt: new Date(row.ended_at) }),
    sequence: row.sequence,
  };
}

/** As JSON has it. */
type KeptInterrupt = Omit<Interrupt, "dueAt"> & { dueAt?: string };

type RunOutcome = Pick<WorkflowRun, "output" | "answer" | "error"> & {
  interrupts?: KeptInterrupt[];
  activeUntil?: number;
};

type StepOutcome = Pick<WorkflowStep, "output" | "error" | "said" | "resume" | "memo"> & {
  actions?: WorkflowStep["actions"];
  interrupt?: KeptInterrupt;
};

function parseOutcome<T>(json: string): Partial<T> {
  return json === "" ? {} : JSON.parse(json);
}

function toInterrupt({ dueAt, ...interrupt }: KeptInterrupt): Interrupt {
  return { ...interrupt, ...(dueAt !== undefined && { dueAt: new Date(dueAt) }) };
}

function usageColumns({ inputTokens, outputTokens, cost, currency }: RunUsage) {
  return {
    input_tokens: Math.round(inputTokens),
    output_tokens: Math.round(outputTokens),
    cost: String(cost),
    currency,
  };
}

function toUsage(row: {
  input_tokens: number;
  output_tokens: number;
  cost: string;
  currency: string;
}): RunUsage {
  return {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cost: Number(row.cost),
    currency: row.currency,
  };
}
