import { NodeError } from "../node-error.ts";

/** Most that one value may hold: its texts' characters, its members and entries, altogether. */
const MAX_WEIGHT = 2_000_000;

/** Work of one evaluation: about half a second where each of it is the dearest there is. */
const MAX_EFFORT = 1_000_000;

/** An evaluation that would have taken too long, or become too big. Nothing goes on after it. */
export class EffortError extends NodeError {}

/** What one evaluation has left to do, so that no template and no expression keeps the server busy. */
export class Effort {
  #left = MAX_EFFORT;

  spend(amount: number): void {
    this.#left -= amount;
    if (this.#left < 0) throw new EffortError("expression_failed", "it takes too long to evaluate");
  }
}

const weights = new WeakMap<object, number>();

/**
 * How much a value holds; values inside one another many times count each time. Rejects those that are too big.
 * Remembered for objects: they must not change afterwards.
 */
export function weigh(value: unknown): number {
  if (typeof value === "string") return checked(value.length);
  if (typeof value !== "object" || value === null) return 1;
  const known = weights.get(value);
  if (known !== undefined) return known;
  let weight = 1;
  for (const part of Object.values(value)) weight += weigh(part);
  weights.set(value, checked(weight));
  return weight;
}

function checked(weight: number): number {
  if (weight > MAX_WEIGHT) throw new EffortError("expression_failed", "a value becomes too big");
  return weight;
}

/** Counts a search of one text in another, which at worst looks at every pair of their characters. */
export function spendSearch(effort: Effort, text: string, searched: string): void {
  effort.spend(1 + (text.length * (searched.length + 1)) / 2_000);
}
