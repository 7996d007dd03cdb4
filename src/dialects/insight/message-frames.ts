import type { DomainError } from "../../domain/errors.ts";
import { jsonLine } from "../../http/json-line.ts";
import type { FrameSource } from "../../http/route.ts";
import { wireError } from "./errors.ts";
import { formatUuid } from "./ids.ts";
import { ReplyDraft, type Told } from "./message-reply.ts";

/** How long a stream says nothing before it says that it still lives. Source: spec page of Insight §10.1. */
const KEEP_ALIVE_MS = 15_000;

const KEEP_ALIVE = ": keep-alive\n\n";
const DONE = "data: [DONE]\n\n";

/**
 * The frames of a reply as its reader goes along: what is said, then everything else with an empty `message`, then
 * `[DONE]`. Source: spec page of Insight §10.1.
 */
export class MessageFrames implements FrameSource {
  readonly #told: Told;
  readonly #draft: ReplyDraft;
  readonly #queued: string[] = [];
  readonly #keepAliveMs: number;
  /** Everything of a delta's frame after its text; there are many of them. */
  readonly #deltaTail: string;
  /** What the client has put together so far. */
  #said = "";
  #isQuiet = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(told: Told, keepAliveMs: number = KEEP_ALIVE_MS) {
    const { turnId, answerMessageId } = told;
    this.#told = told;
    this.#draft = new ReplyDraft(told);
    this.#keepAliveMs = keepAliveMs;
    this.#deltaTail = `,"msgId":"${formatUuid("message", answerMessageId)}","execId":"${formatUuid("turn", turnId)}"}}\n\n`;
  }

  /**
   * Resolves when there is something to send, at the latest after the time of a keep-alive. Rejects with the error of a
   * turn that failed before it said anything, and with the reason of `signal`.
   */
  async ready(signal: AbortSignal): Promise<void> {
    const isReady = Promise.withResolvers<void>();
    const look = () => {
      if (this.#queued.length > 0 || this.#gather()) isReady.resolve();
    };
    const onAbort = () => isReady.reject(signal.reason);
    const timer = setTimeout(() => {
      this.#isQuiet = true;
      isReady.resolve();
    }, this.#keepAliveMs);
    const unsubscribe = this.#told.reader.subscribe(look);
    signal.addEventListener("abort", onAbort);
    try {
      if (signal.aborted) onAbort();
      else look();
      await isReady.promise;
    } finally {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener("abort", onAbort);
    }
    const { failure } = this.#draft;
    if (failure !== undefined && this.#said === "") throw failure;
  }

  next(): string | undefined | null {
    if (this.#queued.length > 0 || this.#gather()) {
      this.#isQuiet = false;
      this.#timer?.refresh();
      return this.#queued.shift();
    }
    if (this.#isOver) return null;
    if (!this.#isQuiet) return undefined;
    this.#isQuiet = false;
    return KEEP_ALIVE;
  }

  subscribe(wake: () => void): () => void {
    const timer = setInterval(() => {
      this.#isQuiet = true;
      wake();
    }, this.#keepAliveMs);
    this.#timer = timer;
    const unsubscribe = this.#told.reader.subscribe(wake);
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }

  /** Reads on until there are frames; false when there are none for now, or none any more. */
  #gather(): boolean {
    while (!this.#isOver && this.#queued.length === 0) {
      const event = this.#told.reader.next();
      if (event === undefined) return false;
      if (event !== null) this.#draft.take(event);
      if (event?.type === "text-delta") this.#say(event.text);
      else if (event?.type === "text-replace") this.#sayInstead(event.text);
      if (event === null || this.#draft.isDone) this.#end();
    }
    return this.#queued.length > 0;
  }

  #say(text: string): void {
    if (text === "") return;
    this.#said += text;
    this.#queued.push(`data: {"code":0,"data":{"message":${jsonLine(text)}${this.#deltaTail}`);
  }

  /** What was sent cannot be taken back: words that do not go on from it begin a new line. */
  #sayInstead(text: string): void {
    if (text.startsWith(this.#said)) this.#say(text.slice(this.#said.length));
    else if (text !== "") this.#say(`\n${text}`);
  }

  #end(): void {
    this.#isOver = true;
    const { failure } = this.#draft;
    if (failure === undefined) this.#finish();
    else this.#queued.push(errorFrame(failure));
    this.#queued.push(DONE);
  }

  #finish(): void {
    const { message, msgId, execId, ...rest } = this.#draft.present();
    this.#say(message.slice(this.#draft.text.length));
    const data = { message: "", finish: true, msgId, execId, ...rest };
    this.#queued.push(`data: ${jsonLine({ code: 0, data })}\n\n`);
  }
}

/** Clients would print a `message`. Source: spec page of Insight §10.1. */
function errorFrame(error: DomainError): string {
  const { code, errorCode } = wireError(error);
  return `data: ${jsonLine({ code, errorCode, errorMessage: error.message, data: null })}\n\n`;
}
