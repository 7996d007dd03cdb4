import { JOINED_LIMIT, type TurnLog } from "../../chat/turn-log.ts";
import type { TurnEvent } from "../../domain/turn-event.ts";
import { jsonLine } from "../../http/json-line.ts";
import type { FrameSource } from "../../http/route.ts";
import { presentSources } from "./present.ts";

/** Where a turn belongs. */
export interface TurnPlace {
  turnId: number;
  conversationId: number;
  exchangeId: number;
  /** A person has the conversation, and the agent says nothing. */
  isHeld: boolean;
}

/** What visitors are told of a turn: its words, where they come from, and how it ended; never how it was made. */
type VisitorEvent =
  | {
      type: "turn";
      turnId: string;
      conversationId: string;
      exchangeId: string;
      /** Everything that happened is told, whatever was told before. */
      isWhole: boolean;
      isHeld: boolean;
    }
  | { type: "step"; step: "searching" | "thinking" | "working" }
  | { type: "sources"; sources: ReturnType<typeof presentSources> }
  | { type: "text"; text: string }
  | { type: "replace"; text: string }
  | { type: "suggestions"; questions: string[] }
  | { type: "end"; status: string }
  | { type: "error"; code: string };

/**
 * The frames of a turn that runs, from behind the event `after` on. Words that were written already come as one. An id
 * bookmarks the last event of its frame; where it is of another log, everything is told again.
 */
export function logFrames(log: TurnLog, place: TurnPlace, after: string | undefined): FrameSource {
  const behind = log.positionOf(after);
  const before = behind === undefined ? log.before.flatMap(presented) : [];
  const queued = [turnFrame(place, behind === undefined), ...before.map((told) => frame(told))];
  let position = behind ?? 0;
  const next = (): string | undefined | null => {
    const first = queued.shift();
    if (first !== undefined) return first;
    for (let event = log.at(position); event !== undefined; event = log.at(position)) {
      position += 1;
      if (event.type === "text-delta") {
        let { text } = event;
        for (let more = log.at(position); more?.type === "text-delta"; more = log.at(position)) {
          if (text.length >= JOINED_LIMIT) break;
          text += more.text;
          position += 1;
        }
        return frame({ type: "text", text }, log.bookmark(position));
      }
      const [told] = presented(event);
      if (told !== undefined) return frame(told, log.bookmark(position));
    }
    return log.isEnded ? null : undefined;
  };
  return { next, subscribe: (wake) => log.subscribe(wake) };
}

/** The frames of a turn that has ended; whoever saw part of it is told everything again. */
export function storedFrames(events: readonly TurnEvent[], place: TurnPlace): FrameSource {
  const told = events.flatMap(presented).map((event) => frame(event));
  const queued = [turnFrame(place, true), ...told];
  return { next: () => queued.shift() ?? null, subscribe: () => () => {} };
}

function presented(event: TurnEvent): VisitorEvent[] {
  switch (event.type) {
    case "knowledge-search-start":
    case "qa-search-start":
      return [{ type: "step", step: "searching" }];
    case "knowledge-search-end":
    case "qa-search-end":
      return event.passages.length === 0
        ? []
        : [{ type: "sources", sources: presentSources(event.passages) }];
    case "reasoning-start":
      return [{ type: "step", step: "thinking" }];
    case "thought-start":
      return [{ type: "step", step: "working" }];
    case "text-delta":
      return [{ type: "text", text: event.text }];
    case "text-replace":
      return [{ type: "replace", text: event.text }];
    case "suggestions":
      return [{ type: "suggestions", questions: event.questions }];
    case "turn-end":
      return [{ type: "end", status: event.status }];
    case "turn-error":
      return [{ type: "error", code: event.code }];
    default:
      return [];
  }
}

function turnFrame({ turnId, conversationId, exchangeId, isHeld }: TurnPlace, isWhole: boolean): string {
  const [turn = "", conversation = "", exchange = ""] = [turnId, conversationId, exchangeId].map(String);
  return frame({
    type: "turn",
    ...{ turnId: turn, conversationId: conversation, exchangeId: exchange },
    ...{ isWhole, isHeld },
  });
}

function frame(event: VisitorEvent, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}data: ${jsonLine(event)}\n\n`;
}
