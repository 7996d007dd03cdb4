import type { WorkflowRunId, WorkflowStepId } from "../domain/ids.ts";
import type { CallerToolCall } from "../domain/turn-event.ts";
import type { RunUsage } from "../domain/workflow-run.ts";

/** Where a turn stands while the workflow that answers it waits for its caller. Plain data. */
export interface RunPause {
  runId: WorkflowRunId;
  /** Answered one after the other, in this order. */
  pending: PendingStep[];
  /** What the run had used by then. */
  usage: RunUsage;
  /** Thoughts of the turn so far. */
  thoughts: number;
}

/** What a step of the run waits for, as the caller is asked for it. */
export interface PendingStep extends CallerToolCall {
  stepId: WorkflowStepId;
  /** Of the thought that its tool is in the turn; 0: it is none. */
  position: number;
}
