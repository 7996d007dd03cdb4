import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { NodeError } from "../node-error.ts";
import { defineNode } from "../node-parts/define-node.ts";

/** Up to here it is waited for in the process; longer ones are in the store, and need no process. */
const SHORT_MS = 5_000;
const LONGEST_SECONDS = 366 * 86_400;

const kept = z.object({ dueAt: z.iso.datetime() });

export const delayNode = defineNode({
  type: "delay",
  category: "calculation",
  summary: "Waits: for some seconds, or until a time. Restarts of the server do not matter.",
  example: { inputs: { seconds: 3_600 }, next: "remind" },
  members: z.strictObject({}),
  timeoutSeconds: 60,
  describe: (_, __, { inputs = {} }) => ({
    inputs: {
      seconds: { type: "number", required: false },
      until: { type: "datetime", required: false },
    },
    outputs: { at: { type: "datetime" } },
    problems:
      "seconds" in inputs === "until" in inputs
        ? [{ field: "inputs", message: "must have one of `seconds` and `until`" }]
        : [],
  }),
  run: async (call) => {
    const at = new Date();
    if (call.answer !== undefined) return { kind: "done", outputs: { at: at.toISOString() } };
    const known = kept.safeParse(call.memo);
    const dueAt = known.success ? new Date(known.data.dueAt) : dueOf(call.inputs, at);
    const waitMs = dueAt.getTime() - at.getTime();
    if (waitMs > SHORT_MS) {
      const text = `until ${dueAt.toISOString()}`;
      return { kind: "wait", interrupt: { kind: "delay", text, options: [], dueAt } };
    }
    if (waitMs > 0) {
      await call.remember({ dueAt: dueAt.toISOString() });
      await pause(waitMs, undefined, { signal: call.signal });
    }
    return { kind: "done", outputs: { at: new Date().toISOString() } };
  },
});

function dueOf({ seconds, until }: Record<string, unknown>, now: Date): Date {
  const dueAt =
    typeof until === "string" ? new Date(until) : new Date(now.getTime() + Number(seconds) * 1_000);
  const isTooLate = dueAt.getTime() - now.getTime() > LONGEST_SECONDS * 1_000;
  if (Number.isFinite(dueAt.getTime()) && !isTooLate && !(Number(seconds) < 0)) return dueAt;
  throw new NodeError("input_invalid", "the time is none, or more than a year away");
}
