import type { PlainFact } from "../callbacks/emit.ts";
import type { TurnId } from "../domain/ids.ts";
import { textActions } from "../domain/output-action.ts";
import type { AbandonedTurn, Emission, Repositories, Store } from "../storage/store.ts";
import type { Facts } from "./facts.ts";
import { originOf } from "./suspended-turn.ts";
import { actionsFact } from "./turn-facts.ts";

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
      for (const fact of await factsOf(repositories, turn, now)) {
        const emission = await facts.prepare(repositories, fact);
        if (emission === undefined) continue;
        await repositories.outbox.add(emission);
        emissions.push(emission);
      }
    },
  });
  if (count === 0) return 0;
  await store.flushed();
  facts.wake(emissions);
  return count;
}

/**
 * None when conversation or answer were deleted meanwhile. An adapter hears that nothing comes of what it started: what
 * there is of the answer is not to be sent.
 */
async function factsOf(repositories: Repositories, turn: AbandonedTurn, at: Date): Promise<PlainFact[]> {
  const { turnId, conversationId, exchangeId, agentId, userId } = turn;
  const conversation = await repositories.conversations.get(conversationId);
  const exchange = await repositories.exchanges.ofTurn(conversationId, userId, turnId);
  const answer = exchange?.answers.find((candidate) => candidate.turn.id === turnId);
  if (conversation === undefined || exchange === undefined || answer === undefined) return [];
  const { versionId, usage, error } = answer.turn;
  const { workspaceId, channel, sessionId = "" } = conversation;
  const failure: PlainFact = {
    type: "turn.failed",
    workspaceId,
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
      channel,
      status: "interrupted",
      question: exchange.question.text,
      answer: answer.text,
      isTruncated: false,
      usage,
      error: error ?? { code: "interrupted", message: "the server ended while it answered" },
    },
  };
  const trigger = await repositories.triggers.ofTurn(turnId);
  if (trigger?.adapterId === undefined) return [failure];
  const { question } = exchange;
  const told = { turnId, conversationId, userId, channel, sessionId, question, origin: originOf(trigger) };
  const actions = textActions(answer.text, "skip");
  return [failure, actionsFact(workspaceId, { ...told, askedAgent: { id: agentId } }, { actions, at })];
}
