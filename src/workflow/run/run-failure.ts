import type { RunFailure } from "../../domain/workflow-run.ts";
import { workflowLog } from "../../log/logger.ts";
import { NodeError } from "../node-error.ts";

/** A node inside a step failed, and nobody there caught it. */
export class InnerFailure extends NodeError {
  readonly failure: RunFailure;
  /** The run as a whole ends with it, whatever its graph says about errors. */
  readonly isFatal: boolean;

  constructor(failure: RunFailure, { isFatal = false }: { isFatal?: boolean } = {}) {
    super(failure.code, failure.message);
    this.name = "InnerFailure";
    this.failure = failure;
    this.isFatal = isFatal;
  }
}

/** Whether no error branch may catch it. */
export function isFatal(error: unknown): boolean {
  return error instanceof InnerFailure && error.isFatal;
}

/** Steps, time, depth or size of the whole run. */
export function pastLimit(message: string): InnerFailure {
  return new InnerFailure({ code: "run_limit", message }, { isFatal: true });
}

/** What is told of anything that a node rejects with; what nobody foresaw is logged and told as `internal`. */
export function failureOf(error: unknown, nodeId: string): RunFailure {
  if (error instanceof InnerFailure) return { nodeId, ...error.failure };
  if (error instanceof NodeError) return { code: error.code, message: error.message, nodeId };
  workflowLog.error({ nodeId, err: error }, "node broke down");
  return { code: "internal", message: "internal error", nodeId };
}
