import type { ConversationId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";

/** Triggers that may wait in one conversation: whoever looks for what is due passes by all of them. */
export const WAITING_LIMIT = 1_000;

/** Whether as many triggers wait in the conversation as may. Of several who ask at once each may add one. */
export async function isFull(
  { triggers }: Pick<Repositories, "triggers">,
  conversationId: ConversationId,
): Promise<boolean> {
  return (await triggers.countDue(conversationId, WAITING_LIMIT)) >= WAITING_LIMIT;
}
