import type { Answer, Exchange } from "../../domain/conversation.ts";
import type { TraceEvent } from "../../domain/turn-event.ts";
import { placeOf, presentAnswer } from "./present.ts";
import { MiddleMessages } from "./present-middle.ts";

/** A message that a chat made. */
export type ChatMessage = ReturnType<typeof presentAnswer>;

/**
 * Everything a chat has made so far, in time order, with the ids that its stream gave: middle messages, the answer
 * once there is something of it, that it is complete, follow-ups. Source: spec page §6.
 */
export function chatMessages(exchange: Exchange, answer: Answer, trace: TraceEvent[]): ChatMessage[] {
  const { turn } = answer;
  const place = placeOf(exchange, answer);
  const middle = new MiddleMessages(place);
  const isAnswered = turn.status === "completed" || turn.status === "stopped";
  return [
    ...trace.flatMap((event) => middle.of(event) ?? []),
    ...(isShown(answer) ? [presentAnswer(place, answer)] : []),
    ...(isAnswered ? [middle.answersFinished()] : []),
    ...turn.suggestions.map((question) => middle.followUp(question)),
  ];
}

/** An answer of which there is nothing yet, or of which nothing came, is no message; nor one a person has to give. */
export function isShown({ turn, text, reasoning }: Answer): boolean {
  return (turn.status === "completed" && !turn.isHeld) || text !== "" || reasoning !== "";
}
