import type { RunFailureCode } from "../domain/workflow-run.ts";

/** Why a node failed. `message` is safe to show to the caller. */
export class NodeError extends Error {
  readonly code: RunFailureCode;
  /** Trying again may help. */
  readonly isPassing: boolean;

  constructor(
    code: RunFailureCode,
    message: string,
    { isPassing = false, cause }: { isPassing?: boolean; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "NodeError";
    this.code = code;
    this.isPassing = isPassing;
  }
}
