import { z } from "zod";
import { defineAction, foreignId } from "../node-parts/define-action.ts";

export const inviteRoomNode = defineAction({
  type: "invite-room",
  summary: "Invites people into a group chat.",
  example: { inputs: { roomId: "R:1", message: "Here we can talk." }, next: "tell" },
  payload: z.strictObject({
    roomId: foreignId("The group."),
    contactIds: z
      .array(foreignId("A person."))
      .max(100)
      .default([])
      .describe("Whom. Empty: the user of the conversation."),
    receiverId: foreignId("The account that invites.").exactOptional(),
    message: z.string().min(1).max(1_000).describe("Said with the invitation.").exactOptional(),
  }),
  decide: (payload) => ({ type: "invite-room", payload }),
});
