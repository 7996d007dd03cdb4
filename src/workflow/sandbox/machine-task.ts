/** One call, as it goes to a thread. `input` is JSON. */
export interface Task {
  code: string;
  input: string;
  timeoutMs: number;
}

/** What came of it. `output` is JSON. */
export type Verdict = { output: string; logs: string[] } | { failure: string };

/** `isSpent`: the thread must not be used again. */
export type Reply = Verdict & { isSpent: boolean };

export function timeUp({ timeoutMs }: Task): string {
  return `the code ran longer than ${timeoutMs} ms`;
}
