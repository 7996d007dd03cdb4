import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { httpLog } from "../log/logger.ts";
import type { FrameSource } from "./route.ts";

/**
 * How a stream ended: everything was sent; the connection closed first; the reader took nothing for too long;
 * the source threw.
 */
export type StreamEnd = "completed" | "client_gone" | "slow_reader" | "source_failed";

/** Characters gathered before they are handed to the socket, whether or not the source has more. */
const BURST_CHARACTERS = 64 * 1024;

/**
 * Sends the frames of a source as the body of a response whose head is set but not yet sent. Calls `onEnd` once, just
 * before the response's own "close" listeners. The source is only read as fast as the client reads.
 *
 * HTTP/1.1: one chunk per frame, and the chunks of one burst in one write to the socket. The chunk framing is
 * written here, past `ServerResponse.write`, which costs about twice the CPU per frame; Node still writes the head
 * and the end. HTTP/1.0: the bare frames, ended by closing the connection.
 */
export function sendFrames(
  response: ServerResponse,
  frames: FrameSource,
  options: { slowReaderTimeoutMs: number; onEnd: (end: StreamEnd) => void },
): void {
  if (response.closed) {
    options.onEnd("client_gone");
    return;
  }
  const stream = new FrameStream(response, frames, options);
  if (response.socket !== null) stream.begin(response.socket);
  // A pipelined request: the responses before it come first. Node flushes its own buffers right after this event.
  else response.once("socket", (socket: Socket) => process.nextTick(() => stream.begin(socket)));
}

class FrameStream {
  readonly #response: ServerResponse;
  readonly #frames: FrameSource;
  readonly #slowReaderTimeoutMs: number;
  readonly #onEnd: (end: StreamEnd) => void;
  #socket: Socket | undefined;
  #unsubscribe: (() => void) | undefined;
  #isPumpDue = false;
  #isBlocked = false;
  #isEnded = false;
  #end: StreamEnd = "client_gone";

  constructor(
    response: ServerResponse,
    frames: FrameSource,
    options: { slowReaderTimeoutMs: number; onEnd: (end: StreamEnd) => void },
  ) {
    this.#response = response;
    this.#frames = frames;
    this.#slowReaderTimeoutMs = options.slowReaderTimeoutMs;
    this.#onEnd = options.onEnd;
    response.prependOnceListener("close", () => this.#close());
  }

  begin(socket: Socket): void {
    if (this.#isEnded || !socket.writable) return;
    this.#socket = socket;
    socket.on("drain", this.#continue);
    this.#response.on("timeout", () => this.#drop("slow_reader"));
    socket.cork();
    this.#response.flushHeaders();
    this.#guard(() => {
      this.#unsubscribe = this.#frames.subscribe(() => this.#wake());
      this.#pump(socket);
    });
    socket.uncork();
  }

  /** Many events may arrive in one turn of the event loop: they go out together at its end. */
  #wake(): void {
    if (this.#isBlocked || this.#isEnded || this.#isPumpDue) return;
    this.#isPumpDue = true;
    setImmediate(this.#continue);
  }

  readonly #continue = (): void => {
    this.#isPumpDue = false;
    if (this.#isEnded || !this.#socket?.writable) return;
    if (this.#isBlocked) {
      this.#isBlocked = false;
      this.#socket.setTimeout(0);
    }
    const socket = this.#socket;
    this.#guard(() => this.#pump(socket));
  };

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      httpLog.error({ err: error }, "frame source failed");
      this.#drop("source_failed");
    }
  }

  #pump(socket: Socket): void {
    while (!this.#isBlocked && this.#sendBurst(socket)) {}
  }

  /** Sends up to `BURST_CHARACTERS`; false when the source has no more for now. */
  #sendBurst(socket: Socket): boolean {
    const isChunked = this.#response.chunkedEncoding;
    let burst = "";
    let frame: string | undefined | null;
    while (burst.length < BURST_CHARACTERS) {
      frame = this.#frames.next();
      if (frame === undefined || frame === null) break;
      if (frame === "") continue;
      burst += isChunked ? `${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n` : frame;
    }
    if (frame === null) socket.cork();
    if (burst !== "" && !socket.write(burst)) this.#waitForReader(socket);
    if (frame === null) {
      this.#finish(socket);
      socket.uncork();
    }
    return typeof frame === "string";
  }

  #waitForReader(socket: Socket): void {
    this.#isBlocked = true;
    // Node restarts this clock whenever the reader takes part of what is being written.
    socket.setTimeout(this.#slowReaderTimeoutMs);
  }

  #finish(socket: Socket): void {
    this.#isEnded = true;
    this.#end = "completed";
    this.#stopReading();
    this.#response.end();
    socket.setTimeout(this.#slowReaderTimeoutMs);
  }

  #drop(reason: "slow_reader" | "source_failed"): void {
    this.#isEnded = true;
    this.#end = reason;
    this.#stopReading();
    this.#socket?.destroy();
  }

  #close(): void {
    this.#isEnded = true;
    this.#stopReading();
    const isCutShort = this.#end === "completed" && !this.#response.writableFinished;
    this.#onEnd(isCutShort ? "client_gone" : this.#end);
  }

  #stopReading(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#socket?.removeListener("drain", this.#continue);
  }
}
