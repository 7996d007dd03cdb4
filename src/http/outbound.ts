import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { addressGuard } from "./address-guard.ts";
import { OutboundError, toOutboundError } from "./outbound-error.ts";

export interface OutboundOptions {
  /** CIDR blocks that may be reached although they are not public. */
  allowPrivate: readonly string[];
  /** All addresses of a host name, best first. The system's resolver when absent. */
  resolve?: (hostname: string) => Promise<string[]>;
  /** Sent as `user-agent` unless the request has its own. */
  userAgent?: string;
}

export interface OutboundRequest {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
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

/**
 * The one way out to addresses that somebody else chose. Refuses to connect anywhere that is not public, however the
 * address is written, named or redirected to: names are resolved once, every answer is checked, and the connection
 * is made to the checked address. Rejects with an `OutboundError` only.
 */
export interface Outbound {
  request(request: OutboundRequest): Promise<OutboundResponse>;
  /** Ends idle connections at once; requests under way fail with `connection`. */
  close(): Promise<void>;
}

/** Throws a `RangeError` when `allowPrivate` holds something else than CIDR blocks. */
export function createOutbound(options: OutboundOptions): Outbound {
  const agent = new Agent({
    connect: guardedConnector(addressGuard(options.allowPrivate), options.resolve ?? resolveBySystem),
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 32 * 1024,
    pipelining: 1,
  });
  return {
    request: (request) => send(agent, withUserAgent(request, options.userAgent)),
    close: () => agent.destroy(),
  };
}

const CONNECT_TIMEOUT_MS = 10_000;

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

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

interface Hop {
  method: OutboundRequest["method"];
  url: URL;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
}

async function send(agent: Agent, request: OutboundRequest): Promise<OutboundResponse> {
  const startMs = performance.now();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), request.timeoutMs);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout.signal]) : timeout.signal;
  try {
    signal.throwIfAborted();
    const answer = await unlessAborted(followRedirects(agent, request, signal), signal);
    return { ...answer, durationMs: performance.now() - startMs };
  } catch (error) {
    if (error instanceof OutboundError) throw error;
    if (timeout.signal.aborted) {
      throw new OutboundError("timeout", `no complete response within ${request.timeoutMs} ms`);
    }
    if (request.signal?.aborted) throw new OutboundError("aborted", "the request was aborted");
    throw toOutboundError(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The client notices an abort only once it is connected; a name that never resolves must not hold the caller. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function followRedirects(
  agent: Agent,
  request: OutboundRequest,
  signal: AbortSignal,
): Promise<Omit<OutboundResponse, "durationMs">> {
  const maxRedirects = request.maxRedirects ?? 0;
  let hop: Hop = {
    method: request.method,
    url: checkedUrl(request.url),
    headers: sendableHeaders(request.headers ?? {}),
    body: request.body,
  };
  for (let redirects = 0; ; redirects++) {
    const response = await agent.request({
      origin: hop.url.origin,
      path: hop.url.pathname + hop.url.search,
      method: hop.method,
      headers: hop.headers,
      body: hop.body ?? null,
      signal,
    });
    const location = redirectTarget(response, maxRedirects);
    if (location === undefined) {
      const body = await readBody(response, request.maxResponseBytes);
      return { status: response.statusCode, headers: flatHeaders(response.headers), body, url: hop.url.href };
    }
    response.body.on("error", () => {}).destroy();
    if (redirects === maxRedirects)
      throw new OutboundError("redirect", `more than ${maxRedirects} redirects`);
    hop = redirected(hop, location, response.statusCode);
  }
}

function redirectTarget(response: Dispatcher.ResponseData, maxRedirects: number): string | undefined {
  const { location } = response.headers;
  if (maxRedirects === 0 || !REDIRECTS.has(response.statusCode)) return undefined;
  return typeof location === "string" ? location : undefined;
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

/**
 * Parses a URL, which also brings every spelling of an IP address into one form, and refuses what is not plain web:
 * other schemes, credentials, and ports below 1024 where mail, shells and the like listen.
 */
function checkedUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw new OutboundError("bad_url", "not a valid absolute URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new OutboundError("bad_url", "only http and https URLs can be requested");
  }
  if (url.username !== "" || url.password !== "") {
    throw new OutboundError("bad_url", "a URL must not contain credentials");
  }
  const port = url.port === "" ? undefined : Number(url.port);
  if (port !== undefined && port < 1024 && port !== 80 && port !== 443) {
    throw new OutboundError("bad_url", `port ${port} is not for web requests`);
  }
  return url;
}

function withUserAgent(request: OutboundRequest, userAgent = "antiphon"): OutboundRequest {
  return { ...request, headers: { "user-agent": userAgent, ...lowerCaseNames(request.headers ?? {}) } };
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

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

async function readBody(response: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  // Leaving this loop early destroys the body and with it the connection.
  for await (const part of response.body) {
    length += part.length;
    if (length > maxBytes)
      throw new OutboundError("too_large", `the response is larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

async function resolveBySystem(hostname: string): Promise<string[]> {
  const answers = await systemLookup(hostname, { all: true });
  return answers.map(({ address }) => address);
}

/** Makes connections only to addresses the guard lets pass. Everything that is dialled goes through here. */
function guardedConnector(
  isAllowed: (address: string) => boolean,
  resolve: (hostname: string) => Promise<string[]>,
): buildConnector.connector {
  const dial = buildConnector({
    lookup: guardedLookup(isAllowed, resolve),
    timeout: CONNECT_TIMEOUT_MS,
    allowH2: false,
  });
  return (options, callback) => {
    if (isIP(options.hostname) !== 0 && !isAllowed(options.hostname)) callback(blocked(), null);
    else dial(options, callback);
  };
}

function guardedLookup(
  isAllowed: (address: string) => boolean,
  resolve: (hostname: string) => Promise<string[]>,
): LookupFunction {
  return (hostname, options, callback) => {
    checkedAddresses(hostname, isAllowed, resolve).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(toOutboundError(error), ""),
    );
  };
}

type ResolvedAddress = { address: string; family: number };

async function checkedAddresses(
  hostname: string,
  isAllowed: (address: string) => boolean,
  resolve: (hostname: string) => Promise<string[]>,
): Promise<[ResolvedAddress, ...ResolvedAddress[]]> {
  const addresses = await resolve(hostname);
  if (!addresses.every(isAllowed)) throw blocked();
  const [first, ...rest] = addresses.map((address) => ({ address, family: isIP(address) }));
  if (first === undefined) throw new OutboundError("dns", "the host name has no address");
  return [first, ...rest];
}

function blocked(): OutboundError {
  return new OutboundError("blocked_address", "this address may not be reached from here");
}
