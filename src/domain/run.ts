import type { Answer, Conversation, Feedback, Question, Turn } from "./conversation.ts";
import type { TurnId } from "./ids.ts";
import { type OutputAction, textActions } from "./output-action.ts";
import { type Trigger, type TriggerRecord, type TriggerSource, textTrigger } from "./trigger.ts";

/** A turn with what started it, what it decided and what was thought of it: what reports and callbacks tell. */
export interface Run {
  turn: Turn;
  conversation: Conversation;
  question: Question;
  answer: Pick<Answer, "messageId" | "text" | "reasoning">;
  /** Absent: a plain question. */
  trigger?: TriggerRecord;
  /** In order. Absent: its words were all there was. */
  actions?: OutputAction[];
  /** The model that answered; empty: none did, or it is not known. */
  model: string;
  /** Milliseconds, what callers know the version by. Absent: the draft ran. */
  versionNumber?: number;
  /** The workflow whose run answered it last. Absent: a model did, or the run went on to answer a later turn. */
  workflow?: {
    name: string;
    /** Milliseconds, what callers know the version by. Absent: the draft ran. */
    versionNumber?: number;
    /** A node failed, whatever was made of that. */
    hasFailedSteps: boolean;
  };
  /** Turns whose questions it answers too, oldest first. */
  mergedFrom: TurnId[];
  /** Everybody's opinions, the latest change first. */
  feedback: Feedback[];
}

export function triggerOf({ trigger, question }: Pick<Run, "trigger" | "question">): Trigger {
  return trigger?.trigger ?? textTrigger(question.text);
}

export function sourceOf({ trigger }: Pick<Run, "trigger">): TriggerSource {
  return trigger?.source ?? "api";
}

/** Half an answer was not said in the chat of an adapter that started its turn. */
export function actionsOf({
  actions,
  answer,
  turn,
  trigger,
}: Pick<Run, "actions" | "answer" | "turn" | "trigger">): OutputAction[] {
  const isBroken = turn.status !== "completed" && turn.endedAt !== undefined;
  const isUnsaid = isBroken && trigger?.adapterId !== undefined;
  return actions ?? textActions(answer.text, isUnsaid ? "skip" : "send");
}
