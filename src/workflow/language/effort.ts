import { NodeError } from "../node-error.ts";

/** Most that one value may hold: its texts' characters, its members and entries, altogether. */
const MAX_WEIGHT = 2_000_000;

/** Work of one node at a stretch: about 50 ms where each of it is the dearest there is. */
const MAX_EFFORT = 100_000;

/** An evaluation that would have taken too long, or become too big. Nothing goes on after it. */
export class EffortError extends NodeError {}

let spent = 0;

/** Of all evaluations in this process, so far. */
export function effortSpent(): number {
  return spent;
}

/** What is left to do for a node before others get their turn, so that no template and no expression keeps the server busy. */
export class Effort {
  #left = MAX_EFFORT;

  spend(amount: number): void {
    this.#left -= amount;
    spent += amount;
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

/** Counts work that goes through a whole text, making something of each character, before it is done. */
export function spendText(effort: Effort, text: string): void {
  effort.spend(text.length / 10);
}

/** Names of the members of an object, which are counted. */
export function namesOf(value: object, effort: Effort): string[] {
  const names = Object.keys(value);
  effort.spend(names.length);
  return names;
}

/** Members from which on an object is dear to go through. */
const MANY_MEMBERS = 1_000;

/** Counts the members and entries of data, those inside one another too, that all of it is copied. */
export function spendCopy(effort: Effort, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const parts = Object.values(value);
  const isDear = !Array.isArray(value) && parts.length > MANY_MEMBERS;
  effort.spend(isDear ? parts.length * 5 : Array.isArray(value) ? parts.length / 4 : parts.length);
  for (const part of parts) spendCopy(effort, part);
}

/** Counts a search of one text in another, which at worst looks at every pair of their characters. */
export function spendSearch(effort: Effort, text: string, searched: string): void {
  effort.spend(1 + (text.length * (searched.length + 1)) / 2_000);
}
