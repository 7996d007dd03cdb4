import type { NewId } from "../../domain/ids.ts";
import type { RunLimits, WorkflowGraph, WorkflowTool } from "../../domain/workflow.ts";
import {
  type Interrupt,
  NO_RUN_USAGE,
  type RunEvent,
  type RunFailure,
  type RunUsage,
  type WorkflowRun,
  type WorkflowStep,
} from "../../domain/workflow-run.ts";
import { workflowLog } from "../../log/logger.ts";
import type { CompiledGraph } from "../graph/compiled-graph.ts";
import { Scope } from "../language/scope.ts";
import { MAX_VALUE_SIZE, sizeOf } from "../language/value-size.ts";
import type { FrameResult, NodeServices, RunHost } from "../node-kind.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { Frame } from "./frame.ts";
import type { Journal, RunLost } from "./journal.ts";
import { failureOf, pastLimit } from "./run-failure.ts";
import { RunLog } from "./run-log.ts";
import { RunSurroundings } from "./run-surroundings.ts";
import type { StepRun } from "./step-run.ts";
import type { Turnstile } from "./turnstile.ts";
import { addUsage } from "./usage.ts";

/** Largest outputs, and inputs, of all nodes of a run together, in characters of JSON. */
const MAX_RUN_SIZE = 10_000_000;
const MAX_INPUTS_SIZE = 50_000_000;

/** Runs that nobody has written for so long were left by another process. */
const LEFT_AFTER_MS = 1_000;

/** What all runs of a process have in common. */
export interface SharedParts {
  turnstile: Turnstile;
  deadlines: Deadlines;
  newId: NewId;
  now(): Date;
}

export interface RunParts {
  run: WorkflowRun;
  /** What is stored of it already. */
  steps: readonly WorkflowStep[];
  openJournal(onLost: (reason: RunLost) => void): Journal;
  services: NodeServices;
  host: RunHost;
  shared: SharedParts;
}

/** What runs, once it is read. */
export interface RunPlan {
  graph: CompiledGraph;
  tools: readonly WorkflowTool[];
  limits: RunLimits;
  afterCrash: WorkflowGraph["afterCrash"];
  /** What every node knows by name, whatever workflow it is in: `run`, `user` and the like. */
  words: Record<string, unknown>;
  /** Of entry nodes: what they are given. */
  given: Record<string, unknown>;
}

/** One run as it runs in this process: from its beginning, or from what is stored of it. */
export class RunWork {
  readonly run: WorkflowRun;
  readonly log = new RunLog();
  readonly services: NodeServices;
  readonly host: RunHost;
  readonly shared: SharedParts;
  readonly journal: Journal;
  readonly settled: Promise<WorkflowRun>;
  readonly #settling = Promise.withResolvers<WorkflowRun>();
  readonly #stored: Map<string, WorkflowStep>;
  readonly #waiting = new Map<number, Interrupt>();
  readonly #telling = new Set<StepRun>();
  readonly #begunAtMs = performance.now();
  readonly #activeBefore: number;
  #plan: RunPlan | undefined;
  #top: Frame | undefined;
  #words = new Scope();
  #variables: Record<string, unknown> = {};
  #sequence = 0;
  #size = 0;
  #inputsSize = 0;
  #limit: Deadline | undefined;
  #isHalting = false;
  #isLeft = false;
  #isOver = false;

  constructor({ run, steps, openJournal, services, host, shared }: RunParts) {
    this.run = { ...run, status: "running", interrupts: [] };
    this.services = services;
    this.host = new RunSurroundings(host, {
      isTrial: run.isTest,
      onChange: (scope, values) => this.#words.set(scope, { ...Object(this.#words.get(scope)), ...values }),
    });
    this.shared = shared;
    this.settled = this.#settling.promise;
    this.#stored = new Map(steps.map((step) => [step.path, step]));
    this.#activeBefore = run.activeMs + unstoredMs(run, steps);
    this.journal = openJournal((reason) => this.#lose(reason));
    this.#restore(steps);
    this.emit({ type: "run-start", runId: run.id, atMs: shared.now().getTime() });
  }

  /** Begins to run, or goes on. */
  begin(plan: RunPlan): void {
    if (this.#isOver) return;
    this.#plan = plan;
    this.#words = new Scope(undefined, { ...plan.words, variables: this.#variables });
    const top = new Frame(this, {
      graph: plan.graph,
      tools: plan.tools,
      scope: new Scope(this.#words),
      prefix: "",
      entries: this.run.entries,
      given: plan.given,
      depth: 1,
    });
    this.#top = top;
    const leftMs = plan.limits.seconds * 1_000 - this.#activeBefore;
    this.#limit = {
      dueAtMs: this.#begunAtMs + leftMs,
      expire: () => this.fail(pastLimit(`it ran longer than ${plan.limits.seconds} s`).failure),
    };
    this.shared.deadlines.add(this.#limit);
    this.#countFromHere();
    top.run().then(
      (result) => this.#end(result),
      (error: unknown) => this.fail(failureOf(error, "")),
    );
  }

  get isHalting(): boolean {
    return this.#isHalting;
  }

  /** What is not over is left as it is stored, for whoever takes the run. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  get limits(): RunLimits {
    return this.#planned.limits;
  }

  get afterCrash(): WorkflowGraph["afterCrash"] {
    return this.#planned.afterCrash;
  }

  /** What is known everywhere. */
  get words(): Scope {
    return this.#words;
  }

  get variables(): Readonly<Record<string, unknown>> {
    return this.#variables;
  }

  setVariable(name: string, value: unknown): void {
    this.#variables = { ...this.#variables, [name]: value };
    this.#words.set("variables", this.#variables);
  }

  /** What is stored of a step. */
  recall(path: string): WorkflowStep | undefined {
    return this.#stored.get(path);
  }

  /** Throws past the limit. */
  countStep(): void {
    this.run.stepCount += 1;
    const { steps } = this.limits;
    if (this.run.stepCount > steps) throw pastLimit(`it ran more than ${steps} nodes`);
  }

  countUsage(usage: RunUsage): void {
    this.run.usage = addUsage(this.run.usage, usage);
  }

  /** Throws when they are too big. */
  countOutputs(outputs: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(outputs)) {
      const size = sizeOf(value, MAX_VALUE_SIZE);
      if (size > MAX_VALUE_SIZE)
        throw pastLimit(
          `its output "${name}" is larger than ${MAX_VALUE_SIZE} characters, or nested too deep`,
        );
      this.#size += size;
    }
    if (this.#size > MAX_RUN_SIZE)
      throw pastLimit(`its outputs are larger than ${MAX_RUN_SIZE} characters together`);
  }

  /** Throws when they are too big. */
  countInputs(inputs: unknown): void {
    this.#inputsSize += sizeOf(inputs, MAX_INPUTS_SIZE);
    if (this.#inputsSize > MAX_INPUTS_SIZE)
      throw pastLimit(`its inputs are larger than ${MAX_INPUTS_SIZE} characters together`);
  }

  note(step: WorkflowStep): void {
    if (this.#isOver) return;
    this.#sequence += 1;
    step.sequence = this.#sequence;
    this.journal.note(step);
  }

  waitFor(step: WorkflowStep): void {
    if (step.interrupt !== undefined) this.#waiting.set(step.id, step.interrupt);
  }

  emit(event: RunEvent): void {
    if (!this.#isOver) this.log.append(event);
  }

  tell(step: StepRun, text: string): void {
    const { record, place } = step;
    if (!this.#telling.has(step)) {
      this.#telling.add(step);
      record.said = "";
      const isAnswer = record.kind === "end" && step.frame.setup.depth === 1;
      this.emit({ type: "message-start", step: place, isAnswer });
    }
    record.said = (record.said ?? "") + text;
    this.emit({ type: "message-delta", step: place, text });
  }

  endText(step: StepRun): void {
    if (!this.#telling.delete(step)) return;
    this.emit({ type: "message-end", step: step.place, text: step.record.said ?? "" });
  }

  /** Ends it for its caller. */
  cancel(): void {
    this.#close("cancelled", {});
  }

  fail(error: RunFailure): void {
    this.#close("failed", { error });
  }

  /** Begins nothing more and ends what may run again without harm; the rest may come to its end. */
  halt(): void {
    if (this.#isOver || this.#isHalting) return;
    this.#isHalting = true;
    if (this.#top === undefined) this.#giveBack();
    else this.#top.halt();
  }

  /** Leaves it as it is stored to whoever takes it next. */
  leave(): void {
    if (!this.#isOver) this.#giveBack();
  }

  /** Time in which nobody ran it is not its own, also when this process dies as well. */
  #countFromHere(): void {
    const { run, shared } = this;
    const now = shared.now();
    if (now.getTime() - run.updatedAt.getTime() < LEFT_AFTER_MS) return;
    Object.assign(run, { activeMs: this.#activeBefore, activeUntil: now });
    this.journal.change({ run: { ...run } });
  }

  get #planned(): RunPlan {
    if (this.#plan === undefined) throw new Error("the run has not begun");
    return this.#plan;
  }

  /** What earlier processes counted is in the steps. */
  #restore(steps: readonly WorkflowStep[]): void {
    this.run.stepCount = steps.length;
    if (steps.length > 0) this.run.usage = NO_RUN_USAGE;
    for (const step of steps) {
      this.#sequence = Math.max(this.#sequence, step.sequence);
      this.#size += step.output === undefined ? 0 : sizeOf(step.output, MAX_RUN_SIZE);
      this.#inputsSize += sizeOf(step.input, MAX_INPUTS_SIZE);
      this.countUsage(step.usage);
    }
  }

  #end(result: FrameResult): void {
    if (this.#isOver) return;
    switch (result.kind) {
      case "waiting":
        if (this.#isHalting) this.#giveBack();
        else this.#wait(this.#interrupts());
        return;
      case "end": {
        const { output, answer } = result;
        this.#close("completed", { output, ...(answer !== undefined && { answer }) });
        return;
      }
      default:
        this.#close("completed", {});
    }
  }

  #wait(interrupts: Interrupt[]): void {
    const { bounds: { resumes = Number.POSITIVE_INFINITY } = {}, resumeCount } = this.run;
    const asks = interrupts.some(({ kind }) => kind !== "delay");
    if (!asks || resumeCount < resumes) this.#close("waiting", { interrupts });
    else this.fail({ code: "resume_limit", message: `it was answered ${resumeCount} times and asks again` });
  }

  /** Ids grow with time, so that they have the order in which their nodes began. */
  #interrupts(): Interrupt[] {
    return [...this.#waiting].sort(([one], [other]) => one - other).map(([, interrupt]) => interrupt);
  }

  #close(
    status: Exclude<WorkflowRun["status"], "running">,
    result: Partial<Pick<WorkflowRun, "output" | "answer" | "error" | "interrupts">>,
  ): void {
    if (this.#isOver) return;
    this.#top?.stop(new Error(`the run is ${status}`));
    this.#over();
    const now = this.shared.now();
    delete this.run.activeUntil;
    Object.assign(this.run, result, { status, updatedAt: now, activeMs: this.#activeMs() });
    if (status !== "waiting") this.run.endedAt = now;
    const dueAt = this.run.interrupts.flatMap((interrupt) => interrupt.dueAt?.getTime() ?? []);
    const wakeAt = dueAt.length > 0 ? new Date(Math.min(...dueAt)) : undefined;
    this.journal.close({ run: { ...this.run }, ...(wakeAt !== undefined && { wakeAt }) }).then(
      () => this.#settle(),
      // Told by `#lose`.
      () => {},
    );
  }

  #giveBack(): void {
    this.#isLeft = true;
    this.#top?.stop(new Error("the process ends"));
    this.#over();
    delete this.run.activeUntil;
    this.run.activeMs = this.#activeMs();
    this.run.updatedAt = this.shared.now();
    this.journal.close({ run: { ...this.run }, isGivenBack: true }).then(
      () => this.#settle(),
      () => {},
    );
  }

  /** Nothing can be written any more. */
  #lose(reason: RunLost): void {
    workflowLog.warn({ runId: this.run.id, reason: reason.message, err: reason.cause }, "run lost");
    this.#isLeft = true;
    this.#top?.stop(reason);
    this.#over();
    this.run.status = "running";
    delete this.run.endedAt;
    this.#settle();
  }

  #over(): void {
    this.#isOver = true;
    if (this.#limit !== undefined) this.shared.deadlines.delete(this.#limit);
  }

  #activeMs(): number {
    return this.#activeBefore + Math.round(performance.now() - this.#begunAtMs);
  }

  #settle(): void {
    if (this.log.isEnded) return;
    const run = { ...this.run };
    this.log.append({
      type: run.status === "failed" || run.status === "cancelled" ? "run-error" : "run-end",
      run,
    });
    this.#settling.resolve(run);
  }
}

/** How long it ran in a process that could not store that any more, as far as its steps tell. */
function unstoredMs(
  { updatedAt, activeUntil = updatedAt }: WorkflowRun,
  steps: readonly WorkflowStep[],
): number {
  const times = steps.map(({ startedAt, endedAt = startedAt }) => endedAt.getTime() - activeUntil.getTime());
  return Math.max(0, ...times);
}
