/** How the upstream is to answer a question; the question itself says so, whoever carries it there. */
export interface AnswerShape {
  /** Text deltas of the answer, numbered; see `tokenText` of the upstream. */
  tokens: number;
  /**
   * Milliseconds between two tokens; or "burst": the whole answer in one write; "single": each token in a write
   * of its own as soon as the one before is out; "hold": 5 tokens, then nothing until the client goes.
   */
  pace: number | "burst" | "single" | "hold";
}

export function askFor(shape: AnswerShape): string {
  return JSON.stringify(shape);
}

export function shapeOf(question: string): AnswerShape {
  return JSON.parse(question) as AnswerShape;
}
