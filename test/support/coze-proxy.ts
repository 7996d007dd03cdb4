import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { strictProblems, type WireAnswer } from "./coze-strict.ts";

/** One answer that passed through, with the whole request before it. */
export interface Exchange extends WireAnswer {
  /** Path and query as they were called. */
  target: string;
  requestHeaders: IncomingHttpHeaders;
  problems: string[];
}

/**
 * Stands between an SDK and the server. Every byte passes as it is; every answer is held against what the strict
 * SDKs demand before its last byte is passed on.
 */
export interface StrictProxy {
  readonly url: string;
  /** Answers that are over, oldest first. */
  readonly exchanges: Exchange[];
  /** The newest answer; fails when there was none. */
  last(): Exchange;
  /** Fails with everything found since it was asked last. */
  expectStrict(): void;
  close(): Promise<void>;
}

/** `target` is asked with every request: the server may be another one by then. */
export async function startStrictProxy(target: () => string): Promise<StrictProxy> {
  const exchanges: Exchange[] = [];
  let checked = 0;
  const server = createServer((incoming, response) => {
    void pass(incoming, response, target()).then((exchange) => {
      if (exchange !== undefined) exchanges.push(exchange);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    last() {
      const exchange = exchanges.at(-1);
      if (exchange === undefined) throw new Error("nothing passed yet");
      return exchange;
    },
    expectStrict() {
      const found = exchanges.slice(checked).filter((exchange) => exchange.problems.length > 0);
      checked = exchanges.length;
      if (found.length > 0) throw new Error(found.map(report).join("\n\n"));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function report({ method, target, status, body, problems }: Exchange): string {
  return `${method} ${target} answered ${status}:\n  ${problems.join("\n  ")}\n  ${body.slice(0, 2_000)}`;
}

/** Resolves with the exchange when the answer is over; with nothing when the server broke the connection. */
async function pass(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: string,
): Promise<Exchange | undefined> {
  const requestBody = await buffer(incoming);
  const outgoing = request(`${target}${incoming.url ?? "/"}`, {
    // A connection of its own, so that all its bytes are those of this answer.
    agent: false,
    method: incoming.method ?? "GET",
    headers: { ...incoming.headers, connection: "close" },
  });
  const raw: Buffer[] = [];
  outgoing.once("socket", (socket) => socket.on("data", (piece: Buffer) => raw.push(piece)));
  return new Promise((resolve) => {
    outgoing.once("error", () => {
      response.destroy();
      resolve(undefined);
    });
    outgoing.once("response", (answer) => {
      let isOver = false;
      const settle = (isWhole: boolean): void => {
        if (isOver) return;
        isOver = true;
        const exchange = inspect({ incoming, requestBody, answer, raw: Buffer.concat(raw), isWhole });
        resolve(exchange);
      };
      response.writeHead(answer.statusCode ?? 0, endToEnd(answer.headers));
      response.flushHeaders();
      answer.on("data", (piece: Buffer) => response.write(piece));
      answer.once("end", () => {
        settle(true);
        response.end();
      });
      answer.once("error", () => response.destroy());
      response.once("close", () => {
        settle(false);
        outgoing.destroy();
      });
    });
    outgoing.end(requestBody);
  });
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _, "keep-alive": __, ...rest } = headers;
  return rest;
}

function inspect(passed: {
  incoming: IncomingMessage;
  requestBody: Buffer;
  answer: IncomingMessage;
  raw: Buffer;
  isWhole: boolean;
}): Exchange {
  const { incoming, requestBody, answer, raw, isWhole } = passed;
  const target = incoming.url ?? "/";
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(answer.headers)) headers[name] = [value].flat().join(", ");
  const payload = raw.subarray(raw.indexOf("\r\n\r\n") + 4);
  const chunks = headers["transfer-encoding"] === "chunked" ? chunksOf(payload) : undefined;
  const exchange = {
    method: incoming.method ?? "GET",
    target,
    path: target.split("?")[0] ?? target,
    requestHeaders: incoming.headers,
    requestBody: requestBody.toString("utf8"),
    status: answer.statusCode ?? 0,
    headers,
    body: chunks === undefined ? payload.toString("utf8") : chunks.join(""),
    ...(chunks === undefined ? {} : { chunks }),
    isWhole,
  };
  return { ...exchange, problems: strictProblems(exchange) };
}

/** The complete chunks of a chunked body, without the last empty one. */
function chunksOf(payload: Buffer): string[] {
  const chunks: string[] = [];
  let start = 0;
  for (;;) {
    const lineEnd = payload.indexOf("\r\n", start);
    if (lineEnd < 0) return chunks;
    const size = Number.parseInt(payload.subarray(start, lineEnd).toString("latin1"), 16);
    const end = lineEnd + 2 + size;
    if (!(size > 0) || end > payload.length) return chunks;
    chunks.push(payload.subarray(lineEnd + 2, end).toString("utf8"));
    start = end + 2;
  }
}
