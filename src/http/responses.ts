import type { FastifyReply } from "fastify";
import type { JsonReply } from "./route.ts";

/** Sent with every response. Nothing this server answers is meant to be run, framed, cached or sniffed. */
const SAFETY_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

const JSON_HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  ...SAFETY_HEADERS,
};

const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  "x-accel-buffering": "no",
  ...SAFETY_HEADERS,
};

/** Sends a reply; an `undefined` body is sent as nothing. Throws, having sent nothing, when it is no JSON value. */
export function sendJson(reply: FastifyReply, { status = 200, headers, body }: JsonReply): void {
  sendText(reply, JSON.stringify(body) ?? "", { status, headers: { ...JSON_HEADERS, ...headers } });
}

export function sendText(
  reply: FastifyReply,
  text: string,
  { status, headers }: { status: number; headers: Record<string, string> },
): void {
  reply
    .code(status)
    .headers({ ...SAFETY_HEADERS, ...headers, "x-request-id": reply.request.id })
    .send(text);
}

export function streamHeaders(
  requestId: string,
  headers: Record<string, string> | undefined,
): Record<string, string> {
  return { ...STREAM_HEADERS, ...headers, "x-request-id": requestId };
}

/** An error where no dialect is responsible. */
export function plainError(status: number, code: string, message: string): JsonReply {
  return { kind: "json", status, body: { error: { code, message } } };
}
