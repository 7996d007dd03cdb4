import type { ChatPayload } from "./chat-client.ts";
import { dim, printable, type Terminal } from "./terminal.ts";

/**
 * Shows an answer as it comes: its text on standard output and nothing else there, so that it can be kept in a
 * file; reasoning, searches and tool calls in short, faint lines on standard error.
 */
export class AnswerPrinter {
  readonly #terminal: Terminal;
  #textIsOpen = false;
  #noteIsOpen = false;
  readonly #tools = new Map<number, string>();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(payload: ChatPayload): void {
    if (payload.event === "message") this.#text(payload.answer);
    else if (payload.event === "think_message") this.#faint(payload.answer);
    else if (payload.event === "think_message_output_end") this.#endNote();
    else for (const note of this.#notes(payload)) this.#note(note);
    if (payload.event === "message_replace") this.#text(payload.answer);
  }

  /** Ends the line that is open, whatever it is. */
  end(): void {
    this.#endNote();
    if (this.#textIsOpen) this.#terminal.out.line();
    this.#textIsOpen = false;
  }

  #text(text: string): void {
    this.#endNote();
    this.#textIsOpen = true;
    this.#terminal.out.write(printable(text));
  }

  /** What a payload says beside the text, in short lines. */
  #notes(payload: ChatPayload): string[] {
    switch (payload.event) {
      case "message_replace":
        return ["the answer was replaced:"];
      case "qa_retrieve_end":
      case "knowledge_retrieve_end":
        return found(payload);
      case "agent_thought":
        this.#tools.set(payload.position, payload.tool);
        return [`calls ${payload.tool} ${clip(payload.tool_input)}`];
      case "agent_thought_end": {
        const tool = this.#tools.get(payload.position) ?? "the tool";
        return [`${tool} answered in ${payload.tool_latency.toFixed(1)} s`];
      }
      case "tool_message":
        return [clip(payload.answer)];
      case "agent_jump":
        return [`hands over to ${payload.jump_to}`];
      case "agent_error":
        return [`something failed: ${payload.error_msg}`];
      case "message_cost":
        return [`${payload.input_tokens} + ${payload.output_tokens} tokens, ${payload.latency.toFixed(1)} s`];
      case "suggestion":
        return payload.suggested_questions.map((question) => `you could ask: ${question}`);
      default:
        return [];
    }
  }

  #faint(text: string): void {
    if (this.#textIsOpen) this.end();
    this.#noteIsOpen = true;
    this.#terminal.err.write(dim(this.#terminal.err, printable(text)));
  }

  #note(text: string): void {
    this.end();
    const { err } = this.#terminal;
    err.line(dim(err, `· ${printable(text).replace(/\s+/g, " ")}`));
  }

  #endNote(): void {
    if (this.#noteIsOpen) this.#terminal.err.line();
    this.#noteIsOpen = false;
  }
}

function found({ docs }: ChatPayload): string[] {
  const passages = docs?.outputList ?? [];
  if (passages.length === 0) return [];
  const names = passages.map(({ metadata }) => metadata.document_name || metadata.dataset_name);
  return [`found ${passages.length} in ${[...new Set(names)].join(", ")}`];
}

function clip(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  return flat.length > 120 ? `${flat.slice(0, 119)}…` : flat;
}
