import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { eventually } from "./eventually.ts";

/** One connection on which a test writes bytes and reads responses as they are on the wire. */
export interface RawConnection {
  socket: Socket;
  send(text: string): void;
  /** Takes the next complete response off the connection. */
  response(): Promise<RawResponse>;
  /** Everything received and not yet taken. */
  pending(): string;
  /** Resolves when the server has closed the connection. */
  closed: Promise<void>;
}

export interface RawResponse {
  status: number;
  headers: Record<string, string>;
  /** The chunks of a chunked response, without the last empty one; otherwise the one body. */
  chunks: string[];
}

export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let received: Buffer = Buffer.alloc(0);
  socket.on("data", (data: Buffer) => {
    received = Buffer.concat([received, data]);
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return {
    socket,
    closed,
    send: (text) => socket.write(text),
    pending: () => received.toString(),
    response: () =>
      eventually(() => {
        const parsed = parseResponse(received);
        if (parsed === undefined)
          throw new Error(`no complete response in ${JSON.stringify(received.toString())}`);
        received = received.subarray(parsed.length);
        return parsed.response;
      }),
  };
}

function parseResponse(bytes: Buffer): { response: RawResponse; length: number } | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const [statusLine = "", ...lines] = bytes.subarray(0, headEnd).toString().split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  const status = Number(statusLine.split(" ")[1]);
  const body =
    headers["transfer-encoding"] === "chunked"
      ? parseChunks(bytes, headEnd + 4)
      : parsePlain(bytes, headEnd + 4, Number(headers["content-length"] ?? 0));
  if (body === undefined) return undefined;
  return { response: { status, headers, chunks: body.chunks }, length: body.end };
}

function parsePlain(
  bytes: Buffer,
  start: number,
  length: number,
): { chunks: string[]; end: number } | undefined {
  const end = start + length;
  return bytes.length < end ? undefined : { chunks: [bytes.subarray(start, end).toString()], end };
}

function parseChunks(bytes: Buffer, start: number): { chunks: string[]; end: number } | undefined {
  const chunks: string[] = [];
  let at = start;
  for (;;) {
    const sizeEnd = bytes.indexOf("\r\n", at);
    if (sizeEnd === -1) return undefined;
    const size = Number.parseInt(bytes.subarray(at, sizeEnd).toString(), 16);
    const end = sizeEnd + 2 + size;
    if (bytes.length < end + 2) return undefined;
    if (bytes.subarray(end, end + 2).toString() !== "\r\n") throw new Error("a chunk's length is wrong");
    if (size === 0) return { chunks, end: end + 2 };
    chunks.push(bytes.subarray(sizeEnd + 2, end).toString());
    at = end + 2;
  }
}
