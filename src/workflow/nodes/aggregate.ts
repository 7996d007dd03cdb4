import { z } from "zod";
import type { ValueType } from "../../domain/workflow.ts";
import { defineNode } from "../node-parts/define-node.ts";

export const aggregateNode = defineNode({
  type: "aggregate",
  category: "calculation",
  summary: "Takes of each input, a list, the first value that is there: what the branch gave that was taken.",
  example: { inputs: { text: [{ ref: "short.text" }, { ref: "long.text" }] }, next: "tell" },
  members: z.strictObject({}),
  timeoutSeconds: 10,
  describe: (_, { typeOf }, { inputs = {} }) => ({
    hasOpenInputs: true,
    outputs: Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, typeOfFirst(value, typeOf)]),
    ),
    problems: Object.entries(inputs)
      .filter(([, value]) => !Array.isArray(value))
      .map(([name]) => ({ field: `inputs.${name}`, message: "must be a list of what it is taken from" })),
  }),
  run: async ({ inputs }) => ({
    kind: "done",
    outputs: Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, firstOf(values)])),
  }),
});

function firstOf(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  return values.find((value) => value !== null && value !== undefined) ?? null;
}

/** Of one type if all are. */
function typeOfFirst(values: unknown, typeOf: (value: unknown) => ValueType): ValueType {
  if (!Array.isArray(values)) return { type: "any" };
  const types = values.map(typeOf);
  const [first] = types;
  return first !== undefined && types.every(({ type }) => type === first.type) ? first : { type: "any" };
}
