import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
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

  constructor(request: FastifyRequest, reply: FastifyReply, prefix: string) {
    if (request.contentType === undefined) delete request.raw.headers["content-type"];
    else request.raw.headers["content-type"] = request.contentType;
    this.requestId = request.id;
    this.method = request.method;
    this.path = pathOf(request.raw.url ?? "/");
    this.prefix = prefix;
    this.params = (request.params ?? {}) as Call["params"];
    this.query = (request.query ?? {}) as Call["query"];
    this.headers = request.raw.headers;
    this.clientAddress = request.raw.socket.remoteAddress ?? "";
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

/** The path of a request target, without query or fragment. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
