import type {
  Interrupt,
  RunFailure,
  RunUsage,
  WorkflowRun,
  WorkflowStep,
} from "../../domain/workflow-run.ts";
import { formatId } from "./wire.ts";

/** A run without its steps. */
export function presentRun(run: WorkflowRun) {
  return {
    id: formatId(run.id),
    workflowId: formatId(run.agentId),
    versionId: optionalId(run.versionId),
    status: run.status,
    how: run.how,
    isTest: run.isTest,
    dialect: run.dialect,
    userId: run.userId,
    conversationId: optionalId(run.conversationId),
    turnId: optionalId(run.turnId),
    input: run.input,
    output: run.output ?? null,
    answer: run.answer ?? null,
    error: presentFailure(run.error),
    interrupts: run.interrupts.map(presentInterrupt),
    resumeCount: run.resumeCount,
    usage: presentUsage(run.usage),
    stepCount: run.stepCount,
    activeMs: Math.round(run.activeMs),
    createdAt: run.createdAt,
    updatedAt: run.updatedAt,
    endedAt: run.endedAt ?? null,
  };
}

/** A node's part in a run. */
export function presentStep(step: WorkflowStep) {
  return {
    id: formatId(step.id),
    path: step.path,
    nodeId: step.nodeId,
    kind: step.kind,
    title: step.title,
    status: step.status,
    port: step.port,
    attempts: step.attempts,
    input: step.input ?? null,
    output: step.output ?? null,
    error: presentFailure(step.error),
    said: step.said ?? null,
    actions: step.actions,
    usage: presentUsage(step.usage),
    subRunId: optionalId(step.subRunId),
    interrupt: step.interrupt === undefined ? null : presentInterrupt(step.interrupt),
    answer: step.resume ?? null,
    startedAt: step.startedAt,
    endedAt: step.endedAt ?? null,
  };
}

function presentInterrupt({ stepId, nodeId, title, kind, text, options, schema, call, dueAt }: Interrupt) {
  return {
    stepId: formatId(stepId),
    nodeId,
    title,
    kind,
    text,
    options,
    schema: schema ?? null,
    call: call ?? null,
    dueAt: dueAt ?? null,
  };
}

function presentFailure(failure: RunFailure | undefined) {
  if (failure === undefined) return null;
  const { code, message, nodeId } = failure;
  return { code, message, nodeId: nodeId ?? null };
}

function presentUsage({ inputTokens, outputTokens, cost, currency }: RunUsage) {
  return { inputTokens, outputTokens, cost, currency };
}

function optionalId(id: number | undefined): string | null {
  return id === undefined ? null : formatId(id);
}
