import type { Answer } from "../domain/conversation.ts";
import type { TraceEvent, TurnEvent } from "../domain/turn-event.ts";

/**
 * The events of an ended turn, told from what is stored: the trace first, then all reasoning, then all text,
 * each as one delta. What was interleaved while it ran is told in this order.
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
      { type: "reasoning-delta", text: answer.reasoning },
      { type: "reasoning-end" },
    );
  }
  if (answer.text !== "") {
    events.push({ type: "text-start" }, { type: "text-delta", text: answer.text }, { type: "text-end" });
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
