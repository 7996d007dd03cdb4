import type { PlainFact } from "../callbacks/emit.ts";
import type { Agent } from "../domain/agent.ts";
import type { Usage } from "../domain/conversation.ts";
import type { TurnEventData } from "../domain/event.ts";
import type { ClosedTurn } from "../storage/store.ts";
import type { TurnStanding } from "./suspended-turn.ts";

/**
 * What an ended turn gives to tell: that it was completed (a stopped one is: its caller wanted no more) or failed, and
 * what it used of its model, if anything.
 */
export function factsOfTurn(
  { turnId, status, endedAt, text, error, usage, model = "" }: ClosedTurn,
  { agent, standing }: { agent: Agent; standing: TurnStanding },
): [PlainFact, PlainFact?] {
  const { conversationId, exchangeId, answerMessageId, userId, channel, question } = standing;
  const { workspaceId } = agent;
  const subject = `conversation:${conversationId}`;
  const data: TurnEventData = {
    turnId,
    conversationId,
    exchangeId,
    messageId: answerMessageId,
    agentId: agent.id,
    ...(agent.versionId !== undefined && { versionId: agent.versionId }),
    userId,
    channel,
    status,
    question: question.text,
    answer: text,
    isTruncated: false,
    usage,
  };
  const about = { workspaceId, subject, at: endedAt };
  const end: PlainFact =
    error === undefined
      ? { ...about, type: "turn.completed", data }
      : { ...about, type: "turn.failed", data: { ...data, error } };
  if (usage.inputTokens + usage.outputTokens === 0) return [end];
  const used = { turnId, conversationId, agentId: agent.id, userId, channel, model, ...spent(usage) };
  return [end, { ...about, type: "usage.recorded", data: used }];
}

function spent({ inputTokens, outputTokens, cost, currency }: Usage) {
  return { inputTokens, outputTokens, cost, currency };
}
