import type { WorkflowStepId } from "../../domain/ids.ts";
import type { Interrupt, RunEvent, StepPlace, WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import { jsonLine } from "../../http/json-line.ts";
import type { Store } from "../../storage/store.ts";
import type { RunLog } from "../../workflow/run/run-log.ts";
import type { RunningRun, WorkflowEngine } from "../../workflow/workflow-engine.ts";
import { askedInterrupt, outputText, tokensOf, wireFailure } from "./workflow-present.ts";
import { formatRunId, type RunName } from "./workflow-run-ids.ts";

/** How long a waiting caller is kept at most; then it is told that the run is processing, and may ask again. */
export const SYNC_LIMIT_MS = 600_000;

/** What following a run needs. */
export interface FollowServices {
  workflows: Pick<WorkflowEngine, "untilSettled">;
  store: Pick<Store, "workflowRuns">;
}

/**
 * The frames of a run from when it last began to run here until it has ended or waits for somebody, in framing v2.
 * Source: spec page §6.1, §9.4. What a message node says is `tool_message`, what the end node says `message`; an end node
 * that has no answer tells its output as JSON text. A run that waits for a short time, or that another process took over, is told on from what is
 * stored. `signal`: the reader left. Unverified: the order of the last frames, and that nothing follows `flow_error`.
 */
export async function* followRun(
  services: FollowServices,
  { run: { id }, log }: Pick<RunningRun, "run" | "log">,
  { name, signal }: { name: RunName; signal: AbortSignal },
): AsyncGenerator<string, void, undefined> {
  const payloads = new RunPayloads(name);
  let last: WorkflowRun | undefined;
  for (let position = 0; last === undefined; position += 1) {
    while (log.at(position) === undefined && !signal.aborted) await appended(log, signal);
    const event = log.at(position);
    if (event === undefined) return;
    if (event.type === "run-end" || event.type === "run-error") last = event.run;
    else yield* payloads.of(event).map(frameOf);
  }
  if (!goesOn(last)) {
    yield* payloads.end(last).map(frameOf);
    return;
  }
  const settled = await services.workflows.untilSettled(id, { timeoutMs: SYNC_LIMIT_MS, signal });
  if (settled === undefined) return;
  const steps = await services.store.workflowRuns.steps(id);
  yield* [...payloads.caughtUp(steps), ...payloads.end(settled)].map(frameOf);
}

function frameOf(payload: string): string {
  return `event:text\ndata: ${payload}\n\n`;
}

/** Whether it goes on by itself while its caller may still wait for that. */
function goesOn({ status, interrupts }: WorkflowRun): boolean {
  if (status !== "waiting") return status === "running";
  const latest = Date.now() + SYNC_LIMIT_MS;
  return (
    interrupts.every(({ kind }) => kind === "delay") &&
    interrupts.some(({ dueAt }) => dueAt !== undefined && dueAt.getTime() <= latest)
  );
}

/** Resolves when something has happened, or the reader has left. */
async function appended(log: RunLog, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  const leave = log.subscribe(resolve);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    leave();
    signal.removeEventListener("abort", onAbort);
  }
}

/** Stream payloads of a run, field by field. Source: spec page §9.4; `conversation_id` by §6.2: a run has none. */
class RunPayloads {
  readonly #ids: string;
  /** Steps whose text is the answer of the run. */
  readonly #answering = new Set<WorkflowStepId>();
  /** What was told of each step, and whether that was all. */
  readonly #told = new Map<WorkflowStepId, { text: string; isWhole: boolean }>();

  constructor(name: RunName) {
    const id = formatRunId(name);
    this.#ids = `"task_id":"${id}","id":"${id}","run_id":"${id}","conversation_id":""`;
  }

  of(event: RunEvent): string[] {
    switch (event.type) {
      case "run-start":
        return [this.#payload("flow_start")];
      case "message-start":
        return [this.#begin(event.step, event.isAnswer)];
      case "message-delta":
        return [this.#piece(event.step, event.text)];
      case "message-end":
        return [this.#finish(event.step)];
      // The family's stream has no words for nodes and decisions; both stand in the run object. What the run waits for is
      // told when it does.
      case "node-start":
      case "node-end":
      case "action":
      case "interrupted":
      case "run-end":
      case "run-error":
        return [];
    }
  }

  /** What messages said that this reader was not told. */
  caughtUp(steps: readonly WorkflowStep[]): string[] {
    return steps.flatMap(({ id: stepId, said = "", kind, path, title, status }) => {
      const { text, isWhole } = this.#told.get(stepId) ?? { text: "", isWhole: said === "" };
      if (isWhole || status === "running") return [];
      const step = { stepId, title };
      const begin = this.#told.has(stepId) ? [] : [this.#begin(step, kind === "end" && isOutermost(path))];
      const rest = said.startsWith(text) ? said.slice(text.length) : said;
      return [...begin, ...(rest === "" ? [] : [this.#piece(step, rest)]), this.#finish(step)];
    });
  }

  /** How the run ended, or what it waits for: the first of that, which the next answer is for. */
  end(run: WorkflowRun): string[] {
    if (run.status === "failed" || run.status === "cancelled") {
      return [this.#payload("flow_error", { error_message: failureText(run) })];
    }
    const asked = run.status === "waiting" ? (askedInterrupt(run) ?? run.interrupts[0]) : undefined;
    return [
      ...(asked === undefined ? [] : [this.#interrupted(asked)]),
      ...this.#output(run),
      this.#cost(run),
      this.#payload("flow_end"),
    ];
  }

  #interrupted({ text, nodeId, kind }: Interrupt): string {
    return this.#payload("flow_interrupted", {
      interrupted_msg: text,
      interrupted_node_id: nodeId,
      interrupted_type: kind,
    });
  }

  #begin({ stepId, title }: Speaker, isAnswer: boolean): string {
    if (isAnswer) this.#answering.add(stepId);
    this.#told.set(stepId, { text: "", isWhole: false });
    const { start, fields } = this.#words(stepId, title);
    return this.#payload(start, fields);
  }

  #piece({ stepId, title }: Speaker, text: string): string {
    this.#told.set(stepId, { text: (this.#told.get(stepId)?.text ?? "") + text, isWhole: false });
    const { delta, fields } = this.#words(stepId, title);
    return this.#payload(delta, { ...fields, answer: text });
  }

  #finish({ stepId, title }: Speaker): string {
    this.#told.set(stepId, { text: "", isWhole: true });
    const { end, fields } = this.#words(stepId, title);
    return this.#payload(end, fields);
  }

  #words(stepId: WorkflowStepId, title: string) {
    return this.#answering.has(stepId) ? ANSWER : toolMessage(title);
  }

  #output(run: WorkflowRun): string[] {
    if (this.#answering.size > 0 || run.status !== "completed" || run.answer === "") return [];
    const { start, delta, end, fields } = ANSWER;
    return [
      this.#payload(start, fields),
      this.#payload(delta, { ...fields, answer: run.answer ?? outputText(run) }),
      this.#payload(end, fields),
    ];
  }

  /** `latency` is whole milliseconds, unlike everywhere else: a fraction breaks the official Python SDK. */
  #cost(run: WorkflowRun): string {
    return this.#payload("flow_cost", { cost_tokens: tokensOf(run), latency: Math.round(run.activeMs) });
  }

  #payload(event: string, fields: Record<string, unknown> = {}): string {
    const rest = jsonLine({ created_at: Math.floor(Date.now() / 1000), ...fields }).slice(1);
    return `{"event":"${event}",${this.#ids},${rest}`;
  }
}

type Speaker = Pick<StepPlace, "stepId" | "title">;

/** Whether a step is of the run's own graph, not of a workflow inside it. */
function isOutermost(path: string): boolean {
  return /^(?:[^/#]+#\d+\/)*[^/]+$/.test(path);
}

const ANSWER = {
  start: "message_output_start",
  delta: "message",
  end: "message_output_end",
  fields: { think_message_id: "" },
} as const;

function toolMessage(title: string) {
  return {
    start: "tool_message_output_start",
    delta: "tool_message",
    end: "tool_message_output_end",
    fields: { message_title: title },
  };
}

function failureText({ status, error }: WorkflowRun): string {
  if (status === "cancelled") return "the run was stopped";
  return wireFailure(error?.code, error?.message ?? "");
}
