import type { TurnEvent } from "../domain/turn-event.ts";

/** A part of a running turn's log, as its node tells it to another. */
export interface LogBatch {
  /** Where in the log `events` begin. */
  position: number;
  events: TurnEvent[];
  /** How many events the log had when this was said. */
  length: number;
  /** See `TurnLog.before`; only at position 0. */
  before?: readonly TurnEvent[];
}

/** What one word holds of a batch: below the bus's 6,000 bytes with its head. */
const PIECE_LENGTH = 5_900;

/** The words that carry a batch to a follower, in order. Base64, so that they are cut anywhere and nothing is escaped. */
export function wordsOf(follower: string, batch: LogBatch): string[] {
  const whole = Buffer.from(JSON.stringify(batch)).toString("base64");
  const words = [];
  for (let start = 0; start < whole.length; start += PIECE_LENGTH) {
    const isLast = start + PIECE_LENGTH >= whole.length;
    const piece = whole.slice(start, start + PIECE_LENGTH);
    words.push([follower, words.length, isLast ? "last" : "more", piece].join(" "));
  }
  return words;
}

/** One word, taken apart. */
export interface LogWord {
  follower: string;
  index: number;
  isLast: boolean;
  piece: string;
}

export function readWord(text: string): LogWord {
  const [follower = "", index, last, piece = ""] = text.split(" ");
  return { follower, index: Number(index), isLast: last === "last", piece };
}

/** Puts the words of one follower together again. */
export class BatchReader {
  #pieces: string[] = [];

  /** The batch that this word completes; `incomplete` when words of it were lost, undefined while more are to come. */
  add({ index, isLast, piece }: LogWord): LogBatch | "incomplete" | undefined {
    if (index === 0) this.#pieces = [];
    const isNext = index === this.#pieces.length;
    if (isNext) this.#pieces.push(piece);
    if (!isLast) return undefined;
    const whole = this.#pieces.join("");
    this.#pieces = [];
    return isNext ? JSON.parse(Buffer.from(whole, "base64").toString()) : "incomplete";
  }
}
