import { z } from "zod";

/** What operations say of turns, as its schemas. */

export const TURN_STATUSES = [
  "running",
  "waiting",
  "completed",
  "stopped",
  "failed",
  "interrupted",
  "merged",
] as const;

/** What an answer took. */
export const usageAnswer = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  firstTokenMs: z.number(),
  latencyMs: z.number(),
  cost: z.number(),
  currency: z.string(),
});
