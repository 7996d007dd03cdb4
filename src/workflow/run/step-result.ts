import type { RunFailure, WorkflowStep } from "../../domain/workflow-run.ts";
import type { NodeOutcome } from "../node-kind.ts";
import { InnerFailure } from "./run-failure.ts";
import { readMemo } from "./step-memo.ts";

/**
 * What came of a step. `waits`: for somebody, for time, or for what waits inside it. `stopped`: it was, in an earlier
 * process, because of something else that failed, which says better what went wrong.
 */
export type StepResult =
  | FinalResult
  | { kind: "waits" }
  | { kind: "failed" | "stopped"; failure: InnerFailure };

/** `left`: through this port; undefined: it leads nowhere. `ended`, `broken`: a node of kind `end` or `break` ran. */
export type FinalResult =
  | { kind: "left"; port: string | undefined; outputs: Record<string, unknown> }
  | { kind: "ended"; output: unknown; answer?: string | undefined }
  | { kind: "broken" };

/** What an outcome comes to. `firstPort`: where the node usually leaves. */
export function resultOf(
  outcome: Extract<NodeOutcome, { kind: "done" | "end" | "break" }>,
  firstPort: string | undefined,
): FinalResult {
  switch (outcome.kind) {
    case "done":
      return { kind: "left", port: outcome.port ?? firstPort, outputs: outcome.outputs };
    case "end":
      return { kind: "ended", output: outcome.output, answer: outcome.answer };
    case "break":
      return { kind: "broken" };
  }
}

/** Outputs as they are kept with a step. */
export function outputsOf(result: FinalResult): Record<string, unknown> | undefined {
  if (result.kind === "broken") return undefined;
  return result.kind === "left" ? result.outputs : { output: result.output };
}

/** What came of a step that is over, as it is stored. */
export function storedResult({ kind, status, port, output, error, said, memo }: WorkflowStep): StepResult {
  if (status === "failed" && output === undefined) {
    const failure = new InnerFailure(error ?? UNKNOWN);
    return { kind: readMemo(memo).isStopped === true ? "stopped" : "failed", failure };
  }
  if (status === "completed" && kind === "end") {
    return { kind: "ended", output: output?.["output"], answer: said };
  }
  if (status === "completed" && kind === "break") return { kind: "broken" };
  return { kind: "left", port, outputs: output ?? {} };
}

const UNKNOWN: RunFailure = { code: "internal", message: "internal error" };
