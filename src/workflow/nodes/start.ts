import { z } from "zod";
import type { ValueType } from "../../domain/workflow.ts";
import { workflowInputSchema } from "../language/value-type-schema.ts";
import { defineNode } from "../node-parts/define-node.ts";

const members = z.strictObject({
  inputs: z
    .array(workflowInputSchema)
    .max(100)
    .default([])
    .describe("What callers give. Chatflows are given `query` and `files` beside."),
});

/** What a message is, to a chatflow. */
const MESSAGE: Record<string, ValueType> = { query: { type: "string" }, files: { type: "array" } };

export const startNode = defineNode({
  type: "start",
  category: "entry",
  summary: "Where a run begins that a caller starts: takes what the caller gives.",
  example: { inputs: [{ name: "order", description: "Number of the order." }], next: "look" },
  members,
  timeoutSeconds: 10,
  describe: ({ inputs }, { mode }) => ({
    outputs: {
      ...(mode === "workflow" ? {} : MESSAGE),
      ...Object.fromEntries(
        inputs.map(({ name, required: _, default: __, choices: ___, ...type }) => [name, type]),
      ),
    } satisfies Record<string, ValueType>,
    problems: inputs.flatMap(({ name }, position) =>
      inputs.findIndex((other) => other.name === name) < position
        ? [{ field: `inputs[${position}].name`, message: `is there twice: \`${name}\`` }]
        : [],
    ),
  }),
  run: async ({ inputs }) => ({ kind: "done", outputs: inputs }),
});
