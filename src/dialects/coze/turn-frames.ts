import type { RunningTurn } from "../../chat/asking.ts";
import type { TurnReader } from "../../chat/turn-log.ts";
import type { MessageId, SectionId } from "../../domain/ids.ts";
import type { CallerToolCall, TurnEvent } from "../../domain/turn-event.ts";
import { jsonLine } from "../../http/json-line.ts";
import type { FrameSource } from "../../http/route.ts";
import { formatId } from "./ids.ts";
import { type ChatPlace, type ChatState, presentAnswer, presentChat } from "./present.ts";
import { MiddleMessages } from "./present-middle.ts";

/** What the frames of one chat carry. */
export interface FrameContext {
  place: ChatPlace;
  answerMessageId: MessageId;
  meta: Record<string, string>;
  /** Stored messages that the request brought, in order. */
  insertedIds: MessageId[];
  /** The conversation is with a person: there is no answer to tell. */
  isHeld: boolean;
  /** What there was before a chat went on with its caller's tool outputs. Absent: it has just begun. */
  before?: RunningTurn["before"];
}

/** Where what a turn says belongs. */
export function placeOfRunning(turn: RunningTurn, sectionId: SectionId): ChatPlace {
  const { turnId, conversation, agentId, createdAt } = turn;
  return { turnId, conversationId: conversation.id, sectionId, agentId, createdAt };
}

/**
 * The frames of a chat as its reader goes along, in the order of spec page §6.1. Whatever happens, the last frame is
 * `done`. A chat that was canceled ends with `conversation.chat.completed` whose Chat says `canceled`: the page has
 * no event of that name, and the Python SDK refuses events it does not know.
 */
export function turnFrames(reader: TurnReader, context: FrameContext): FrameSource {
  const frames = new ChatFrames(context);
  const queued: string[] = [];
  const next = () => {
    for (;;) {
      const waiting = queued.shift();
      if (waiting !== undefined) return waiting;
      const event = reader.next();
      if (event === undefined || event === null) return event;
      if (event.type === "text-delta") return frames.textDelta(event.text);
      queued.push(...frames.of(event));
    }
  };
  return { next, subscribe: (wake) => reader.subscribe(wake) };
}

/**
 * One frame: `event`, then `data`, then a blank line. JSON on one line even for readers that split lines the Unicode
 * way: the separators that JSON allows raw are escaped. Source: spec page §1.4.
 */
export function frame(event: string, value: unknown): string {
  return `event:${event}\ndata:${jsonLine(value)}\n\n`;
}

/** The last frame of every chat. */
export const DONE = frame("done", "[DONE]");

class ChatFrames {
  readonly #context: FrameContext;
  readonly #middle: MiddleMessages;
  /** Everything of a delta's frame before and after its text; there are many of them. */
  readonly #deltaHead: string;
  readonly #deltaTail: string;
  #text: string;
  #reasoning: string;
  #usage: ChatState["usage"];
  #answeredAt: Date | undefined;
  #calls: CallerToolCall[] = [];

  constructor(context: FrameContext) {
    const { place, answerMessageId, before } = context;
    this.#context = context;
    this.#middle = new MiddleMessages(place, before?.trace);
    this.#text = before?.text ?? "";
    this.#reasoning = before?.reasoning ?? "";
    this.#deltaHead =
      `event:conversation.message.delta\ndata:{"id":"${formatId(answerMessageId)}"` +
      `,"conversation_id":"${formatId(place.conversationId)}","bot_id":"${formatId(place.agentId)}"` +
      `,"role":"assistant","type":"answer","content":`;
    this.#deltaTail =
      `,"content_type":"text","chat_id":"${formatId(place.turnId)}"` +
      `,"section_id":"${formatId(place.sectionId)}"`;
  }

  textDelta(text: string): string {
    this.#text += text;
    return `${this.#deltaHead}${jsonLine(text)}${this.#deltaTail}}\n\n`;
  }

  of(event: TurnEvent): string[] {
    switch (event.type) {
      case "turn-start":
        return this.#begin();
      case "reasoning-delta":
        this.#reasoning += event.text;
        return [`${this.#deltaHead}""${this.#deltaTail},"reasoning_content":${jsonLine(event.text)}}\n\n`];
      case "text-delta":
        return [this.textDelta(event.text)];
      case "text-replace":
        this.#text = event.text;
        return [];
      case "thought-start":
      case "thought-end":
      case "qa-search-start":
      case "qa-search-end":
      case "knowledge-search-start":
      case "knowledge-search-end":
      case "agent-jump":
      case "agent-take-over":
        return completedMessages(this.#middle.of(event));
      case "usage":
        return this.#answered(event);
      case "suggestions":
        return event.questions.flatMap((question) => completedMessages(this.#middle.followUp(question)));
      case "requires-action":
        this.#calls = event.calls;
        return [];
      case "turn-end":
        return this.#end(event.status);
      case "turn-error": {
        const state = { status: "failed", endedAt: new Date(), error: event, usage: this.#usage } as const;
        return [this.#chat("failed", state), DONE];
      }
      // Blocks and calls of models are no messages here, and tools tell what they did when they are done.
      case "reasoning-start":
      case "reasoning-end":
      case "text-start":
      case "text-end":
      case "model-call-start":
      case "model-call-end":
      case "tool-message-start":
      case "tool-message-delta":
      case "tool-message-end":
      case "action":
      case "agent-error":
      case "interrupted":
        return [];
    }
  }

  #begin(): string[] {
    const inProgress = this.#chat("in_progress", { status: "running" });
    if (this.#context.before !== undefined) return [inProgress];
    return [this.#chat("created", { status: "created" }), inProgress];
  }

  /** A chat that waits for tools has no whole answer yet; what a workflow asks is told as one. */
  #answered(event: Extract<TurnEvent, { type: "usage" }>): string[] {
    const { place, isHeld } = this.#context;
    this.#usage = event;
    const isAsking = this.#calls.some(({ isQuestion }) => isQuestion);
    if (this.#calls.length > 0) return isAsking ? completedMessages(this.#answer()) : [];
    this.#answeredAt = new Date(place.createdAt.getTime() + event.latencyMs);
    if (isHeld) return completedMessages(this.#middle.answersFinished());
    return completedMessages(this.#answer(), this.#middle.answersFinished());
  }

  #answer() {
    const { place, answerMessageId: messageId } = this.#context;
    const [text, reasoning] = [this.#text, this.#reasoning];
    return presentAnswer(place, { messageId, text, reasoning, meta: {}, updatedAt: place.createdAt });
  }

  #end(status: "completed" | "stopped" | "waiting"): string[] {
    const state = { status, endedAt: this.#answeredAt, usage: this.#usage, calls: this.#calls };
    return [this.#chat(status === "waiting" ? "requires_action" : "completed", state), DONE];
  }

  #chat(event: string, state: ChatState): string {
    const { place, meta, insertedIds } = this.#context;
    return frame(`conversation.chat.${event}`, presentChat(place, { meta, insertedIds }, state));
  }
}

function completedMessages(...messages: (object | undefined)[]): string[] {
  return messages.flatMap((message) =>
    message === undefined ? [] : [frame("conversation.message.completed", message)],
  );
}
