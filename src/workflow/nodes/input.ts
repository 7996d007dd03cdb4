import { z } from "zod";
import { workflowInputSchema } from "../language/value-type-schema.ts";
import { NodeError } from "../node-error.ts";
import type { NodeCall, NodeOutcome } from "../node-kind.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { fieldProblems, readFields, schemaOfFields, typesOfFields } from "../node-parts/read-fields.ts";
import { roundOf, timeLimitSeconds, untilDue } from "../node-parts/rounds.ts";

const TIMEOUT_PORT = "timeout";

const members = z.strictObject({
  text: z.string().min(1).max(20_000).describe("Template: what the person is told."),
  fields: z.array(workflowInputSchema).min(1).max(50).describe("What is asked for; each is an output."),
  maxRounds: z.int().min(1).max(100).default(10).describe("Wrong answers after which the node fails."),
  timeLimitSeconds,
});

type Members = z.output<typeof members>;

export const inputNode = defineNode({
  type: "input",
  category: "output",
  summary: "Asks a person for values and waits for them; a wrong answer is asked for again.",
  example: {
    text: "Where shall we send it?",
    fields: [
      { name: "city", description: "Town" },
      { name: "express", type: "boolean", required: false },
    ],
    next: "tell",
  },
  members,
  timeoutSeconds: 30,
  describe: (own) => ({
    ports: own.timeLimitSeconds === undefined ? ["next"] : ["next", TIMEOUT_PORT],
    outputs: typesOfFields(own.fields),
    sources: [{ field: "text", language: "template", text: own.text }],
    problems: fieldProblems(own.fields, "fields"),
  }),
  run: async (call, own) => {
    const { answer } = call;
    if (answer === undefined) return ask(call, own, 1, "");
    if (answer.kind === "due") return { kind: "done", port: TIMEOUT_PORT, outputs: outputsOf(own, {}) };
    const { values, problems } = readFields(own.fields, answer.data);
    if (problems.length === 0) return { kind: "done", port: "next", outputs: outputsOf(own, values) };
    const told = problems.map(({ message }) => message).join("\n");
    const round = roundOf(call.memo);
    if (round >= own.maxRounds) throw new NodeError("input_invalid", told);
    return ask(call, own, round + 1, `${told}\n`);
  },
});

function ask(call: NodeCall, own: Members, round: number, problem: string): NodeOutcome {
  return {
    kind: "wait",
    interrupt: {
      kind: "input",
      text: problem + call.render(own.text),
      options: [],
      schema: schemaOfFields(own.fields),
      ...untilDue(own),
    },
    memo: { round },
  };
}

function outputsOf({ fields }: Members, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ name }) => [name, Object.hasOwn(values, name) ? values[name] : null]),
  );
}
