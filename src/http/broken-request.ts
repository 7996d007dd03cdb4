import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { httpLog } from "../log/logger.ts";
import { newRequestId } from "./request-id.ts";
import { plainError } from "./responses.ts";

const REFUSALS: Record<string, { status: number; code: string; message: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: "request_timeout",
    message: "the request took too long to arrive",
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: "headers_too_large",
    message: "the request headers are too large",
  },
};
const NOT_HTTP = { status: 400, code: "request_invalid", message: "the request is not valid HTTP" };

/**
 * Answers what Node's parser could not read, and closes the connection. Says nothing when a response is already on
 * its way there: the words would end up in the middle of it.
 */
export function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  isAnswering: boolean,
): void {
  if (socket.writable && !isAnswering && error.code !== "ECONNRESET") {
    const { status, code, message } = REFUSALS[error.code ?? ""] ?? NOT_HTTP;
    const requestId = newRequestId();
    httpLog.info({ requestId, status, reason: error.code }, "unreadable request refused");
    const body = JSON.stringify(plainError(status, code, message).body);
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
        "content-type: application/json; charset=utf-8\r\n" +
        "x-content-type-options: nosniff\r\n" +
        `x-request-id: ${requestId}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n` +
        `connection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}
