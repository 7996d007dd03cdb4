import type { InputValue } from "../../domain/workflow.ts";
import { sourcesIn } from "../language/input-sources.ts";
import { MAX_VALUE_SIZE, sizeOf } from "../language/value-size.ts";
import type { Source } from "../node-kind.ts";
import { pastLimit } from "./run-failure.ts";

/** What is taken from each turn of a body, by the member of the node that says so. */
export interface Collected<Value> {
  outputs: Record<string, Value>;
  set?: Record<string, Value>;
}

/** As one record, for a frame. */
export function toCollect({ outputs, set = {} }: Collected<InputValue>): Record<string, InputValue> {
  return Object.fromEntries([
    ...Object.entries(outputs).map(([name, value]) => [`outputs.${name}`, value]),
    ...Object.entries(set).map(([name, value]) => [`set.${name}`, value]),
  ]);
}

/** What is missing is null. */
export function splitCollected(collected: Readonly<Record<string, unknown>>): Required<Collected<unknown>> {
  const split: Required<Collected<unknown>> = { outputs: {}, set: {} };
  for (const [place, value] of Object.entries(collected)) {
    if (place.startsWith("outputs.")) split.outputs[place.slice("outputs.".length)] = value ?? null;
    else split.set[place.slice("set.".length)] = value ?? null;
  }
  return split;
}

/** Sees that lists which grow with every turn never become larger than what a node may give. */
export class CollectedSizes {
  readonly #sizes = new Map<string, number>();

  /** Throws past the limit. */
  count({ outputs, set }: Required<Collected<unknown>>): void {
    for (const [name, value] of Object.entries(outputs)) {
      const size = (this.#sizes.get(name) ?? 0) + sizeOf(value, MAX_VALUE_SIZE);
      this.#sizes.set(name, size);
      this.#limit(name, size);
    }
    for (const [name, value] of Object.entries(set)) this.#limit(name, sizeOf(value, MAX_VALUE_SIZE));
  }

  #limit(name: string, size: number): void {
    if (size > MAX_VALUE_SIZE)
      throw pastLimit(`its output "${name}" is larger than ${MAX_VALUE_SIZE} characters`);
  }
}

export function collectedSources({ outputs, set = {} }: Collected<InputValue>): Source[] {
  return [...sourcesIn("outputs", outputs), ...sourcesIn("set", set)].map((source) => ({
    ...source,
    isInside: true,
  }));
}
