/**
 * Runs code of people we do not know, with no file, environment or network: a script that defines `function main(input)`,
 * `async` or not, which returns data. Nothing is exported or imported.
 */
export interface CodeSandbox {
  /**
   * Calls the function `main` that `code` defines with `input`, both as JSON, in a machine that knows nothing of other
   * calls. Rejects with a `NodeError` with `code_failed` whatever the code does, and with the reason of `signal`; never
   * runs it anywhere weaker.
   */
  run(job: CodeJob, signal: AbortSignal): Promise<CodeResult>;
  close(): Promise<void>;
}

export interface CodeJob {
  code: string;
  input: unknown;
  timeoutMs: number;
}

export interface CodeResult {
  output: unknown;
  /** What it wrote to `console`, a line each, cut to limits. */
  logs: string[];
}
