import type { AgentId, ConversationId, TurnId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";

/** Ends the runs that wait for the user in a conversation: nobody sees their questions any more. */
export async function cancelWaitingIn(
  { workflowRuns }: Pick<Store, "workflowRuns">,
  { id: conversationId, agentId }: { id: ConversationId; agentId?: AgentId | undefined },
): Promise<void> {
  if (agentId === undefined) return;
  for (;;) {
    const waiting = await workflowRuns.waitingIn({ conversationId, agentId });
    if (waiting === undefined) return;
    await workflowRuns.cancel(waiting.id, new Date());
  }
}

/** The same for those that wait because of these turns. */
export async function cancelWaitingOf(
  { workflowRuns }: Pick<Store, "workflowRuns">,
  turnIds: readonly TurnId[],
): Promise<void> {
  for (const turnId of turnIds) {
    const run = await workflowRuns.ofTurn(turnId);
    if (run?.status === "waiting") await workflowRuns.cancel(run.id, new Date());
  }
}
