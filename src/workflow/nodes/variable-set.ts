import { z } from "zod";
import { valueName, valueScope } from "../language/value-name.ts";
import { NodeError } from "../node-error.ts";
import { defineNode } from "../node-parts/define-node.ts";

export const variableSetNode = defineNode({
  type: "variable-set",
  category: "calculation",
  summary: "Keeps each of its inputs as a value of the conversation, of its user or of the run.",
  example: { scope: "user", inputs: { level: "vip" }, next: "tell" },
  members: z.strictObject({ scope: valueScope }),
  timeoutSeconds: 10,
  describe: ({ scope }, { typeOf }, { inputs = {} }) => ({
    hasOpenInputs: true,
    outputs: Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        name,
        scope === "run" ? typeOf(value) : { type: "string" as const },
      ]),
    ),
    problems: Object.keys(inputs)
      .filter((name) => !valueName.safeParse(name).success)
      .map((name) => ({ field: `inputs.${name}`, message: "is not the name of a value" })),
  }),
  run: async ({ inputs, host, variables }, { scope }) => {
    if (scope === "run") {
      for (const [name, value] of Object.entries(inputs)) variables.set(checkedName(name), value);
      return { kind: "done", outputs: inputs };
    }
    const texts = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [checkedName(name), textOf(value)]),
    );
    await host.setValues(scope, texts);
    return { kind: "done", outputs: texts };
  },
});

function checkedName(name: string): string {
  if (valueName.safeParse(name).success) return name;
  throw new NodeError("input_invalid", `inputs: "${name}" is not the name of a value`);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
