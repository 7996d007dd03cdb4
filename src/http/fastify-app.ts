import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from "fastify";
import { DomainError } from "../domain/errors.ts";
import { bodyText, forbiddenKey } from "./body.ts";
import { answerBrokenRequest } from "./broken-request.ts";
import { formFields } from "./form.ts";
import { newRequestId } from "./request-id.ts";

export interface ConnectionLimits {
  maxBodyBytes: number;
  headersTimeoutMs: number;
  keepAliveTimeoutMs: number;
}

/** Content types of bodies that are not read as JSON, whatever their callers called them. */
export const BODY_TYPES = {
  form: "antiphon/form",
  bytes: "antiphon/bytes",
  upload: "antiphon/upload",
} as const;

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 200;
const MAX_PATH_PARAMETER_CHARACTERS = 256;

/**
 * Fastify set up the way every route here needs it: slashes forgiven, bodies read as JSON whatever they claim to be,
 * also with GET, and limits on everything a client can send. `refuseTarget` answers request targets the router
 * cannot take, for which no hook runs.
 */
export function createFastify(
  limits: ConnectionLimits,
  refuseTarget: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void,
): FastifyInstance {
  const responses = new WeakMap<Socket, ServerResponse>();
  const app = fastify({
    logger: false,
    genReqId: () => newRequestId(),
    requestIdHeader: false,
    bodyLimit: limits.maxBodyBytes,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // Silence on a connection is no fault: a stream may last for hours. Bodies have their own clock: `watchBody`.
    connectionTimeout: 0,
    requestTimeout: 0,
    return503OnClosing: false,
    routerOptions: {
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
      maxParamLength: MAX_PATH_PARAMETER_CHARACTERS,
    },
    http: {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    frameworkErrors: refuseTarget,
    clientErrorHandler: (error, socket) => {
      answerBrokenRequest(error, socket, responses.get(socket)?.headersSent === true);
    },
  });
  app.server.maxHeadersCount = MAX_HEADERS;
  app.server.prependListener("request", (request, response) => responses.set(request.socket, response));
  app.addHttpMethod("GET", { hasBody: true, overrideExisting: true });
  app.decorateRequest("contentType", undefined);
  app.decorateRequest("responseEnd", undefined);
  app.decorateRequest("crossOriginHeaders", undefined);
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  readBodiesAsJson(app, parseJson);
  app.addContentTypeParser<Buffer>(BODY_TYPES.form, { parseAs: "buffer" }, (request, bytes, done) => {
    refuseEncoding(request);
    done(null, formFields(request.contentType, bytes));
  });
  app.addContentTypeParser<Buffer>(BODY_TYPES.bytes, { parseAs: "buffer" }, (request, bytes, done) => {
    refuseEncoding(request);
    done(null, bytes);
  });
  app.addContentTypeParser(BODY_TYPES.upload, (request, _payload, done) => {
    refuseEncoding(request);
    done(null, undefined);
  });
  return app;
}

function refuseEncoding(request: FastifyRequest): void {
  if ((request.headers["content-encoding"] ?? "identity") === "identity") return;
  throw new DomainError("request_invalid", "a content-encoding is not accepted", {
    field: "content-encoding",
  });
}

function readBodiesAsJson(
  app: FastifyInstance,
  parseJson: ReturnType<FastifyInstance["getDefaultJsonParser"]>,
): void {
  app.addContentTypeParser<Buffer>("*", { parseAs: "buffer" }, (request, bytes, done) => {
    refuseEncoding(request);
    const text = bodyText(bytes);
    if (text === "") done(null, undefined);
    else {
      void parseJson(request, text, (error, value) => {
        if (error === null) done(null, value);
        else done(isJson(text) ? forbiddenKey(error) : error, undefined);
      });
    }
  });
}

/** Valid JSON that the parser refuses can only hold a forbidden key. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What went wrong while a body was read, in the words every mount understands. */
export function bodyError(error: FastifyError): DomainError {
  if (error instanceof DomainError) return error;
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new DomainError("body_too_large", "the request body is too large", { cause: error });
  }
  if (error.code === "FST_ERR_CTP_INVALID_JSON_BODY") {
    return new DomainError("body_malformed", "the request body is not valid JSON", { cause: error });
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new DomainError("request_invalid", "the request body could not be read", { cause: error });
  }
  return new DomainError("internal", "internal error", { cause: error });
}
