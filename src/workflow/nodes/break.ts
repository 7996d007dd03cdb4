import { z } from "zod";
import { defineNode } from "../node-parts/define-node.ts";

export const breakNode = defineNode({
  type: "break",
  category: "calculation",
  summary: "Makes this turn of the loop around it the last one.",
  example: {},
  members: z.strictObject({}),
  timeoutSeconds: 10,
  describe: () => ({ ports: [] }),
  run: async () => ({ kind: "break" }),
});
