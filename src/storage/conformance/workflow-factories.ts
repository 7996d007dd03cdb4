import type { AgentId, WorkflowRunId, WorkflowStepId, WorkspaceId } from "../../domain/ids.ts";
import {
  type Interrupt,
  NO_RUN_USAGE,
  type WorkflowRun,
  type WorkflowStep,
} from "../../domain/workflow-run.ts";
import type { ClaimedRun, RunChange, RunClaim, Store } from "../store.ts";
import { later, NOW } from "./factories.ts";

/** One that has just begun. */
export function aRun(store: Store, overrides: Partial<WorkflowRun> = {}): WorkflowRun {
  return {
    id: store.newId<WorkflowRunId>(),
    workspaceId: store.newId<WorkspaceId>(),
    agentId: store.newId<AgentId>(),
    status: "running",
    how: "async",
    isTest: false,
    dialect: "hiagent",
    userId: "u-1",
    input: { query: "退款\u0000" },
    entries: ["start"],
    requestId: "r-1",
    interrupts: [],
    resumeCount: 0,
    usage: NO_RUN_USAGE,
    stepCount: 0,
    createdAt: NOW,
    updatedAt: NOW,
    activeMs: 0,
    ...overrides,
  };
}

/** A stored one that this node runs. */
export async function openRun(
  store: Store,
  overrides: Partial<WorkflowRun> = {},
): Promise<{ run: WorkflowRun; claim: RunClaim }> {
  const run = aRun(store, overrides);
  return { run, claim: await store.workflowRuns.open(run) };
}

export function aStep(
  store: Store,
  { id: runId }: Pick<WorkflowRun, "id">,
  sequence: number,
  overrides: Partial<WorkflowStep> = {},
): WorkflowStep {
  return {
    id: store.newId<WorkflowStepId>(),
    runId,
    path: `node_${sequence}`,
    nodeId: `node_${sequence}`,
    kind: "text",
    title: "文本",
    status: "completed",
    port: "next",
    attempts: 1,
    input: { text: "a" },
    output: { text: "b" },
    actions: [],
    usage: NO_RUN_USAGE,
    startedAt: NOW,
    endedAt: later(1),
    sequence,
    ...overrides,
  };
}

function aQuestion(step: WorkflowStep, overrides: Partial<Interrupt> = {}): Interrupt {
  const { id: stepId, nodeId, title } = step;
  return { stepId, nodeId, title, kind: "question", text: "订单号？", options: [], ...overrides };
}

/** Makes a run wait for a person, or for what the interrupt is said to be. */
export async function makeWait(
  store: Store,
  { run, claim }: { run: WorkflowRun; claim: RunClaim },
  overrides: Partial<Interrupt> = {},
  wakeAt?: Date,
): Promise<WorkflowRun> {
  const step = aStep(store, run, 1, { status: "waiting", port: "", path: "ask", nodeId: "ask" });
  const { endedAt: _, output: __, ...open } = step;
  const waiting: WorkflowRun = {
    ...run,
    status: "waiting",
    interrupts: [aQuestion(step, overrides)],
    updatedAt: later(2),
  };
  const change: RunChange = { run: waiting, ...(wakeAt !== undefined && { wakeAt }) };
  await store.workflowRuns.record(claim, [{ ...open, interrupt: aQuestion(step, overrides) }], change);
  return waiting;
}

/** Ends a run. */
export async function endRun(
  store: Store,
  { run, claim }: Pick<ClaimedRun, "run" | "claim">,
  endedAt = later(3),
): Promise<WorkflowRun> {
  const ended: WorkflowRun = { ...run, status: "completed", output: null, updatedAt: endedAt, endedAt };
  await store.workflowRuns.record(claim, [], { run: ended });
  return ended;
}
