import { DomainError } from "../../domain/errors.ts";
import type { WorkflowRunId } from "../../domain/ids.ts";
import { formatUlid, parseUlid } from "./ids.ts";

/**
 * A run as this family names it. `isBrief`: it was begun with `NoDebug`, so whoever asks for it later is told of failed
 * nodes only; that stands in the id itself.
 */
export interface RunName {
  runId: WorkflowRunId;
  isBrief: boolean;
}

/** `runId`: ULID-shaped. Source: spec page §1.6. */
export function formatRunId({ runId, isBrief }: RunName): string {
  return formatUlid(isBrief ? "brief-workflow-run" : "workflow-run", runId);
}

/** The run behind a printed id; undefined when it is not one of ours. */
export function parseRunId(text: string): RunName | undefined {
  const runId = parseUlid<WorkflowRunId>("workflow-run", text);
  if (runId !== undefined) return { runId, isBrief: false };
  const brief = parseUlid<WorkflowRunId>("brief-workflow-run", text);
  return brief === undefined ? undefined : { runId: brief, isBrief: true };
}

export function runNotFound(): DomainError {
  return new DomainError("run_not_found", "run not found");
}
