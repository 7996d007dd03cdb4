import type { Passage } from "../../domain/knowledge.ts";
import type { TraceEvent } from "../../domain/turn-event.ts";
import { DERIVED_LIMIT, formatDerivedId, formatId } from "./ids.ts";
import { type ChatPlace, MESSAGE_TYPES, madeByChat } from "./present.ts";

/** A message that stands between question and answer, or after the answer. */
export type MiddleMessage = ReturnType<typeof madeByChat>;

/** `verbose`: all answers of the chat are complete. Source: spec page §6.1. */
const ANSWERS_FINISHED = JSON.stringify({
  msg_type: "generate_answer_finish",
  data: JSON.stringify({ finish_reason: 0, FinData: "" }),
  from_module: null,
  from_unit: null,
});

/** Ids kept for what follows the answer, so that it can always be told. */
const RESERVED = 16;

/**
 * The middle messages of one chat, counted in the order in which they happen: a stream, a list and a look-up give
 * the same message the same id. `passed`: what the chat's trace held before.
 */
export class MiddleMessages {
  readonly #place: ChatPlace;
  #index = 0;

  constructor(place: ChatPlace, passed: TraceEvent[] = []) {
    this.#place = place;
    for (const event of passed) this.of(event);
  }

  /** What an event looks like as a message; undefined when it is none. */
  of(event: TraceEvent): MiddleMessage | undefined {
    if (this.#index >= DERIVED_LIMIT - RESERVED) return undefined;
    switch (event.type) {
      case "thought-start":
        return this.#make("function-call", functionCall(event.tool, event.input));
      case "thought-end":
        return this.#make("tool-output", event.observation);
      case "qa-search-end":
      case "knowledge-search-end":
        return event.passages.length === 0
          ? undefined
          : this.#make("knowledge", knowledgeRecall(event.passages));
      case "model-call-start":
      case "model-call-end":
      case "agent-jump":
      case "agent-take-over":
      case "qa-search-start":
      case "knowledge-search-start":
        return undefined;
    }
  }

  /** Says that all answers are complete. */
  answersFinished(): MiddleMessage {
    return this.#make("verbose", ANSWERS_FINISHED);
  }

  followUp(question: string): MiddleMessage {
    return this.#make("follow-up", question);
  }

  #make(kind: keyof typeof MESSAGE_TYPES, content: string): MiddleMessage {
    const id = formatDerivedId(this.#place.turnId, this.#index);
    this.#index += 1;
    return madeByChat(this.#place, id, MESSAGE_TYPES[kind], content);
  }
}

/** Content of `function_call`. Source: spec page §6.1; unverified: its members. */
function functionCall(name: string, input: string): string {
  return JSON.stringify({ name, arguments: objectOf(input) ?? input });
}

function objectOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // The model's own words, told as they are.
    return undefined;
  }
}

/** Content of `knowledge`. Source: spec page §6.1; unverified: its members. */
function knowledgeRecall(passages: Passage[]): string {
  const chunks = passages.map((passage) => ({
    slice: passage.text,
    score: passage.score,
    meta: {
      dataset: { id: formatId(passage.knowledgeBaseId), name: passage.knowledgeBaseName },
      document: {
        id: passage.documentId === undefined ? "" : formatId(passage.documentId),
        name: passage.documentName,
      },
      link: { url: passage.documentUrl },
    },
  }));
  return JSON.stringify({ msg_type: "knowledge_recall", data: JSON.stringify({ chunks }) });
}
