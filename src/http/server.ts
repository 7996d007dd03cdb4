import type { AddressInfo, Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { DomainError, toDomainError } from "../domain/errors.ts";
import { httpLog } from "../log/logger.ts";
import { slowReaderDropped, streamClosed, streamOpened } from "../log/metrics.ts";
import { type BodyTimes, watchBody } from "./body-clock.ts";
import { answerBrokenRequest } from "./broken-request.ts";
import { crossOriginHeaders, preflightHeaders } from "./cross-origin.ts";
import { BODY_TYPES, bodyError, type ConnectionLimits, createFastify } from "./fastify-app.ts";
import { sendFrames } from "./frame-stream.ts";
import { HttpCall, pathOf } from "./http-call.ts";
import { addOperations } from "./operations.ts";
import { newRequestUuid } from "./request-id.ts";
import { RequestRecord } from "./request-record.ts";
import { plainError, sendBytes, sendJson, sendPage, sendRedirect, streamHeaders } from "./responses.ts";
import type { JsonReply, Mount, Reply, Route, StreamReply } from "./route.ts";

export interface HttpServerOptions {
  /** Largest request body in bytes. 1 MiB when absent. */
  maxBodyBytes?: number;
  /** Time a client has to send its head, and then its body. 20 s and 60 s when absent. */
  headersTimeoutMs?: number;
  requestTimeoutMs?: number;
  /** Uploads may take longer than that, but pause no longer than this. 30 s when absent. */
  uploadStallMs?: number;
  /** How long an idle connection is kept. 72 s when absent: more than the 60 s of common proxies. */
  keepAliveTimeoutMs?: number;
  /** Networks (CIDR) of reverse proxies whose `x-forwarded-for` is believed. None when absent. */
  trustedProxies?: readonly string[];
  /** A stream's reader who takes nothing for so long is dropped. 30 s when absent. */
  slowReaderTimeoutMs?: number;
  /**
   * Reasons why the server cannot do its work now, for people; empty when it can. Answers `GET /readyz`, which is
   * also not ready from `close` on.
   */
  readiness?: () => Promise<string[]>;
}

/** Serves mounts. Nothing happens before `listen`; `mount` must be called before it. */
export interface HttpServer {
  mount<Caller>(mount: Mount<Caller>): void;
  /** Port 0 takes any free one. */
  listen(address: { host: string; port: number }): Promise<{ url: string; port: number }>;
  /**
   * Stops accepting at once, lets requests and streams under way end for up to `graceMs`, then cuts off the rest.
   * Resolves when every connection is closed.
   */
  close(options: { graceMs: number }): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions = {}): HttpServer {
  return new FastifyHttpServer(options);
}

type ErrorFace = Pick<Mount<unknown>, "name" | "prefixes" | "claims" | "requestIds" | "presentError">;
/** What an answer to `OPTIONS` has to know of a path. */
interface KnownPath {
  methods: Set<string>;
  allowsOrigin: Mount<unknown>["allowsOrigin"];
  requestIds: Mount<unknown>["requestIds"] | undefined;
}

class FastifyHttpServer implements HttpServer {
  readonly #app: FastifyInstance;
  readonly #slowReaderTimeoutMs: number;
  readonly #trustedProxies: readonly string[];
  readonly #bodyTimes: BodyTimes;
  readonly #mounts: ErrorFace[] = [];
  readonly #paths = new Map<string, KnownPath>();
  /** Connections on which no request has come yet: Node does not count them among the idle ones. */
  readonly #unused = new Set<Socket>();
  #isClosing = false;
  #isCutting = false;

  constructor(options: HttpServerOptions) {
    this.#slowReaderTimeoutMs = options.slowReaderTimeoutMs ?? 30_000;
    this.#trustedProxies = options.trustedProxies ?? [];
    this.#bodyTimes = {
      totalMs: options.requestTimeoutMs ?? 60_000,
      stallMs: options.uploadStallMs ?? 30_000,
    };
    this.#app = createFastify(limitsOf(options), (_error, request, reply) => {
      this.#begin(request, reply);
      this.#sendUnknownRoute(request, reply);
    });
    this.#app.addHook("onRequest", (request, reply, done) => {
      this.#begin(request, reply);
      done();
    });
    this.#app.setNotFoundHandler((request, reply) => this.#sendUnknownRoute(request, reply));
    this.#app.setErrorHandler((_error, request, reply) => this.#sendUnknownRoute(request, reply));
    this.#watchUnusedConnections();
    const { readiness = async () => [] } = options;
    addOperations(this.#app, () =>
      this.#isClosing ? Promise.resolve(["the server is stopping"]) : readiness(),
    );
  }

  mount<Caller>(mount: Mount<Caller>): void {
    this.#mounts.push(mount);
    for (const prefix of mount.prefixes) {
      for (const route of mount.routes) this.#addRoute(mount, prefix, route);
    }
  }

  async listen({ host, port }: { host: string; port: number }): Promise<{ url: string; port: number }> {
    for (const [path, known] of this.#paths) this.#addOptionsRoute(path, known);
    await this.#app.listen({ host, port });
    const address = this.#app.server.address() as AddressInfo;
    const hostInUrl = address.family === "IPv6" ? `[${address.address}]` : address.address;
    return { url: `http://${hostInUrl}:${address.port}`, port: address.port };
  }

  async close({ graceMs }: { graceMs: number }): Promise<void> {
    this.#isClosing = true;
    const deadline = setTimeout(() => {
      this.#isCutting = true;
      this.#app.server.closeAllConnections();
    }, graceMs);
    for (const socket of this.#unused) socket.destroy();
    try {
      await this.#app.close();
    } finally {
      clearTimeout(deadline);
    }
  }

  #watchUnusedConnections(): void {
    this.#app.server.on("connection", (socket) => {
      this.#unused.add(socket);
      socket.once("close", () => this.#unused.delete(socket));
    });
    this.#app.server.on("request", ({ socket }) => this.#unused.delete(socket));
  }

  #addRoute<Caller>(mount: Mount<Caller>, prefix: string, route: Route<Caller>): void {
    const url = prefix + route.path;
    const { requestIds, allowsOrigin } = mount;
    const methods = this.#paths.get(url)?.methods ?? new Set();
    this.#paths.set(url, { methods: methods.add(route.method), allowsOrigin, requestIds });
    this.#app.route({
      method: route.method,
      url,
      config: {
        dialect: mount.name,
        body: route.body ?? "json",
        ...(requestIds !== undefined && { requestIds }),
      },
      ...(allowsOrigin !== undefined && {
        onRequest: async (request) => {
          request.crossOriginHeaders = await crossOriginHeaders(allowsOrigin, request.headers.origin);
        },
      }),
      ...(route.maxBodyBytes === undefined ? {} : { bodyLimit: route.maxBodyBytes }),
      handler: (request, reply) => this.#answer(mount, route, prefix, request, reply),
      errorHandler: (error, request, reply) => {
        // Node reads and drops the rest of a body that is too large, so the connection can stay.
        reply.removeHeader("connection");
        this.#sendError(mount, this.#call(request, reply, prefix), bodyError(error), reply);
      },
    });
  }

  #addOptionsRoute(path: string, { methods, allowsOrigin, requestIds }: KnownPath): void {
    const allow = [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
    const config = requestIds === undefined ? {} : { requestIds };
    this.#app.options(path, { config }, async ({ headers: { origin } }, reply) => {
      const headers = { allow, ...(await preflightHeaders(allowsOrigin, origin, allow)) };
      sendJson(reply, { kind: "json", status: 204, headers, body: undefined });
      return reply;
    });
  }

  #call(request: FastifyRequest, reply: FastifyReply, prefix: string): HttpCall {
    return new HttpCall(request, reply, { prefix, trustedProxies: this.#trustedProxies });
  }

  #begin(request: FastifyRequest, reply: FastifyReply): void {
    const { raw } = request;
    const { body = "json", requestIds } = request.routeOptions?.config ?? {};
    if (requestIds === "uuid") request.id = newRequestUuid();
    request.contentType = raw.headers["content-type"];
    if (body === "json") delete raw.headers["content-type"];
    else raw.headers["content-type"] = BODY_TYPES[body];
    watchBody(raw, reply.raw, {
      isUpload: body === "upload",
      times: this.#bodyTimes,
      onLate: () => {
        const late = Object.assign(new Error("the body is late"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
        answerBrokenRequest(late, raw.socket, reply.raw.headersSent);
      },
    });
    const record = new RequestRecord(request, reply);
    reply.raw.once("close", () => {
      record.finish();
      // Connections that were busy when closing began would otherwise live on as idle ones.
      if (this.#isClosing) this.#app.server.closeIdleConnections();
    });
  }

  async #answer<Caller>(
    mount: Mount<Caller>,
    route: Route<Caller>,
    prefix: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const call = this.#call(request, reply, prefix);
    try {
      if (this.#isClosing) throw new DomainError("shutting_down", "the server is stopping");
      const result = await handle(mount, route, call);
      this.#send(result, reply);
    } catch (error) {
      // The client left and the handler gave up with it: nobody is there to read an answer, and nothing failed.
      if (call.signal.aborted && error === call.signal.reason) reply.hijack();
      else this.#sendError(mount, call, toDomainError(error), reply);
    }
  }

  #send(result: Reply, reply: FastifyReply): void {
    if (result.kind === "json") sendJson(reply, result);
    else if (result.kind === "page") sendPage(reply, result);
    else if (result.kind === "redirect") sendRedirect(reply, result);
    else if (result.kind === "bytes") sendBytes(reply, result);
    else this.#sendStream(result, reply);
  }

  #sendStream(result: StreamReply, reply: FastifyReply): void {
    const response = reply.raw;
    response.writeHead(200, streamHeaders(reply, result.headers));
    reply.hijack();
    if (reply.request.method === "HEAD") {
      response.end();
      return;
    }
    streamOpened();
    sendFrames(response, result.frames, {
      slowReaderTimeoutMs: this.#slowReaderTimeoutMs,
      onEnd: (end) => {
        streamClosed();
        if (end === "slow_reader") slowReaderDropped();
        reply.request.responseEnd = end === "client_gone" && this.#isCutting ? "server_stopped" : end;
      },
    });
  }

  #sendError(mount: ErrorFace, call: HttpCall, error: DomainError, reply: FastifyReply): void {
    logCause(error, call.requestId);
    let answer: JsonReply;
    try {
      answer = mount.presentError(error, call);
    } catch (defect) {
      httpLog.error(
        { requestId: call.requestId, dialect: mount.name, err: defect },
        "presenting an error failed",
      );
      answer = plainError(500, "internal", "internal error");
    }
    sendJson(reply, answer);
  }

  #sendUnknownRoute(request: FastifyRequest, reply: FastifyReply): void {
    const claim = this.#claimOf(pathOf(request.raw.url ?? "/"));
    if (claim === undefined) {
      sendJson(reply, plainError(404, "route_unknown", "no such route"));
      return;
    }
    if (claim.mount.requestIds === "uuid") request.id = newRequestUuid();
    const error = new DomainError("route_unknown", `no such route: ${request.method} ${claim.path}`);
    this.#sendError(claim.mount, this.#call(request, reply, claim.prefix), error, reply);
  }

  /** The mount whose longest prefix or claim the path lies under. The root belongs to nobody. */
  #claimOf(rawPath: string): { mount: ErrorFace; prefix: string; path: string } | undefined {
    const path = rawPath.replace(/\/{2,}/g, "/");
    let best: { mount: ErrorFace; prefix: string; path: string } | undefined;
    let longest = 0;
    for (const mount of this.#mounts) {
      for (const base of [...mount.prefixes, ...(mount.claims ?? [])]) {
        const isUnder = path === base || path.startsWith(`${base}/`);
        if (!isUnder || base.length <= longest) continue;
        longest = base.length;
        best = { mount, prefix: mount.prefixes.includes(base) ? base : "", path };
      }
    }
    return best;
  }
}

function limitsOf(options: HttpServerOptions): ConnectionLimits {
  return {
    maxBodyBytes: options.maxBodyBytes ?? 1024 * 1024,
    headersTimeoutMs: options.headersTimeoutMs ?? 20_000,
    keepAliveTimeoutMs: options.keepAliveTimeoutMs ?? 72_000,
  };
}

async function handle<Caller>(mount: Mount<Caller>, route: Route<Caller>, call: HttpCall): Promise<Reply> {
  if (route.access === "public") return route.handle(call);
  return route.handle(call, await mount.authenticate(call, route.access));
}

/** Causes are never shown; the log is where they go. */
function logCause(error: DomainError, requestId: string): void {
  if (error.code === "internal" || error.code === "storage_failed") {
    httpLog.error({ requestId, code: error.code, err: error.cause ?? error }, "request failed");
  } else if (error.cause !== undefined) {
    httpLog.debug({ requestId, code: error.code, err: error.cause }, "request refused");
  }
}
