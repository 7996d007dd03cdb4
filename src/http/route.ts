import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { DomainError } from "../domain/errors.ts";

/**
 * A family of routes with one way to authenticate and one way to say what went wrong. The server knows nothing
 * else about a dialect.
 */
export interface Mount<Caller> {
  /** Names the dialect in logs and metrics. */
  name: string;
  /** Paths put before every route; "" is the root. No trailing slash. */
  prefixes: string[];
  /** Paths below which unknown routes are this dialect's to refuse, beside its prefixes. No trailing slash. */
  claims?: string[];
  routes: Route<Caller>[];
  /** How the ids of its requests are written. `plain` when absent. */
  requestIds?: "plain" | "uuid";
  /**
   * Whether pages of this origin may call its routes and read the answers; asked before anything else of a request
   * with an `origin`, and of preflights. Absent: no page of another origin may.
   */
  allowsOrigin?(origin: string): Promise<boolean>;
  /** Finds out who calls, before the handler runs. Rejects with `credential_missing`, `credential_invalid`… */
  authenticate(call: Call, access: Exclude<Access, "public">): Promise<Caller>;
  /** The dialect's wire form of an error. Also asked for bodies too large, broken JSON and unknown routes. */
  presentError(error: DomainError, call: Call): JsonReply;
}

/**
 * Who may call a route. There is no default: a route without a declaration does not compile.
 * `public` handlers get no caller; every other word means whatever the dialect's `authenticate` makes of it.
 */
export type Access = "public" | "app-key" | "access-token";

export type Route<Caller> = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Begins with "/"; `:name` and a final `*` as in Fastify. */
  path: string;
  /**
   * How the body is read. `json` when absent: whatever the content type says. `form`: URL-encoded, as a browser's
   * form sends it, each name once; a record of strings, empty without a body. `bytes`: a `Buffer`, exactly as it came,
   * for what is signed. `upload`: multipart, not read before the handler asks for it (`Call.upload`).
   */
  body?: "json" | "form" | "bytes" | "upload";
  /** Largest body of this route, in bytes. Absent: the server's. Not for `upload`, whose handler sets the limit. */
  maxBodyBytes?: number;
} & (
  | { access: "public"; handle(call: Call): Promise<Reply> }
  | { access: Exclude<Access, "public">; handle(call: Call, caller: Caller): Promise<Reply> }
);

/** One request as a handler sees it. */
export interface Call {
  /** Ours, ULID-like or a UUID; also in the log and the `x-request-id` response header. */
  requestId: string;
  method: string;
  /** Path as called, without the query. */
  path: string;
  /** The mount prefix the call came through. */
  prefix: string;
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  headers: IncomingHttpHeaders;
  /**
   * The IP address of the client: what is at the other end of the connection or, where that is a trusted proxy, whom
   * it names. May be empty.
   */
  clientAddress: string;
  /** Parsed JSON, form fields or bytes; undefined when the body was empty or is an upload. */
  body: unknown;
  /**
   * The one file of a multipart body, with the text fields before it; only on `upload` routes, once. Rejects with
   * `request_invalid` when the body is no multipart, has no file in the part `field`, or ends early. The stream
   * fails with `body_too_large` past `maxBytes`; the whole body is read or the connection closed in the end.
   */
  upload(options: { field: string; maxBytes: number }): Promise<UploadedFile>;
  /** Aborts when the client's connection closes before the reply is complete. */
  readonly signal: AbortSignal;
}

/** A file as it arrives. */
export interface UploadedFile {
  /** As the client wrote it: data, never a path. May be empty. */
  name: string;
  /** As the client declared it, without parameters; may be empty or a lie. */
  mediaType: string;
  fields: Record<string, string>;
  bytes: Readable;
}

export type Reply = JsonReply | StreamReply | PageReply | RedirectReply | BytesReply;

/** Something that is already the bytes to be sent, such as a file. */
export interface BytesReply {
  kind: "bytes";
  /** 200 when absent. */
  status?: number;
  headers: Record<string, string>;
  bytes: Uint8Array;
}

/**
 * An HTML page with a strict content security policy: only the styles in its own `<style>` elements (written without
 * attributes), no scripts, pictures or fonts, forms to this server.
 */
export interface PageReply {
  kind: "page";
  /** 200 when absent. */
  status?: number;
  headers?: Record<string, string | string[]>;
  html: string;
  /** Addresses a submitted form may be redirected to: browsers hold redirects of forms against the policy too. */
  formTargets?: string[];
}

/** 303, or 302 where a protocol wants it. */
export interface RedirectReply {
  kind: "redirect";
  status?: 302 | 303;
  location: string;
  headers?: Record<string, string | string[]>;
}

export interface JsonReply {
  kind: "json";
  /** 200 when absent. */
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** A `text/event-stream` response. Begins when the handler returns; errors before that are plain replies. */
export interface StreamReply {
  kind: "stream";
  headers?: Record<string, string>;
  frames: FrameSource;
}

/**
 * Frames a reader pulls at its own pace: a slow reader costs no memory of its own, because the source (a turn's
 * log) holds what it has not read yet. Every frame is sent as a chunk of its own.
 */
export interface FrameSource {
  /** The next frame, complete with its blank line; `undefined`: none yet; `null`: there will be no more. */
  next(): string | undefined | null;
  /** Calls `wake` whenever `next` may have more to give. Returns the function that ends this. */
  subscribe(wake: () => void): () => void;
}
