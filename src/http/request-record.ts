import type { FastifyReply, FastifyRequest } from "fastify";
import { httpLog } from "../log/logger.ts";
import { requestEnded } from "../log/metrics.ts";
import type { StreamEnd } from "./frame-stream.ts";
import type { Mount, Route } from "./route.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Sent with the answer, because a page of another origin may read it. */
    crossOriginHeaders: Record<string, string> | undefined;
    /** How a streamed response ended. */
    responseEnd: StreamEnd | "server_stopped" | undefined;
  }
  interface FastifyContextConfig {
    /** How the body is read; absent: as JSON. */
    body?: NonNullable<Route<unknown>["body"]>;
    /** How its ids are written; absent: plain. */
    requestIds?: NonNullable<Mount<unknown>["requestIds"]>;
    /** The mount's name; absent for routes of the server itself and for unknown ones. */
    dialect?: string;
    /** Asked so often, by machines, that the log keeps it at `debug`. */
    isQuiet?: boolean;
  }
}

/** What the log and the metrics keep of one request. No bodies, no query, no headers. */
export class RequestRecord {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #startMs = performance.now();

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.#request = request;
    this.#reply = reply;
  }

  /** To be called once, when the response is over or its connection is. */
  finish(): void {
    const request = this.#request;
    const response = this.#reply.raw;
    const durationMs = performance.now() - this.#startMs;
    const config = request.routeOptions?.config;
    const dialect = config?.dialect ?? "none";
    const route = request.is404 ? "unknown" : (request.routeOptions?.url ?? "unknown");
    const line = {
      requestId: request.id,
      method: request.method,
      route,
      status: response.statusCode,
      ms: Math.round(durationMs * 10) / 10,
      dialect,
      end: request.responseEnd ?? (response.writableFinished ? "completed" : "client_gone"),
    };
    if (config?.isQuiet === true) httpLog.debug(line, "request");
    else httpLog.info(line, "request");
    requestEnded({ dialect, route, status: response.statusCode, durationMs });
  }
}
