import type {
  AgentId,
  ConversationId,
  TurnId,
  UserId,
  VersionId,
  WorkflowRunId,
  WorkflowStepId,
  WorkspaceId,
} from "./ids.ts";
import type { OutputAction } from "./output-action.ts";
import type { Trigger } from "./trigger.ts";

/** One run of a workflow. */
export interface WorkflowRun {
  id: WorkflowRunId;
  workspaceId: WorkspaceId;
  /** The workflow. */
  agentId: AgentId;
  /** The version that runs, the same until the end. Absent: the draft. */
  versionId?: VersionId;
  status: RunStatus;
  /** How its caller waits. */
  how: "sync" | "stream" | "async";
  /** A trial: what it decides is recorded as `skip`, and no list shows it. */
  isTest: boolean;
  /** Where it came in, such as `hiagent`; for logs, lists and callers that ask. */
  dialect: string;
  /** For whom it runs; empty: nobody was named. */
  userId: string;
  /** Whose token started it. Absent: an app key's, or nobody's. */
  callerId?: UserId;
  /** The agent on whose account it runs, where that is another than the workflow. */
  onBehalfOf?: AgentId;
  conversationId?: ConversationId;
  /** The turn whose answer it makes now. Absent: it answers no message. */
  turnId?: TurnId;
  /** What the entry nodes were given, as checked, with defaults. */
  input: Record<string, unknown>;
  /** Which entry nodes it began at. */
  entries: string[];
  /** What started it. Absent: its caller did. */
  trigger?: Trigger;
  /** Of the call that began it; stands in log lines too. */
  requestId?: string;
  /** What its caller allows, where that is not what the graph says. */
  bounds?: RunBounds;
  /** What the end node gave, as JSON; undefined while there is none. */
  output?: unknown;
  /** What the end node said, where it answers with text. */
  answer?: string;
  /** Why it failed; only with status `failed`. */
  error?: RunFailure;
  /** What it waits for; empty unless it is `waiting`. In the order of their nodes' beginning. */
  interrupts: Interrupt[];
  /** How often somebody has answered an interrupt. */
  resumeCount: number;
  usage: RunUsage;
  stepCount: number;
  createdAt: Date;
  /** When it last went from one status to another, or was given back by its process. */
  updatedAt: Date;
  endedAt?: Date;
  /** Milliseconds it has run, without the time it waited. */
  activeMs: number;
  /** Up to when that counts, where a process has taken it over since `updatedAt`. */
  activeUntil?: Date;
}

export interface RunBounds {
  /** In place of the graph's `limits.seconds`. */
  seconds?: number;
  /** Most nodes, where the graph allows more. */
  steps?: number;
  /** Answers after which it fails with `resume_limit` where it would wait for somebody again. */
  resumes?: number;
}

/**
 * `running` and `waiting` are open; `waiting` survives restarts for as long as one likes. The others are final.
 * `cancelled`: by its caller.
 */
export type RunStatus = "running" | "waiting" | "completed" | "failed" | "cancelled";

export const RUN_STATUSES = [
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
] as const satisfies readonly RunStatus[];

export interface RunUsage {
  inputTokens: number;
  outputTokens: number;
  /** In `currency`, by the models' configured prices. */
  cost: number;
  currency: string;
}

export const NO_RUN_USAGE: RunUsage = { inputTokens: 0, outputTokens: 0, cost: 0, currency: "" };

/** `message` is safe to show to the caller. */
export interface RunFailure {
  code: RunFailureCode;
  message: string;
  nodeId?: string;
}

/**
 * Why a run, or one of its nodes, failed. `input_invalid`: a value is not what the graph says. `node_failed`: the node
 * itself. `outcome_unknown`: the process died while a node with effects outside ran, and it must not run again.
 * `run_limit`: steps, time or depth.
 */
export type RunFailureCode =
  | "input_invalid"
  | "node_failed"
  | "node_timeout"
  | "model_failed"
  | "model_timeout"
  | "model_unknown"
  | "expression_failed"
  | "code_failed"
  | "request_failed"
  | "workflow_not_found"
  | "outcome_unknown"
  | "run_limit"
  | "resume_limit"
  | "internal";

/** What a run waits for. */
export interface Interrupt {
  /** Of the step that waits; callers name the interrupt by it. */
  stepId: WorkflowStepId;
  nodeId: string;
  title: string;
  kind: InterruptKind;
  /** Told to the person: the question, or what is to be filled in. */
  text: string;
  /** Answers to choose from; empty: anything. */
  options: string[];
  /** JSON Schema (object) of what is asked for: the members of an `input`, the result of a `tool`. */
  schema?: Record<string, unknown>;
  /** The call that a `tool` is to carry out. */
  call?: { id: string; name: string; arguments: string };
  /** When the run goes on by itself. Absent: never. */
  dueAt?: Date;
}

/**
 * `question` and `input`: a person. `tool`: the caller's program. `delay`: only time. `outcome`: an operator, who says
 * whether a node that was running in a crash has had its effect.
 */
export type InterruptKind = "question" | "input" | "tool" | "delay" | "outcome";

/** A node's part in a run. */
export interface WorkflowStep {
  id: WorkflowStepId;
  runId: WorkflowRunId;
  /**
   * Where in the run: node ids joined by `/`, with the turn of a loop or batch as `loop#3`. Unique in the run.
   * `refund`, `each#0/call`, `inner/answer`.
   */
  path: string;
  nodeId: string;
  /** The node's kind. */
  kind: string;
  title: string;
  /** `running` is only stored of nodes that must not run twice, and of those that others run inside. */
  status: "running" | "waiting" | "completed" | "failed";
  /** The port it left through; empty while it has not. */
  port: string;
  attempts: number;
  /** Evaluated inputs, as JSON. */
  input: unknown;
  /** Its outputs by name; undefined while there are none. */
  output?: Record<string, unknown>;
  /** Why it failed, also when the run went on through `error` or with other outputs. */
  error?: RunFailure;
  /** What it told the caller as text, as `message` and `end` do. */
  said?: string;
  /** What it decided, in order. */
  actions: OutputAction[];
  usage: RunUsage;
  /** The run of a workflow inside this one, which callers may ask for like any other. */
  subRunId?: WorkflowRunId;
  /** What it waits for, or waited for. */
  interrupt?: Interrupt;
  /** What somebody answered. */
  resume?: unknown;
  /** What its kind needs to go on after it waited, or after a crash. */
  memo?: unknown;
  startedAt: Date;
  /** Absent while it runs or waits. */
  endedAt?: Date;
  /** Order of what happened to steps in the run, from 1; the last change of this one. */
  sequence: number;
}

/** Which step an event is about. */
export interface StepPlace {
  stepId: WorkflowStepId;
  path: string;
  nodeId: string;
  kind: string;
  title: string;
}

/**
 * What happens in a run while somebody watches, in order. Begins with `run-start` (again when it goes on after it
 * waited) and ends with exactly one of `run-end` and `run-error`: the first when it completed, waits, or goes on elsewhere
 * (it is still `running`), the second when it failed or was cancelled. What different steps say may alternate; what one
 * step says comes between its `message-start` and `message-end`.
 */
export type RunEvent =
  | { type: "run-start"; runId: WorkflowRunId; atMs: number }
  | { type: "node-start"; step: StepPlace; atMs: number }
  | {
      type: "node-end";
      step: StepPlace;
      status: "completed" | "failed";
      latencyMs: number;
      usage: RunUsage;
      /** As in the step: for whoever tells more than that it ended. */
      input: unknown;
      output?: Record<string, unknown>;
      error?: RunFailure;
    }
  /** Text for the caller begins; `isAnswer`: the end node's. */
  | { type: "message-start"; step: StepPlace; isAnswer: boolean }
  /** Never empty. */
  | { type: "message-delta"; step: StepPlace; text: string }
  /** `text` is all of it. */
  | { type: "message-end"; step: StepPlace; text: string }
  | { type: "action"; step: StepPlace; action: OutputAction }
  | { type: "interrupted"; step: StepPlace; interrupt: Interrupt }
  | { type: "run-end"; run: WorkflowRun }
  | { type: "run-error"; run: WorkflowRun };

/** Whether an event is the last of its run, for now. */
export function isLastRunEvent(event: RunEvent): boolean {
  return event.type === "run-end" || event.type === "run-error";
}
