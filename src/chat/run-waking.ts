import { setTimeout as delay } from "node:timers/promises";
import type { WorkflowRun } from "../domain/workflow-run.ts";
import type { Store } from "../storage/store.ts";
import type { RunningRun } from "../workflow/workflow-engine.ts";
import type { ResponderServices } from "./responder.ts";

/** Longest that a turn stays open, and its conversation waits, for a workflow that only waits for its time. */
const LONGEST_PAUSE_MS = 60_000;
/** How often it is looked whether another node has gone on with the run. */
const LOOK_MS = 500;

/** Whether a run that waits for nothing but its time goes on soon enough for its turn to wait. */
export function goesOnSoon({ interrupts }: WorkflowRun, now = Date.now()): boolean {
  if (!interrupts.every(({ kind }) => kind === "delay")) return false;
  const dueAtMs = Math.min(...interrupts.map(({ dueAt }) => dueAt?.getTime() ?? Number.POSITIVE_INFINITY));
  return dueAtMs - now <= LONGEST_PAUSE_MS;
}

/**
 * Resolves with a run that has gone on here after its time came, or with what it is when it went on elsewhere and has
 * settled. Rejects with the reason of `signal`.
 */
export async function untilWoken(
  {
    store,
    workflows: { engine, hosts },
  }: { store: Pick<Store, "workflowRuns">; workflows: ResponderServices },
  { id, updatedAt }: WorkflowRun,
  signal: AbortSignal,
): Promise<RunningRun | { settled: WorkflowRun }> {
  const begun = Promise.withResolvers<void>();
  const leave = hosts.notice(id, begun.resolve);
  try {
    for (;;) {
      signal.throwIfAborted();
      const here = engine.find(id);
      if (here !== undefined) return here;
      const run = await store.workflowRuns.get(id);
      const isElsewhere = run?.status === "running" && !engine.inHand.has(id);
      const hasSettled = run !== undefined && run.status !== "running" && run.updatedAt > updatedAt;
      if (hasSettled && engine.find(id) === undefined) return { settled: run };
      const pause = new AbortController();
      const look = delay(isElsewhere ? LOOK_MS / 5 : LOOK_MS, undefined, {
        signal: AbortSignal.any([signal, pause.signal]),
      });
      await Promise.race([begun.promise, look.catch(() => {})]);
      pause.abort();
    }
  } finally {
    leave();
  }
}
