/**
 * Why an outbound request has no response.
 * `blocked_address`: the name or address leads where requests may not go. `dns`: the name has no address.
 * `connection`: refused, reset, or not HTTP. `tls`: no trusted encrypted connection. `timeout`: the time is up.
 * `too_large`: the response exceeds the limit. `redirect`: too many, or one that may not be followed.
 * `aborted`: the caller's signal. `bad_url`: the URL, the method or a header cannot be sent.
 * `proxy`: the proxy in between did not make the connection.
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
  | "bad_url"
  | "proxy";

/** The same, as exactly as can be said: what logs of attempts keep. */
export type OutboundCode =
  | Exclude<OutboundFailure, "connection" | "tls">
  | "http_not_allowed"
  | "dns_timeout"
  | "connect_timeout"
  | "refused"
  | "reset"
  | "unreachable"
  | "connection_failed"
  | "invalid_response"
  | "too_many_headers"
  | "tls_handshake"
  | "tls_certificate_expired"
  | "tls_wrong_host"
  | "tls_untrusted"
  | "tls_client_certificate";

const REASONS: Partial<Record<OutboundCode, OutboundFailure>> = {
  http_not_allowed: "bad_url",
  dns_timeout: "dns",
  connect_timeout: "timeout",
  tls_handshake: "tls",
  tls_certificate_expired: "tls",
  tls_wrong_host: "tls",
  tls_untrusted: "tls",
  tls_client_certificate: "tls",
  blocked_address: "blocked_address",
  dns: "dns",
  timeout: "timeout",
  too_large: "too_large",
  redirect: "redirect",
  aborted: "aborted",
  bad_url: "bad_url",
  proxy: "proxy",
};

/** `message` is safe to show to whoever gave the URL: it names no address that a name was resolved to. */
export class OutboundError extends Error {
  readonly code: OutboundCode;

  constructor(code: OutboundCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "OutboundError";
    this.code = code;
  }

  get reason(): OutboundFailure {
    return REASONS[this.code] ?? "connection";
  }
}

const CODES: Record<string, OutboundCode> = {
  ENOTFOUND: "dns",
  ENODATA: "dns",
  EAI_AGAIN: "dns",
  EAI_NODATA: "dns",
  EAI_FAIL: "dns",
  ETIMEDOUT: "connect_timeout",
  UND_ERR_CONNECT_TIMEOUT: "connect_timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_INVALID_ARG: "bad_url",
  UND_ERR_HEADERS_OVERFLOW: "too_many_headers",
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EPROTO: "tls_handshake",
  CERT_HAS_EXPIRED: "tls_certificate_expired",
  CERT_NOT_YET_VALID: "tls_certificate_expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "tls_wrong_host",
  CERT_UNTRUSTED: "tls_untrusted",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls_untrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "tls_untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "tls_untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls_untrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls_untrusted",
};

const MESSAGES: Partial<Record<OutboundCode, string>> = {
  dns: "the host name could not be resolved",
  timeout: "the response took too long",
  connect_timeout: "the connection took too long",
  refused: "the connection was refused",
  reset: "the other side closed the connection without a response",
  unreachable: "the host cannot be reached",
  invalid_response: "the answer is not HTTP",
  too_many_headers: "the response has too many headers, or too long ones",
  tls_handshake: "no TLS connection could be made",
  tls_certificate_expired: "the certificate has expired, or is not valid yet",
  tls_wrong_host: "the certificate is for another host",
  tls_untrusted: "the certificate was issued by nobody we trust",
  tls_client_certificate: "the other side wants a client certificate, or another one",
  bad_url: "the request cannot be sent as it is",
};

/** What the other side says about our certificate. Source: RFC 8446 §6.2; the names are OpenSSL's. */
const CERTIFICATE_ALERT =
  /^ERR_SSL_.*_ALERT_(CERTIFICATE_REQUIRED|UNKNOWN_CA|(BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED))$/;

/** Turns what the HTTP client, a socket or the resolver threw into an `OutboundError`. */
export function toOutboundError(thrown: unknown): OutboundError {
  if (thrown instanceof OutboundError) return thrown;
  const code = codeOf(thrown);
  return new OutboundError(code, MESSAGES[code] ?? "the connection failed", { cause: thrown });
}

function codeOf(thrown: unknown): OutboundCode {
  if (!(thrown instanceof Error)) return "connection_failed";
  const code = String(Reflect.get(thrown, "code"));
  const known = CODES[code];
  if (known !== undefined) return known;
  if (CERTIFICATE_ALERT.test(code)) return "tls_client_certificate";
  if (code.startsWith("ERR_TLS_") || code.startsWith("ERR_SSL_")) return "tls_handshake";
  return thrown.name === "HTTPParserError" ? "invalid_response" : "connection_failed";
}
