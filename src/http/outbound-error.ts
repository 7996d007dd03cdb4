/**
 * Why an outbound request has no response.
 * `blocked_address`: the name or address leads where requests may not go. `dns`: the name has no address.
 * `connection`: refused, reset, or not HTTP. `tls`: no trusted encrypted connection. `timeout`: the time is up.
 * `too_large`: the response exceeds the limit. `redirect`: too many, or one that may not be followed.
 * `aborted`: the caller's signal. `bad_url`: the URL, the method or a header cannot be sent.
 */
export type OutboundFailure =
  | "blocked_address"
  | "dns"
  | "connection"
  | "tls"
  | "timeout"
  | "too_large"
  | "redirect"
  | "aborted"
  | "bad_url";

/** `message` is safe to show to whoever gave the URL: it names no address that a name was resolved to. */
export class OutboundError extends Error {
  readonly reason: OutboundFailure;

  constructor(reason: OutboundFailure, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "OutboundError";
    this.reason = reason;
  }
}

const FAILURE_BY_CODE: Record<string, OutboundFailure> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_NODATA: "dns",
  EAI_FAIL: "dns",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_INVALID_ARG: "bad_url",
  EPROTO: "tls",
  CERT_HAS_EXPIRED: "tls",
  CERT_NOT_YET_VALID: "tls",
  CERT_UNTRUSTED: "tls",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
  SELF_SIGNED_CERT_IN_CHAIN: "tls",
  UNABLE_TO_GET_ISSUER_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
};

const MESSAGES: Partial<Record<OutboundFailure, string>> = {
  dns: "the host name could not be resolved",
  timeout: "the connection took too long",
  tls: "no trusted TLS connection could be made",
  bad_url: "the request cannot be sent as it is",
};

/** Turns what the HTTP client threw into an `OutboundError`. */
export function toOutboundError(thrown: unknown): OutboundError {
  if (thrown instanceof OutboundError) return thrown;
  const reason = failureOf(errorCode(thrown));
  return new OutboundError(reason, MESSAGES[reason] ?? "the connection failed", { cause: thrown });
}

function failureOf(code: string): OutboundFailure {
  if (code.startsWith("ERR_TLS_") || code.startsWith("ERR_SSL_")) return "tls";
  return FAILURE_BY_CODE[code] ?? "connection";
}

function errorCode(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return "";
  return typeof thrown.code === "string" ? thrown.code : "";
}
