import { z } from "zod";
import { checkValue } from "../language/value-type.ts";
import { memberName, valueTypeSchema } from "../language/value-type-schema.ts";
import { NodeError } from "../node-error.ts";
import { defineNode } from "../node-parts/define-node.ts";

const TIMEOUT_SECONDS = 10;
/** What makes a program: it defines, gives or takes something. */
const PROGRAM = /\b(?:function|class|const|let|var|return|export|import|if|for|while)\b|=>/;
/** Something that is called `main`; whether it is a function shows when it runs. */
const MAIN = /\bfunction\s+main\b|\bmain\s*=(?!=)/;

/** What the code wrote to its console stands in the step under this name. */
const LOGS = "logs";

export const codeNode = defineNode({
  type: "code",
  category: "calculation",
  summary: "Runs JavaScript in a sandbox without files, environment or network.",
  example: {
    code: "function main({ a, b }) {\n  return { sum: a + b };\n}\n",
    outputs: { sum: { type: "number" } },
    inputs: { a: { ref: "start.a" }, b: 2 },
    next: "tell",
  },
  members: z.strictObject({
    code: z
      .string()
      .min(1)
      .max(100_000)
      .describe("Defines a function `main`, which is called with the inputs and gives an object."),
    outputs: z
      .record(memberName, valueTypeSchema)
      .refine((outputs) => Object.keys(outputs).length <= 50, "are more than 50")
      .describe("Members of the object that `main` gives; others are dropped, missing ones are a failure."),
  }),
  timeoutSeconds: TIMEOUT_SECONDS,
  describe: ({ code, outputs }) => ({
    hasOpenInputs: true,
    outputs: {
      ...outputs,
      [LOGS]: { type: "array", items: { type: "string" }, description: "What it wrote to its console." },
    },
    problems: [
      ...(MAIN.test(code) || !PROGRAM.test(code)
        ? []
        : [{ field: "code", message: "must define `function main(inputs) { … }`" }]),
      ...(Object.hasOwn(outputs, LOGS)
        ? [{ field: `outputs.${LOGS}`, message: "is what the code writes to its console" }]
        : []),
    ],
  }),
  run: async ({ node, inputs, services, signal }, { code, outputs }) => {
    const timeoutMs = (node.timeoutSeconds ?? TIMEOUT_SECONDS) * 1_000;
    const { output, logs } = await services.sandbox.run({ code, input: inputs, timeoutMs }, signal);
    if (typeof output !== "object" || output === null || Array.isArray(output)) {
      throw new NodeError("code_failed", "main must give an object");
    }
    const checked = Object.entries(outputs).map(([name, type]): [string, unknown] => {
      const given: unknown = Object.hasOwn(output, name) ? Reflect.get(output, name) : undefined;
      if (given === undefined) throw new NodeError("code_failed", `main gives no \`${name}\``);
      const read = checkValue(given, type, name);
      if ("problem" in read) throw new NodeError("code_failed", `what main gives is wrong: ${read.problem}`);
      return [name, read.value];
    });
    return { kind: "done", outputs: { ...Object.fromEntries(checked), [LOGS]: logs } };
  },
});
