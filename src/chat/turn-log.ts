import { isFinalEvent, type TurnEvent } from "../domain/turn-event.ts";

/**
 * The events of one running turn, in order. One writer, any number of readers at any position: the log never
 * waits for a reader, and a reader that falls behind finds everything here. Lives in memory as long as the turn
 * runs or a reader still reads; afterwards the stored answer tells the same story (`replayTurn`).
 */
export class TurnLog {
  readonly #events: TurnEvent[] = [];
  readonly #wakes = new Set<() => void>();
  /** What happened before a turn that waited went on; its text is part of the answer. */
  readonly before: readonly TurnEvent[];
  #text = "";
  #reasoning = "";
  #isAnswered = false;
  #isEnded = false;

  constructor(before: readonly TurnEvent[] = []) {
    this.before = before;
    for (const event of before) this.#addText(event);
  }

  /** Adds an event and wakes the readers. Nothing may follow a final event. */
  append(event: TurnEvent): void {
    if (this.#isEnded) throw new Error(`event "${event.type}" after the end of the turn`);
    this.#events.push(event);
    this.#addText(event);
    if (event.type === "usage") this.#isAnswered = true;
    else if (isFinalEvent(event)) this.#isEnded = true;
    for (const wake of this.#wakes) wake();
  }

  #addText(event: TurnEvent): void {
    if (event.type === "text-delta") this.#text += event.text;
    else if (event.type === "text-replace") this.#text = event.text;
    else if (event.type === "reasoning-delta") this.#reasoning += event.text;
  }

  /** All text of the answer so far. */
  get text(): string {
    return this.#text;
  }

  /** All reasoning so far. */
  get reasoning(): string {
    return this.#reasoning;
  }

  /** The answer is complete and stored, though follow-up questions may still be on their way. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Somebody waits for what comes next. */
  get isRead(): boolean {
    return this.#wakes.size > 0;
  }

  /** Number of events so far. */
  get length(): number {
    return this.#events.length;
  }

  /** The event at a position from 0; undefined when it has not happened yet. */
  at(position: number): TurnEvent | undefined {
    return this.#events[position];
  }

  /** What a reader who has read so many events may be told, and gives back when it comes again. */
  bookmark(position: number): string {
    return this.before.length === 0 ? `${position}` : `${this.before.length}-${position}`;
  }

  /**
   * How many events of this log the reader with this bookmark has read. Undefined when it is of another log, because
   * another process goes on with the turn, or of none.
   */
  positionOf(bookmark: string | undefined): number | undefined {
    const position = Number(bookmark?.split("-").at(-1));
    return position <= this.length && this.bookmark(position) === bookmark ? position : undefined;
  }

  /** Calls `wake` after every append, within it. Returns the function that ends this. */
  subscribe(wake: () => void): () => void {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  }
}

/** Reads a turn from its beginning, at the reader's own pace. */
export interface TurnReader {
  /** The next event; undefined: not yet; null: the turn has ended and everything was read. */
  next(): TurnEvent | undefined | null;
  /** Calls `wake` whenever `next` may have more to give. Returns the function that ends this. */
  subscribe(wake: () => void): () => void;
}

/**
 * Longest text of one joined delta, in UTF-16 units; the last piece may go past it. Text without end would cost
 * every reader that stops reading a copy of its own.
 */
export const JOINED_LIMIT = 64 * 1024;

/**
 * A reader of a running turn. `catchUp`: what happened before the reader came is told with adjacent deltas
 * joined into one, or into few where the text is longer than `JOINED_LIMIT`; what happens later comes event by
 * event. It also tells what happened before a turn that waited went on.
 */
export function followTurn(log: TurnLog, options: { catchUp: boolean } = { catchUp: false }): TurnReader {
  const joinBefore = options.catchUp ? log.length : 0;
  const before = options.catchUp ? [...log.before] : [];
  let position = 0;
  const next = () => {
    if (position === 1 && before.length > 0) return before.shift();
    const event = log.at(position);
    if (event === undefined) return log.isEnded ? null : undefined;
    position += 1;
    if (position >= joinBefore || (event.type !== "text-delta" && event.type !== "reasoning-delta"))
      return event;
    let text = event.text;
    while (text.length < JOINED_LIMIT) {
      const following = log.at(position);
      if (position >= joinBefore || following?.type !== event.type) break;
      text += following.text;
      position += 1;
    }
    return { type: event.type, text };
  };
  return { next, subscribe: (wake) => log.subscribe(wake) };
}

/** A reader of events that are all known already. */
export function readEvents(events: Iterable<TurnEvent>): TurnReader {
  const iterator = events[Symbol.iterator]();
  return {
    next: () => {
      const step = iterator.next();
      return step.done === true ? null : step.value;
    },
    subscribe: () => () => {},
  };
}

/**
 * Hands every event of a turn to `isEnough`, in order, until it returns true or the turn has ended. Rejects with
 * the reason of `signal` when it aborts first.
 */
export function readUntil(
  reader: TurnReader,
  isEnough: (event: TurnEvent) => boolean,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      unsubscribe();
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = () => finish(() => reject(signal.reason));
    const pump = () => {
      for (;;) {
        const event = reader.next();
        if (event === undefined) return;
        if (event === null || isEnough(event)) return finish(resolve);
      }
    };
    const unsubscribe = reader.subscribe(pump);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else pump();
  });
}
