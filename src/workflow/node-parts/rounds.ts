import { z } from "zod";

/** How long a person may take to answer. */
export const timeLimitSeconds = z
  .int()
  .min(1)
  .max(31_536_000)
  .optional()
  .describe("Seconds that the person has; then the node leaves through `timeout`. Absent: for ever.");

/** When an interrupt that is told now is over. */
export function untilDue({ timeLimitSeconds: seconds }: { timeLimitSeconds?: number | undefined }): {
  dueAt?: Date;
} {
  return seconds === undefined ? {} : { dueAt: new Date(Date.now() + seconds * 1_000) };
}

/** How often a node has asked, by what it kept. */
export function roundOf(memo: unknown): number {
  const kept = z.object({ round: z.int().min(1) }).safeParse(memo);
  return kept.success ? kept.data.round : 1;
}
