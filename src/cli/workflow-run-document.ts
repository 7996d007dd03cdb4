import { z } from "zod";
import type { WorkflowRun, WorkflowStep } from "../domain/workflow-run.ts";
import type { TreeRun, TreeStep } from "./workflow-tree.ts";

/** What of a run is written, and read again to be shown. Members that are not named here are kept out of sight. */
const time = z.iso.datetime().transform((text) => new Date(text));
const usage = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cost: z.number(),
  currency: z.string(),
});
const failure = z.object({ code: z.string(), message: z.string() });
const interrupt = z.object({ kind: z.string(), text: z.string() });

const documentSchema = z.object({
  run: z.object({
    status: z.enum(["running", "waiting", "completed", "failed", "cancelled"]),
    usage,
    stepCount: z.number(),
    createdAt: time,
    updatedAt: time,
    activeMs: z.number(),
  }),
  steps: z.array(
    z.object({
      id: z.number(),
      path: z.string().min(1).max(10_000),
      nodeId: z.string(),
      kind: z.string(),
      title: z.string(),
      status: z.enum(["running", "waiting", "completed", "failed"]),
      port: z.string(),
      attempts: z.number(),
      input: z.unknown().optional(),
      output: z.record(z.string(), z.unknown()).optional(),
      error: failure.optional(),
      said: z.string().optional(),
      actions: z.array(z.unknown()),
      usage,
      interrupt: interrupt.optional(),
      resume: z.unknown().optional(),
      startedAt: time,
      endedAt: time.optional(),
    }),
  ),
});

/** A run with its steps as JSON, for programs and for `antiphon workflow trace`. */
export function writeRunDocument(run: WorkflowRun, steps: readonly WorkflowStep[]): string {
  return JSON.stringify({ run, steps }, undefined, 2);
}

/** Undefined: the text is no such document. */
export function readRunDocument(text: string): { run: TreeRun; steps: TreeStep[] } | undefined {
  try {
    const result = documentSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
