import { isLastRunEvent, type RunEvent } from "../../domain/workflow-run.ts";

/**
 * The events of a run since it last began to run here, in order. One writer, any number of readers at any position: the
 * log never waits for a reader.
 */
export class RunLog {
  readonly #events: RunEvent[] = [];
  readonly #wakes = new Set<() => void>();
  #isEnded = false;

  /** Adds an event and wakes the readers. Nothing may follow the last event of a run. */
  append(event: RunEvent): void {
    if (this.#isEnded) throw new Error(`event "${event.type}" after the end of the run`);
    this.#events.push(event);
    if (isLastRunEvent(event)) this.#isEnded = true;
    for (const wake of this.#wakes) wake();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Number of events so far. */
  get length(): number {
    return this.#events.length;
  }

  /** The event at a position from 0; undefined when it has not happened yet. */
  at(position: number): RunEvent | undefined {
    return this.#events[position];
  }

  /** Calls `wake` after every append, within it. Returns the function that ends this. */
  subscribe(wake: () => void): () => void {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  }
}
