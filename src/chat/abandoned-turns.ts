import type { TurnId } from "../domain/ids.ts";
import type { AbandonedTurn, Emission, Repositories, Store } from "../storage/store.ts";
import type { Facts } from "./facts.ts";

/**
 * Closes as interrupted what dead nodes, or an earlier process of this one, left running, and tells those who listen.
 * Turns of `ownTurns` are left alone. Resolves with how many, when that would survive a power cut.
 */
export async function closeAbandonedTurns(
  { store, facts }: { store: Store; facts: Facts },
  ownTurns: ReadonlySet<TurnId>,
): Promise<number> {
  const now = new Date();
  const emissions: Emission[] = [];
  const count = await store.turns.closeAbandoned({
    now,
    ownTurns,
    tell: async (repositories, turn) => {
      const emission = await failureOf(repositories, turn, facts, now);
      if (emission === undefined) return;
      await repositories.outbox.add(emission);
      emissions.push(emission);
    },
  });
  if (count === 0) return 0;
  await store.flushed();
  facts.wake(emissions);
  return count;
}

/** Undefined when nobody listens, or when conversation or answer were deleted meanwhile. */
async function failureOf(
  repositories: Repositories,
  { turnId, conversationId, exchangeId, agentId, userId }: AbandonedTurn,
  facts: Facts,
  at: Date,
): Promise<Emission | undefined> {
  const conversation = await repositories.conversations.get(conversationId);
  const exchange = await repositories.exchanges.ofTurn(conversationId, userId, turnId);
  const answer = exchange?.answers.find(({ turn }) => turn.id === turnId);
  if (conversation === undefined || exchange === undefined || answer === undefined) return undefined;
  const { versionId, usage, error } = answer.turn;
  return facts.prepare(repositories, {
    type: "turn.failed",
    workspaceId: conversation.workspaceId,
    subject: `conversation:${conversationId}`,
    at,
    data: {
      turnId,
      conversationId,
      exchangeId,
      messageId: answer.messageId,
      agentId,
      ...(versionId !== undefined && { versionId }),
      userId,
      channel: conversation.channel,
      status: "interrupted",
      question: exchange.question.text,
      answer: answer.text,
      isTruncated: false,
      usage,
      error: error ?? { code: "interrupted", message: "the server ended while it answered" },
    },
  });
}
