import { type AddressPolicy, addressGuard } from "./address-guard.ts";
import { addressProblem } from "./address-rules.ts";
import { type ConnectionOptions, Connections } from "./connections.ts";
import { type Exchange, type ExchangeRequest, exchange, NOTHING } from "./exchange.ts";
import { OutboundError, toOutboundError } from "./outbound-error.ts";
import { createResolver, type Resolve } from "./resolver.ts";

export type { ClientIdentity } from "./connections.ts";
export type { Exchange } from "./exchange.ts";

export interface OutboundOptions
  extends AddressPolicy,
    Partial<Pick<ConnectionOptions, "allowHttp" | "certificates" | "proxyUrl">> {
  /** All addresses of a host name, best first. A resolver of our own when absent. */
  resolve?: Resolve;
  /** Sent as `user-agent` unless the request has its own. */
  userAgent?: string;
}

export interface OutboundRequest {
  method: ExchangeRequest["method"];
  url: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** For everything together: name, connections, redirects, response. */
  timeoutMs: number;
  maxResponseBytes: number;
  /** 0, also when absent: a redirect is a response like any other. */
  maxRedirects?: number;
  signal?: AbortSignal;
}

export interface OutboundResponse {
  status: number;
  /** Names in lower case; repeated headers joined with ", ". */
  headers: Record<string, string>;
  /** As it came: nothing is decompressed, and compression is not asked for. */
  body: Buffer;
  /** Where the response came from, after redirects. */
  url: string;
  durationMs: number;
}

/** A request whose outcome is kept, whatever it is. The other side must bear to get it twice. */
export interface OutboundExchange
  extends Pick<
      ExchangeRequest,
      "method" | "body" | "identity" | "connectTimeoutMs" | "readBytes" | "keepBytes"
    >,
    Pick<OutboundRequest, "url" | "headers" | "timeoutMs" | "signal"> {}

/**
 * The one way out to addresses that somebody else chose. Refuses to connect anywhere that is not public, however the
 * address is written, named or redirected to: names are resolved once, every answer is checked, and the connection
 * is made to the checked address, which is checked again once it stands.
 */
export interface Outbound {
  /** The whole response. Rejects with an `OutboundError` only. */
  request(request: OutboundRequest): Promise<OutboundResponse>;
  /** What came, as far as it came, and how long each part took; redirects are not followed. Never rejects. */
  exchange(request: OutboundExchange): Promise<Exchange>;
  /** Ends all connections at once; requests under way fail. */
  close(): Promise<void>;
}

/** Throws a `RangeError` when `allowPrivate` holds something else than CIDR blocks. */
export function createOutbound(options: OutboundOptions): Outbound {
  const { allowHttp = true, resolve = createResolver(), userAgent = "antiphon" } = options;
  const connections = new Connections({ ...options, judge: addressGuard(options), allowHttp, resolve });
  const headersOf = (headers: Record<string, string> = {}) =>
    sendableHeaders({ "user-agent": userAgent, ...lowerCaseNames(headers) });
  return {
    request: (request) => send(connections, request, headersOf(request.headers)),
    exchange: (request) => exchangeOnce(connections, request, headersOf(request.headers)),
    close: () => connections.close(),
  };
}

/** Set by the connection itself, or opening a way around the limits. */
const OWN_HEADERS = new Set([
  "host",
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "content-length",
  "upgrade",
  "expect",
  "te",
  "trailer",
  "accept-encoding",
]);

/** All that a redirect to another origin may see; anything else could be a credential. */
const HARMLESS_HEADERS = new Set(["accept", "accept-language", "content-type", "user-agent"]);

/** Asking twice is as good as once. Source: RFC 9110 §9.2.2. */
const REPEATABLE = new Set<OutboundRequest["method"]>(["GET", "HEAD", "PUT", "DELETE"]);

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

type Hop = Pick<ExchangeRequest, "method" | "url" | "headers" | "body">;

async function exchangeOnce(
  connections: Connections,
  request: OutboundExchange,
  headers: Record<string, string>,
): Promise<Exchange> {
  const deadline = new Deadline(request.timeoutMs, request.signal);
  try {
    const url = checkedUrl(request.url);
    return await exchange(connections, { ...request, url, headers, isRepeatable: true }, deadline.signal);
  } catch (error) {
    return { ...NOTHING, failure: toOutboundError(error), timings: {} };
  } finally {
    deadline.end();
  }
}

async function send(
  connections: Connections,
  request: OutboundRequest,
  headers: Record<string, string>,
): Promise<OutboundResponse> {
  const startMs = performance.now();
  const deadline = new Deadline(request.timeoutMs, request.signal);
  try {
    const answer = await followRedirects(connections, request, headers, deadline.signal);
    return { ...answer, durationMs: performance.now() - startMs };
  } finally {
    deadline.end();
  }
}

/** Aborts when the time is up or the caller says so, with an `OutboundError` that tells which. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal | undefined;
  readonly #onAbort = () => this.#controller.abort(new OutboundError("aborted", "the request was aborted"));

  constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    this.#caller = caller;
    this.#timer = setTimeout(() => {
      this.#controller.abort(new OutboundError("timeout", `no complete response within ${timeoutMs} ms`));
    }, timeoutMs);
    caller?.addEventListener("abort", this.#onAbort);
    if (caller?.aborted) this.#onAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }
}

async function followRedirects(
  connections: Connections,
  request: OutboundRequest,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Omit<OutboundResponse, "durationMs">> {
  const maxRedirects = request.maxRedirects ?? 0;
  const limits = { readBytes: request.maxResponseBytes, keepBytes: request.maxResponseBytes };
  let hop: Hop = { method: request.method, url: checkedUrl(request.url), headers, body: request.body };
  for (let redirects = 0; ; redirects++) {
    const { status, headers, body, failure } = await exchange(
      connections,
      { ...hop, ...limits, isRepeatable: REPEATABLE.has(hop.method) },
      signal,
    );
    const location = status === undefined ? undefined : redirectTarget(status, headers, maxRedirects);
    if (status === undefined || location === undefined) {
      if (failure !== undefined || status === undefined) throw toOutboundError(failure);
      return { status, headers, body, url: hop.url.href };
    }
    if (redirects === maxRedirects)
      throw new OutboundError("redirect", `more than ${maxRedirects} redirects`);
    hop = redirected(hop, location, status);
  }
}

function redirectTarget(
  status: number,
  headers: Record<string, string>,
  maxRedirects: number,
): string | undefined {
  return maxRedirects > 0 && REDIRECTS.has(status) ? headers["location"] : undefined;
}

function redirected(hop: Hop, location: string, status: number): Hop {
  const url = checkedUrl(location, hop.url);
  if (hop.url.protocol === "https:" && url.protocol === "http:") {
    throw new OutboundError("redirect", "a redirect leads from https to http");
  }
  const isSameOrigin = url.origin === hop.url.origin;
  const headers = isSameOrigin ? hop.headers : keepHeaders(hop.headers, (name) => HARMLESS_HEADERS.has(name));
  const becomesGet = status === 303 || ((status === 301 || status === 302) && hop.method === "POST");
  if (!becomesGet || hop.method === "HEAD") return { ...hop, url, headers };
  return {
    method: "GET",
    url,
    headers: keepHeaders(headers, (name) => name !== "content-type"),
    body: undefined,
  };
}

/** Parses a URL, which also brings every spelling of an IP address into one form, and refuses what is not plain web. */
function checkedUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw new OutboundError("bad_url", "not a valid absolute URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new OutboundError("bad_url", "only http and https URLs can be requested");
  }
  const problem = addressProblem(url);
  if (problem !== undefined) throw new OutboundError("bad_url", problem);
  return url;
}

function sendableHeaders(headers: Record<string, string>): Record<string, string> {
  return {
    ...keepHeaders(headers, (name) => !OWN_HEADERS.has(name)),
    "accept-encoding": "identity",
  };
}

function lowerCaseNames(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function keepHeaders(
  headers: Record<string, string>,
  keep: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name)));
}
