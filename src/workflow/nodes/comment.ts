import { z } from "zod";
import { defineNode } from "../node-parts/define-node.ts";

export const commentNode = defineNode({
  type: "comment",
  category: "comment",
  summary: "Words for people who read the graph; never runs.",
  example: { text: "Refunds above 100 go to a person." },
  members: z.strictObject({ text: z.string().max(10_000).default("").describe("The words.") }),
  timeoutSeconds: 10,
  describe: () => ({ ports: [] }),
  run: async () => ({ kind: "done", outputs: {} }),
});
