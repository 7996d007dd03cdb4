import type { WorkflowRunId, WorkflowStepId } from "../domain/ids.ts";
import {
  NO_RUN_USAGE,
  type RunFailure,
  type RunUsage,
  type StepPlace,
  type WorkflowStep,
} from "../domain/workflow-run.ts";
import { isRecord } from "./answering.ts";
import type { CompiledNode } from "./compiled-graph.ts";
import type { Deadline } from "./deadlines.ts";
import { evaluateInputs } from "./evaluate.ts";
import type { Frame } from "./frame.ts";
import { NodeError } from "./node-error.ts";
import type { InterruptAnswer, NodeOutcome } from "./node-kind.ts";
import { answerOutcome, outcomeInterrupt } from "./outcome-unknown.ts";
import { mayRetry, pauseMs } from "./retrying.ts";
import { failureOf, InnerFailure, isFatal } from "./run-failure.ts";
import { StepCall } from "./step-call.ts";
import { readMemo, type StepMemo, writeMemo } from "./step-memo.ts";
import { TextStream } from "./text-stream.ts";
import { trialOutputs } from "./trial.ts";
import { addUsage } from "./usage.ts";

/** What came of a step. `waits`: for somebody, for time, or for what waits inside it. */
export type StepResult =
  | { kind: "left"; port: string | undefined; outputs: Record<string, unknown> }
  | { kind: "ended"; output: unknown; answer?: string | undefined }
  | { kind: "broken" }
  | { kind: "waits" }
  | { kind: "failed"; failure: InnerFailure };

/** The port of nodes whose failure goes its own way. */
export const ERROR_PORT = "error";

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
  #call: StepCall | undefined;
  #deadline: Deadline | undefined;
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
    const { id: stepId, path, nodeId, kind, title } = this.record;
    return { stepId, path, nodeId, kind, title };
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
    else if (this.#hasEffects && this.node.idempotent !== true && this.memo.isBetween !== true) {
      this.#goOnAfterCrash();
    } else this.#attempt(undefined);
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
    this.record.error = { code: "node_failed", message: "it was stopped before its end", nodeId: this.node.id };
    if (this.record.sequence > 0) this.#note();
    this.#tellEnd();
  }

  /** Ends it if another process may run it again without harm; of what runs inside it, the same. */
  halt(): void {
    if (this.#isOver) return;
    if (this.frames.size > 0) {
      for (const frame of this.frames) frame.halt();
      return;
    }
    if (this.#call !== undefined && this.#hasEffects) return;
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

  get #hasEffects(): boolean {
    return this.compiled.description.hasEffects;
  }

  #beginAnew(): void {
    try {
      this.work.countStep();
      this.record.input = this.#inputs();
      this.record.attempts = 1;
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.work.run.isTest && this.compiled.isLeftOutInTests) {
      this.#start();
      this.#finish({ kind: "done", outputs: trialOutputs(this.compiled.description) });
    } else if (this.#hasEffects) this.#beginDurably(undefined);
    else this.#attempt(undefined);
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
        if (this.#isOver) return;
        if (this.work.isHalting) {
          this.memo.isBetween = true;
          this.#note();
          this.halt();
        } else this.#attempt(answer);
      },
      // Whoever keeps the journal ends the run.
      () => {},
    );
  }

  #replay(): void {
    this.#isOver = true;
    const { record, frame } = this;
    const { output = {}, error, port } = record;
    if (record.status === "failed" && port === "") {
      const failure = error ?? { code: "internal" as const, message: "internal error" };
      frame.settle(this, { kind: "failed", failure: new InnerFailure(failure) });
    } else if (record.kind === "end") {
      frame.settle(this, { kind: "ended", output: output["output"], answer: record.said });
    } else if (record.kind === "break") frame.settle(this, { kind: "broken" });
    else frame.settle(this, { kind: "left", port, outputs: output });
  }

  #goOnAfterWaiting(): void {
    const { interrupt, resume } = this.record;
    if (interrupt === undefined) {
      this.record.status = "running";
      this.#attempt(undefined);
      return;
    }
    const isDue = interrupt.dueAt !== undefined && interrupt.dueAt <= this.work.shared.now();
    if (resume === undefined && !isDue) {
      this.#isOver = true;
      this.work.waitFor(this.record);
      this.frame.settle(this, { kind: "waits" });
      return;
    }
    this.record.status = "running";
    if (interrupt.kind === "outcome") this.#decideOutcome(resume);
    else {
      const answer: InterruptAnswer =
        resume === undefined ? { kind: "due" } : { kind: "answer", data: resume };
      if (this.#hasEffects) this.#beginDurably(answer);
      else this.#attempt(answer);
    }
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
    const { compiled, work } = this;
    this.#start();
    const call = new StepCall(this, answer);
    this.#call = call;
    const seconds = this.node.timeoutSeconds ?? compiled.kind.timeoutSeconds;
    this.#deadline = {
      dueAtMs: performance.now() + seconds * 1_000,
      expire: () => this.#attemptFailed(call, new NodeError("node_timeout", `no result within ${seconds} s`)),
    };
    work.shared.deadlines.add(this.#deadline);
    compiled.kind.run(call).then(
      (outcome) => this.#attemptDone(call, outcome),
      (error: unknown) => this.#attemptFailed(call, error),
    );
  }

  #attemptDone(call: StepCall, outcome: NodeOutcome): void {
    if (this.#isOver || call !== this.#call) return;
    this.#endAttempt(undefined);
    if (outcome.kind === "waiting" && this.work.isHalting) {
      this.#isOver = true;
      this.frame.withhold(this);
    } else if (this.#isEarly) this.#held = () => this.#finish(outcome);
    else this.#finish(outcome);
  }

  #attemptFailed(call: StepCall, error: unknown): void {
    if (this.#isOver || call !== this.#call) return;
    const hasTold = call.hasTold;
    this.#endAttempt(error);
    const { retry } = this.node;
    const { attempts } = this.record;
    const mayGoOn =
      !hasTold && !this.work.isHalting && retry !== undefined && mayRetry(retry, attempts, error);
    if (!mayGoOn) {
      if (this.#isEarly) this.#held = () => this.#fail(error);
      else this.#fail(error);
      return;
    }
    this.record.attempts += 1;
    if (this.#hasEffects || this.record.sequence > 0) {
      this.memo.isBetween = true;
      this.#note();
    }
    const again = () => (this.#hasEffects ? this.#beginDurably(call.answer) : this.#attempt(call.answer));
    this.#pause = setTimeout(again, pauseMs(retry, attempts));
  }

  #endAttempt(reason: unknown): void {
    clearTimeout(this.#pause);
    if (this.#deadline !== undefined) this.work.shared.deadlines.delete(this.#deadline);
    this.#call?.end(reason);
    this.#call = undefined;
    for (const frame of this.frames) frame.stop(reason);
    this.frames.clear();
  }

  #finish(outcome: NodeOutcome): void {
    const { record } = this;
    switch (outcome.kind) {
      case "waiting":
        this.#isOver = true;
        this.frame.settle(this, { kind: "waits" });
        return;
      case "wait":
        this.#wait(outcome);
        return;
      case "break":
        this.#end("completed", "");
        this.frame.settle(this, { kind: "broken" });
        return;
      case "end": {
        const output = { output: outcome.output };
        if (!this.#fits(output)) return;
        record.output = output;
        if (outcome.answer !== undefined) record.said = outcome.answer;
        this.#end("completed", "");
        this.frame.settle(
          this,
          outcome.answer === undefined
            ? { kind: "ended", output: outcome.output }
            : { kind: "ended", output: outcome.output, answer: outcome.answer },
        );
        return;
      }
      case "done": {
        const { outputs, actions } = outcome;
        const port = outcome.port ?? this.compiled.description.ports[0];
        if (!this.#fits(outputs)) return;
        record.output = outputs;
        if (actions !== undefined) record.actions = actions;
        this.#end("completed", port ?? "");
        for (const action of record.actions) this.work.emit({ type: "action", step: this.place, action });
        this.frame.settle(this, { kind: "left", port, outputs });
      }
    }
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
    this.#tellEnd();
  }

  #tellEnd(): void {
    const { record, work, place } = this;
    const status = record.status === "completed" ? "completed" : "failed";
    const latencyMs = (record.endedAt?.getTime() ?? 0) - record.startedAt.getTime();
    const { usage, input, output, error } = record;
    const told = { ...(output !== undefined && { output }), ...(error !== undefined && { error }) };
    work.emit({ type: "node-end", step: place, status, latencyMs, usage, input, ...told });
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

  /** It has an inner run from now on, which is known before anything in it happens. */
  openSubRun(): WorkflowRunId {
    this.record.subRunId ??= this.work.shared.newId<WorkflowRunId>();
    return this.record.subRunId;
  }
}

function newRecord(
  id: WorkflowStepId,
  runId: WorkflowRunId,
  path: string,
  { node }: CompiledNode,
): WorkflowStep {
  return {
    id,
    runId,
    path,
    nodeId: node.id,
    kind: node.type,
    title: node.title ?? node.id,
    status: "running",
    port: "",
    attempts: 0,
    input: {},
    actions: [],
    usage: NO_RUN_USAGE,
    startedAt: new Date(),
    sequence: 0,
  };
}

function toldError({ code, message }: RunFailure): Record<string, unknown> {
  return { code, message };
}
