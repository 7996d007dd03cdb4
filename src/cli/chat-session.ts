import { AnswerPrinter } from "./answer-printer.ts";
import type { ChatClient, ChatPayload } from "./chat-client.ts";
import { CommandFailure } from "./failure.ts";
import { printable, type Terminal } from "./terminal.ts";

const HELP = `Write a question, or one of these:
  /stop            stop the running answer, keeping what there is (also Ctrl-C)
  /again           ask the last question once more, for another answer
  /like            the last answer was good
  /dislike [TEXT]  it was not, and why
  /history         what was said in this conversation
  /new             begin a new conversation
  /help            this
  /quit            leave (also Ctrl-D, or Ctrl-C while nothing runs)`;

/** An answer that is coming in. */
interface RunningAnswer {
  /** Empty until the server has said it. */
  messageId: string;
  isStopWanted: boolean;
  readonly abort: AbortController;
}

/** One talk: lines in, answers out. Lines wait for the answer before them, but `/stop` and `/quit` do not. */
export class ChatSession {
  readonly #client: ChatClient;
  readonly #terminal: Terminal;
  #conversationId = "";
  #lastMessageId = "";
  #running: RunningAnswer | undefined;

  constructor(client: ChatClient, terminal: Terminal) {
    this.#client = client;
    this.#terminal = terminal;
  }

  get isAnswering(): boolean {
    return this.#running !== undefined;
  }

  /** Begins a conversation and shows who is there. Rejects when the server cannot be talked to. */
  async open(): Promise<void> {
    const { err, isInteractive } = this.#terminal;
    const { name, message, questions } = await this.#client.greeting();
    this.#conversationId = await this.#client.begin();
    if (!isInteractive) return;
    err.line(`Talking to ${printable(name)}. /help shows what can be done, /quit leaves.`);
    if (message !== "") err.line(printable(message));
    for (const question of questions) err.line(`  ${printable(question)}`);
  }

  /** Does what a line says; the answer is complete when it resolves. Rejects with a `CommandFailure`. */
  async enter(line: string): Promise<void> {
    const text = line.trim();
    const [, command, rest = ""] = /^\/(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    if (text === "") return;
    if (command === undefined)
      return this.#answer((signal) => this.#client.ask(this.#conversationId, text, signal));
    switch (command) {
      case "again":
        return this.#again();
      case "like":
      case "dislike":
        return this.#rate(command, rest);
      case "new":
        this.#conversationId = await this.#client.begin();
        this.#lastMessageId = "";
        return this.#say("a new conversation");
      case "history":
        return this.#history();
      case "stop":
        return this.#say("nothing is running");
      case "help":
        return this.#say(HELP);
      default:
        throw new CommandFailure(`/${command} is not known`, "See /help");
    }
  }

  /** Stops the running answer, as soon as the server has named it; the stream then ends by itself. */
  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    this.#running.isStopWanted = true;
    if (this.#running.messageId !== "") await this.#client.stop(this.#running.messageId);
  }

  /** Stops listening to the running answer, which goes on at the server unless it was stopped. */
  hangUp(): void {
    this.#running?.abort.abort();
  }

  async #answer(open: (signal: AbortSignal) => AsyncIterable<ChatPayload>): Promise<void> {
    const running: RunningAnswer = { messageId: "", isStopWanted: false, abort: new AbortController() };
    const printer = new AnswerPrinter(this.#terminal);
    this.#running = running;
    try {
      for await (const payload of open(running.abort.signal)) {
        await this.#learnId(running, payload.id);
        printer.show(payload);
        if (payload.event === "message_failed") {
          throw new CommandFailure(`the answer failed: ${payload.error}`, "/again tries once more");
        }
      }
    } catch (error) {
      if (!running.abort.signal.aborted) throw error;
    } finally {
      printer.end();
      this.#running = undefined;
    }
  }

  async #learnId(running: RunningAnswer, id: string): Promise<void> {
    if (running.messageId !== "") return;
    running.messageId = id;
    this.#lastMessageId = id;
    if (running.isStopWanted) await this.#client.stop(id);
  }

  async #again(): Promise<void> {
    const messageId = this.#last();
    await this.#answer((signal) => this.#client.again(this.#conversationId, messageId, signal));
  }

  async #rate(rating: "like" | "dislike", detail: string): Promise<void> {
    await this.#client.rate(this.#last(), rating, detail);
    this.#say(rating === "like" ? "noted: good" : "noted: not good");
  }

  async #history(): Promise<void> {
    const { out } = this.#terminal;
    const marks: Record<number, string> = { 1: " (liked)", [-1]: " (disliked)" };
    for (const { question, answer, rating, otherAnswers } of await this.#client.history(
      this.#conversationId,
    )) {
      const others = otherAnswers === 0 ? "" : ` (and ${otherAnswers} more)`;
      out.line(`> ${printable(question)}`);
      out.line(`${printable(answer)}${marks[rating] ?? ""}${others}`);
    }
  }

  #last(): string {
    if (this.#lastMessageId !== "") return this.#lastMessageId;
    throw new CommandFailure("there is no answer yet", "Ask something first");
  }

  #say(text: string): void {
    this.#terminal.err.line(text);
  }
}
