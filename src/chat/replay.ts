import type { Answer, Turn } from "../domain/conversation.ts";
import type { TraceEvent, TurnEvent } from "../domain/turn-event.ts";
import { JOINED_LIMIT } from "./turn-log.ts";

/**
 * The events of an ended turn, told from what is stored: the trace first, then all reasoning, then all text,
 * each as one delta, or as few where it is longer than `JOINED_LIMIT`. What was interleaved while it ran is told
 * in this order. A waiting turn ends with its waiting; what it waits for is not told.
 */
export function replayTurn(answer: Answer, trace: TraceEvent[]): TurnEvent[] {
  const { turn } = answer;
  return [
    { type: "turn-start", turnId: turn.id, atMs: turn.createdAt.getTime() },
    ...retell(answer, trace),
    ...endOf(turn),
  ];
}

/** The last events of an ended turn, told from what is stored. */
export function endOf(turn: Turn): TurnEvent[] {
  if (turn.status === "failed" || turn.status === "interrupted") {
    const error = turn.error ?? { code: "interrupted", message: "the server ended while it was answering" };
    return [{ type: "turn-error", ...error }];
  }
  const { inputTokens, outputTokens, firstTokenMs, latencyMs } = turn.usage;
  const firstTokenAtMs = turn.createdAt.getTime() + (firstTokenMs > 0 ? firstTokenMs : latencyMs);
  const events: TurnEvent[] = [
    { type: "usage", inputTokens, outputTokens, firstTokenAtMs, firstTokenMs, latencyMs },
  ];
  if (turn.suggestions.length > 0) {
    const questions = turn.suggestions;
    events.push({ type: "suggestions", questions, inputTokens: 0, outputTokens: 0, latencyMs: 0 });
  }
  const { status } = turn;
  events.push({
    type: "turn-end",
    status: status === "running" || status === "merged" ? "completed" : status,
  });
  return events;
}

/** What a turn did and said, without its beginning and end. */
export function retell(
  { text, reasoning }: Pick<Answer, "text" | "reasoning">,
  trace: TraceEvent[],
): TurnEvent[] {
  const events: TurnEvent[] = [...trace];
  if (reasoning !== "") {
    const deltas = pieces(reasoning).map((piece) => ({ type: "reasoning-delta" as const, text: piece }));
    events.push({ type: "reasoning-start" }, ...deltas, { type: "reasoning-end" });
  }
  if (text !== "") {
    const deltas = pieces(text).map((piece) => ({ type: "text-delta" as const, text: piece }));
    events.push({ type: "text-start" }, ...deltas, { type: "text-end" });
  }
  return events;
}

/** The text in order, never cut inside a character. */
function pieces(text: string): string[] {
  const cut: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start + JOINED_LIMIT;
    const isInsidePair = /[\ud800-\udbff]/.test(text.charAt(end - 1));
    if (isInsidePair) end += 1;
    cut.push(text.slice(start, end));
    start = end;
  }
  return cut;
}
