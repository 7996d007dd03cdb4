import type { Answer } from "../domain/conversation.ts";
import type { TraceEvent, TurnEvent } from "../domain/turn-event.ts";
import { JOINED_LIMIT } from "./turn-log.ts";

/**
 * The events of an ended turn, told from what is stored: the trace first, then all reasoning, then all text,
 * each as one delta, or as few where it is longer than `JOINED_LIMIT`. What was interleaved while it ran is told
 * in this order.
 */
export function replayTurn(answer: Answer, trace: TraceEvent[]): TurnEvent[] {
  const { turn } = answer;
  const events: TurnEvent[] = [
    { type: "turn-start", turnId: turn.id, atMs: turn.createdAt.getTime() },
    ...trace,
  ];
  if (answer.reasoning !== "") {
    events.push(
      { type: "reasoning-start" },
      ...pieces(answer.reasoning).map((text) => ({ type: "reasoning-delta" as const, text })),
      { type: "reasoning-end" },
    );
  }
  if (answer.text !== "") {
    events.push(
      { type: "text-start" },
      ...pieces(answer.text).map((text) => ({ type: "text-delta" as const, text })),
      { type: "text-end" },
    );
  }
  if (turn.status === "failed" || turn.status === "interrupted") {
    const error = turn.error ?? { code: "interrupted", message: "the server ended while it was answering" };
    events.push({ type: "turn-error", ...error });
    return events;
  }
  const { inputTokens, outputTokens, firstTokenMs, latencyMs } = turn.usage;
  const firstTokenAtMs = turn.createdAt.getTime() + (firstTokenMs > 0 ? firstTokenMs : latencyMs);
  events.push({ type: "usage", inputTokens, outputTokens, firstTokenAtMs, firstTokenMs, latencyMs });
  if (turn.suggestions.length > 0) {
    const questions = turn.suggestions;
    events.push({ type: "suggestions", questions, inputTokens: 0, outputTokens: 0, latencyMs: 0 });
  }
  events.push({ type: "turn-end", status: turn.status === "stopped" ? "stopped" : "completed" });
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
