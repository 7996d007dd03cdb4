import { z } from "zod";
import { defineAction, foreignId } from "../node-parts/define-action.ts";

export const sendTextMessageNode = defineAction({
  type: "send-text-message",
  summary: "Sends a text beside the answer.",
  example: { inputs: { text: { template: "Hello {{ start.name }}" } }, next: "tell" },
  payload: z.strictObject({
    text: z.string().min(1).max(20_000),
    clientIds: z.array(foreignId("As its client names the message.")).max(100).exactOptional(),
    mentionUserIds: z.array(foreignId("Whom it mentions.")).max(100).exactOptional(),
    quoteMessageId: foreignId("The message it answers.").exactOptional(),
  }),
  decide: (payload) => ({ type: "send-text-message", payload }),
});
