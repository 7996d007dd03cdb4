import type { Dispatcher } from "undici";
import type { ClientIdentity, Connection, Connections, Timings } from "./connections.ts";
import { OutboundError, toOutboundError } from "./outbound-error.ts";

/** One request as it goes over the wire: nothing is added but `host`, `connection` and the body's length. */
export interface ExchangeRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: URL;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
  /**
   * True: it may go over a connection that was used before and, when that turns out to be closed, once more. Otherwise
   * it gets a new one, because nobody knows whether a request on a closed one was heard.
   */
  isRepeatable: boolean;
  /** Who the other side is told that we are, where there is TLS. Absent: nobody. */
  identity?: ClientIdentity;
  /** Longest time for TCP and TLS, where no proxy is in between. Absent: five seconds. */
  connectTimeoutMs?: number | undefined;
  /** After so many bytes of the response's body the connection is closed. */
  readBytes: number;
  /** Of those, this many are kept. */
  keepBytes: number;
}

/** What came of one request, as far as it came. */
export interface Exchange {
  /** Absent: there was no response; `failure` says why. */
  status?: number;
  /** Names in lower case; repeated headers joined with ", ". */
  headers: Record<string, string>;
  /** The beginning of the body as it came: nothing is decompressed. */
  body: Buffer;
  /** More of the body came than was kept. */
  isCut: boolean;
  /** Why there is no response, or not all of it. */
  failure?: OutboundError;
  timings: Timings;
  /** Absent: no connection was made, or a proxy is in between. */
  remoteAddress?: string;
}

/**
 * Sends one request and takes what comes, until `signal` aborts it. When a connection that was used before turns out
 * to be closed before any byte of a response came, the request is sent once more over a new one. Never rejects.
 */
export async function exchange(
  connections: Connections,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<Exchange> {
  const startMs = performance.now();
  const timings: Timings = {};
  const first = await attempt(connections, request, {
    mayReuse: request.isRepeatable,
    startMs,
    timings,
    signal,
  });
  const isStale =
    first.wasReused && first.answer.failure?.code === "reset" && timings.firstByte === undefined;
  const { answer } = isStale
    ? await attempt(connections, request, { mayReuse: false, startMs, timings, signal })
    : first;
  timings.total = performance.now() - startMs;
  return { ...answer, timings };
}

interface Course {
  mayReuse: boolean;
  /** `performance.now()` of the beginning. */
  startMs: number;
  timings: Timings;
  signal: AbortSignal;
}

type Answer = Omit<Exchange, "timings">;

async function attempt(
  connections: Connections,
  request: ExchangeRequest,
  course: Course,
): Promise<{ answer: Answer; wasReused: boolean }> {
  try {
    course.signal.throwIfAborted();
    const { url, identity, connectTimeoutMs } = request;
    const connection = await connections.take(url, {
      ...course,
      connectTimeoutMs,
      ...(identity !== undefined && { identity }),
    });
    const wasReused = connection.isReused;
    return { answer: await sendOver(connection, request, course), wasReused };
  } catch (error) {
    return { answer: { ...NOTHING, failure: toOutboundError(error) }, wasReused: false };
  }
}

/** What there is before any response. */
export const NOTHING = { headers: {}, body: Buffer.alloc(0), isCut: false };

function sendOver(connection: Connection, request: ExchangeRequest, course: Course): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const reader = new ResponseReader(request, course, (failure) => {
    course.signal.removeEventListener("abort", onAbort);
    if (failure === undefined) connection.release();
    else connection.destroy();
    resolve({
      ...reader.answer(),
      ...(failure !== undefined && { failure: attributed(failure, connection) }),
      ...(connection.remoteAddress !== undefined && { remoteAddress: connection.remoteAddress }),
    });
  });
  const onAbort = () => reader.abort(toOutboundError(course.signal.reason));
  course.signal.addEventListener("abort", onAbort);
  const { method, url, headers, body = null } = request;
  const path = url.pathname + url.search;
  try {
    connection.dispatcher.dispatch({ origin: url.origin, path, method, headers, body }, reader);
  } catch (error) {
    reader.abort(toOutboundError(error));
  }
  if (course.signal.aborted) onAbort();
  return promise;
}

/** Behind a proxy, a connection that fails says nothing of the host that was meant. */
function attributed(failure: OutboundError, { isProxied }: Connection): OutboundError {
  if (!isProxied || failure.reason !== "connection") return failure;
  return new OutboundError("proxy", "the proxy made no connection", { cause: failure });
}

class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest;
  readonly #course: Course;
  readonly #onEnd: (failure?: OutboundError) => void;
  readonly #parts: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #isEnded = false;
  #read = 0;
  #kept = 0;
  #status: number | undefined;
  #headers: Record<string, string> = {};

  constructor(request: ExchangeRequest, course: Course, onEnd: (failure?: OutboundError) => void) {
    this.#request = request;
    this.#course = course;
    this.#onEnd = onEnd;
  }

  answer(): Answer {
    const body = Buffer.concat(this.#parts, this.#kept);
    const status = this.#status === undefined ? {} : { status: this.#status };
    return { ...status, headers: this.#headers, body, isCut: this.#read > this.#kept };
  }

  abort(failure: OutboundError): void {
    this.#end(failure);
    this.#controller?.abort(failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isEnded) controller.abort(new OutboundError("aborted", "the request was aborted"));
  }

  onResponseStarted(): void {
    this.#course.timings.firstByte ??= performance.now() - this.#course.startMs;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 || this.#isEnded) return;
    this.#status = status;
    this.#headers = flatHeaders(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isEnded) return;
    const { keepBytes, readBytes } = this.#request;
    this.#read += chunk.length;
    const part = chunk.subarray(0, keepBytes - this.#kept);
    this.#kept += part.length;
    if (part.length > 0) this.#parts.push(Buffer.from(part));
    if (this.#read <= readBytes) return;
    this.abort(new OutboundError("too_large", `the response is larger than ${readBytes} bytes`));
  }

  onResponseEnd(): void {
    this.#end(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(toOutboundError(error));
  }

  #end(failure: OutboundError | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd(failure);
  }
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
