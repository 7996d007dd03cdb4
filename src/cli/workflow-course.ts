import { DomainError } from "../domain/errors.ts";
import type { WorkflowRunId } from "../domain/ids.ts";
import type { Interrupt, RunEvent, WorkflowRun } from "../domain/workflow-run.ts";
import type { RunLog } from "../workflow/run/run-log.ts";
import type { WorkflowRuns } from "../workflow/workflow-runs.ts";
import { printable, type Terminal } from "./terminal.ts";
import type { WorkflowBench } from "./workflow-bench.ts";

/** How often a run that rests is looked at for having gone on. */
const LOOK_MS = 100;
/** How long the end of a run is waited for at once. */
const PATIENCE_MS = 60_000;

export interface Course {
  input: unknown;
  isTest: boolean;
  /** Everything that happens, in order. */
  onEvent(event: RunEvent): void;
  /** What somebody answers; undefined: nobody does. */
  answer(interrupt: Interrupt): Promise<unknown>;
}

/**
 * Runs a workflow and has answered what it asks. Resolves when it has ended, or waits for an answer that nobody gives.
 * Ctrl-C cancels it, once more leaves at once.
 */
export async function runToItsEnd(
  terminal: Terminal,
  { runs, workflow }: WorkflowBench,
  course: Course,
): Promise<WorkflowRun> {
  const { input, isTest, onEvent, answer } = course;
  const how = "sync" as const;
  const started = await runs.start({
    workflow,
    input,
    isTest,
    how,
    dialect: "cli",
    requestId: "",
    keepsInvalid: true,
  });
  const { id } = started.run;
  const follower = new Follower(runs, id, onEvent, started.log);
  const cancelled = Promise.withResolvers<undefined>();
  let isCancelled = false;
  const ignoreSignals = terminal.onSignal(() => {
    if (isCancelled) terminal.leave(1);
    isCancelled = true;
    cancelled.resolve(undefined);
    void runs.cancel(id);
  });
  try {
    for (;;) {
      const run = await settled(runs, id);
      follower.catchUp();
      const asked = run.interrupts.find(({ kind }) => kind !== "delay");
      if (run.status !== "waiting" || asked === undefined) return run;
      const data = await Promise.race([answer(asked), cancelled.promise]);
      if (isCancelled) return (await runs.cancel(id)) ?? run;
      if (data === undefined) return run;
      await runs.resume({ runId: id, stepId: asked.stepId, data, how, requestId: "" }).then(
        ({ log }) => follower.follow(log),
        (error: unknown) => tellWrongAnswer(terminal, error),
      );
    }
  } finally {
    ignoreSignals();
    follower.stop();
  }
}

async function settled(runs: WorkflowRuns, id: WorkflowRunId): Promise<WorkflowRun> {
  const { signal } = new AbortController();
  for (;;) {
    const run = await runs.untilSettled(id, { timeoutMs: PATIENCE_MS, signal });
    if (run === undefined) throw new Error("the run is not there any more");
    if (run.status !== "running" && (run.status !== "waiting" || isAsking(run))) return run;
  }
}

function isAsking({ interrupts }: WorkflowRun): boolean {
  return interrupts.some(({ kind }) => kind !== "delay");
}

/** The question is asked again. */
function tellWrongAnswer({ err }: Terminal, error: unknown): void {
  if (!(error instanceof DomainError) || error.code !== "request_invalid") throw error;
  err.line(printable(error.message));
}

/** Tells the events of a run, also when it goes on in another log after it has rested. */
class Follower {
  readonly #runs: WorkflowRuns;
  readonly #id: WorkflowRunId;
  readonly #onEvent: (event: RunEvent) => void;
  readonly #timer: NodeJS.Timeout;
  #log: RunLog;
  #position = 0;
  #leave: () => void;

  constructor(runs: WorkflowRuns, id: WorkflowRunId, onEvent: (event: RunEvent) => void, log: RunLog) {
    this.#runs = runs;
    this.#id = id;
    this.#onEvent = onEvent;
    this.#log = log;
    this.#leave = log.subscribe(() => this.#pump());
    this.#timer = setInterval(() => this.catchUp(), LOOK_MS);
    this.#pump();
  }

  catchUp(): void {
    this.#pump();
    const log = this.#runs.find(this.#id)?.log;
    if (log !== undefined) this.follow(log);
  }

  /** The run goes on in this log, which may have ended already. */
  follow(log: RunLog): void {
    if (log === this.#log) return;
    this.#pump();
    this.#leave();
    this.#log = log;
    this.#position = 0;
    this.#leave = log.subscribe(() => this.#pump());
    this.#pump();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#leave();
  }

  #pump(): void {
    for (
      let event = this.#log.at(this.#position);
      event !== undefined;
      event = this.#log.at(this.#position)
    ) {
      this.#position += 1;
      this.#onEvent(event);
    }
  }
}
