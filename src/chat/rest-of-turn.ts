import type { Answer } from "../domain/conversation.ts";
import type { TurnErrorCode, TurnEvent } from "../domain/turn-event.ts";
import { endOf } from "./replay.ts";
import type { TurnLog } from "./turn-log.ts";

/** What is known of a turn's end: the answer as it is stored, or only why nothing more comes. */
export type Ending = Answer | { code: TurnErrorCode; message: string };

/**
 * What has to follow in the copy of a log whose turn has ended out of hearing. Text that is stored and was not heard is
 * told; text that was heard and is not stored stays. What was retrieved or called meanwhile is left out.
 */
export function restOfTurn(log: TurnLog, ending: Ending): TurnEvent[] {
  const heard = eventsOf(log);
  const open = openBlocks(heard);
  const closing = [...open.values()].reverse();
  if ("code" in ending) return [...closing, { type: "turn-error", ...ending }];
  const told = new Set(heard.map(({ type }) => type));
  const end = endOf(ending.turn).filter(({ type }) => !told.has(type));
  const text = ending.text.startsWith(log.text) ? ending.text.slice(log.text.length) : "";
  if (text === "") return [...closing, ...end];
  const delta: TurnEvent = { type: "text-delta", text };
  if (open.has("text")) return [delta, ...closing, ...end];
  return [...closing, { type: "text-start" }, delta, { type: "text-end" }, ...end];
}

function eventsOf(log: TurnLog): TurnEvent[] {
  const events: TurnEvent[] = [...log.before];
  for (let position = 0; position < log.length; position += 1) {
    const event = log.at(position);
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** The blocks that have not ended, in the order they began, each with the event that ends it. */
function openBlocks(events: TurnEvent[]): Map<string, TurnEvent> {
  const open = new Map<string, TurnEvent>();
  for (const event of events) {
    if (event.type === "text-start") open.set("text", { type: "text-end" });
    else if (event.type === "text-end") open.delete("text");
    else if (event.type === "reasoning-start") open.set("reasoning", { type: "reasoning-end" });
    else if (event.type === "reasoning-end") open.delete("reasoning");
    else if (event.type === "tool-message-start") {
      open.set("tool-message", { type: "tool-message-end", title: event.title });
    } else if (event.type === "tool-message-end") open.delete("tool-message");
    else if (event.type === "thought-start") {
      const { position } = event;
      const times = { latencyMs: 0, toolLatencyMs: 0, thoughtLatencyMs: 0 };
      open.set(`thought ${position}`, { type: "thought-end", position, observation: "", ...times });
    } else if (event.type === "thought-end") open.delete(`thought ${event.position}`);
  }
  return open;
}
