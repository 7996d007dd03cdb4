import { z } from "zod";
import type { ValueType } from "../../domain/workflow.ts";
import { valueName, valueScope } from "../language/value-name.ts";
import { defineNode } from "../node-parts/define-node.ts";

export const variableGetNode = defineNode({
  type: "variable-get",
  category: "calculation",
  summary: "Reads values that are kept for the conversation, for its user or for the run.",
  example: { scope: "conversation", names: ["city"], defaults: { city: "Bern" }, next: "ask" },
  members: z.strictObject({
    scope: valueScope,
    names: z.array(valueName).min(1).max(50).describe("Which values; each is an output."),
    defaults: z
      .record(valueName, z.unknown())
      .default({})
      .describe("What an output is where nothing is kept. Absent: empty text, or null for the run's."),
  }),
  timeoutSeconds: 10,
  describe: ({ scope, names, defaults }) => ({
    outputs: Object.fromEntries(names.map((name): [string, ValueType] => [name, typeOf(scope, defaults)])),
    problems: Object.keys(defaults)
      .filter((name) => !names.includes(name))
      .map((name) => ({ field: `defaults.${name}`, message: "is none of the names" })),
  }),
  run: async ({ host, variables }, { scope, names, defaults }) => {
    const kept = scope === "run" ? undefined : await host.values(scope);
    const found = names.map((name): [string, unknown] => {
      const value = kept === undefined ? variables.get(name) : ownValue(kept, name);
      return [name, value ?? ownValue(defaults, name) ?? (kept === undefined ? null : "")];
    });
    return { kind: "done", outputs: Object.fromEntries(found) };
  },
});

/** Values of conversations and users are texts; defaults may be anything. */
function typeOf(scope: z.output<typeof valueScope>, defaults: Record<string, unknown>): ValueType {
  const isText = scope !== "run" && Object.values(defaults).every((value) => typeof value === "string");
  return { type: isText ? "string" : "any" };
}

function ownValue(values: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
