import type {
  AgentId,
  ConversationId,
  TurnId,
  WorkflowRunId,
  WorkflowStepId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { RunStatus, WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import type { Page, PageWindow } from "./page.ts";

/**
 * The right to run a run. Each time somebody takes it over the number grows, and what holders of an earlier one write
 * is refused.
 */
export interface RunClaim {
  runId: WorkflowRunId;
  number: number;
}

/** A run with everything that is needed to go on with it. */
export interface ClaimedRun {
  run: WorkflowRun;
  claim: RunClaim;
  /** In the order of their `sequence`. */
  steps: WorkflowStep[];
}

/** What changes about a run beside its steps. */
export interface RunChange {
  run: WorkflowRun;
  /** When a run that waits is to go on by itself. Absent: never. */
  wakeAt?: Date;
  /** True: this node gives it back as it is, for whoever takes it next. */
  isGivenBack?: boolean;
}

export interface WorkflowRunStore {
  /** Stores a run that this node runs. */
  open(run: WorkflowRun): Promise<RunClaim>;
  get(id: WorkflowRunId): Promise<WorkflowRun | undefined>;
  /**
   * Stores steps, new or changed (of one that is there twice the last counts), and what changed about their run, all
   * or nothing. False, and nothing is stored, when the claim is no longer held. With a run that ends, waits or is given
   * back the claim ends. One that was to be cancelled and begins to wait has ended.
   */
  record(claim: RunClaim, steps: readonly WorkflowStep[], change?: RunChange): Promise<boolean>;
  /** In the order of their `sequence`; those of inner workflows among them. */
  steps(runId: WorkflowRunId): Promise<WorkflowStep[]>;
  step(id: WorkflowStepId): Promise<WorkflowStep | undefined>;
  /** The step that this inner run belongs to. */
  stepOfSubRun(subRunId: WorkflowRunId): Promise<WorkflowStep | undefined>;
  /**
   * Makes a waiting run run again, on this node: for exactly one of those who ask. Undefined when it does not wait (any
   * more). With `turnId` it answers that turn from now on.
   */
  resume(id: WorkflowRunId, now: Date, turnId?: TurnId): Promise<ClaimedRun | undefined>;
  /**
   * Takes over running runs whose nodes no longer live or hang, those that were given back, and those of this node that
   * are not `inHand` (which must hold a run before it is opened or resumed); oldest first. With it goes the turn that a
   * run answers, if that runs: it is this node's then. `bound`: those that answer a turn, or those that answer none.
   */
  claimAbandoned(query: {
    inHand: ReadonlySet<WorkflowRunId>;
    bound: boolean;
    limit: number;
  }): Promise<ClaimedRun[]>;
  /** Makes waiting runs whose time has come run again, on this node, once each; longest due first. */
  claimWoken(query: { now: Date; limit: number }): Promise<ClaimedRun[]>;
  /** When the next waiting run is to go on by itself. */
  nextWakeAt(): Promise<Date | undefined>;
  /**
   * Asks for the end of a run. Of a waiting one that is the end. Resolves with what it is then; undefined: there is no
   * such run.
   */
  cancel(id: WorkflowRunId, now: Date): Promise<WorkflowRun | undefined>;
  /** Those of this node's runs that somebody wants to end. */
  cancelWanted(ids: readonly WorkflowRunId[]): Promise<Set<WorkflowRunId>>;
  /** The run of this workflow, or on behalf of this agent, that waits for a person in the conversation; the newest. */
  waitingIn(query: { conversationId: ConversationId; agentId: AgentId }): Promise<WorkflowRun | undefined>;
  /** The run that answered, or answers, the turn. */
  ofTurn(turnId: TurnId): Promise<WorkflowRun | undefined>;
  /** Newest first, trials left out. */
  list(
    query: PageWindow & { workspaceId: WorkspaceId; agentId?: AgentId; statuses?: readonly RunStatus[] },
  ): Promise<Page<WorkflowRun>>;
  /**
   * Deletes runs that ended before `before`, oldest first, their steps before them: at most `limit` steps and runs
   * together. Resolves with how many; less than `limit`: nothing is left to forget.
   */
  forget(before: Date, limit: number): Promise<number>;
}
