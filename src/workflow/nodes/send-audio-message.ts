import { z } from "zod";
import { address, defineAction } from "../node-parts/define-action.ts";

export const sendAudioMessageNode = defineAction({
  type: "send-audio-message",
  summary: "Sends a recording.",
  example: { inputs: { audioUrl: { ref: "start.recording" }, duration: 12 }, next: "tell" },
  payload: z.strictObject({
    audioUrl: address("Where it is."),
    duration: z.number().min(0).max(86_400).describe("Seconds.").exactOptional(),
    text: z.string().min(1).max(8_000).describe("What is said in it.").exactOptional(),
  }),
  decide: (payload) => ({ type: "send-audio-message", payload }),
});
