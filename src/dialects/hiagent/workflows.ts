import { z } from "zod";
import { DomainError } from "../../domain/errors.ts";
import type { WorkflowRun } from "../../domain/workflow-run.ts";
import { generatedFrames } from "../../http/generated-frames.ts";
import type { Reply } from "../../http/route.ts";
import type { RunningRun } from "../../workflow/workflow-engine.ts";
import { type Action, action, type Invocation, success } from "./action.ts";
import { wireText } from "./wire.ts";
import { followRun, SYNC_LIMIT_MS } from "./workflow-frames.ts";
import { type InputPlace, inputText, jsonInput, readAnswer, readInputData } from "./workflow-input.ts";
import { askedInterrupt, presentRun } from "./workflow-present.ts";
import { withLatestSteps } from "./workflow-progress.ts";
import { parseRunId, type RunName, runNotFound } from "./workflow-run-ids.ts";

/** `Debug` of a start is ignored. Source: spec page §1.2, §9.1. */
const RunInput = { InputData: jsonInput.optional(), NoDebug: z.boolean().default(false) };
type RunInput = z.output<z.ZodObject<typeof RunInput>>;

/**
 * `Debug` of a resume means the contrary of its name: true tells failed nodes only.
 * Source: spec page §9.4; the meaning: the vendor's API document, "异步恢复工作流运行".
 */
const ResumeInput = { RunID: wireText(128), Input: jsonInput, Debug: z.boolean().default(false) };
type ResumeInput = z.output<z.ZodObject<typeof ResumeInput>>;

const IsStream = z.boolean().default(false);

/** A run as this caller is told of it. */
interface Telling {
  name: RunName;
  /** Of its nodes only those that failed. */
  isBrief: boolean;
}

/** The actions for workflow agents. Source: spec page §9. */
export const workflowActions: Action[] = [
  action({
    name: "run_app_workflow",
    kind: "workflow",
    input: RunInput,
    run: async (invocation) => soon(invocation, await start(invocation, "async")),
  }),
  action({
    name: "sync_run_app_workflow",
    kind: "workflow",
    input: { ...RunInput, IsStream },
    async run(invocation) {
      const { IsStream: isStream } = invocation.input;
      return atTheEnd(invocation, await start(invocation, isStream ? "stream" : "sync"));
    },
  }),
  action({
    name: "query_run_app_process",
    isRead: true,
    kind: "workflow",
    input: { RunID: wireText(128), NoDebug: z.boolean().optional() },
    async run(invocation) {
      const { run, name } = await ownRun(invocation, invocation.input.RunID);
      return present(invocation, run, { name, isBrief: invocation.input.NoDebug ?? name.isBrief });
    },
  }),
  action({
    name: "async_resume_app_workflow",
    kind: "workflow",
    input: ResumeInput,
    run: async (invocation) => soon(invocation, await resume(invocation, "async")),
  }),
  action({
    name: "sync_resume_app_workflow",
    kind: "workflow",
    input: { ...ResumeInput, IsStream },
    async run(invocation) {
      const { IsStream: isStream } = invocation.input;
      return atTheEnd(invocation, await resume(invocation, isStream ? "stream" : "sync"));
    },
  }),
];

interface Begun {
  running: RunningRun;
  telling: Telling;
}

/** Begins a run of the version that is live. Wrong input makes a run that has failed. Source: spec page §9.3. */
async function start(invocation: Invocation<RunInput>, how: WorkflowRun["how"]): Promise<Begun> {
  const { services, agent, userId, input, call } = invocation;
  const running = await services.workflows.start({
    workflow: agent,
    input: readInputData(inputText(input.InputData, placeOf(invocation, "InputData"))),
    how,
    dialect: "hiagent",
    requestId: call.requestId,
    userId,
    keepsInvalid: true,
  });
  const name = { runId: running.run.id, isBrief: input.NoDebug };
  return { running, telling: { name, isBrief: input.NoDebug } };
}

/** Answers the first thing that the run asks for. */
async function resume(invocation: Invocation<ResumeInput>, how: WorkflowRun["how"]): Promise<Begun> {
  const { services, input, call } = invocation;
  const text = inputText(input.Input, placeOf(invocation, "Input"));
  if (text.trim() === "") {
    throw new DomainError("request_invalid", "field Input: must not be empty", { field: "Input" });
  }
  const { run, name } = await ownRun(invocation, input.RunID);
  const asked = askedInterrupt(run);
  if (run.status !== "waiting" || asked === undefined) {
    throw new DomainError("run_not_waiting", "the run is not interrupted");
  }
  const running = await services.workflows.resume({
    runId: run.id,
    stepId: asked.stepId,
    data: readAnswer(text, asked),
    how,
    requestId: call.requestId,
  });
  return { running, telling: { name, isBrief: name.isBrief || input.Debug } };
}

/** The run as it is when it has settled, or after the grace. */
function soon(invocation: Invocation<unknown>, begun: Begun): Promise<Reply> {
  return settled(invocation, begun, invocation.services.options.runGraceMs);
}

/** The run when it has settled, as a stream where that is wanted. */
async function atTheEnd(invocation: Invocation<{ IsStream: boolean }>, begun: Begun): Promise<Reply> {
  const { services, input, call } = invocation;
  const { running, telling } = begun;
  if (services.options.abortOnDisconnect) {
    const cancel = () => void services.workflows.cancel(running.run.id);
    if (call.signal.aborted) cancel();
    else call.signal.addEventListener("abort", cancel, { once: true });
  }
  if (input.IsStream) {
    const frames = followRun(services, running, { name: telling.name, signal: call.signal });
    return { kind: "stream", frames: generatedFrames(frames) };
  }
  return settled(invocation, begun, SYNC_LIMIT_MS);
}

async function settled(
  invocation: Invocation<unknown>,
  { running, telling }: Begun,
  timeoutMs: number,
): Promise<Reply> {
  const { services, call } = invocation;
  const run = await services.workflows.untilSettled(running.run.id, { timeoutMs, signal: call.signal });
  return present(invocation, run ?? running.run, telling);
}

async function present(
  { services }: Invocation<unknown>,
  run: WorkflowRun,
  telling: Telling,
): Promise<Reply> {
  const stored = await services.store.workflowRuns.steps(run.id);
  const running = run.status === "running" ? services.workflows.find(run.id) : undefined;
  const steps = withLatestSteps(stored, running);
  return success(presentRun(run, steps, { ...telling, now: new Date() }));
}

/**
 * A run of this app for this user; one that answers a message belongs to its conversation. What others have is not
 * found, like any unknown one. Source: spec page §1.4.
 */
async function ownRun(
  { services, agent, userId }: Invocation<unknown>,
  text: string,
): Promise<{ run: WorkflowRun; name: RunName }> {
  const name = parseRunId(text);
  const run = name === undefined ? undefined : await services.store.workflowRuns.get(name.runId);
  if (name === undefined || run === undefined) throw runNotFound();
  const isOwn = run.agentId === agent.id && run.userId === userId && run.turnId === undefined;
  if (!isOwn) throw runNotFound();
  return { run, name };
}

function placeOf({ services, call }: Invocation<unknown>, field: InputPlace["field"]): InputPlace {
  return { field, isStrict: services.options.strictInputData, requestId: call.requestId };
}
