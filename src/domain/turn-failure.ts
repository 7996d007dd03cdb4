import { DomainError, type ErrorCode } from "./errors.ts";
import type { TurnErrorCode } from "./turn-event.ts";

/** What callers are told of a turn that failed: every dialect has words for these. */
export const TURN_FAILURES = {
  model_unknown: "model_unknown",
  model_timeout: "model_timeout",
  model_failed: "model_failed",
  workflow_failed: "workflow_failed",
  interrupted: "shutting_down",
  internal: "internal",
} as const satisfies Record<TurnErrorCode, ErrorCode>;

/** Why a turn failed, as a refusal of the call that waits for its answer. */
export function turnFailure({ code, message }: { code: TurnErrorCode; message: string }): DomainError {
  return new DomainError(TURN_FAILURES[code], message);
}
