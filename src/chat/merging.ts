import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { ExchangeId, MessageId, TurnId } from "../domain/ids.ts";
import { isMessage, type TriggerRecord } from "../domain/trigger.ts";
import type { MergedTurn, Store } from "../storage/store.ts";
import type { NewMessage } from "./conversations.ts";
import type { QuestionContent } from "./dialogue.ts";
import { questionOfTrigger } from "./trigger-question.ts";

/** Messages that one turn answers together; what is more is answered with the next ones. */
const MERGED_LIMIT = 50;
/** Windows that the first of several messages waits for others to follow. */
const WINDOWS_LIMIT = 10;

/** A message that a turn answers together with a later one. */
export interface Merging {
  question: QuestionContent;
  /** Started with the turn, which has to find it due. */
  trigger: TriggerRecord;
}

/** How long messages of this agent wait for others, in milliseconds; 0: not at all. */
export function mergeWindowOf({ settings: { mergeWindowMs = 0 } }: Pick<Agent, "settings">): number {
  return mergeWindowMs;
}

/** What came of the messages that wait in a conversation. */
export type Gathering =
  /** More may come until then. */
  | { waitsUntil: Date }
  /** The newest, which starts the turn, those before it, and what was said before all of them. */
  | { newest: TriggerRecord; merges: Merging[]; history: TriggerRecord["history"] };

/** The messages that are to be answered together with a claimed one, which is the oldest that waits. */
export async function gatherMessages(
  { triggers }: Pick<Store, "triggers">,
  agent: Agent,
  oldest: TriggerRecord,
  now: Date,
): Promise<Gathering> {
  const windowMs = mergeWindowOf(agent);
  if (windowMs === 0 || !mayMerge(oldest)) return { newest: oldest, merges: [], history: oldest.history };
  const waiting = await triggers.waiting(oldest.conversationId, MERGED_LIMIT);
  const others = waiting.filter((other) => isOfSameKind(oldest, other));
  const inOrder = [oldest, ...others].sort((one, other) => one.id - other.id);
  const newest = inOrder.at(-1) ?? oldest;
  const untilMs = Math.min(
    newest.createdAt.getTime() + windowMs,
    oldest.createdAt.getTime() + WINDOWS_LIMIT * windowMs,
  );
  if (untilMs > now.getTime() && inOrder.length < MERGED_LIMIT) return { waitsUntil: new Date(untilMs) };
  const merges = inOrder
    .slice(0, -1)
    .map((trigger) => ({ trigger, question: questionOfTrigger(trigger.trigger).question }));
  return { newest, merges, history: inOrder[0]?.history };
}

/** Trials are for themselves. */
function mayMerge({ trigger, source }: TriggerRecord): boolean {
  return isMessage(trigger) && source !== "test";
}

function isOfSameKind(one: TriggerRecord, other: TriggerRecord): boolean {
  const isSame = other.id !== one.id && other.agentId === one.agentId && other.adapterId === one.adapterId;
  return isSame && other.source === one.source && mayMerge(other);
}

/** As it is stored: before the question that is made after it. */
export function mergedTurn(
  { newId }: Pick<Store, "newId">,
  { sectionId }: Pick<Conversation, "sectionId">,
  { question, trigger }: Merging,
): MergedTurn {
  return {
    turnId: newId<TurnId>(),
    answerMessageId: newId<MessageId>(),
    exchangeId: newId<ExchangeId>(),
    createdAt: trigger.createdAt,
    question: { messageId: newId<MessageId>(), sectionId, ...question },
    trigger,
  };
}

/** As a model is told of it. */
export function asSaidBefore({ question }: Merging): NewMessage {
  return { role: "user", kind: "question", meta: {}, ...question };
}

/** All that is asked, for who takes one question: words line by line, and all files. */
export function joinedQuestion(question: QuestionContent, merges: readonly Merging[]): QuestionContent {
  if (merges.length === 0) return question;
  const all = [...merges.map((one) => one.question), question];
  return {
    text: all
      .map(({ text }) => text)
      .filter((text) => text !== "")
      .join("\n"),
    attachments: all.flatMap(({ attachments }) => attachments),
  };
}
