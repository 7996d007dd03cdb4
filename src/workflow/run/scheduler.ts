import type { Wiring } from "../graph/wiring.ts";

const UNDECIDED = 0;
const ALIVE = 1;
const DEAD = 2;

/**
 * Decides which nodes of one level may run: a node when every edge into it is decided and at least one is alive; when
 * all are dead it never runs, and what it leads to is decided by that. Knows nothing of time, values or kinds.
 */
export class Scheduler {
  readonly #wiring: Wiring;
  /** Edges into each that nobody has decided yet. */
  readonly #open: number[];
  readonly #hasAlive: Uint8Array;
  /** Of nodes: undecided while they may still run or are running. */
  readonly #states: Uint8Array;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    this.#open = wiring.sources.map((sources) => sources.length);
    this.#hasAlive = new Uint8Array(wiring.sources.length);
    this.#states = new Uint8Array(wiring.sources.length);
  }

  /** Begins at some of the roots; the others never run. Returns the nodes that may run now. */
  begin(entries: readonly number[]): number[] {
    const ready = [...entries];
    for (const root of this.#wiring.roots) {
      if (!entries.includes(root)) this.#decide(root, undefined, ready);
    }
    return ready;
  }

  /** A node is over and left through this port; undefined: it leads nowhere. Returns the nodes that may run now. */
  leave(position: number, port: string | undefined): number[] {
    const ready: number[] = [];
    this.#decide(position, port, ready);
    return ready;
  }

  /** It will never run. */
  isDead(position: number): boolean {
    return this.#states[position] === DEAD;
  }

  /** Who leads to a node and is not over. */
  awaited(position: number): number[] {
    const sources = this.#wiring.sources[position] ?? [];
    return sources.filter((source) => this.#states[source] === UNDECIDED);
  }

  #decide(position: number, port: string | undefined, ready: number[]): void {
    this.#states[position] = port === undefined ? DEAD : ALIVE;
    const dead = [position];
    for (let from = dead.pop(); from !== undefined; from = dead.pop()) {
      const edges = this.#wiring.targets[from];
      if (edges === undefined) continue;
      for (const [name, targets] of edges) {
        const isAlive = from === position && name === port;
        for (const target of targets) {
          const open = (this.#open[target] ?? 0) - 1;
          this.#open[target] = open;
          if (isAlive) this.#hasAlive[target] = 1;
          if (open > 0) continue;
          if (this.#hasAlive[target] === 1) ready.push(target);
          else {
            this.#states[target] = DEAD;
            dead.push(target);
          }
        }
      }
    }
  }
}
