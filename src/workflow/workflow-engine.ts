import type { Agent } from "../domain/agent.ts";
import type {
  AgentId,
  ConversationId,
  TurnId,
  UserId,
  WorkflowRunId,
  WorkflowStepId,
} from "../domain/ids.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { RunBounds, WorkflowRun } from "../domain/workflow-run.ts";
import type { ClaimedRun } from "../storage/store.ts";
import type { RunLog } from "./run/run-log.ts";

/** What a caller wants to have run. */
export interface RunRequest {
  /** The workflow, as the version that is to run; its `settings.graph` is what runs. */
  workflow: Agent;
  /** The id it gets. Absent: a new one. Where there is such a run already, none is begun: `run_not_waiting`. */
  runId?: WorkflowRunId;
  /**
   * For its start node, where it begins there. What is no object is wrong input like any other, told as
   * `[…] is not of type 'object'`; a run that keeps it anyway has the input `{}`.
   */
  input: unknown;
  /** What started it: it begins where `entriesFor` says. Absent: at the start node. */
  trigger?: Trigger;
  how: WorkflowRun["how"];
  dialect: string;
  /** Of the call; stands in log lines too. */
  requestId: string;
  userId?: string;
  callerId?: UserId;
  onBehalfOf?: AgentId;
  conversationId?: ConversationId;
  turnId?: TurnId;
  isTest?: boolean;
  /** What the caller allows, where that is not what the graph says. */
  bounds?: RunBounds;
  /** True: a wrong input makes a run that has failed, in place of a rejection. */
  keepsInvalid?: boolean;
}

/** What a caller says to a run that waits. */
export interface ResumeRequest {
  runId: WorkflowRunId;
  /** The interrupt that is answered. Absent: the first that somebody can answer. */
  stepId?: WorkflowStepId;
  /** The answer: text for a question; an object, JSON text or `name: value` lines for an input; a tool's result. */
  data: unknown;
  how: WorkflowRun["how"];
  requestId: string;
  /** The turn that goes on with it, where the one that began it has ended. */
  turnId?: TurnId;
}

/** A run that runs in this process. */
export interface RunningRun {
  /** As it began to run here. */
  readonly run: WorkflowRun;
  readonly log: RunLog;
  /**
   * Resolves when it has ended or waits, and that would survive a power cut; with what it is then. Still `running`: it
   * was given back or taken over, and goes on elsewhere. Never rejects.
   */
  readonly settled: Promise<WorkflowRun>;
}

/** Runs workflows, and goes on with them whatever happens to this process. */
export interface WorkflowEngine {
  /**
   * Begins a run; that it was accepted would survive a power cut when this resolves. Rejects, with nothing stored, with
   * `request_invalid` naming the input that is wrong (`input.name`), `not_supported` when the workflow has no graph, `trigger_not_subscribed` when no
   * entry node waits for the trigger, `shutting_down`, `rate_limited` or `storage_failed`.
   */
  start(request: RunRequest): Promise<RunningRun>;
  /**
   * Goes on with a run that waits: for exactly one of those who try at once. Rejects with `run_not_found`,
   * `run_not_waiting`, or `request_invalid` naming `data` when that does not fit what is waited for.
   */
  resume(request: ResumeRequest): Promise<RunningRun>;
  /** The runs that run here, or are about to. Live. */
  readonly inHand: ReadonlySet<WorkflowRunId>;
  /** Goes on with a run that was claimed: those of turns are claimed with their turns. */
  goOn(claimed: ClaimedRun, requestId: string): RunningRun;
  /** The run, if it runs in this process. */
  find(runId: WorkflowRunId): RunningRun | undefined;
  /**
   * Resolves with a run, wherever it runs, when it has ended or waits for somebody; or as it is when the time is up.
   * Undefined: there is none. Rejects with the reason of `signal`.
   */
  untilSettled(
    runId: WorkflowRunId,
    wait: { timeoutMs: number; signal: AbortSignal },
  ): Promise<WorkflowRun | undefined>;
  /** Ends a run that runs here. Resolves when that is stored; false: it does not run here. */
  cancelHere(runId: WorkflowRunId): Promise<boolean>;
  /** Ends a run on whatever node it runs, or waits. Resolves with what it is then; undefined: there is none. */
  cancel(runId: WorkflowRunId): Promise<WorkflowRun | undefined>;
}
