import type { WorkflowRun } from "../../domain/workflow-run.ts";
import type { Store } from "../../storage/store.ts";
import type { RunLog } from "../../workflow/run/run-log.ts";
import type { RunningRun, WorkflowEngine } from "../../workflow/workflow-engine.ts";
import { answerable, isStuck } from "./present-run.ts";
import { RunFrames } from "./run-frames.ts";

/** How long a run that waits for a time is followed; it goes on without a reader too. Source: spec page §8, limits. */
const FOLLOW_MS = 24 * 3_600_000;

/** What following a run needs. */
export interface FollowServices {
  workflows: Pick<WorkflowEngine, "untilSettled">;
  store: Pick<Store, "workflowRuns">;
}

/**
 * The frames of a run until it has ended or somebody is to answer, `PING` among them while nothing happens. A run that
 * waits for a time, or that another process took over, is told on from what is stored. `signal`: the reader left.
 */
export async function* followRun(
  services: FollowServices,
  { run, log }: Pick<RunningRun, "run" | "log">,
  options: { debugUrl: string; pingMs: number; signal: AbortSignal },
): AsyncGenerator<string, void, undefined> {
  const { pingMs, signal } = options;
  const frames = new RunFrames(options.debugUrl);
  for (let position = 0; ; position += 1) {
    while (log.at(position) === undefined && !log.isEnded) {
      if (!(await isAppended(log, pingMs))) yield frames.ping();
      if (signal.aborted) return;
    }
    const event = log.at(position);
    if (event === undefined) return;
    yield* frames.of(event, log.at(position + 1));
    if ((event.type === "run-end" || event.type === "run-error") && isUnsettled(event.run)) break;
  }
  const later = services.workflows.untilSettled(run.id, { timeoutMs: FOLLOW_MS, signal });
  later.catch(() => {});
  while (!(await isWithin(pingMs, later))) yield frames.ping();
  const settled = await later;
  if (settled !== undefined) yield* frames.caughtUp(await services.store.workflowRuns.steps(run.id), settled);
}

/** Whether a run goes on without anybody's answer. */
export function isUnsettled(run: WorkflowRun): boolean {
  return (
    run.status === "running" || (run.status === "waiting" && answerable(run).length === 0 && !isStuck(run))
  );
}

/** Whether something happened within the time. */
async function isAppended(log: RunLog, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = log.subscribe(resolve);
  try {
    return await isWithin(ms, promise);
  } finally {
    end();
  }
}

/** Whether it resolved within the time; rejects when it does. */
async function isWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
