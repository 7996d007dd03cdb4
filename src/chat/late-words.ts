import type { WorkflowRun } from "../domain/workflow-run.ts";
import { chatLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";
import { insertedInto } from "./conversations.ts";
import type { ResponderServices } from "./responder.ts";
import { personInterrupt, questionText } from "./run-endings.ts";
import { narrateSteps } from "./run-narration.ts";

/**
 * Keeps what workflows say when the turns that they answered are over, because they waited for long: as messages of the
 * agent in their conversation, which know of no turn.
 */
export function keepLateWords(store: Store, { engine, hosts }: ResponderServices): void {
  hosts.onLate((run) => {
    const running = engine.find(run.id);
    if (running === undefined) return;
    running.settled
      .then((settled) => keepWords(store, run, settled))
      .catch((error: unknown) => chatLog.error({ err: error, runId: run.id }, "late words were not kept"));
  });
}

/** `begun`: the run as it was when it went on. */
async function keepWords(store: Store, begun: WorkflowRun, settled: WorkflowRun): Promise<void> {
  const { id, conversationId } = begun;
  if (settled.status === "running" || conversationId === undefined) return;
  const steps = await store.workflowRuns.steps(id);
  const { text } = narrateSteps(
    steps.filter(({ endedAt }) => endedAt !== undefined && endedAt >= begun.updatedAt),
  );
  const asked = settled.status === "waiting" ? personInterrupt(settled) : undefined;
  const words = [text, asked === undefined ? "" : questionText(asked)].filter((part) => part !== "");
  const conversation = await store.conversations.get(conversationId);
  if (words.length === 0 || conversation === undefined) return;
  const message = {
    ...{ role: "assistant" as const, kind: "answer" as const },
    ...{ text: words.join("\n\n"), attachments: [], meta: {} },
  };
  await store.exchanges.insert([insertedInto(store, conversation, message)]);
  await store.flushed();
}
