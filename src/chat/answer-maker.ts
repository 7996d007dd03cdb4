import type { TurnErrorCode, TurnEvent } from "../domain/turn-event.ts";
import type { GenerationPause, GenerationTally } from "./generation-state.ts";
import type { RunPause } from "./run-pause.ts";

/** What whoever makes the answer of a turn works with. */
export interface Making {
  emit: (event: TurnEvent) => void;
  /** To be kept up to date throughout. */
  tally: GenerationTally;
  signal: AbortSignal;
}

/** Where an answer stands while the turn waits for its caller. Plain data. */
export type TurnPause = GenerationPause | RunPause;

/**
 * Makes the answer of one turn as events; beginning and end of the turn are not its own. Resolves with undefined when the
 * answer is complete, with a pause when the caller has to do something first. Rejects with what the model throws
 * (`ModelError`), with the reason of the signal, with a `DomainError`, an `AnswerFailure` or a `TurnLeft`.
 */
export type AnswerMaker = (making: Making) => Promise<TurnPause | undefined>;

/** Why a turn's signal aborted, or its answer ended before it was complete. */
export class StopReason extends Error {
  readonly status: "stopped" | "interrupted" | "late";
  constructor(status: "stopped" | "interrupted" | "late") {
    super(`turn ${status}`);
    this.status = status;
  }
}

/** Whether it aborted because the process ends, or another has taken the turn. */
export function isCut({ reason }: AbortSignal): boolean {
  return reason instanceof StopReason && reason.status === "interrupted";
}

/** Why no answer was made. `message` is safe to show to the caller. */
export class AnswerFailure extends Error {
  readonly code: TurnErrorCode;

  constructor(code: TurnErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AnswerFailure";
    this.code = code;
  }
}

/** The answer goes on in another process: nothing of the turn is to be stored by this one. */
export class TurnLeft extends Error {}
