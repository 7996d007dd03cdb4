import { DomainError } from "../domain/errors.ts";
import type { WorkflowRunId } from "../domain/ids.ts";
import type { WorkflowGraph } from "../domain/workflow.ts";
import type { WorkflowRun } from "../domain/workflow-run.ts";
import { workflowLog } from "../log/logger.ts";
import { workflowRunEnded, workflowRunStarted } from "../log/metrics.ts";
import type { ClaimedRun, Store } from "../storage/store.ts";
import { compileGraph } from "./graph/compiled-graph.ts";
import type { NodeServices, RunHost } from "./node-kind.ts";
import { readAnswer } from "./run/answering.ts";
import { Deadlines } from "./run/deadlines.ts";
import { StoreJournal } from "./run/journal.ts";
import { newRun } from "./run/new-run.ts";
import { failureOf } from "./run/run-failure.ts";
import { RunGraphs } from "./run/run-graphs.ts";
import { RunLog } from "./run/run-log.ts";
import { RunWatch } from "./run/run-watch.ts";
import { wordsOf } from "./run/run-words.ts";
import { RunWork, type SharedParts } from "./run/run-work.ts";
import { RunsInHand } from "./run/runs-in-hand.ts";
import { NO_HOST } from "./run/trial.ts";
import { Turnstile } from "./run/turnstile.ts";
import type { ResumeRequest, RunningRun, RunRequest, WorkflowEngine } from "./workflow-engine.ts";

/**
 * How often a run may be taken over without getting further: one that is the death of its process would go from one to
 * the next for ever. Who waits gets further by at least a step.
 */
const DEATHS = 50;

export interface WorkflowRunOptions {
  /** Runs that this node begins at most at once; what is more is refused. */
  atOnce: number;
  /** The surroundings of a run. Absent: there are none. */
  hostOf?: (run: WorkflowRun) => RunHost;
  now?: () => Date;
}

/** All runs of this process, and those that wait or were left for it in the store. */
export class WorkflowRuns implements WorkflowEngine {
  readonly #services: NodeServices;
  readonly #store: Store;
  readonly #options: WorkflowRunOptions;
  readonly #shared: SharedParts;
  readonly #graphs: RunGraphs;
  readonly #watch: RunWatch;
  readonly #running = new Map<WorkflowRunId, RunWork>();
  readonly #inHand = new RunsInHand();
  #isDraining = false;

  constructor(services: NodeServices, options: WorkflowRunOptions) {
    this.#services = services;
    this.#store = services.store;
    this.#options = options;
    this.#shared = {
      turnstile: new Turnstile(),
      deadlines: new Deadlines(),
      newId: services.store.newId,
      now: options.now ?? (() => new Date()),
    };
    this.#graphs = new RunGraphs(services.store);
    this.#watch = new RunWatch({
      store: services.store,
      runs: this,
      now: this.#shared.now,
      room: () => options.atOnce - this.inHand.size,
    });
  }

  /** Takes over what an earlier process of this node left, and begins to look for what is due or abandoned. */
  open(): Promise<void> {
    return this.#watch.start();
  }

  /** The runs that run here, or are about to. Live. */
  get inHand(): ReadonlySet<WorkflowRunId> {
    return this.#inHand.ids;
  }

  async start(request: RunRequest): Promise<RunningRun> {
    this.#refuseWhenFull();
    const run = newRun(request, this.#shared.newId, this.#shared.now());
    const graph = this.#graphs.of(request.workflow);
    if (graph === undefined) throw new DomainError("not_supported", "nothing was drawn of this workflow yet");
    if (this.inHand.has(run.id)) throw notWaiting();
    this.#inHand.hold(run.id);
    try {
      if (request.runId !== undefined && (await this.#store.workflowRuns.get(run.id)) !== undefined) {
        throw notWaiting();
      }
      const claim = await this.#store.workflowRuns.open(run);
      await this.#store.flushed();
      if (run.status === "failed") return this.#over(run);
      return this.#begin({ run, claim, steps: [] }, request.requestId, graph);
    } catch (error) {
      this.#inHand.release(run.id);
      throw error;
    }
  }

  async resume(request: ResumeRequest): Promise<RunningRun> {
    const { runId, stepId, data, how, turnId, requestId } = request;
    this.#refuseWhenFull();
    const stored = await this.#store.workflowRuns.get(runId);
    if (stored === undefined) throw new DomainError("run_not_found", "there is no such run");
    const interrupt = findInterrupt(stored, stepId);
    const answer = readAnswer(interrupt, data);
    this.#inHand.hold(runId);
    try {
      const claimed = await this.#store.workflowRuns.resume(runId, this.#shared.now(), turnId);
      if (claimed === undefined) throw notWaiting();
      return await this.#answer(claimed, { stepId: interrupt.stepId, answer, how, requestId });
    } catch (error) {
      this.#inHand.release(runId);
      throw error;
    }
  }

  goOn(claimed: ClaimedRun, requestId: string): RunningRun {
    this.#inHand.hold(claimed.run.id);
    return this.#begin(claimed, requestId);
  }

  find(runId: WorkflowRunId): RunningRun | undefined {
    return this.#running.get(runId);
  }

  untilSettled(
    runId: WorkflowRunId,
    wait: { timeoutMs: number; signal: AbortSignal },
  ): Promise<WorkflowRun | undefined> {
    return this.#watch.untilSettled(runId, wait);
  }

  cancel(runId: WorkflowRunId): Promise<WorkflowRun | undefined> {
    return this.#watch.cancel(runId);
  }

  /** Ends a run that runs here, for its caller. Resolves when that is stored; false: it does not run here. */
  async cancelHere(runId: WorkflowRunId): Promise<boolean> {
    const work = this.#running.get(runId);
    if (work === undefined) return false;
    work.cancel();
    await work.settled;
    return true;
  }

  /**
   * Begins nothing more. Runs that somebody waits for may end within half of `graceMs`; then, and all others at once, they
   * are given back for the next process, where nodes with effects have the rest of the time to end. Resolves when
   * everything is stored.
   */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    await this.#watch.stop();
    const all = [...this.#running.values()];
    for (const work of all) if (work.run.how === "async") work.halt();
    await this.#idleWithin(graceMs / 2);
    for (const work of this.#running.values()) work.halt();
    await this.#idleWithin(graceMs / 2);
    for (const work of this.#running.values()) work.leave();
    await Promise.all([...this.#running.values()].map(({ settled }) => settled));
  }

  async #idleWithin(milliseconds: number): Promise<void> {
    const idle = Promise.all([...this.#running.values()].map(({ settled }) => settled));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([idle, late]);
    clearTimeout(timer);
  }

  #refuseWhenFull(): void {
    if (this.#isDraining) throw new DomainError("shutting_down", "the server is stopping");
    if (this.inHand.size < this.#options.atOnce) return;
    throw new DomainError("rate_limited", "too many workflows run on this server just now", {
      retryAfterSeconds: 1,
    });
  }

  async #answer(
    claimed: ClaimedRun,
    {
      stepId,
      answer,
      how,
      requestId,
    }: Pick<ResumeRequest, "how" | "requestId"> & { stepId: number; answer: unknown },
  ): Promise<RunningRun> {
    const { claim, steps } = claimed;
    const run: WorkflowRun = { ...claimed.run, how, resumeCount: claimed.run.resumeCount + 1 };
    const step = steps.find(({ id }) => id === stepId);
    if (step === undefined) throw notWaiting();
    step.resume = answer;
    step.sequence = Math.max(...steps.map(({ sequence }) => sequence)) + 1;
    if (!(await this.#store.workflowRuns.record(claim, [step], { run }))) throw notWaiting();
    await this.#store.flushed();
    return this.#begin({ run, claim, steps }, requestId);
  }

  #begin({ run, claim, steps }: ClaimedRun, requestId: string, graph?: WorkflowGraph): RunningRun {
    const host = this.#options.hostOf?.(run) ?? NO_HOST;
    const work = new RunWork({
      run,
      steps,
      services: this.#services,
      host,
      shared: this.#shared,
      openJournal: (onLost) => new StoreJournal(this.#store, claim, onLost),
    });
    this.#running.set(run.id, work);
    workflowRunStarted();
    const ended = (settled: WorkflowRun) => {
      this.#inHand.release(run.id);
      // One that was lost may go on here already, under a newer claim.
      if (this.#running.get(run.id) === work) this.#running.delete(run.id);
      this.#report(settled, requestId);
      this.#watch.wake(settled);
    };
    void work.settled.then(ended);
    if (this.#isDraining) work.halt();
    else if (claim.number > DEATHS + steps.length) {
      work.fail({ code: "internal", message: "it was begun again and again, and never got further" });
    } else void this.#run(work, graph);
    return work;
  }

  async #run(work: RunWork, known: WorkflowGraph | undefined): Promise<void> {
    const { run, host } = work;
    try {
      const graph = known ?? (await this.#graphs.ofRun(run));
      const { nodes, tools, afterCrash } = graph;
      const { seconds = graph.limits.seconds, steps = graph.limits.steps } = run.bounds ?? {};
      const limits = { ...graph.limits, seconds, steps: Math.min(steps, graph.limits.steps) };
      const words = await wordsOf(run, host);
      work.begin({
        graph: compileGraph(nodes, tools),
        tools,
        limits,
        afterCrash,
        words,
        given: run.input,
      });
    } catch (error) {
      work.fail(failureOf(error, ""));
    }
  }

  /** A run that has ended before it began. */
  #over(run: WorkflowRun): RunningRun {
    const log = new RunLog();
    log.append({ type: "run-start", runId: run.id, atMs: run.createdAt.getTime() });
    log.append({ type: "run-error", run });
    this.#inHand.release(run.id);
    return { run, log, settled: Promise.resolve(run) };
  }

  #report(run: WorkflowRun, requestId: string): void {
    const { id: runId, agentId, dialect, status, stepCount, activeMs, usage, error } = run;
    workflowRunEnded({ dialect, status, stepCount, activeMs });
    const fields = {
      requestId,
      runId,
      agentId,
      status,
      steps: stepCount,
      activeMs,
      ...usage,
      code: error?.code,
    };
    workflowLog.info(fields, WORDS[status]);
  }
}

const WORDS: Readonly<Record<WorkflowRun["status"], string>> = {
  running: "workflow run goes on elsewhere",
  waiting: "workflow run waits",
  completed: "workflow run ended",
  failed: "workflow run ended",
  cancelled: "workflow run ended",
};

function findInterrupt({ status, interrupts }: WorkflowRun, stepId: number | undefined) {
  const found = interrupts.find((one) =>
    stepId === undefined ? one.kind !== "delay" : one.stepId === stepId,
  );
  if (status !== "waiting" || found === undefined) throw notWaiting();
  return found;
}

function notWaiting(): DomainError {
  return new DomainError("run_not_waiting", "the run does not wait for this");
}
