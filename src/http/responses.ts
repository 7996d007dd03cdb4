import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { BytesReply, JsonReply, PageReply, RedirectReply } from "./route.ts";

/** Sent with every response. Nothing this server answers is meant to be run, framed, cached or sniffed. */
const SAFETY_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/** `no-referrer` would make browsers send `Origin: null` with the page's own forms. */
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
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

export function sendPage(
  reply: FastifyReply,
  { status = 200, headers, html, formTargets = [] }: PageReply,
): void {
  const policy = { "content-security-policy": pagePolicy(html, formTargets) };
  sendText(reply, html, { status, headers: { ...PAGE_HEADERS, ...policy, ...headers } });
}

/** The styles that stand in the page by their hashes, forms to this server and what it redirects them to. */
function pagePolicy(html: string, formTargets: string[]): string {
  const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
    ([, style = ""]) => `'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  );
  return [
    "default-src 'none'",
    ...(styles.length > 0 ? [`style-src ${styles.join(" ")}`] : []),
    ["form-action 'self'", ...new Set(formTargets.map(policySource))].join(" "),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * Web addresses by their origin, those of apps on the device by their scheme; so too where a policy has no words for
 * the host: IP addresses of version 6, names with an underscore.
 */
function policySource(address: string): string {
  const { protocol, hostname, origin } = new URL(address);
  const isWeb = protocol === "https:" || protocol === "http:";
  return isWeb && /^[a-z0-9.-]+$/.test(hostname) ? origin : protocol;
}

/** Throws, having sent nothing, when the address is none that can stand in a header. */
export function sendRedirect(reply: FastifyReply, { status = 303, headers, location }: RedirectReply): void {
  if (!/^[\x21-\x7e]+$/.test(location)) throw new TypeError("the address of a redirect is no ASCII text");
  sendText(reply, "", { status, headers: { "cache-control": "no-store", ...headers, location } });
}

export function sendBytes(reply: FastifyReply, { status = 200, headers, bytes }: BytesReply): void {
  sendText(reply, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { status, headers });
}

export function sendText(
  reply: FastifyReply,
  text: string | Buffer,
  { status, headers }: { status: number; headers: Record<string, string | string[]> },
): void {
  reply
    .code(status)
    .headers({ ...SAFETY_HEADERS, ...headers, ...requestHeaders(reply) })
    .send(text);
}

export function streamHeaders(
  reply: FastifyReply,
  headers: Record<string, string> | undefined,
): Record<string, string> {
  return { ...STREAM_HEADERS, ...headers, ...requestHeaders(reply) };
}

/** What every answer to a request has, whatever it says. */
function requestHeaders({ request }: FastifyReply): Record<string, string> {
  return { ...request.crossOriginHeaders, "x-request-id": request.id };
}

/** An error where no dialect is responsible. */
export function plainError(status: number, code: string, message: string): JsonReply {
  return { kind: "json", status, body: { error: { code, message } } };
}
