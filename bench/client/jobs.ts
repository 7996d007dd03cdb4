import type { AnswerShape } from "../answer-shape.ts";
import type { Target } from "./target.ts";

/** Work for the load client, in two steps so that only the second is measured. */
export type Job = StreamsJob | HoldJob | ReadsJob;

/** Asks questions one after another on every connection. */
export interface StreamsJob {
  kind: "streams";
  target: Target;
  connections: number;
  /** In all; every connection takes the next one when it is free. */
  turns: number;
  shape: AnswerShape;
  /** Connections begin spread over this time instead of all at once. */
  spreadMs: number;
  /** A conversation for every turn, or one for each connection; of no matter where there are none. */
  conversations: "own" | "same";
  /** No further turns are begun after this; an answer may take as long again. */
  limitMs: number;
}

/** Opens streams whose upstream stops in the middle, and keeps them open. */
export interface HoldJob {
  kind: "hold";
  target: Target;
  connections: number;
}

/** Posts what is answered with JSON, one after another on every connection, in random order. */
export interface ReadsJob {
  kind: "reads";
  url: string;
  family: "hiagent" | "coze";
  connections: number;
  calls: { path: string; body: Record<string, unknown> }[];
  /** Must stand so often in every answer. */
  expected: { text: string; times: number };
  durationMs: number;
}

export interface Outcome {
  /** Whole and right ones. */
  completed: number;
  tokens: number;
  seconds: number;
  /** Milliseconds from sending the request to the first token, of every stream. */
  firstTokenMs: number[];
  /** Milliseconds from sending the request to the end of the answer. */
  wholeMs: number[];
  /** What went wrong, the first few; empty when nothing did. */
  faults: string[];
  faultCount: number;
  /** CPU seconds the client itself used. */
  cpuSeconds: number;
}
