import type { TurnErrorCode } from "../domain/turn-event.ts";
import type { Interrupt, RunFailure, WorkflowRun } from "../domain/workflow-run.ts";
import { AnswerFailure } from "./answer-maker.ts";

/** Failures that turns tell apart; of all others the workflow is at fault. */
const FAILURES: Partial<Record<RunFailure["code"], TurnErrorCode>> = {
  model_failed: "model_failed",
  model_timeout: "model_timeout",
  model_unknown: "model_unknown",
  internal: "internal",
};

/** What the run wants to know of the user first. */
export function personInterrupt({ interrupts }: WorkflowRun): Interrupt | undefined {
  return interrupts.find(({ kind }) => kind === "question" || kind === "input");
}

const FIRST_LETTER = "A".charCodeAt(0);

/** Options stand below the question by their letters, which answer it as well as their words. */
export function questionText({ text, options }: Interrupt): string {
  const listed = options.map((option, index) => `${String.fromCharCode(FIRST_LETTER + index)}. ${option}`);
  return [text, ...listed].join("\n");
}

/** Of a workflow that gives one text and says nothing, that text is the answer. */
export function onlyText(output: unknown): string {
  if (typeof output === "string") return output;
  if (typeof output !== "object" || output === null) return "";
  const [value, ...others] = Object.values(output);
  return typeof value === "string" && others.length === 0 ? value : "";
}

/** Why a turn failed, because of the run that answered it. */
export function failureOf(failure: RunFailure | undefined): AnswerFailure {
  if (failure === undefined) return new AnswerFailure("workflow_failed", "the workflow failed");
  const { code, message, nodeId } = failure;
  const told = nodeId === undefined || nodeId === "" ? message : `${nodeId}: ${message}`;
  return new AnswerFailure(FAILURES[code] ?? "workflow_failed", told);
}
