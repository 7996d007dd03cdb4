import { DomainError } from "../../domain/errors.ts";
import type { WorkflowRunId, WorkflowStepId } from "../../domain/ids.ts";
import type {
  Interrupt,
  InterruptKind,
  RunFailure,
  RunFailureCode,
  RunStatus,
  RunUsage,
  WorkflowRun,
  WorkflowStep,
} from "../../domain/workflow-run.ts";
import { API_CONNECTOR_ID } from "./channels.ts";
import { formatId } from "./ids.ts";
import { unixSeconds } from "./present.ts";
import { presentInputs } from "./present-types.ts";
import { idOf } from "./wire.ts";

/**
 * The page of a run, under which the console shows it; in the form of the hosted platform, out of which clients read
 * `execute_id`. Unverified: the documents only call it an address.
 */
export function debugUrlOf(origin: string, { id, agentId, workspaceId }: RunPlace): string {
  const query = new URLSearchParams({
    execute_id: formatId(id),
    space_id: formatId(workspaceId),
    workflow_id: formatId(agentId),
  });
  return `${origin}/work_flow?${query}`;
}

type RunPlace = Pick<WorkflowRun, "id" | "agentId" | "workspaceId">;

/**
 * What a run gave, as `data` of its result: an answer alone is its text, anything else JSON. Source: spec page §8,
 * RunResult. Unverified: which of them is text on the hosted platform.
 */
export function resultText({ answer, output }: Pick<WorkflowRun, "answer" | "output">): string {
  if (answer !== undefined && isOnlyAnswer(output, answer)) return answer;
  if (output === undefined) return "";
  return typeof output === "string" ? output : JSON.stringify(output);
}

/** An end node that names no outputs gives its answer as `output`. */
function isOnlyAnswer(output: unknown, answer: string): boolean {
  if (output === undefined) return true;
  return JSON.stringify(output) === JSON.stringify({ output: answer });
}

/** RunResult, beside `code`. Source: spec page §8. */
export function presentResult(run: WorkflowRun, debugUrl: string) {
  const interrupt = run.status === "waiting" ? answerable(run)[0] : undefined;
  return {
    data: resultText(run),
    execute_id: formatId(run.id),
    debug_url: debugUrl,
    token: tokensOf(run.usage),
    cost: costText(run.usage),
    usage: presentUsage(run.usage),
    ...(interrupt === undefined ? {} : { interrupt_data: presentInterrupt(run.id, interrupt) }),
  };
}

export function presentUsage({ inputTokens, outputTokens }: RunUsage) {
  return { input_count: inputTokens, output_count: outputTokens, token_count: inputTokens + outputTokens };
}

export function tokensOf({ inputTokens, outputTokens }: RunUsage): number {
  return inputTokens + outputTokens;
}

/** Two decimals, or as many as a smaller amount needs, at most six. Source: spec page §8, `cost`. */
export function costText({ cost }: RunUsage): string {
  return cost.toFixed(6).replace(/0{1,4}$/, "");
}

/** What a person or a program can answer. Source: spec page §8, Interrupt; 7 is for plugins with OAuth, of which there are none. */
const INTERRUPT_TYPES: Partial<Record<InterruptKind, number>> = { question: 2, input: 5, tool: 6 };

export function interruptType({ kind }: Interrupt): number | undefined {
  return INTERRUPT_TYPES[kind];
}

/** The interrupts of a run that callers of this family can answer. */
export function answerable({ interrupts }: Pick<WorkflowRun, "interrupts">): Interrupt[] {
  return interrupts.filter((interrupt) => interruptType(interrupt) !== undefined);
}

/** Interrupt. Source: spec page §8. */
export function presentInterrupt(runId: WorkflowRunId, interrupt: Interrupt) {
  const { stepId, schema } = interrupt;
  return {
    event_id: `${formatId(runId)}/${formatId(stepId)}`,
    type: interruptType(interrupt) ?? 0,
    data: interruptData(interrupt),
    ...(schema === undefined ? {} : { required_parameters: presentInputs(schema) }),
  };
}

/** Reads an `event_id`. Throws `run_not_found` when it is none of ours. */
export function readEventId(text: string): { runId: WorkflowRunId; stepId: WorkflowStepId } {
  const [run = "", step = "", ...rest] = text.split("/");
  const runId = idOf<WorkflowRunId>(run);
  const stepId = idOf<WorkflowStepId>(step);
  if (runId === 0 || stepId === 0 || rest.length > 0) throw noSuchRun();
  return { runId, stepId };
}

export function noSuchRun(): DomainError {
  return new DomainError("run_not_found", "no such run of the workflow");
}

/**
 * What is asked: the words; with answers to choose from, JSON of both; a call of the caller's tool as chats have it.
 * Unverified: the documents show it empty, or leave its form open.
 */
function interruptData({ text, options, call }: Interrupt): string {
  if (call !== undefined) {
    const { id, name, arguments: input } = call;
    return JSON.stringify({ id, type: "function", function: { name, arguments: input } });
  }
  if (options.length === 0) return text;
  return JSON.stringify({ question: text, options: options.map((name) => ({ name })) });
}

const STATUSES: Record<RunStatus, "Success" | "Running" | "Fail"> = {
  running: "Running",
  waiting: "Running",
  completed: "Success",
  failed: "Fail",
  cancelled: "Fail",
};

const MODES = { sync: 0, stream: 1, async: 2 } as const;

/** RunHistory. Source: spec page §8. */
export function presentHistory(run: WorkflowRun, steps: readonly WorkflowStep[], debugUrl: string) {
  const failure = failureOf(run);
  const interrupt = run.status === "waiting" ? answerable(run)[0] : undefined;
  const { userId, callerId, onBehalfOf } = run;
  return {
    execute_id: formatId(run.id),
    execute_status: STATUSES[run.status],
    bot_id: onBehalfOf === undefined ? "0" : formatId(onBehalfOf),
    connector_id: API_CONNECTOR_ID,
    connector_uid: userId === "" && callerId !== undefined ? formatId(callerId) : userId,
    run_mode: MODES[run.how],
    logid: run.requestId ?? "",
    create_time: unixSeconds(run.createdAt),
    update_time: unixSeconds(run.updatedAt),
    output: outputText(run, steps),
    token: String(tokensOf(run.usage)),
    cost: costText(run.usage),
    error_code: failure === undefined ? "" : String(failure.code),
    error_message: failure?.message ?? "",
    debug_url: debugUrl,
    usage: presentUsage(run.usage),
    is_output_trimmed: false,
    node_execute_status: nodeStatuses(steps),
    ...(interrupt === undefined ? {} : { interrupt_data: presentInterrupt(run.id, interrupt) }),
  };
}

/** What the end gave and what nodes said, by title, each as text. Source: spec page §8, `output`. */
function outputText(run: WorkflowRun, steps: readonly WorkflowStep[]): string {
  const said = steps.flatMap(({ kind, title, said: text }): [string, string][] =>
    kind === "message" && text !== undefined ? [[title, text]] : [],
  );
  const output: [string, string][] = run.status === "completed" ? [["Output", resultText(run)]] : [];
  return JSON.stringify(byTitle([...output, ...said]));
}

function nodeStatuses(steps: readonly WorkflowStep[]) {
  const kinds = new Map(steps.map(({ path, kind }) => [path, kind]));
  return byTitle(steps.map((step): [string, object] => [step.title, nodeStatus(step, kinds)]));
}

function nodeStatus(step: WorkflowStep, kinds: ReadonlyMap<string, string>) {
  const { nodeId, status, path, subRunId, startedAt, endedAt } = step;
  return {
    node_id: nodeId,
    is_finish: status === "completed" || status === "failed",
    ...turnOf(path, kinds),
    update_time: unixSeconds(endedAt ?? startedAt),
    ...(subRunId === undefined ? {} : { sub_execute_id: formatId(subRunId) }),
    node_execute_uuid: formatId(step.id),
  };
}

/** Which time around the innermost loop or batch a step belongs to. */
function turnOf(path: string, kinds: ReadonlyMap<string, string>) {
  const [, outer, index] = /^(.*)#(\d+)\/[^#]*$/.exec(path) ?? [];
  if (outer === undefined || index === undefined) return {};
  return kinds.get(outer) === "batch" ? { batch_index: Number(index) } : { loop_index: Number(index) };
}

/** Titles need not be unique, and nodes in loops run often: from the second on they are counted. Unverified. */
function byTitle<T>(entries: readonly [string, T][]): Record<string, T> {
  const found = new Map<string, T>();
  const counts = new Map<string, number>();
  for (const [title, value] of entries) {
    let count = counts.get(title) ?? 1;
    let key = title;
    while (found.has(key)) {
      count += 1;
      key = `${title}#${count}`;
    }
    counts.set(title, count);
    found.set(key, value);
  }
  return Object.fromEntries(found);
}

/** A node's output. Source: spec page §8. */
export function presentNodeOutput({ status, output, said }: WorkflowStep) {
  return {
    is_finish: status === "completed" || status === "failed",
    node_output: output === undefined ? (said ?? "") : JSON.stringify(output),
  };
}

/**
 * Codes of failed runs. 6023 is a time-out; the others are the family's general ones. Source: spec page §1.3;
 * which failure has which is unverified.
 */
const FAILURE_CODES: Record<RunFailureCode, number> = {
  input_invalid: 4000,
  node_failed: 5000,
  node_timeout: 6023,
  model_failed: 5000,
  model_timeout: 6023,
  model_unknown: 5000,
  expression_failed: 5000,
  code_failed: 5000,
  request_failed: 5000,
  workflow_not_found: 4200,
  outcome_unknown: 5000,
  run_limit: 6023,
  resume_limit: 5000,
  internal: 5000,
};

/** Why a run has no result, in the family's words; undefined when it has one, or may still have. */
function failureOf(run: Pick<WorkflowRun, "status" | "error" | "interrupts">) {
  if (run.status === "cancelled") return { code: 5000, message: "the run was cancelled" };
  if (run.status === "failed") return presentFailure(run.error);
  return undefined;
}

/** Whether it waits for an operator, whom this family does not know. */
export function isStuck({ status, interrupts }: Pick<WorkflowRun, "status" | "interrupts">): boolean {
  return status === "waiting" && interrupts.some(({ kind }) => kind === "outcome");
}

/** Why a caller who waits gets no result: like `failureOf`, and where the run waits for an operator. */
export function refusalOf(run: Pick<WorkflowRun, "status" | "error" | "interrupts">) {
  if (!isStuck(run) || answerable(run).length > 0) return failureOf(run);
  return { code: 5000, message: "the run waits until an operator says what a node did before a crash" };
}

function presentFailure(error: RunFailure | undefined): { code: number; message: string } {
  if (error === undefined) return { code: 5000, message: "the run failed" };
  const { code, message, nodeId } = error;
  return {
    code: FAILURE_CODES[code],
    message: nodeId === undefined || nodeId === "" ? message : `${nodeId}: ${message}`,
  };
}
