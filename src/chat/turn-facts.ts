import type { PlainFact } from "../callbacks/emit.ts";
import type { Agent } from "../domain/agent.ts";
import type { Usage } from "../domain/conversation.ts";
import type { Fact, TurnEventData } from "../domain/event.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { isWords, type OutputAction, textActions } from "../domain/output-action.ts";
import { textTrigger } from "../domain/trigger.ts";
import type { ClosedTurn } from "../storage/store.ts";
import type { QuestionContent } from "./dialogue.ts";
import type { TurnStanding } from "./suspended-turn.ts";

/** What an ended turn gives to tell. */
export interface TurnFacts {
  /** That it was completed (a stopped one is: its caller wanted no more) or failed. */
  end: PlainFact;
  /** What it used of its model, if anything. */
  usage?: PlainFact;
  /** What most turns have nothing of: what it decided beside answering, or because of an adapter. */
  others: PlainFact[];
}

export function factsOfTurn(
  closed: ClosedTurn,
  { agent, standing, isHeld }: { agent: Agent; standing: TurnStanding; isHeld: boolean },
): TurnFacts {
  const { turnId, status, endedAt, text, error, usage, model = "" } = closed;
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
    ...(isHeld && { isHeld }),
  };
  const about = { workspaceId, subject, at: endedAt };
  const end: PlainFact =
    error === undefined
      ? { ...about, type: "turn.completed", data }
      : { ...about, type: "turn.failed", data: { ...data, error } };
  const others = decisionFacts(workspaceId, standing, closed);
  if (usage.inputTokens + usage.outputTokens === 0) return { end, others };
  const used = { turnId, conversationId, agentId: agent.id, userId, channel, model, ...spent(usage) };
  return { end, usage: { ...about, type: "usage.recorded", data: used }, others };
}

function decisionFacts(
  workspaceId: WorkspaceId,
  standing: TurnStanding,
  { actions, text, endedAt: at }: ClosedTurn,
): PlainFact[] {
  const facts: PlainFact[] = [];
  const { adapterId, source } = standing.origin ?? {};
  if (source === "test") return facts;
  const isMore = actions?.some((action) => !isWords(action)) === true;
  if (isMore || adapterId !== undefined || source === "adapter") {
    facts.push(actionsFact(workspaceId, standing, { actions: actions ?? textActions(text), at }));
  }
  const handover = actions?.find((action) => action.type === "handover" && action.status === "send");
  if (handover !== undefined) {
    facts.push(handoverFact(workspaceId, standing, { ...handover.payload, at }));
  }
  return facts;
}

/** What has to be known of a turn to tell what it decided. */
export type DecidingTurn = Pick<
  TurnStanding,
  "turnId" | "conversationId" | "userId" | "channel" | "sessionId" | "origin"
> & { askedAgent: Pick<Agent, "id">; question: Pick<QuestionContent, "text"> };

/** What a turn decided, as who carries it out is told: only the adapter that started it, or all that listen. */
export function actionsFact(
  workspaceId: WorkspaceId,
  turn: DecidingTurn,
  { actions, at }: { actions: OutputAction[]; at: Date },
): Fact<"turn.actions"> {
  const { turnId, conversationId, askedAgent, userId, channel, sessionId, origin } = turn;
  return {
    type: "turn.actions",
    workspaceId,
    subject: `conversation:${conversationId}`,
    at,
    data: {
      turnId,
      conversationId,
      agentId: askedAgent.id,
      userId,
      channel,
      ...(origin?.adapterId !== undefined && { adapterId: origin.adapterId }),
      run: {
        sessionId,
        source: origin?.source ?? "api",
        trigger: origin?.trigger ?? textTrigger(turn.question.text),
        actions,
      },
    },
  };
}

/** That the turn gave its conversation to a person. */
function handoverFact(
  workspaceId: WorkspaceId,
  { turnId, conversationId, askedAgent, userId, channel, sessionId }: TurnStanding,
  { handoverMessage = "", reason = "", at }: { handoverMessage?: string; reason?: string; at: Date },
): Fact<"conversation.handed-over"> {
  return {
    type: "conversation.handed-over",
    workspaceId,
    subject: `conversation:${conversationId}`,
    at,
    data: {
      conversationId,
      agentId: askedAgent.id,
      sessionId,
      userId,
      channel,
      turnId,
      message: handoverMessage,
      reason,
    },
  };
}

function spent({ inputTokens, outputTokens, cost, currency }: Usage) {
  return { inputTokens, outputTokens, cost, currency };
}
