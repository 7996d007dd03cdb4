import { Agent, type IncomingMessage, request } from "node:http";
import { type Payload, readFrame } from "./hiagent-client.ts";

/** A streamed reply whose connection the test holds in its hand. */
export interface HttpStream {
  readonly status: number;
  /** Everything received so far. */
  readonly text: string;
  /** Bytes received so far; counted also when the text is not kept. */
  readonly receivedBytes: number;
  /** Stops taking anything from the connection, as a reader that hangs. */
  pause(): void;
  resume(): void;
  /** Destroys the connection. */
  destroy(): void;
  /** Resolves when the reply is over: `whole`, or `cut` when the connection broke first. */
  readonly ended: Promise<"whole" | "cut">;
}

/** One connection per stream, never shared. */
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

/** Calls a HiAgent action over a connection of its own; resolves with the head of the reply. */
export function openHttpStream(
  call: { url: string; key: string; action: string; body: Record<string, unknown> } & StreamOptions,
): Promise<HttpStream> {
  const { url, key, action, body, ...options } = call;
  const headers = { apikey: key };
  return postForStream({ url: `${url}/${action}`, headers, body: { UserID: "u1", ...body }, ...options });
}

export interface StreamOptions {
  /** False: received text is counted and dropped. */
  keepText?: boolean;
  /** Aborting destroys the connection; before the head of the reply the call then rejects. */
  signal?: AbortSignal;
}

/** Posts JSON over a connection of its own; resolves with the head of the reply. */
export function postForStream(
  call: { url: string; headers: Record<string, string>; body: Record<string, unknown> } & StreamOptions,
): Promise<HttpStream> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      call.url,
      {
        agent,
        method: "POST",
        headers: { ...call.headers, "content-type": "application/json" },
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      },
      (response) => resolve(follow(response, call.keepText ?? true)),
    );
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify(call.body));
  });
}

function follow(response: IncomingMessage, keepText: boolean): HttpStream {
  let text = "";
  let receivedBytes = 0;
  const decoder = new TextDecoder();
  response.on("data", (piece: Buffer) => {
    receivedBytes += piece.length;
    if (keepText) text += decoder.decode(piece, { stream: true });
  });
  const ended = new Promise<"whole" | "cut">((resolve) => {
    response.once("end", () => resolve("whole"));
    response.once("close", () => resolve(response.complete ? "whole" : "cut"));
    // What breaks the connection is told by `ended`.
    response.on("error", () => {});
  });
  return {
    status: response.statusCode ?? 0,
    get text() {
      return text;
    },
    get receivedBytes() {
      return receivedBytes;
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    destroy: () => response.destroy(),
    ended,
  };
}

/** The complete payloads in a stream's text so far, of either framing. */
export function payloadsIn(text: string): Payload[] {
  return text.split("\n\n").slice(0, -1).map(readFrame);
}
