import type { WorkflowRunId } from "../../domain/ids.ts";
import type { RunFailure, RunUsage, StepPlace, WorkflowStep } from "../../domain/workflow-run.ts";
import type { CompiledNode } from "../graph/compiled-graph.ts";
import { evaluateInputs } from "../language/evaluate.ts";
import { NodeError } from "../node-error.ts";
import type { InterruptAnswer, NodeOutcome } from "../node-kind.ts";
import { isRecord } from "./answering.ts";
import { Attempt } from "./attempt.ts";
import type { Frame } from "./frame.ts";
import { answerOutcome, outcomeInterrupt } from "./outcome-unknown.ts";
import { mayRetry, pauseMs } from "./retrying.ts";
import { failureOf, InnerFailure, isFatal } from "./run-failure.ts";
import { readMemo, type StepMemo, writeMemo } from "./step-memo.ts";
import { answerOf, endOf, newRecord, placeOf } from "./step-record.ts";
import { outputsOf, resultOf, storedResult } from "./step-result.ts";
import { TextStream } from "./text-stream.ts";
import { trialOutputs } from "./trial.ts";
import { addUsage } from "./usage.ts";

/** The port of nodes whose failure goes its own way. */
const ERROR_PORT = "error";

/** One node's part in a run: all its attempts, and what it did in an earlier process. */
export class StepRun {
  readonly frame: Frame;
  readonly position: number;
  readonly compiled: CompiledNode;
  readonly record: WorkflowStep;
  readonly memo: StepMemo;
  /** Text of a kind that writes as it goes. */
  readonly stream: TextStream | undefined;
  /** Levels that run inside it. */
  readonly frames = new Set<Frame>();
  #trying: Attempt | undefined;
  #pause: NodeJS.Timeout | undefined;
  #isEarly: boolean;
  /** Waits for the decision whether it may run. */
  #held: (() => void) | undefined;
  #hasStarted = false;
  #isOver = false;

  constructor(frame: Frame, position: number, { isEarly = false }: { isEarly?: boolean } = {}) {
    const compiled = frame.setup.graph.nodes[position];
    if (compiled === undefined) throw new Error(`no node at ${position}`);
    this.frame = frame;
    this.position = position;
    this.compiled = compiled;
    this.#isEarly = isEarly;
    const path = frame.setup.prefix + compiled.node.id;
    const { work } = frame;
    this.record = work.recall(path) ?? newRecord(work.shared.newId(), work.run.id, path, compiled);
    this.memo = readMemo(this.record.memo);
    if (compiled.description.streams !== undefined) this.stream = new TextStream();
  }

  get node() {
    return this.compiled.node;
  }

  get work() {
    return this.frame.work;
  }

  get place(): StepPlace {
    return placeOf(this.record);
  }

  /** Evaluated once, when it began. */
  get inputs(): Record<string, unknown> {
    const { input } = this.record;
    return isRecord(input) ? input : {};
  }

  get idempotencyKey(): string {
    return `${this.work.run.id}:${this.record.path}`;
  }

  begin(): void {
    const { record } = this;
    for (const [name, value] of Object.entries(this.memo.variables ?? {})) this.work.setVariable(name, value);
    if (record.sequence === 0) this.#beginAnew();
    else if (record.status === "completed" || record.status === "failed") this.#replay();
    else if (record.status === "waiting") this.#goOnAfterWaiting();
    else if (this.#hasEffects && this.memo.isBetween !== true) this.#goOnAfterCrash();
    else this.#goOnWith(answerOf(record, this.work.shared.now()));
  }

  /** It was decided that it runs. */
  confirm(): void {
    this.#isEarly = false;
    this.#held?.();
  }

  /** Ends it at once; what it may still do is ignored. */
  stop(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endAttempt(reason);
    this.#endText();
    if (!this.#hasStarted || this.work.isLeft) return;
    this.#fillIn("failed", "");
    const { id: nodeId } = this.node;
    this.record.error = { code: "node_failed", message: "it was stopped before its end", nodeId };
    this.memo.isStopped = true;
    this.#note();
    this.work.emit(endOf(this.record));
  }

  /** Ends it if another process may run it again without harm; of what runs inside it, the same. */
  halt(): void {
    if (this.#isOver) return;
    if (this.frames.size > 0) {
      for (const frame of this.frames) frame.halt();
      return;
    }
    if (this.#hasEffects) {
      if (this.#trying !== undefined) return;
      this.memo.isBetween = true;
      if (this.record.sequence > 0) this.#note();
    }
    this.#isOver = true;
    this.#endAttempt(new Error("the process ends"));
    this.frame.withhold(this);
  }

  /** A model used something for it. */
  count(usage: RunUsage): void {
    this.record.usage = addUsage(this.record.usage, usage);
    this.work.countUsage(usage);
  }

  /** Something of it is to be kept. */
  keep(): void {
    this.#note();
  }

  stopFrames(reason: unknown): void {
    for (const frame of this.frames) frame.stop(reason);
    this.frames.clear();
  }

  /** It has an inner run from now on, which is known before anything in it happens. */
  openSubRun(): WorkflowRunId {
    this.record.subRunId ??= this.work.shared.newId<WorkflowRunId>();
    return this.record.subRunId;
  }

  get #hasEffects(): boolean {
    return this.compiled.description.hasEffects;
  }

  #beginAnew(): void {
    try {
      this.work.countStep();
      this.record.input = this.#inputs();
      this.work.countInputs(this.record.input);
      this.record.attempts = 1;
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.work.run.isTest && this.compiled.isLeftOutInTests) {
      this.#start();
      this.#finish({ kind: "done", outputs: trialOutputs(this.compiled.description) });
    } else this.#goOnWith(undefined);
  }

  #goOnWith(answer: InterruptAnswer | undefined): void {
    if (this.#hasEffects) this.#beginDurably(answer);
    else this.#attempt(answer);
  }

  #inputs(): Record<string, unknown> {
    const { scope, given } = this.frame.setup;
    if (this.compiled.kind.category !== "entry") return evaluateInputs(this.compiled, scope);
    return this.compiled.kind.type === "trigger" ? Object(scope.get("trigger")) : { ...given };
  }

  /** Before anything happens outside, everything before it and that it began are there to stay. */
  #beginDurably(answer: InterruptAnswer | undefined): void {
    this.memo.isBetween = false;
    this.record.status = "running";
    this.#start();
    this.#note();
    this.work.journal.flush().then(
      () => {
        if (!this.#isOver) this.#attempt(answer);
      },
      // Whoever keeps the journal ends the run.
      () => {},
    );
  }

  #replay(): void {
    this.#isOver = true;
    this.frame.settle(this, storedResult(this.record));
  }

  #goOnAfterWaiting(): void {
    const { record, work } = this;
    const answer = answerOf(record, work.shared.now());
    if (answer === undefined) {
      this.#isOver = true;
      work.waitFor(record);
      this.frame.settle(this, { kind: "waits" });
      return;
    }
    record.status = "running";
    if (record.interrupt?.kind === "outcome") this.#decideOutcome(record.resume);
    else this.#goOnWith(answer);
  }

  /** Nobody knows whether it has had its effect. */
  #goOnAfterCrash(): void {
    this.#hasStarted = true;
    const { afterCrash } = this.work;
    if (afterCrash === "pause")
      this.#finish({ kind: "wait", interrupt: outcomeInterrupt(this.record.title) });
    else {
      const message = "the process ended while it ran, and it must not run twice";
      const { id: nodeId } = this.node;
      this.#fail(new InnerFailure({ code: "outcome_unknown", message, nodeId }, { isFatal: true }));
    }
  }

  #decideOutcome(resume: unknown): void {
    this.#hasStarted = true;
    delete this.record.interrupt;
    delete this.record.resume;
    const decided = answerOutcome(resume);
    if (decided.decision === "repeat") this.#beginDurably(undefined);
    else if (decided.decision === "done") this.#finish({ kind: "done", outputs: decided.outputs });
    else this.#fail(new NodeError("outcome_unknown", "it was given up after the process had ended"));
  }

  #start(): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.work.emit({ type: "node-start", step: this.place, atMs: this.record.startedAt.getTime() });
  }

  #attempt(answer: InterruptAnswer | undefined): void {
    this.#start();
    this.#trying = new Attempt(this, answer, {
      done: (outcome) => this.#attemptDone(outcome),
      failed: (error) => this.#attemptFailed(error, answer),
    });
  }

  #attemptDone(outcome: NodeOutcome): void {
    this.#trying = undefined;
    if (outcome.kind === "waiting" && this.work.isHalting) {
      this.#isOver = true;
      this.frame.withhold(this);
    } else this.#whenDecided(() => this.#finish(outcome));
  }

  #attemptFailed(error: unknown, answer: InterruptAnswer | undefined): void {
    const hasTold = this.#trying?.call.hasTold === true;
    this.#trying = undefined;
    const { retry } = this.node;
    const { attempts, sequence } = this.record;
    const mayGoOn = !hasTold && !this.work.isHalting && !this.#isEarly;
    if (!mayGoOn || retry === undefined || !mayRetry(retry, attempts, error)) {
      this.#whenDecided(() => this.#fail(error));
      return;
    }
    this.record.attempts += 1;
    this.stream?.clear();
    if (this.#hasEffects || sequence > 0) {
      this.memo.isBetween = true;
      this.#note();
    }
    this.#pause = setTimeout(() => this.#goOnWith(answer), pauseMs(retry, attempts));
  }

  /** What began early keeps to itself what it comes to. */
  #whenDecided(settle: () => void): void {
    if (this.#isEarly) this.#held = settle;
    else settle();
  }

  #endAttempt(reason: unknown): void {
    clearTimeout(this.#pause);
    this.#trying?.end(reason);
    this.#trying = undefined;
  }

  #finish(outcome: NodeOutcome): void {
    const { record, work } = this;
    if (outcome.kind === "waiting") {
      this.#isOver = true;
      this.frame.settle(this, { kind: "waits" });
      return;
    }
    if (outcome.kind === "wait") {
      this.#wait(outcome);
      return;
    }
    const result = resultOf(outcome, this.compiled.description.ports[0]);
    const outputs = outputsOf(result);
    if (outputs !== undefined) {
      if (!this.#fits(outputs)) return;
      record.output = outputs;
    }
    if (result.kind === "ended" && result.answer !== undefined) record.said = result.answer;
    if (outcome.kind === "done" && outcome.actions !== undefined) record.actions = outcome.actions;
    this.#end("completed", result.kind === "left" ? (result.port ?? "") : "");
    for (const action of record.actions) work.emit({ type: "action", step: this.place, action });
    this.frame.settle(this, result);
  }

  #fits(outputs: Record<string, unknown>): boolean {
    try {
      this.work.countOutputs(outputs);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #wait({ interrupt, memo }: Extract<NodeOutcome, { kind: "wait" }>): void {
    const { record, work } = this;
    this.#isOver = true;
    this.#endText();
    record.status = "waiting";
    const { id: stepId, nodeId, title } = record;
    record.interrupt = { ...interrupt, stepId, nodeId, title };
    delete record.resume;
    if (memo !== undefined) this.memo.kept = memo;
    this.#note();
    work.waitFor(record);
    work.emit({ type: "interrupted", step: this.place, interrupt: record.interrupt });
    this.frame.settle(this, { kind: "waits" });
  }

  #fail(error: unknown): void {
    const { record, node, frame } = this;
    const failure = failureOf(error, node.id);
    const { onError = "fail" } = node;
    record.error = failure;
    this.#start();
    if (isFatal(error) || onError === "fail") {
      this.#end("failed", "");
      const options = { isFatal: isFatal(error) };
      frame.settle(this, { kind: "failed", failure: new InnerFailure(failure, options) });
      return;
    }
    const isBranch = onError === "branch";
    const outputs = isBranch ? { error: toldError(failure) } : onError.outputs;
    const port = isBranch ? ERROR_PORT : this.compiled.description.ports[0];
    record.output = outputs;
    this.#end("failed", port ?? "");
    frame.settle(this, { kind: "left", port, outputs });
  }

  /** Final. */
  #end(status: "completed" | "failed", port: string): void {
    this.#isOver = true;
    this.#fillIn(status, port);
    this.#endText();
    this.#note();
    this.work.emit(endOf(this.record));
  }

  #fillIn(status: "completed" | "failed", port: string): void {
    this.record.status = status;
    this.record.port = port;
    this.record.endedAt = this.work.shared.now();
    this.memo.isBetween = false;
  }

  #endText(): void {
    this.stream?.end();
    this.work.endText(this);
  }

  #note(): void {
    const memo = writeMemo(this.memo);
    if (memo === undefined) delete this.record.memo;
    else this.record.memo = memo;
    this.work.note(this.record);
  }
}

function toldError({ code, message }: RunFailure): Record<string, unknown> {
  return { code, message };
}
