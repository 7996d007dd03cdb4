import { z } from "zod";
import { address, defineAction } from "../node-parts/define-action.ts";

export const sendFileMessageNode = defineAction({
  type: "send-file-message",
  summary: "Sends a file.",
  example: { inputs: { fileUrl: { ref: "look.body.invoice" }, fileName: "invoice.pdf" }, next: "tell" },
  payload: z.strictObject({
    fileUrl: address("Where it is."),
    fileName: z.string().min(1).max(255).describe("Its name.").exactOptional(),
    size: z.int().min(0).describe("Bytes.").exactOptional(),
  }),
  decide: (payload) => ({ type: "send-file-message", payload }),
});
