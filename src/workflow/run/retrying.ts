import type { RetryRule } from "../../domain/workflow.ts";
import type { RunFailureCode } from "../../domain/workflow-run.ts";
import { NodeError } from "../node-error.ts";
import { isFatal } from "./run-failure.ts";

/** Longest pause between two attempts. */
const LONGEST_PAUSE_MS = 3_600_000;

/** What the next attempt would only find again. */
const LASTING: ReadonlySet<RunFailureCode> = new Set([
  "input_invalid",
  "expression_failed",
  "workflow_not_found",
  "model_unknown",
  "outcome_unknown",
]);

/** Of these the error itself says whether another attempt may help. */
const ANSWERED: ReadonlySet<RunFailureCode> = new Set(["request_failed", "model_failed"]);

/** `attempts`: how many there were. */
export function mayRetry({ times }: RetryRule, attempts: number, error: unknown): boolean {
  if (attempts > times || isFatal(error)) return false;
  if (!(error instanceof NodeError) || LASTING.has(error.code)) return false;
  return error.isPassing || !ANSWERED.has(error.code);
}

export function pauseMs({ delaySeconds, factor }: RetryRule, attempts: number): number {
  return Math.min(LONGEST_PAUSE_MS, delaySeconds * 1_000 * factor ** (attempts - 1));
}
