import type { InputValue } from "../../domain/workflow.ts";
import { sourcesIn } from "../language/input-sources.ts";
import type { Source } from "../node-kind.ts";

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

export function collectedSources({ outputs, set = {} }: Collected<InputValue>): Source[] {
  return [...sourcesIn("outputs", outputs), ...sourcesIn("set", set)].map((source) => ({
    ...source,
    isInside: true,
  }));
}
