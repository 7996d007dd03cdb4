import { DomainError, toDomainError } from "../domain/errors.ts";
import type { WorkflowStepId } from "../domain/ids.ts";
import { wordsAction } from "../domain/output-action.ts";
import { textTrigger } from "../domain/trigger.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import type { Interrupt, RunUsage, WorkflowRun } from "../domain/workflow-run.ts";
import type { ClaimedRun, Store } from "../storage/store.ts";
import type { RunningRun, RunRequest } from "../workflow/workflow-engine.ts";
import type { ActionDesk } from "./action-desk.ts";
import { AnswerFailure, type AnswerMaker, isCut, type Making, StopReason, TurnLeft } from "./answer-maker.ts";
import type { GenerationTally } from "./generation-state.ts";
import { type ResponderServices, type Response, usedSince } from "./responder.ts";
import { failureOf, onlyText, personInterrupt, questionText } from "./run-endings.ts";
import type { TurnHost } from "./run-hosts.ts";
import { narrateSteps, RunNarration, type ToldBefore } from "./run-narration.ts";
import type { PendingStep, RunPause } from "./run-pause.ts";
import { goesOnSoon, untilWoken } from "./run-waking.ts";

/** What a workflow that answers a turn works with. */
export interface RespondParts {
  store: Pick<Store, "workflowRuns" | "newId">;
  workflows: ResponderServices;
  response: Response;
  /** What runs belong to. */
  about: Pick<
    RunRequest,
    "dialect" | "requestId" | "userId" | "onBehalfOf" | "conversationId" | "turnId" | "bounds"
  >;
  /** What nodes can do. Absent: nothing. */
  host: TurnHost | undefined;
  desk: Pick<ActionDesk, "tell"> | undefined;
  /** False: nothing of the turn is kept, and no run goes on after it. */
  isStored: boolean;
  /** Absent: nothing. */
  told?: ToldBefore;
}

/** How an answer begins. */
export type RespondBeginning =
  /** As planned. */
  | { kind: "plan" }
  /** With what the caller gave to a run that waited for it, by the ids of the calls. */
  | { kind: "outputs"; pause: RunPause; outputs: ReadonlyMap<string, string> }
  /** Where another process left it. */
  | { kind: "recover"; claimed: ClaimedRun | undefined };

/** Answers by a workflow. The run ends with the turn when that is stopped, and outlives this process with it. */
export function respond(parts: RespondParts, beginning: RespondBeginning): AnswerMaker {
  return async (making) => {
    const responding = new Responding(parts, making, beginning);
    try {
      return await responding.begin(beginning);
    } finally {
      responding.end();
    }
  };
}

class Responding {
  readonly #narration: RunNarration;
  readonly #leaving: (() => void)[] = [];
  readonly #parts: RespondParts;
  readonly #signal: AbortSignal;
  readonly #emit: (event: TurnEvent) => void;
  readonly #tally: GenerationTally;
  /** What the turn used before. */
  readonly #used: Pick<GenerationTally, "inputTokens" | "outputTokens" | "cost">;
  /** What the run used that belongs to others. */
  readonly #usedByOthers: RunUsage | undefined;

  constructor(parts: RespondParts, { emit, tally, signal }: Making, beginning: RespondBeginning) {
    this.#parts = parts;
    this.#signal = signal;
    this.#emit = emit;
    this.#tally = tally;
    const { inputTokens, outputTokens, cost } = tally;
    this.#used = { inputTokens, outputTokens, cost };
    const { resumes } = parts.response.plan;
    this.#usedByOthers = beginning.kind === "outputs" ? beginning.pause.usage : resumes?.usage;
    this.#narration = new RunNarration((event) => {
      if (event.type === "text-delta") tally.firstTextAtMs ??= Date.now();
      else if (event.type === "action") parts.desk?.tell(event.action);
      else if (event.type === "text-end" && event.said !== undefined)
        parts.desk?.tell(wordsAction(event.said));
      emit(event);
    }, parts.told);
  }

  async begin(beginning: RespondBeginning): Promise<RunPause | undefined> {
    this.#throwIfStopped();
    this.#host(this.#parts.response.plan.runId);
    switch (beginning.kind) {
      case "plan":
        return this.#carryOutPlan();
      case "outputs":
        return this.#handOver(beginning.pause, beginning.outputs);
      case "recover":
        return this.#recover(beginning.claimed);
    }
  }

  end(): void {
    for (const leave of this.#leaving) leave();
    this.#narration.close();
  }

  /** From now on the nodes of this run can do what the turn can. */
  #host(runId: WorkflowRun["id"]): void {
    const { workflows, host } = this.#parts;
    if (host !== undefined) this.#leaving.push(workflows.hosts.add(runId, host));
  }

  async #carryOutPlan(): Promise<RunPause | undefined> {
    const { plan } = this.#parts.response;
    if (plan.cancels !== undefined) await this.#parts.workflows.engine.cancel(plan.cancels);
    if (plan.resumes === undefined) return this.#outcome(await this.#follow(await this.#start()));
    return this.#answer(plan.runId, undefined, plan.resumes.text);
  }

  async #recover(claimed: ClaimedRun | undefined): Promise<RunPause | undefined> {
    const { store, workflows, about } = this.#parts;
    if (claimed !== undefined) {
      return this.#outcome(await this.#follow(workflows.engine.goOn(claimed, about.requestId)));
    }
    const run = about.turnId === undefined ? undefined : await store.workflowRuns.ofTurn(about.turnId);
    return run === undefined ? this.#carryOutPlan() : this.#outcome(run);
  }

  async #handOver(
    { runId, pending }: RunPause,
    outputs: ReadonlyMap<string, string>,
  ): Promise<RunPause | undefined> {
    const [first, ...others] = pending;
    if (first === undefined) throw new Error("the turn waited for nothing");
    let next: PendingStep | undefined = first;
    for (;;) {
      const running = await this.#resume(runId, next.stepId, outputs.get(next.id) ?? "");
      if (running === undefined)
        throw new AnswerFailure("workflow_failed", "the workflow no longer waits for this");
      if ("problem" in running) return this.#askAgain(running.problem, running.run);
      const run = await this.#follow(running);
      const open = new Set<WorkflowStepId>(
        run.status === "waiting" ? run.interrupts.map(({ stepId }) => stepId) : [],
      );
      next = others.shift();
      while (next !== undefined && !open.has(next.stepId)) next = others.shift();
      if (next === undefined) return this.#outcome(run);
    }
  }

  /** Where somebody else has answered meanwhile, or the run was cancelled, a new one begins. */
  async #answer(
    runId: WorkflowRun["id"],
    stepId: WorkflowStepId | undefined,
    text: string,
  ): Promise<RunPause | undefined> {
    const running = await this.#resume(runId, stepId, text);
    if (running === undefined) return this.#outcome(await this.#follow(await this.#start()));
    if ("problem" in running) return this.#askAgain(running.problem, running.run);
    return this.#outcome(await this.#follow(running));
  }

  async #start(): Promise<RunningRun> {
    const { store, workflows, response, about } = this.#parts;
    const { plan, workflow } = response;
    const isOther = plan.resumes !== undefined;
    const runId = isOther ? store.newId<WorkflowRun["id"]>() : plan.runId;
    if (isOther) this.#host(runId);
    const trigger = isOther ? textTrigger(plan.resumes?.text ?? "") : plan.trigger;
    const { isTest, input } = plan;
    return this.#orFailure(
      workflows.engine.start({
        ...about,
        workflow,
        runId,
        input,
        ...(trigger !== undefined && { trigger }),
        how: "stream",
        isTest,
      }),
    );
  }

  /** Undefined: the run does not wait for this any more. A problem: what was said does not fit what is asked. */
  async #resume(
    runId: WorkflowRun["id"],
    stepId: WorkflowStepId | undefined,
    data: string,
  ): Promise<RunningRun | { problem: string; run: WorkflowRun } | undefined> {
    const { store, workflows, about } = this.#parts;
    const waiting = await store.workflowRuns.get(runId);
    if (waiting?.status !== "waiting") return undefined;
    const asked = stepId ?? personInterrupt(waiting)?.stepId;
    if (asked === undefined) return undefined;
    const { requestId, turnId } = about;
    try {
      const resumed = workflows.engine.resume({
        ...{ runId, stepId: asked, data, how: "stream", requestId },
        ...(turnId !== undefined && { turnId }),
      });
      return await this.#orFailure(resumed);
    } catch (error) {
      if (error instanceof DomainError && error.code === "run_not_waiting") return undefined;
      if (!(error instanceof DomainError) || error.code !== "request_invalid") throw error;
      return { problem: error.message, run: waiting };
    }
  }

  /** What the engine refuses is no defect of ours; when the process ends another goes on. */
  async #orFailure<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const { code, message } = toDomainError(error);
      if (code === "shutting_down") throw this.#left();
      const isOurs = code === "internal" || code === "storage_failed";
      if (isOurs || code === "run_not_waiting" || code === "request_invalid") throw error;
      throw new AnswerFailure("workflow_failed", message, { cause: error });
    }
  }

  /** Tells what happens in a run until it has ended or waits. Rejects with the reason of the signal. */
  async #follow({ run: { id }, log, settled }: RunningRun): Promise<WorkflowRun> {
    let position = 0;
    const pump = () => {
      for (let event = log.at(position); event !== undefined; event = log.at(position)) {
        position += 1;
        this.#narration.of(event);
      }
    };
    const leave = log.subscribe(pump);
    const aborted = Promise.withResolvers<undefined>();
    const onAbort = () => aborted.resolve(undefined);
    this.#signal.addEventListener("abort", onAbort, { once: true });
    if (this.#signal.aborted) onAbort();
    try {
      pump();
      const run = await Promise.race([settled, aborted.promise]);
      if (run === undefined) {
        if (isCut(this.#signal) && this.#parts.isStored) throw this.#left();
        await this.#cancel(id);
        this.#count((await settled).usage);
        this.#signal.throwIfAborted();
      }
      const ended = run ?? (await settled);
      pump();
      this.#count(ended.usage);
      return ended;
    } finally {
      leave();
      this.#signal.removeEventListener("abort", onAbort);
    }
  }

  #count(usage: RunUsage): void {
    const { inputTokens, outputTokens, cost, currency } = usedSince(usage, this.#usedByOthers);
    this.#tally.inputTokens = this.#used.inputTokens + inputTokens;
    this.#tally.outputTokens = this.#used.outputTokens + outputTokens;
    this.#tally.cost = this.#used.cost + cost;
    if (currency !== "") this.#tally.currency = currency;
  }

  async #outcome(run: WorkflowRun): Promise<RunPause | undefined> {
    this.#count(run.usage);
    switch (run.status) {
      case "running":
        throw this.#left();
      case "cancelled":
        throw new StopReason("stopped");
      case "failed":
        throw failureOf(run.error);
      case "waiting":
        return this.#wait(run);
      case "completed":
        if (!this.#narration.hasSpoken) this.#narration.say(onlyText(run.output));
        this.#narration.say(this.#parts.host?.lastWords ?? "");
        this.#tally.messages = [{ role: "user", text: this.#query(), imageUrls: [] }];
        return undefined;
    }
  }

  /** What the user said. */
  #query(): string {
    const { resumes, input } = this.#parts.response.plan;
    return resumes?.text ?? String(input["query"] ?? "");
  }

  /** The turn ends, or waits where its caller can be told so; the run goes on when it is answered, or in its time. */
  async #wait(run: WorkflowRun): Promise<RunPause | undefined> {
    const { isStored, response } = this.#parts;
    const { canWait } = response.plan;
    const tools = run.interrupts.filter(({ kind }) => kind === "tool");
    const asked = personInterrupt(run);
    if (tools.length > 0 && canWait) return this.#pause(run, tools);
    if (tools.length > 0 && asked === undefined) {
      await this.#parts.workflows.engine.cancel(run.id);
      throw new AnswerFailure(
        "workflow_failed",
        "the workflow calls a tool of its caller, who has none here",
      );
    }
    if (asked !== undefined) {
      this.#ask(asked);
      if (canWait) return this.#pause(run, [asked]);
    } else if (run.interrupts.some(({ kind }) => kind === "outcome")) {
      throw new AnswerFailure(
        "workflow_failed",
        "an operator has to say what became of a step of the workflow",
      );
    }
    if (isStored && goesOnSoon(run)) return this.#goOnInTime(run);
    if (!isStored) await this.#parts.workflows.engine.cancel(run.id);
    return undefined;
  }

  /** The turn stays open for a pause that is short. */
  async #goOnInTime(run: WorkflowRun): Promise<RunPause | undefined> {
    const { store } = this.#parts;
    const before = Math.max(0, ...(await store.workflowRuns.steps(run.id)).map(({ sequence }) => sequence));
    try {
      const woken = await untilWoken(this.#parts, run, this.#signal);
      if (!("log" in woken)) {
        const steps = await store.workflowRuns.steps(run.id);
        for (const action of narrateSteps(steps.filter(({ sequence }) => sequence > before)).actions) {
          this.#narration.tell(action);
        }
        return this.#outcome(woken.settled);
      }
      return this.#outcome(await this.#follow(woken));
    } catch (error) {
      if (this.#signal.aborted && !isCut(this.#signal)) await this.#cancel(run.id);
      if (isCut(this.#signal)) throw this.#left();
      throw error;
    }
  }

  async #cancel(runId: WorkflowRun["id"]): Promise<void> {
    const { engine } = this.#parts.workflows;
    if (!(await engine.cancelHere(runId))) await engine.cancel(runId);
  }

  #ask(asked: Interrupt): void {
    const text = questionText(asked);
    this.#narration.close();
    this.#emit({ type: "interrupted", kind: asked.kind, message: text });
    this.#narration.say(text, asked.nodeId);
  }

  async #askAgain(problem: string, run: WorkflowRun): Promise<RunPause | undefined> {
    this.#narration.say(problem);
    return this.#wait(run);
  }

  #pause({ id: runId, usage }: WorkflowRun, asked: Interrupt[]): RunPause {
    const pending = asked.map(({ stepId, title, call, text, options }) => {
      if (call !== undefined) {
        const { id, name, arguments: input } = call;
        return { id, name, arguments: input, stepId, position: this.#narration.callTool(name, input) };
      }
      const question = JSON.stringify({ text, options });
      return { id: String(stepId), name: title, arguments: question, isQuestion: true, stepId, position: 0 };
    });
    return { runId, pending, usage, thoughts: this.#narration.thoughts };
  }

  #throwIfStopped(): void {
    if (!this.#signal.aborted) return;
    if (isCut(this.#signal)) throw this.#left();
    this.#signal.throwIfAborted();
  }

  /** Without a turn in the store nobody can go on with it. */
  #left(): Error {
    return this.#parts.isStored
      ? new TurnLeft("the answer goes on elsewhere")
      : new StopReason("interrupted");
  }
}
