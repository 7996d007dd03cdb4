import { z } from "zod";
import { defineAction, foreignId } from "../node-parts/define-action.ts";

export const tagUserNode = defineAction({
  type: "tag-user",
  summary: "Adds tags to the user, or removes them.",
  example: { inputs: { operation: "ADD", tags: [{ tagName: "refund" }] }, next: "tell" },
  payload: z.strictObject({
    operation: z.enum(["ADD", "REMOVE"]).describe("ADD or REMOVE."),
    tags: z
      .array(
        z.strictObject({
          tagName: z.string().min(1).max(100).describe("What people call it."),
          tagId: foreignId("Its id.").exactOptional(),
        }),
      )
      .min(1)
      .max(20),
    contactId: foreignId("Whom. Absent: the user of the conversation.").exactOptional(),
  }),
  decide: (payload) => ({ type: "tag-user", payload }),
});
