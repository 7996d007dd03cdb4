import { z } from "zod";
import { defineAction } from "../node-parts/define-action.ts";

export const sendPostMessageNode = defineAction({
  type: "send-post-message",
  summary: "Sends several texts, pictures, videos, files or links as one message.",
  example: {
    inputs: {
      title: "News",
      messages: [
        { type: "text", content: "Our new shop is open." },
        { type: "link", content: "https://shop.example" },
      ],
    },
    next: "tell",
  },
  payload: z.strictObject({
    title: z.string().min(1).max(200).describe("Stands above it.").exactOptional(),
    messages: z
      .array(
        z.strictObject({
          type: z.enum(["text", "image", "video", "file", "link"]),
          content: z.string().min(1).max(8_000).describe("The text, or the address of what is shown."),
        }),
      )
      .min(1)
      .max(20),
  }),
  decide: (payload) => ({ type: "send-post-message", payload }),
});
