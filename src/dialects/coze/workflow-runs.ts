import type { z } from "zod";
import { requireAgentAccess } from "../../access/permissions.ts";
import { visibleConversation } from "../../chat/conversations.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, WorkflowRunId } from "../../domain/ids.ts";
import { DEFAULT_LIMITS } from "../../domain/workflow.ts";
import type { RunBounds, WorkflowRun } from "../../domain/workflow-run.ts";
import { generatedFrames } from "../../http/generated-frames.ts";
import type { Call } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import type { RunningRun } from "../../workflow/workflow-engine.ts";
import { botOf, callableWorkflow, noSuchWorkflow } from "./callable-workflow.ts";
import { channelOf } from "./channels.ts";
import { type CozeServices, type Endpoint, endpoint, type Invocation, type Outcome } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import {
  debugUrlOf,
  interruptType,
  noSuchRun,
  presentResult,
  readEventId,
  refusalOf,
} from "./present-run.ts";
import { followRun, isUnsettled } from "./run-stream.ts";
import { wireBoolean, wireId, wireInteger, wireText } from "./wire.ts";
import { readParameters, runBody } from "./workflow-request.ts";

const section = "§8";

/** Names of permissions: the second is the documents'; the first our own. Unverified: whether the platform has it. */
export const RUN_WORKFLOW = ["runWorkflow", "run"] as const;

/** Longest answer to an interrupt, in code points. */
const ANSWER_LIMIT = 100_000;

const resumeBody = {
  workflow_id: wireId<AgentId>(),
  event_id: wireText(64),
  resume_data: wireText(ANSWER_LIMIT).default(""),
  interrupt_type: wireInteger,
};

type RunBody = z.output<z.ZodObject<typeof runBody>>;
type ResumeBody = z.output<z.ZodObject<typeof resumeBody>>;

const runWorkflow = endpoint({
  route: "POST /v1/workflow/run",
  section,
  permission: RUN_WORKFLOW,
  summary: "run a workflow and wait for its result, or with `is_async` only begin it",
  body: { ...runBody, is_async: wireBoolean.default(false) },
  async run(invocation) {
    const { body } = invocation;
    const running = await start(invocation, body.is_async ? "async" : "sync");
    return body.is_async ? begun(invocation, running.run) : resultOf(invocation, running.run);
  },
});

const streamRun = endpoint({
  route: "POST /v1/workflow/stream_run",
  section,
  permission: RUN_WORKFLOW,
  summary: "run a workflow and stream what its nodes say",
  body: runBody,
  async run(invocation) {
    return streamed(invocation, await start(invocation, "stream"));
  },
});

const streamResume = endpoint({
  route: "POST /v1/workflow/stream_resume",
  section,
  permission: RUN_WORKFLOW,
  summary: "answer what a run waits for, and stream what follows",
  body: resumeBody,
  async run(invocation) {
    return streamed(invocation, await resume(invocation, "stream"));
  },
});

const resumeRun = endpoint({
  route: "POST /v1/workflows/resume",
  section,
  permission: RUN_WORKFLOW,
  summary:
    "answer what a run waits for, and wait for its result; a run that was begun with `is_async` only goes on",
  body: resumeBody,
  async run(invocation) {
    const running = await resume(invocation, "sync");
    return running.run.how === "async" ? begun(invocation, running.run) : resultOf(invocation, running.run);
  },
});

export const workflowRunEndpoints: Endpoint[] = [runWorkflow, streamRun, streamResume, resumeRun];

async function start(
  { services, caller, body, call }: Invocation<unknown, RunBody>,
  how: WorkflowRun["how"],
): Promise<RunningRun> {
  const input = readParameters(call.body);
  const workflow = await callableWorkflow(services.store, caller, {
    workflowId: body.workflow_id,
    channel: channelOf(body.connector_id),
    version: body.workflow_version,
  });
  const bot = await botOf(services.store, caller, workflow, body);
  const running = services.workflows.start({
    workflow,
    input,
    how,
    dialect: "coze",
    requestId: call.requestId,
    userId: body.ext["user_id"] ?? "",
    callerId: caller.user.id,
    bounds: boundsOf(workflow, how),
    ...(bot === undefined ? {} : { onBehalfOf: bot.id }),
  });
  return running.catch(inTheCallersWords);
}

/** Answers to a run before it fails. Source: spec page §8, limits. */
const RESUME_LIMIT = 3;
/** How long a run may take that nobody waits for. Source: spec page §8, limits. */
const ASYNC_SECONDS = 86_400;

/** Runs that nobody waits for have longer than others, where the workflow has the usual limit. */
function boundsOf({ settings }: Agent, how: WorkflowRun["how"]): RunBounds {
  const isUsual = settings.graph?.limits.seconds === DEFAULT_LIMITS.seconds;
  return {
    resumes: RESUME_LIMIT,
    ...(how === "async" && isUsual ? { seconds: ASYNC_SECONDS } : {}),
  };
}

/** Inputs are `parameters` here. */
function inTheCallersWords(error: unknown): never {
  if (!(error instanceof DomainError) || error.code !== "request_invalid") throw error;
  const { field = "", message } = error;
  const problem = message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
  throw new DomainError(error.code, problem, {
    field: field.replace(/^input\b/, "parameters"),
    cause: error,
  });
}

async function resume(
  { services, caller, body, call }: Invocation<unknown, ResumeBody>,
  how: "sync" | "stream",
): Promise<RunningRun> {
  const { runId, stepId } = readEventId(body.event_id);
  const waiting = await visibleRun(services, caller, body.workflow_id, runId, "run");
  if (waiting.turnId !== undefined) {
    throw new DomainError("run_not_waiting", "the run answers a chat: say it in its conversation");
  }
  const interrupt = waiting.interrupts.find((candidate) => candidate.stepId === stepId);
  if (waiting.status !== "waiting" || interrupt === undefined) {
    throw new DomainError("run_not_waiting", "the run does not wait for this event");
  }
  if (interruptType(interrupt) !== body.interrupt_type) {
    throw new DomainError("request_invalid", "is not the type of this event", { field: "interrupt_type" });
  }
  const running = services.workflows.resume({
    runId,
    stepId,
    data: body.resume_data,
    how: waiting.how === "async" ? "async" : how,
    requestId: call.requestId,
  });
  return running.catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.field !== "data") throw error;
    throw new DomainError(error.code, error.message, { field: "resume_data", cause: error });
  });
}

/** A run of this workflow that the caller may see. Rejects with `run_not_found`. */
export async function visibleRun(
  { store }: Pick<CozeServices, "store">,
  caller: TokenCaller,
  workflowId: AgentId,
  runId: WorkflowRunId,
  use: "run" | "view" = "view",
): Promise<WorkflowRun> {
  const workflow = await store.agents.find(workflowId);
  if (workflow?.kind !== "workflow") throw noSuchWorkflow();
  requireAgentAccess(caller, workflow, use);
  const found = await store.workflowRuns.get(runId);
  if (found === undefined || found.agentId !== workflowId || !(await isSeen(store, caller, found))) {
    throw noSuchRun();
  }
  return found;
}

/** A token with a session sees of the runs that belong to conversations those of its own. Source: spec page §2.1. */
export async function isSeen(
  store: CozeServices["store"],
  caller: TokenCaller,
  { conversationId }: Pick<WorkflowRun, "conversationId">,
): Promise<boolean> {
  if (conversationId === undefined || caller.token.sessionName === "") return true;
  try {
    await visibleConversation(store, caller, conversationId, "viewer");
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === "conversation_not_found") return false;
    throw error;
  }
}

/** Where the page of a run is. */
export function debugUrlFor(
  { options }: Pick<CozeServices, "options">,
  call: Call,
  place: Pick<WorkflowRun, "id" | "agentId" | "workspaceId">,
): string {
  return debugUrlOf(serverAddress(call, options.publicUrl).origin, place);
}

/** A run that nobody waits for. Source: spec page §8, RunResult. */
function begun({ services, call }: Invocation<unknown, unknown>, started: WorkflowRun): Outcome {
  return { members: { execute_id: formatId(started.id), debug_url: debugUrlFor(services, call, started) } };
}

/** Waits for a run. Past the time the caller is told where to find it; the run itself goes on. */
async function resultOf(
  { services, call }: Invocation<unknown, unknown>,
  { id }: WorkflowRun,
): Promise<Outcome> {
  const timeoutMs = services.options.runReplyMs;
  const settled = await services.workflows.untilSettled(id, { timeoutMs, signal: call.signal });
  if (settled === undefined) throw noSuchRun();
  const debugUrl = debugUrlFor(services, call, settled);
  const refusal = refusalOf(settled) ?? lateness(settled, timeoutMs);
  if (refusal === undefined) return { members: presentResult(settled, debugUrl) };
  const { code, message: msg } = refusal;
  return { members: { code, msg, execute_id: formatId(id), debug_url: debugUrl } };
}

/** Source: spec page §1.3, time-out; §8, limits of a synchronous call. */
function lateness(run: WorkflowRun, timeoutMs: number) {
  if (!isUnsettled(run)) return undefined;
  const seconds = Math.round(timeoutMs / 1_000);
  return { code: 6023, message: `the run took longer than ${seconds} s; it goes on, see its history` };
}

/** A reader that leaves ends nothing: the run goes on. */
function streamed({ services, call }: Invocation<unknown, unknown>, running: RunningRun): Outcome {
  const debugUrl = debugUrlFor(services, call, running.run);
  const options = { debugUrl, pingMs: services.options.pingMs, signal: call.signal };
  return { frames: generatedFrames(followRun(services, running, options)) };
}
