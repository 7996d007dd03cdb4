import { NO_RUN_USAGE, type RunEvent, type WorkflowStep } from "../../domain/workflow-run.ts";
import type { RunningRun } from "../../workflow/workflow-engine.ts";

/** The steps of a run with those that run here now, or ended a moment ago: they are stored a little later, in groups. */
export function withLatestSteps(
  stored: readonly WorkflowStep[],
  running: RunningRun | undefined,
): readonly WorkflowStep[] {
  if (running === undefined) return stored;
  const { log, run } = running;
  const latest = new Map<string, WorkflowStep>();
  for (let position = 0; position < log.length; position += 1) {
    const event = log.at(position);
    if (event?.type === "node-start") latest.set(event.step.path, begun(run.id, event));
    if (event?.type !== "node-end") continue;
    const step = latest.get(event.step.path);
    if (step !== undefined) latest.set(event.step.path, ended(step, event));
  }
  for (const { path } of stored) latest.delete(path);
  return [...stored, ...latest.values()];
}

function begun(
  runId: WorkflowStep["runId"],
  { step: { stepId, ...place }, atMs }: Extract<RunEvent, { type: "node-start" }>,
): WorkflowStep {
  return {
    ...place,
    id: stepId,
    runId,
    status: "running",
    port: "",
    attempts: 1,
    input: {},
    actions: [],
    usage: NO_RUN_USAGE,
    startedAt: new Date(atMs),
    sequence: 0,
  };
}

function ended(step: WorkflowStep, event: Extract<RunEvent, { type: "node-end" }>): WorkflowStep {
  const { status, input, output, error, usage, latencyMs } = event;
  return {
    ...step,
    status,
    input,
    usage,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    endedAt: new Date(step.startedAt.getTime() + latencyMs),
  };
}
