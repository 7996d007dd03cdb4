/** One call, as it goes to a thread. `input` is JSON. */
export interface Task {
  code: string;
  input: string;
  timeoutMs: number;
}

/** What came of it. `output` is JSON. `isSpent`: the thread must not be used again. */
export type Reply = { isSpent: boolean } & ({ output: string; logs: string[] } | { failure: string });

export function timeUp({ timeoutMs }: Task): string {
  return `the code ran longer than ${timeoutMs} ms`;
}
