import { connect, type Socket } from "node:net";

/** One answer to one request. */
export interface Received {
  status: number;
  /** The body without chunk framing; every character is one byte of it. */
  body: string;
  /** `performance.now()` when the awaited text was there; undefined when it never was. */
  awaitedAt: number | undefined;
}

const END_OF_CHUNKS = "\r\n0\r\n\r\n";
/** All connections read into the same memory: each read is used up before the next begins. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

/**
 * A keep-alive HTTP/1.1 connection that does as little as possible: one request at a time, bytes are kept as they
 * come and looked at when the answer is whole. The client of a benchmark must not be what is measured.
 */
export class Connection {
  readonly #socket: Socket;
  #text = "";
  #tail = "";
  /** Of head and body together, once the head is there. */
  #length: number | "chunked" | undefined;
  #awaited: string | undefined;
  #awaitedAt: number | undefined;
  #onAwaited: () => void = () => {};
  #whole: PromiseWithResolvers<Received> | undefined;

  static async open(url: string): Promise<Connection> {
    const connection = new Connection(new URL(url));
    await new Promise<void>((resolve, reject) => {
      connection.#socket.once("connect", () => resolve());
      connection.#socket.once("error", reject);
    });
    return connection;
  }

  private constructor({ hostname, port }: URL) {
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length) => {
          this.#receive(READ_BUFFER.toString("latin1", 0, length));
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  /**
   * Sends a request (head and body). `awaited`: text, as latin1, whose arrival is timed. Rejects when the connection
   * breaks or `deadlineMs` pass.
   */
  async exchange(request: string, deadlineMs: number, awaited?: string): Promise<Received> {
    const whole = Promise.withResolvers<Received>();
    this.#whole = whole;
    this.#text = "";
    this.#tail = "";
    this.#length = undefined;
    this.#awaited = awaited;
    this.#awaitedAt = undefined;
    const timer = setTimeout(() => {
      this.#fail(new Error(`no complete answer within ${deadlineMs} ms: ${this.#text.slice(-200)}`));
      this.close();
    }, deadlineMs);
    this.#socket.write(request);
    try {
      return await whole.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a request and resolves when `awaited` is there, leaving the answer unfinished; false: it never came. */
  begin(request: string, deadlineMs: number, awaited: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), deadlineMs);
    this.#text = "";
    this.#awaited = awaited;
    this.#onAwaited = () => {
      clearTimeout(timer);
      resolve(true);
    };
    this.#socket.write(request);
    return promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#text += text;
    if (this.#awaited !== undefined && this.#text.includes(this.#awaited)) {
      this.#awaited = undefined;
      this.#awaitedAt = performance.now();
      this.#onAwaited();
    }
    this.#length ??= wholeLength(this.#text);
    this.#tail = (this.#tail + text.slice(-END_OF_CHUNKS.length)).slice(-END_OF_CHUNKS.length);
    const isWhole = this.#length === "chunked" ? this.#tail === END_OF_CHUNKS : this.#isCounted();
    if (isWhole) this.#settle();
  }

  #isCounted(): boolean {
    return typeof this.#length === "number" && this.#text.length >= this.#length;
  }

  #settle(): void {
    const text = this.#text;
    const headEnd = text.indexOf("\r\n\r\n");
    const rest = text.slice(headEnd + 4);
    this.#whole?.resolve({
      status: Number(text.slice(9, 12)),
      body: this.#length === "chunked" ? withoutChunks(rest) : rest,
      awaitedAt: this.#awaitedAt,
    });
    this.#whole = undefined;
  }

  #fail(error: Error): void {
    this.#whole?.reject(error);
    this.#whole = undefined;
  }
}

function wholeLength(text: string): number | "chunked" | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd))?.[1];
  return length === undefined ? "chunked" : headEnd + 4 + Number(length);
}

function withoutChunks(text: string): string {
  const pieces: string[] = [];
  for (let position = 0; ; ) {
    const lineEnd = text.indexOf("\r\n", position);
    const length = Number.parseInt(text.slice(position, lineEnd), 16);
    if (!(length > 0)) return pieces.join("");
    pieces.push(text.slice(lineEnd + 2, lineEnd + 2 + length));
    position = lineEnd + 2 + length + 2;
  }
}
