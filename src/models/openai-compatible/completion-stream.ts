import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceParser } from "eventsource-parser";
import type { Dispatcher } from "undici";
import { ModelError, type ModelPart } from "../chat-model.ts";
import { connectionError } from "../connection-error.ts";
import { retryAfterMs } from "../retry.ts";
import { statusError, streamError, withoutSecrets } from "../vendor-failure.ts";
import { ChunkReader } from "./chunk-reader.ts";

type ResponseHeaders = Record<string, string | string[] | undefined>;

/** Parts a slow reader may leave lying before the socket is no longer read. */
const maxWaitingParts = 1024;
/** A single event, or an answer that is no stream, may be this long. */
const maxBodyCharacters = 16_000_000;
/** Of a refusal so much is read. */
const maxRefusalCharacters = 20_000;
/** How long the usage chunk and the end of the response may come after the finish reason. */
const endGraceMs = 3_000;

const requestIdHeaders = ["x-request-id", "request-id", "x-tt-logid"];

/**
 * One HTTP request and the completion it answers with, read chunk by chunk as undici delivers them: every event
 * of a network chunk is parsed when the chunk arrives, and waits as parts.
 */
export class CompletionStream implements Dispatcher.DispatchHandler, AsyncIterator<ModelPart, void> {
  readonly #signal: AbortSignal;
  readonly #secrets: readonly string[];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: ResponseHeaders = {};
  /** An answer that is not an event stream: a refusal, or a completion in one piece. */
  #body: string | undefined;
  readonly #decoder = new StringDecoder("utf8");
  #parser: EventSourceParser | undefined;
  readonly #reader: ChunkReader;
  #parts: ModelPart[] = [];
  #next = 0;
  #waiting: PromiseWithResolvers<IteratorResult<ModelPart, void>> | undefined;
  /** No more parts will come; those waiting are still handed out, then `#error` is thrown. */
  #isComplete = false;
  #error: unknown;
  #isClosed = false;
  #grace: NodeJS.Timeout | undefined;

  /** `secrets` never appear in an error. */
  constructor(signal: AbortSignal, secrets: readonly string[]) {
    this.#signal = signal;
    this.#secrets = secrets;
    this.#reader = new ChunkReader((error) => streamError(error, secrets, this.#requestId()));
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  next(): Promise<IteratorResult<ModelPart, void>> {
    const part = this.#parts[this.#next];
    if (part !== undefined) {
      this.#next++;
      if (this.#next === this.#parts.length) this.#forgetRead();
      return Promise.resolve({ value: part, done: false });
    }
    if (this.#isComplete) {
      if (this.#error !== undefined) return Promise.reject(this.#error);
      return Promise.resolve({ value: undefined, done: true });
    }
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Closes the connection, unless the completion is whole: then it is kept for the next request. */
  return(): Promise<IteratorResult<ModelPart, void>> {
    this.#parts = [];
    this.#next = 0;
    if (!this.#isComplete) this.#fail(new Error("the reader left"));
    return Promise.resolve({ value: undefined, done: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while the connection was being made.
    if (this.#isComplete) controller.abort(new Error("given up"));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (status >= 300) this.#body = "";
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isComplete) return;
    try {
      this.#readText(this.#decoder.write(chunk));
    } catch (error) {
      this.#fail(this.#asModelError(error));
      return;
    }
    this.#wake();
    if (this.#parts.length - this.#next > maxWaitingParts) this.#controller?.pause();
  }

  onResponseEnd(): void {
    this.#isClosed = true;
    clearTimeout(this.#grace);
    if (this.#isComplete) return;
    try {
      this.#readEnd();
    } catch (error) {
      this.#fail(this.#asModelError(error));
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#isClosed = true;
    clearTimeout(this.#grace);
    if (this.#isComplete) return;
    if (this.#reader.isAnswered) this.#finish();
    else if (this.#body !== undefined && this.#status >= 300) this.#fail(this.#refusal());
    else this.#fail(connectionError(error, this.#status !== 0, this.#requestId()));
  }

  #readText(text: string): void {
    if (text === "") return;
    if (this.#body === undefined && this.#parser === undefined) this.#begin(text);
    if (this.#parser !== undefined) {
      this.#parser.feed(text);
      if (this.#reader.isAnswered && !this.#isComplete) this.#startGrace();
      return;
    }
    this.#body += text;
    const length = this.#body?.length ?? 0;
    if (this.#status >= 300 && length > maxRefusalCharacters) this.#fail(this.#refusal());
    else if (length > maxBodyCharacters) throw this.#broken("the answer of the model's server is too long");
  }

  /** Decides by the first character, since content types lie: a JSON object is no event stream. */
  #begin(text: string): void {
    if (text.trimStart().startsWith("{")) {
      this.#body = "";
      return;
    }
    this.#parser = createParser({
      maxBufferSize: maxBodyCharacters,
      onEvent: ({ data }) => {
        if (this.#isComplete) return;
        if (data === "[DONE]") this.#finish();
        else this.#reader.read(data, this.#parts);
      },
    });
  }

  #readEnd(): void {
    this.#readText(this.#decoder.end());
    if (this.#status >= 300) throw this.#refusal();
    if (this.#body !== undefined) this.#reader.read(this.#body, this.#parts);
    // An event whose closing empty line is missing is read as well.
    this.#parser?.feed("\n\n");
    if (this.#isComplete) return;
    if (!this.#reader.isAnswered) {
      throw this.#broken("the model's server ended its answer early", this.#body?.slice(0, 200));
    }
    this.#finish();
  }

  #finish(): void {
    this.#reader.finish(this.#parts, this.#requestId());
    this.#complete();
    // The few bytes that end the response are still to come; then the connection is free for the next request.
    if (!this.#isClosed) this.#startGrace();
  }

  #fail(error: unknown): void {
    this.#error = error;
    this.#complete();
    this.#close();
  }

  #complete(): void {
    this.#isComplete = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#wake();
  }

  #close(): void {
    clearTimeout(this.#grace);
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#controller?.abort(new Error("given up"));
  }

  readonly #onAbort = (): void => {
    this.#parts = [];
    this.#next = 0;
    this.#fail(this.#signal.reason);
  };

  /** Servers that neither end the stream nor close it must not keep a finished answer waiting. */
  #startGrace(): void {
    this.#grace ??= setTimeout(() => {
      if (!this.#isComplete) this.#finish();
      this.#close();
    }, endGraceMs);
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (this.#next === this.#parts.length && !this.#isComplete) return;
    this.#waiting = undefined;
    waiting.resolve(this.next());
  }

  #forgetRead(): void {
    this.#parts = [];
    this.#next = 0;
    if (this.#controller?.paused === true && !this.#isClosed) this.#controller.resume();
  }

  #refusal(): ModelError {
    const answer = {
      status: this.#status,
      body: this.#body ?? "",
      requestId: this.#requestId(),
      retryAfterMs: retryAfterMs(textOf(this.#headers["retry-after"]), Date.now()),
    };
    return statusError(answer, this.#secrets);
  }

  #broken(message: string, detail?: string): ModelError {
    const clean = detail === undefined ? undefined : withoutSecrets(detail, this.#secrets);
    return new ModelError("broken", message, {
      status: this.#status,
      detail: clean,
      requestId: this.#requestId(),
    });
  }

  #asModelError(error: unknown): ModelError {
    if (error instanceof ModelError) return error;
    return new ModelError("broken", "the model's server sent an answer that cannot be read", {
      status: this.#status,
      requestId: this.#requestId(),
      cause: error,
    });
  }

  #requestId(): string | undefined {
    for (const name of requestIdHeaders) {
      const id = textOf(this.#headers[name]);
      if (id !== undefined) return id;
    }
    return undefined;
  }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
