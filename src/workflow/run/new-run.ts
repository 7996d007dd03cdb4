import { DomainError } from "../../domain/errors.ts";
import type { NewId, WorkflowRunId } from "../../domain/ids.ts";
import type { WorkflowGraph } from "../../domain/workflow.ts";
import { NO_RUN_USAGE, type WorkflowRun } from "../../domain/workflow-run.ts";
import { entriesFor } from "../graph/entries.ts";
import { checkGraph } from "../graph/read-graph.ts";
import type { RunRequest } from "../workflow-engine.ts";
import { type CheckedInput, checkInput, inputsOf } from "./run-input.ts";

/** What every chatflow may be given beside what its start node asks for. */
const CHATFLOW_INPUTS = ["query", "files"];

/** What a request asks to have run. Throws a `DomainError` where that cannot run. */
export function newRun(request: RunRequest, newId: NewId, now: Date): WorkflowRun {
  const { workflow, trigger, how, dialect, keepsInvalid = false } = request;
  const graph = graphOf(request);
  const entries = entriesFor(graph, trigger);
  if (entries.length === 0) {
    throw new DomainError("trigger_not_subscribed", "no entry of the workflow waits for this");
  }
  const checked = checkEntries(graph, entries, request.input);
  const isWrong = "problem" in checked;
  if (isWrong && !keepsInvalid) {
    throw new DomainError("request_invalid", `${checked.field}: ${checked.problem}`, {
      field: checked.field,
    });
  }
  const { runId = newId<WorkflowRunId>() } = request;
  const { versionId } = workflow;
  return {
    id: runId,
    workspaceId: workflow.workspaceId,
    agentId: workflow.id,
    ...(versionId !== undefined && { versionId }),
    status: isWrong ? "failed" : "running",
    how,
    isTest: request.isTest ?? false,
    dialect,
    userId: request.userId ?? "",
    ...(request.callerId !== undefined && { callerId: request.callerId }),
    ...(request.onBehalfOf !== undefined && { onBehalfOf: request.onBehalfOf }),
    ...(request.conversationId !== undefined && { conversationId: request.conversationId }),
    ...(request.turnId !== undefined && { turnId: request.turnId }),
    input: isWrong ? {} : checked.input,
    entries,
    ...(trigger !== undefined && { trigger }),
    requestId: request.requestId,
    ...(request.bounds !== undefined && { bounds: request.bounds }),
    ...(isWrong && { error: { code: "input_invalid" as const, message: checked.problem }, endedAt: now }),
    ...nothingDoneBy(now),
  };
}

/** What a run that begins has behind it. */
export function nothingDoneBy(now: Date) {
  return {
    interrupts: [],
    resumeCount: 0,
    usage: NO_RUN_USAGE,
    stepCount: 0,
    createdAt: now,
    updatedAt: now,
    activeMs: 0,
  };
}

function graphOf({ workflow }: RunRequest): WorkflowGraph {
  const { graph } = workflow.settings;
  if (graph === undefined) throw new DomainError("not_supported", "nothing was drawn of this workflow yet");
  if (workflow.versionId === undefined) requireWhole(graph);
  return graph;
}

const whole = new WeakSet<WorkflowGraph>();

/** Versions were checked when they were published; a draft may be half done. */
function requireWhole(graph: WorkflowGraph): void {
  if (whole.has(graph)) return;
  const [problem] = checkGraph(graph);
  if (problem === undefined) {
    whole.add(graph);
    return;
  }
  const place = [problem.nodeId, problem.field].filter((part) => part !== undefined && part !== "").join(".");
  throw new DomainError("request_invalid", `the graph cannot run: ${place} ${problem.message}`, {
    field: "graph",
  });
}

/** Only a start node asks for something. */
function checkEntries(graph: WorkflowGraph, entries: readonly string[], given: unknown): CheckedInput {
  const start = graph.nodes.find(({ id, type }) => type === "start" && entries.includes(id));
  if (start === undefined) return { input: {} };
  return checkInput(inputsOf(start), given, graph.mode === "chatflow" ? CHATFLOW_INPUTS : []);
}
