import { z } from "zod";
import { defineNode } from "../node-parts/define-node.ts";

const members = z.strictObject({
  text: z.string().min(1).max(100_000).describe("Template of what is told."),
  stream: z
    .boolean()
    .default(false)
    .describe("Told as models before it write it, where it shows their text."),
});

export const messageNode = defineNode({
  type: "message",
  category: "output",
  summary: "Tells the caller text in the middle of the run.",
  example: { text: "One moment, {{ start.name }}.", next: "look" },
  members,
  timeoutSeconds: 600,
  describe: ({ text }) => ({
    outputs: { text: { type: "string" } },
    sources: [{ field: "text", language: "template", text }],
  }),
  run: async (call, { text: template, stream }) => {
    if (!stream) {
      const text = call.render(template);
      call.say(text);
      return { kind: "done", outputs: { text } };
    }
    let text = "";
    for await (const piece of call.stream(template)) {
      call.say(piece);
      text += piece;
    }
    return { kind: "done", outputs: { text } };
  },
});
