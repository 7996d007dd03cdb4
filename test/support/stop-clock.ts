import { expect } from "vitest";
import { eventually } from "./eventually.ts";
import { printFigure } from "./figures.ts";
import type { Upstream } from "./upstream.ts";

/** What stopping may take in tests; the promise is 100 ms, on a machine that does nothing else. */
const CLOSED_WITHIN_MS = 1_000;

/** Measures, at the model's server, how fast a call that stops an answer closes the connection to it. */
export class StopClock {
  readonly #upstream: Upstream;
  readonly #closedMs: number[] = [];
  readonly #answeredMs: number[] = [];

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** Makes the call; every connection that the model's server has open must close. */
  async measure<T>(call: () => Promise<T>): Promise<T> {
    const open = this.#upstream.requests.filter(
      (request) => !request.finished && request.closedAtMs === undefined,
    );
    const sentAtMs = Date.now();
    const reply = await call();
    this.#answeredMs.push(Date.now() - sentAtMs);
    for (const request of open) {
      const closedAtMs = await eventually(() => {
        expect(request.closedAtMs).toBeDefined();
        return request.closedAtMs ?? Number.POSITIVE_INFINITY;
      });
      this.#closedMs.push(closedAtMs - sentAtMs);
      expect(closedAtMs - sentAtMs).toBeLessThan(CLOSED_WITHIN_MS);
    }
    return reply;
  }

  /** Prints the worst of all calls. */
  print(name: string): void {
    const worst = (figures: number[]) => Math.max(0, ...figures).toFixed(0);
    printFigure(
      `${name}: upstream closed at most ${worst(this.#closedMs)} ms after the call was sent, ` +
        `call answered after at most ${worst(this.#answeredMs)} ms (${this.#answeredMs.length} stops)`,
    );
  }
}
