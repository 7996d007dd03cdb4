import type { WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import { formatRunId, type RunName } from "./workflow-run-ids.ts";

/** Source: spec page §5, "Workflow run status". `to_start` never shows: a run that is told of has begun. */
export type WireStatus = "processing" | "success" | "failed" | "interrupted" | "stopped";

/**
 * The run object: strings where the page says strings, no null anywhere, integers as integers. `steps` are those of the
 * run in any order; `isBrief` leaves out nodes that did not fail. Source: spec page §9.3. Unverified: `code` of a failed run; `lastInterruptedNodeId` and `msg` of an
 * interrupted one, which public clients read the node and the question from.
 */
export function presentRun(
  run: WorkflowRun,
  steps: readonly WorkflowStep[],
  { name, isBrief, now }: { name: RunName; isBrief: boolean; now: Date },
): Record<string, unknown> {
  const status = runStatus(run);
  const failure = run.error?.message ?? "";
  const asked = status === "interrupted" ? askedInterrupt(run) : undefined;
  return {
    runId: formatRunId(name),
    status,
    ...presentSteps(stepsBelow(steps, ""), steps, isBrief),
    code: run.status === "failed" ? 1 : 0,
    message: wireFailure(run.error?.code, failure),
    msg: asked?.text ?? wireFailure(run.error?.code, failure),
    costMs: Math.round(run.activeMs + (run.status === "running" ? Math.max(0, +now - +run.updatedAt) : 0)),
    costToken: tokensOf(run),
    output: outputText(run),
    lastInterruptedNodeId: asked?.nodeId ?? "",
    checkpointExpireTimestamp: 0,
  };
}

/** A run that only waits for its time goes on by itself: to its caller it is at work. */
function runStatus(run: WorkflowRun): WireStatus {
  if (run.status === "waiting") return askedInterrupt(run) === undefined ? "processing" : "interrupted";
  return STATUSES[run.status];
}

const STATUSES = {
  running: "processing",
  completed: "success",
  failed: "failed",
  cancelled: "stopped",
} as const;

/** The first thing that somebody is to answer. */
export function askedInterrupt(run: WorkflowRun) {
  return run.interrupts.find(({ kind }) => kind !== "delay");
}

/** JSON text of what the end node gave; the text "null" while there is nothing. */
export function outputText(run: WorkflowRun): string {
  const { output, answer } = run;
  if (output === undefined && answer !== undefined) return JSON.stringify({ output: answer });
  return JSON.stringify(output ?? null);
}

export function tokensOf({ usage }: Pick<WorkflowRun, "usage">): number {
  return Math.round(usage.inputTokens + usage.outputTokens);
}

/** Wrong input in the words of the live server. Source: spec page §9.3. */
export function wireFailure(code: string | undefined, message: string): string {
  return code === "input_invalid" ? `input validate failed, err=${message}` : message;
}

interface PresentedSteps {
  nodes: Record<string, unknown>;
  steps: string[];
}

/**
 * Nodes by id, and the ids in the order in which they began. Where a loop came by a node several times, its last time
 * is told, or the last that failed.
 */
function presentSteps(
  those: readonly WorkflowStep[],
  all: readonly WorkflowStep[],
  isBrief: boolean,
): PresentedSteps {
  const nodes = new Map<string, WorkflowStep>();
  for (const step of those) {
    if (nodes.get(step.nodeId)?.status === "failed" && step.status !== "failed") continue;
    nodes.set(step.nodeId, step);
  }
  const told = [...nodes.values()].filter(({ status }) => !isBrief || status === "failed");
  return {
    nodes: Object.fromEntries(told.map((step) => [step.nodeId, presentNode(step, all, isBrief)])),
    steps: [...new Set(those.map(({ nodeId }) => nodeId))],
  };
}

const NODE_STATUSES = {
  running: "processing",
  waiting: "interrupted",
  completed: "success",
  failed: "failed",
} as const;

/** What waited for somebody tells no time: as in the run's, waiting does not count, and days of it would be no i32. */
function presentNode(step: WorkflowStep, all: readonly WorkflowStep[], isBrief: boolean) {
  const { error, startedAt, endedAt, interrupt } = step;
  const inner = LOOPS.has(step.kind) ? stepsBelow(all, step.path) : [];
  const isResting = step.status === "waiting" && interrupt?.kind === "delay";
  const status = isResting ? "processing" : NODE_STATUSES[step.status];
  return {
    input: JSON.stringify(step.input ?? {}),
    output: nodeOutput(step),
    status,
    message: wireFailure(error?.code, error?.message ?? ""),
    costMs:
      endedAt === undefined || interrupt !== undefined ? 0 : Math.max(0, Math.round(+endedAt - +startedAt)),
    costToken: tokensOf(step),
    nodeType: nodeType(step.kind),
    ...(error !== undefined && { BizCode: { Code: error.code, Message: error.message, Data: {} } }),
    ...(inner.length > 0 && { loopBlock: { ...presentSteps(inner, all, isBrief), status } }),
  };
}

/** JSON text. An end node gives what the run gives; what failed and was caught gives why. */
function nodeOutput({ kind, output }: WorkflowStep): string {
  return JSON.stringify((kind === "end" ? output?.["output"] : output) ?? null);
}

const LOOPS: ReadonlySet<string> = new Set(["loop", "batch"]);

/** Our kinds in the vendor's spelling. Source: spec page §9.3; those it does not name are spelt alike. */
function nodeType(kind: string): string {
  return kind === "http" ? "http_request" : kind.replaceAll("-", "_");
}

/** Steps of the run itself (`""`), or of all turns of a loop, in the order in which they began. */
function stepsBelow(steps: readonly WorkflowStep[], path: string): WorkflowStep[] {
  const isBelow = (step: WorkflowStep) =>
    path === "" ? !step.path.includes("/") : /^(.*)#\d+\/[^/]+$/.exec(step.path)?.[1] === path;
  return steps.filter(isBelow).toSorted((one, other) => one.id - other.id);
}
