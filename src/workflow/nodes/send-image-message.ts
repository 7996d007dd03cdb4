import { z } from "zod";
import { address, defineAction, foreignId } from "../node-parts/define-action.ts";

export const sendImageMessageNode = defineAction({
  type: "send-image-message",
  summary: "Sends a picture.",
  example: { inputs: { imageUrl: "https://shop.example/map.png" }, next: "tell" },
  payload: z.strictObject({
    imageUrl: address("Where it is."),
    clientIds: z.array(foreignId("As its client names the message.")).max(100).exactOptional(),
  }),
  decide: (payload) => ({ type: "send-image-message", payload }),
});
