/** Steps of the measured workflow; each appends a letter to a text. */
export const STEPS = 10;

/** What all of them together make of the text that they are given. */
export function expectedText(given: string): string {
  return given + "x".repeat(STEPS);
}

/** Something that runs the workflow. */
export interface Contender {
  /** Resolves with the text at its end. `index` is never the same. */
  run(given: string, index: number): Promise<string>;
  close(): Promise<void>;
}
