import { z } from "zod";
import { defineAction, foreignId } from "../node-parts/define-action.ts";

export const handoverNode = defineAction({
  type: "handover",
  summary: "Hands the conversation over to a person.",
  example: { inputs: { reason: { ref: "start.query" } }, next: "tell" },
  payload: z.strictObject({
    handoverMessage: z.string().min(1).max(8_000).describe("Told to the user.").exactOptional(),
    reason: z.string().min(1).max(1_000).describe("Why, for the person who takes over.").exactOptional(),
    assigneeId: foreignId("Who is to take over.").exactOptional(),
    groupId: foreignId("Which group is to take over.").exactOptional(),
  }),
  decide: (payload) => ({ type: "handover", payload }),
});
