/** What is kept with a step beside its result; stored as its `memo`. */
export interface StepMemo {
  /** What its kind keeps. */
  kept?: unknown;
  /** Variables of the run that it set. */
  variables?: Record<string, unknown>;
  /** An attempt has failed and the next has not begun: nothing of it is under way. */
  isBetween?: boolean;
  /** It was stopped because something else failed, or the run ended. */
  isStopped?: boolean;
}

export function readMemo(memo: unknown): StepMemo {
  return typeof memo === "object" && memo !== null ? memo : {};
}

/** Undefined: nothing is kept. */
export function writeMemo({ kept, variables, isBetween, isStopped }: StepMemo): StepMemo | undefined {
  const memo: StepMemo = {
    ...(kept !== undefined && { kept }),
    ...(variables !== undefined && { variables }),
    ...(isBetween === true && { isBetween }),
    ...(isStopped === true && { isStopped }),
  };
  return Object.keys(memo).length === 0 ? undefined : memo;
}
