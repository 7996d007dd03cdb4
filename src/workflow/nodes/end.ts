import { z } from "zod";
import { sourcesIn } from "../language/input-sources.ts";
import { memberName } from "../language/value-type-schema.ts";
import { defineNode } from "../node-parts/define-node.ts";

const members = z.strictObject({
  outputs: z
    .record(memberName, z.unknown())
    .optional()
    .describe("What the run gives, by name. Absent: its answer, as `output`."),
  answer: z.string().max(100_000).optional().describe("Template of the text that the run answers with."),
  stream: z.boolean().default(false).describe("The answer is told as models before it write it."),
});

export const endNode = defineNode({
  type: "end",
  category: "output",
  summary: "What the run gives, and answers.",
  example: { answer: "{{ ask.text }}", stream: true },
  members,
  timeoutSeconds: 600,
  describe: ({ outputs = {}, answer }) => ({
    ports: [],
    sources: [
      ...(answer === undefined ? [] : [{ field: "answer", language: "template" as const, text: answer }]),
      ...sourcesIn("outputs", outputs),
    ],
  }),
  run: async (call, { outputs, answer: template, stream }) => {
    if (template === undefined) return { kind: "end", output: call.value(outputs ?? {}) };
    let answer = "";
    for await (const piece of stream ? call.stream(template) : [call.render(template)]) {
      call.say(piece);
      answer += piece;
    }
    return { kind: "end", output: outputs === undefined ? { output: answer } : call.value(outputs), answer };
  },
});
