import type { WorkflowRunId, WorkflowStepId } from "../../domain/ids.ts";
import { NO_RUN_USAGE, type RunEvent, type StepPlace, type WorkflowStep } from "../../domain/workflow-run.ts";
import type { CompiledNode } from "../graph/compiled-graph.ts";
import type { InterruptAnswer } from "../node-kind.ts";

/** A step that begins; `sequence` 0: nothing of it is stored. */
export function newRecord(
  id: WorkflowStepId,
  runId: WorkflowRunId,
  path: string,
  { node }: CompiledNode,
): WorkflowStep {
  return {
    id,
    runId,
    path,
    nodeId: node.id,
    kind: node.type,
    title: node.title ?? node.id,
    status: "running",
    port: "",
    attempts: 0,
    input: {},
    actions: [],
    usage: NO_RUN_USAGE,
    startedAt: new Date(),
    sequence: 0,
  };
}

export function placeOf({ id: stepId, path, nodeId, kind, title }: WorkflowStep): StepPlace {
  return { stepId, path, nodeId, kind, title };
}

/** That a step is over, as watchers are told. */
export function endOf(record: WorkflowStep): RunEvent {
  const { startedAt, endedAt = startedAt, usage, input, output, error } = record;
  return {
    type: "node-end",
    step: placeOf(record),
    status: record.status === "completed" ? "completed" : "failed",
    latencyMs: endedAt.getTime() - startedAt.getTime(),
    usage,
    input,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
  };
}

/** What came of what a step waits, or waited, for. Undefined: nothing yet, or it never waited. */
export function answerOf({ interrupt, resume }: WorkflowStep, now: Date): InterruptAnswer | undefined {
  if (interrupt === undefined) return undefined;
  if (resume !== undefined) return { kind: "answer", data: resume };
  return interrupt.dueAt !== undefined && interrupt.dueAt <= now ? { kind: "due" } : undefined;
}
