import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { clientAddress } from "./client-address.ts";
import type { Call, UploadedFile } from "./route.ts";
import { readUpload } from "./upload.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The caller's `content-type`, kept apart because Fastify would act on it. */
    contentType: string | undefined;
  }
}

export class HttpCall implements Call {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly prefix: string;
  readonly params: Record<string, string>;
  readonly query: Record<string, string | string[] | undefined>;
  readonly headers: IncomingHttpHeaders;
  readonly clientAddress: string;
  readonly body: unknown;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #abort: AbortController | undefined;

  constructor(
    request: FastifyRequest,
    reply: FastifyReply,
    { prefix, trustedProxies }: { prefix: string; trustedProxies: readonly string[] },
  ) {
    if (request.contentType === undefined) delete request.raw.headers["content-type"];
    else request.raw.headers["content-type"] = request.contentType;
    this.requestId = request.id;
    this.method = request.method;
    this.path = pathOf(request.raw.url ?? "/");
    this.prefix = prefix;
    this.params = (request.params ?? {}) as Call["params"];
    this.query = (request.query ?? {}) as Call["query"];
    this.headers = request.raw.headers;
    this.clientAddress = addressOf(request.raw, trustedProxies);
    this.body = request.body;
    this.#request = request.raw;
    this.#response = reply.raw;
  }

  upload(options: { field: string; maxBytes: number }): Promise<UploadedFile> {
    return readUpload(this.#request, this.#response, { ...options, signal: this.signal });
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      this.#watchConnection(this.#abort);
    }
    return this.#abort.signal;
  }

  #watchConnection(abort: AbortController): void {
    const response = this.#response;
    const onClose = () => {
      if (!response.writableFinished) abort.abort(new Error("the client closed the connection"));
    };
    if (response.closed) onClose();
    else response.once("close", onClose);
  }
}

/** Read at once: a connection that is gone has no address any more. */
function addressOf({ socket, headers }: IncomingMessage, trustedProxies: readonly string[]): string {
  // Node joins repeated headers with commas, in their order.
  const forwardedFor = headers["x-forwarded-for"]?.toString();
  return clientAddress({ peer: socket.remoteAddress ?? "", forwardedFor }, trustedProxies);
}

/** The path of a request target, without query or fragment. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
