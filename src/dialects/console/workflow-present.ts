import { z } from "zod";
import type {
  Interrupt,
  RunFailure,
  RunUsage,
  WorkflowRun,
  WorkflowStep,
} from "../../domain/workflow-run.ts";
import { formatId, wireMoment } from "./wire.ts";

const optionalIdText = z.string().nullable();
const usage = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cost: z.number(),
  currency: z.string(),
});
const failure = z.object({ code: z.string(), message: z.string(), nodeId: z.string().nullable() }).nullable();
const interrupt = z.object({
  stepId: z.string(),
  nodeId: z.string(),
  title: z.string(),
  kind: z.string(),
  text: z.string(),
  options: z.array(z.string()),
  schema: z.unknown(),
  call: z.unknown(),
  dueAt: wireMoment.nullable(),
});

export const runAnswer = z.object({
  id: z.string(),
  workflowId: z.string(),
  versionId: optionalIdText,
  status: z.enum(["running", "waiting", "completed", "failed", "cancelled"]),
  how: z.string(),
  isTest: z.boolean(),
  dialect: z.string(),
  userId: z.string(),
  conversationId: optionalIdText,
  turnId: optionalIdText,
  input: z.record(z.string(), z.unknown()),
  output: z.unknown(),
  answer: z.string().nullable(),
  error: failure,
  interrupts: z.array(interrupt),
  resumeCount: z.number(),
  usage,
  stepCount: z.number(),
  activeMs: z.number(),
  createdAt: wireMoment,
  updatedAt: wireMoment,
  endedAt: wireMoment.nullable(),
});

const stepAnswer = z.object({
  id: z.string(),
  path: z.string(),
  nodeId: z.string(),
  kind: z.string(),
  title: z.string(),
  status: z.string(),
  port: z.string(),
  attempts: z.number(),
  input: z.unknown(),
  output: z.unknown(),
  error: failure,
  said: z.string().nullable(),
  actions: z.array(z.unknown()),
  usage,
  subRunId: optionalIdText,
  interrupt: interrupt.nullable(),
  /** What it was answered. */
  answer: z.unknown(),
  startedAt: wireMoment,
  endedAt: wireMoment.nullable(),
});

export const runWithStepsAnswer = runAnswer.extend({ steps: z.array(stepAnswer) });

/** A run without its steps. */
export function presentRun(run: WorkflowRun): z.input<typeof runAnswer> {
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
export function presentStep(step: WorkflowStep): z.input<typeof stepAnswer> {
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
