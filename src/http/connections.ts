import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls, rootCertificates } from "node:tls";
import { Client, type Dispatcher, ProxyAgent } from "undici";
import type { AddressVerdict } from "./address-guard.ts";
import { OutboundError, toOutboundError } from "./outbound-error.ts";
import type { Resolve } from "./resolver.ts";

export interface ConnectionOptions {
  judge: (address: string) => AddressVerdict;
  resolve: Resolve;
  /** False: without TLS, only addresses that are not public may be reached. */
  allowHttp: boolean;
  /** Certificates (PEM) that are trusted beside the well-known ones. */
  certificates?: readonly string[];
  /** All connections go through it, and it looks up the names; addresses that are written out are still judged. */
  proxyUrl?: string;
}

/** Milliseconds; absent where it did not come so far, or where an earlier connection was used. */
export interface Timings {
  /** Looking the name up. */
  dns?: number;
  /** TCP and TLS. */
  connect?: number;
  /** From the beginning to the first byte of the response. */
  firstByte?: number;
  total?: number;
}

/** A certificate that we show to servers which want one, in TLS. */
export interface ClientIdentity {
  /** Connections are used again only by requests whose identity has the same name. */
  name: string;
  /** PEM; ours first, then those that lead to an authority. */
  certificate: string;
  /** PEM. */
  key: string;
}

/** A way to one origin that carries one request at a time. */
export interface Connection {
  /** It has carried a request before: the other side may have closed it without our knowing. */
  readonly isReused: boolean;
  readonly isProxied: boolean;
  /** Absent: a proxy is in between. */
  readonly remoteAddress: string | undefined;
  readonly dispatcher: Pick<Dispatcher, "dispatch">;
  /** Keeps it for the next request. */
  release(): void;
  destroy(reason?: OutboundError): void;
}

/** Where a request says nothing else. */
const CONNECT_TIMEOUT_MS = 5_000;
/** After this long a name is looked up again, however busy the connection. */
const LONGEST_LIFE_MS = 300_000;
const MAX_HEADER_BYTES = 32 * 1024;

interface Wish {
  mayReuse: boolean;
  identity?: ClientIdentity;
  /** Longest time for TCP and TLS. Absent: five seconds. */
  connectTimeoutMs?: number | undefined;
  timings: Timings;
  signal: AbortSignal;
}

/** Without a limit, and so without a queue: how many there may be at once is decided by who sends. */
export class Connections {
  readonly #options: ConnectionOptions;
  readonly #idle = new Map<string, OpenConnection[]>();
  readonly #open = new Set<Pick<Connection, "destroy">>();
  readonly #proxy: ProxyAgent | undefined;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#proxy =
      options.proxyUrl === undefined ? undefined : proxyAgent(options.proxyUrl, credentialsOf(options));
  }

  /**
   * A connection that waits, or unless `mayReuse` a new one, to an address that was judged. Fills in `timings` as far
   * as it comes. Rejects with the signal's reason or an `OutboundError`.
   */
  async take(url: URL, wish: Wish): Promise<Connection> {
    const { mayReuse, identity, connectTimeoutMs = CONNECT_TIMEOUT_MS, timings, signal } = wish;
    if (this.#proxy !== undefined) return this.#throughProxy(this.#proxy, url, identity);
    const pool = identity === undefined ? url.origin : `${url.origin} ${identity.name}`;
    const waiting = mayReuse ? this.#waiting(pool) : undefined;
    if (waiting !== undefined) return waiting;
    const addresses = await this.#addresses(url, timings, signal);
    const startMs = performance.now();
    const credentials = credentialsOf(this.#options, identity);
    const socket = await dial(url, addresses, credentials, { timeoutMs: connectTimeoutMs, signal });
    timings.connect = performance.now() - startMs;
    if (this.#isClosed || this.#options.judge(socket.remoteAddress ?? "") === "refused") {
      socket.destroy();
      throw this.#isClosed ? closed() : blocked();
    }
    return new OpenConnection({ origin: url.origin, pool }, socket, this.#idle, this.#open);
  }

  /** Ends all connections at once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const connection of this.#open) connection.destroy(closed());
    await this.#proxy?.destroy();
  }

  #waiting(pool: string): Connection | undefined {
    const idle = this.#idle.get(pool) ?? [];
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.isFresh()) return last;
      last.destroy();
    }
    return undefined;
  }

  /** Those of the name, or the address itself; every one of them may be reached. */
  async #addresses(url: URL, timings: Timings, signal: AbortSignal): Promise<string[]> {
    const host = hostOf(url);
    let addresses = [host];
    if (isIP(host) === 0) {
      const startMs = performance.now();
      addresses = await unlessAborted(this.#options.resolve(host), signal).catch((error: unknown) => {
        throw toOutboundError(error);
      });
      timings.dns = performance.now() - startMs;
    }
    if (addresses.length === 0) throw new OutboundError("dns", "the host name has no address");
    const verdicts = addresses.map(this.#options.judge);
    if (verdicts.includes("refused")) throw blocked();
    this.#checkScheme(url, verdicts);
    return addresses;
  }

  #checkScheme(url: URL, verdicts: readonly AddressVerdict[]): void {
    if (url.protocol === "https:" || this.#options.allowHttp) return;
    if (verdicts.every((verdict) => verdict === "listed")) return;
    throw new OutboundError("http_not_allowed", "without TLS (http:) only private networks may be reached");
  }

  #throughProxy(proxy: ProxyAgent, url: URL, identity: ClientIdentity | undefined): Connection {
    const host = hostOf(url);
    const verdicts = isIP(host) === 0 ? [] : [this.#options.judge(host)];
    if (verdicts.includes("refused") || host === "localhost") throw blocked();
    this.#checkScheme(url, verdicts.length === 0 ? ["public"] : verdicts);
    const shared = { isReused: false, isProxied: true, remoteAddress: undefined, dispatcher: proxy };
    if (identity === undefined) return { ...shared, release() {}, destroy() {} };
    return { ...shared, ...this.#ownAgent(identity) };
  }

  /** For one request alone: what is shared shows nobody's certificate. */
  #ownAgent(identity: ClientIdentity): Pick<Connection, "dispatcher" | "release" | "destroy"> {
    const { proxyUrl = "" } = this.#options;
    if (this.#isClosed) throw closed();
    const dispatcher = proxyAgent(proxyUrl, credentialsOf(this.#options, identity));
    const destroy = () => {
      this.#open.delete(own);
      dispatcher.destroy().catch(() => {});
    };
    const own = { dispatcher, release: destroy, destroy };
    this.#open.add(own);
    return own;
  }
}

class OpenConnection implements Connection {
  readonly dispatcher: Client;
  readonly remoteAddress: string | undefined;
  readonly isProxied = false;
  isReused = false;
  readonly #pool: string;
  readonly #idle: Map<string, OpenConnection[]>;
  readonly #open: Set<Pick<Connection, "destroy">>;
  readonly #openedMs = performance.now();

  constructor(
    { origin, pool }: { origin: string; pool: string },
    socket: Socket,
    idle: Map<string, OpenConnection[]>,
    open: Set<Pick<Connection, "destroy">>,
  ) {
    this.#pool = pool;
    this.#idle = idle;
    this.#open = open;
    this.remoteAddress = socket.remoteAddress;
    let isGiven = false;
    this.dispatcher = new Client(origin, {
      connect: (_options, callback) => {
        const isFirst = !isGiven;
        isGiven = true;
        // The client must have finished asking before it gets its answer.
        queueMicrotask(() => (isFirst ? callback(null, socket) : callback(closedBefore(), null)));
      },
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    open.add(this);
    socket.once("close", () => this.#forget());
  }

  isFresh(): boolean {
    return !this.dispatcher.destroyed && performance.now() - this.#openedMs < LONGEST_LIFE_MS;
  }

  release(): void {
    this.isReused = true;
    if (!this.#open.has(this)) return;
    const idle = this.#idle.get(this.#pool);
    if (idle === undefined) this.#idle.set(this.#pool, [this]);
    else idle.push(this);
  }

  destroy(reason = closedBefore()): void {
    this.#forget();
    this.dispatcher.destroy(reason).catch(() => {});
  }

  #forget(): void {
    this.#open.delete(this);
    const idle = this.#idle.get(this.#pool)?.filter((other) => other !== this) ?? [];
    if (idle.length === 0) this.#idle.delete(this.#pool);
    else this.#idle.set(this.#pool, idle);
  }
}

function closed(): OutboundError {
  return new OutboundError("aborted", "the client was closed");
}

function closedBefore(): OutboundError {
  return new OutboundError("reset", "the connection was closed");
}

/** The host without the brackets of IPv6 and without the dot at the end of a full name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/** Connects to one of exactly these addresses; with TLS, to who has the certificate of the URL's host. */
function dial(
  url: URL,
  addresses: readonly string[],
  credentials: Credentials,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Socket> {
  const isEncrypted = url.protocol === "https:";
  const host = hostOf(url);
  const target = { host, port: Number(url.port || (isEncrypted ? 443 : 80)), lookup: pinned(addresses) };
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = isEncrypted
    ? connectTls({
        ...target,
        ...(isIP(host) === 0 && { servername: host }),
        ...credentials,
        ALPNProtocols: ["http/1.1"],
      })
    : connectTcp(target);
  const fail = (error: unknown) => {
    socket.destroy();
    reject(toOutboundError(error));
  };
  const timer = setTimeout(
    () => fail(new OutboundError("connect_timeout", `no connection within ${timeoutMs} ms`)),
    timeoutMs,
  );
  const onAbort = () => fail(signal.reason);
  signal.addEventListener("abort", onAbort);
  // Stays: what a socket says after its end would otherwise end the process.
  socket.setNoDelay(true).on("error", fail);
  socket.once(isEncrypted ? "secureConnect" : "connect", () => resolve(socket));
  if (signal.aborted) onAbort();
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}

function pinned(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = known;
    if (options.all === true) callback(null, known);
    else callback(null, first?.address ?? "", first?.family);
  };
}

/** Settles with the work, unless the signal comes first. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function proxyAgent(uri: string, requestTls: Credentials): ProxyAgent {
  return new ProxyAgent({
    uri,
    proxyTunnel: true,
    requestTls,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    pipelining: 1,
    allowH2: false,
  });
}

/** Whom we trust, and who we say we are. */
interface Credentials {
  ca?: string[];
  cert?: string;
  key?: string;
  minVersion: "TLSv1.2";
}

function credentialsOf(
  { certificates }: Pick<ConnectionOptions, "certificates">,
  identity?: ClientIdentity,
): Credentials {
  return {
    ...(certificates !== undefined && { ca: [...rootCertificates, ...certificates] }),
    ...(identity !== undefined && { cert: identity.certificate, key: identity.key }),
    minVersion: "TLSv1.2",
  };
}

function blocked(): OutboundError {
  return new OutboundError("blocked_address", "this address may not be reached from here");
}
