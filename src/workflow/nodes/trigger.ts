import { z } from "zod";
import { TRIGGER_TYPES } from "../../domain/trigger.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { TRIGGER_OUTPUTS } from "../node-parts/trigger-outputs.ts";

const members = z.strictObject({
  on: z
    .array(z.enum(TRIGGER_TYPES))
    .min(1)
    .max(TRIGGER_TYPES.length)
    .optional()
    .describe("Types of triggers it takes."),
  event: z.string().min(1).max(200).optional().describe("Id or name of the agent's own event that it takes."),
  filter: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      "Expression: what it does not hold for goes no further. Sees `trigger`, `user` and `conversation`.",
    ),
});

export const triggerNode = defineNode({
  type: "trigger",
  category: "entry",
  summary: "Where a run begins that something starts which happened: a message, a tag, an event.",
  example: { on: ["receive-text-message"], filter: "trigger.text.startsWith('/')", next: "look" },
  members,
  timeoutSeconds: 10,
  describe: ({ on = [], event, filter }) => ({
    outputs: Object.assign(
      { type: { type: "string" as const } },
      ...[...on, ...(event === undefined ? [] : ["canvas-event-trigger" as const])].map(
        (type) => TRIGGER_OUTPUTS[type],
      ),
    ),
    sources:
      filter === undefined
        ? []
        : [
            {
              field: "filter",
              language: "expression" as const,
              text: filter,
              type: { type: "boolean" as const },
            },
          ],
    problems:
      on.length === 0 && event === undefined ? [{ field: "on", message: "must say what it takes" }] : [],
  }),
  run: async (call, { filter }) => {
    const isTaken = filter === undefined || call.evaluate(filter) === true;
    return { kind: "done", outputs: call.inputs, ...(!isTaken && { port: "" }) };
  },
});
