import type { InputValue, WorkflowTool } from "../../domain/workflow.ts";
import type { CompiledGraph } from "../graph/compiled-graph.ts";
import { Effort } from "../language/effort.ts";
import { evaluateInput } from "../language/evaluate.ts";
import type { Scope } from "../language/scope.ts";
import type { FrameResult } from "../node-kind.ts";
import type { InnerFailure } from "./run-failure.ts";
import type { RunWork } from "./run-work.ts";
import { Scheduler } from "./scheduler.ts";
import type { StepResult } from "./step-result.ts";
import { StepRun } from "./step-run.ts";

/** One level of nodes that run: those of the graph itself, of a body in one of its turns, or of another workflow. */
export interface FrameSetup {
  graph: CompiledGraph;
  tools: readonly WorkflowTool[];
  /** What its nodes know; theirs is added to it. */
  scope: Scope;
  /** Path of the step around it with its key and a slash; empty: it is the outermost. */
  prefix: string;
  /** Entry nodes that it begins at, by id; those that nothing leads to and that are no entries begin anyway. */
  entries: readonly string[];
  /** What those are given. */
  given: Readonly<Record<string, unknown>>;
  /** Workflows around it. */
  depth: number;
  collect?: Readonly<Record<string, InputValue>> | undefined;
}

/** Runs the nodes of one level until nothing there can run any more. */
export class Frame {
  readonly work: RunWork;
  readonly setup: FrameSetup;
  readonly #scheduler: Scheduler;
  readonly #running = new Set<StepRun>();
  /** Steps that began with the text of others, before it was decided whether they run; by position. */
  readonly #early = new Map<number, StepRun>();
  readonly #ends = new Map<number, { output: unknown; answer?: string | undefined }>();
  readonly #result = Promise.withResolvers<FrameResult>();
  #ready: number[] = [];
  #isBeginning = false;
  #held = 0;
  #hasWaiting = false;
  /** Something could go on, but not in this process. */
  #isWithheld = false;
  #isBroken = false;
  /** Of a step that an earlier process stopped: counts only where nothing says better what failed. */
  #stopped: InnerFailure | undefined;
  #isOver = false;

  constructor(work: RunWork, setup: FrameSetup) {
    this.work = work;
    this.setup = setup;
    this.#scheduler = new Scheduler(setup.graph.wiring);
  }

  /** Rejects with the first failure that no node of it caught. */
  run(): Promise<FrameResult> {
    const { graph, entries } = this.setup;
    const beginning = graph.wiring.roots.filter((position) => {
      const node = graph.nodes[position];
      if (node === undefined || node.kind.category === "comment") return false;
      return node.kind.category !== "entry" || entries.includes(node.node.id);
    });
    this.#begin(this.#scheduler.begin(beginning));
    return this.#result.promise;
  }

  /** A step is over, for now or for good. */
  settle(step: StepRun, result: StepResult): void {
    if (!this.#running.delete(step) || this.#isOver) return;
    const { position } = step;
    switch (result.kind) {
      case "failed":
        this.#fail(result.failure);
        return;
      case "stopped":
        this.#stopped ??= result.failure;
        break;
      case "waits":
        this.#hasWaiting = true;
        break;
      case "ended":
        this.#ends.set(position, result);
        break;
      case "broken":
        this.#isBroken = true;
        break;
      case "left":
        this.setup.scope.set(step.node.id, result.outputs);
    }
    const isOver = result.kind !== "waits" && result.kind !== "stopped";
    this.#begin(
      isOver ? this.#scheduler.leave(position, result.kind === "left" ? result.port : undefined) : [],
    );
    if (isOver) this.#decideEarly();
  }

  /** A step writes text as it goes: those that only wait for such text may begin. */
  hasText(): void {
    const { graph } = this.setup;
    for (const step of this.#running) {
      if (step.stream === undefined) continue;
      for (const targets of graph.wiring.targets[step.position]?.values() ?? []) {
        for (const target of targets) this.#beginEarly(target);
      }
    }
  }

  /** Text that a node is still writing, as this output of it. */
  streamOf(nodeId: string): StepRun | undefined {
    for (const step of this.#running) {
      if (step.node.id === nodeId && step.stream !== undefined) return step;
    }
    return undefined;
  }

  /** Ends everything in it at once. */
  stop(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const step of this.#running) step.stop(reason);
    this.#running.clear();
    this.#result.resolve({ kind: "waiting" });
  }

  /** Begins nothing more, and ends what may be run again without harm. */
  halt(): void {
    for (const step of [...this.#running]) step.halt();
    this.#finishIfQuiet();
  }

  /** A step of it is left to the next process. */
  withhold(step?: StepRun): void {
    if (step !== undefined) this.#running.delete(step);
    this.#isWithheld = true;
    this.#finishIfQuiet();
  }

  #begin(positions: readonly number[]): void {
    this.#ready.push(...positions);
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) {
      const position = next;
      this.#held += 1;
      this.work.shared.turnstile.pass(() => {
        this.#held -= 1;
        this.#beginAt(position);
      });
    }
    this.#isBeginning = false;
    this.#finishIfQuiet();
  }

  #beginAt(position: number): void {
    if (this.#isOver) return;
    const early = this.#early.get(position);
    if (early !== undefined) {
      this.#early.delete(position);
      early.confirm();
      return;
    }
    if (this.work.isHalting) {
      this.withhold();
      return;
    }
    const step = new StepRun(this, position);
    this.#running.add(step);
    step.begin();
  }

  #beginEarly(position: number): void {
    const compiled = this.setup.graph.nodes[position];
    if (compiled === undefined || this.#early.has(position) || this.work.isHalting) return;
    const awaited = this.#scheduler
      .awaited(position)
      .map((source) => this.setup.graph.nodes[source]?.node.id ?? "");
    if (awaited.length === 0 || !compiled.mayBeginWith(awaited)) return;
    if (!awaited.every((id) => (this.streamOf(id)?.stream?.text ?? "") !== "")) return;
    if (this.work.recall(this.setup.prefix + compiled.node.id) !== undefined) return;
    const step = new StepRun(this, position, { isEarly: true });
    this.#early.set(position, step);
    this.#running.add(step);
    step.begin();
  }

  /** What began early and will not run after all is forgotten. */
  #decideEarly(): void {
    for (const [position, step] of this.#early) {
      if (!this.#scheduler.isDead(position)) continue;
      this.#early.delete(position);
      this.#running.delete(step);
      step.stop(new Error("what it waited for has failed"));
    }
    this.#finishIfQuiet();
  }

  #fail(failure: InnerFailure): void {
    this.#isOver = true;
    for (const step of this.#running) step.stop(failure);
    this.#running.clear();
    this.#result.reject(failure);
  }

  #finishIfQuiet(): void {
    if (this.#isOver || this.#isBeginning || this.#running.size > 0 || this.#held > 0) return;
    this.#isOver = true;
    try {
      this.#result.resolve(this.#outcome());
    } catch (error) {
      this.#result.reject(error);
    }
  }

  #outcome(): FrameResult {
    if (this.#isWithheld) return { kind: "waiting" };
    if (this.#stopped !== undefined) throw this.#stopped;
    if (this.#hasWaiting) return { kind: "waiting" };
    const { collect = {}, scope } = this.setup;
    const effort = new Effort();
    const collected = Object.fromEntries(
      Object.entries(collect).map(([name, value]) => [name, evaluateInput(value, scope, effort)]),
    );
    const first = Math.min(...this.#ends.keys());
    const end = this.#ends.get(first);
    if (this.#isBroken) return { kind: "break", collected };
    if (end === undefined) return { kind: "done", collected };
    const { output, answer } = end;
    return { kind: "end", output, collected, ...(answer !== undefined && { answer }) };
  }
}
