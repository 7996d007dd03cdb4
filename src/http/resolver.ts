import { Resolver as DnsResolver } from "node:dns/promises";
import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import { OutboundError } from "./outbound-error.ts";

export interface ResolverOptions {
  /** `address:port` of name servers. Absent: those of the system, as they are at each question. */
  servers?: readonly string[];
  /** Absent: `/etc/hosts`. */
  hostsFile?: string;
}

/** All addresses of a host name, IPv4 first. Rejects with an `OutboundError` of code `dns` or `dns_timeout`. */
export type Resolve = (hostname: string) => Promise<string[]>;

const TRY_TIMEOUT_MS = 1_000;
const TRIES = 2;
const BUDGET_MS = 2_000;
const LONGEST_MEMORY_MS = 60_000;
const FAILURE_MEMORY_MS = 5_000;
const HOSTS_CHECK_MS = 1_000;
const MOST_NAMES = 10_000;

interface Memory {
  /** `performance.now()`; while the question is open, for ever. */
  until: number;
  answer: Promise<string[]>;
}

/**
 * A resolver that asks the name servers itself, so that names without an answer wait on no thread that others need:
 * the system's `getaddrinfo` works on few names at a time. The hosts file goes before; search domains are not used.
 * A name is answered within 2 s and remembered for as long as its records allow, at most 60 s, failures for 5 s.
 */
export function createResolver(options: ResolverOptions = {}): Resolve {
  const memories = new Map<string, Memory>();
  const hosts = new HostsFile(options.hostsFile ?? "/etc/hosts");
  return async (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, "");
    const local = await hosts.find(name);
    if (local !== undefined) return local;
    const known = memories.get(name);
    if (known !== undefined && performance.now() < known.until) return known.answer;
    return remember(memories, name, ask(name, options.servers));
  };
}

function remember(memories: Map<string, Memory>, name: string, question: Promise<Answer>): Promise<string[]> {
  const memory: Memory = {
    until: Number.POSITIVE_INFINITY,
    answer: question.then(
      ({ addresses, ttlMs }) => {
        memory.until = performance.now() + ttlMs;
        return addresses;
      },
      (error: unknown) => {
        memory.until = performance.now() + FAILURE_MEMORY_MS;
        throw error;
      },
    ),
  };
  memories.delete(name);
  memories.set(name, memory);
  for (const oldest of memories.keys()) {
    if (memories.size <= MOST_NAMES) break;
    memories.delete(oldest);
  }
  return memory.answer;
}

interface Answer {
  addresses: string[];
  ttlMs: number;
}

async function ask(name: string, servers: readonly string[] | undefined): Promise<Answer> {
  const dns = new DnsResolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
  if (servers !== undefined) dns.setServers(servers);
  const budget = setTimeout(() => dns.cancel(), BUDGET_MS);
  const results = await Promise.allSettled([
    dns.resolve4(name, { ttl: true }),
    dns.resolve6(name, { ttl: true }),
  ]);
  clearTimeout(budget);
  const records = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  if (records.length > 0) {
    const ttlMs = Math.min(LONGEST_MEMORY_MS, ...records.map(({ ttl }) => ttl * 1_000));
    return { addresses: records.map(({ address }) => address), ttlMs };
  }
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  const isTimeout = failures.some((failure) => SLOW.has(Reflect.get(failure, "code")));
  throw isTimeout
    ? new OutboundError("dns_timeout", "the name servers did not answer in time", { cause: failures[0] })
    : new OutboundError("dns", "the host name has no address", { cause: failures[0] });
}

/** What a question ends with that nobody answered, or that was cut short. */
const SLOW = new Set<unknown>(["ETIMEOUT", "ECANCELLED"]);

/** Names the machine's operator wrote down, read again when the file changes. */
class HostsFile {
  readonly #path: string;
  #names = new Map<string, string[]>();
  #version = "";
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checked = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async find(name: string): Promise<string[] | undefined> {
    if (performance.now() - this.#checkedAt > HOSTS_CHECK_MS) {
      this.#checkedAt = performance.now();
      this.#checked = this.#refresh();
    }
    await this.#checked;
    return this.#names.get(name) ?? (isLocalName(name) ? ["127.0.0.1", "::1"] : undefined);
  }

  async #refresh(): Promise<void> {
    try {
      const { mtimeMs, size, ino } = await stat(this.#path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === this.#version) return;
      this.#names = parseHosts(await readFile(this.#path, "utf8"));
      this.#version = version;
    } catch {
      // Without a readable hosts file, the name servers know all there is to know.
      this.#names = new Map();
      this.#version = "";
    }
  }
}

/** RFC 6761: such names never leave the machine. */
function isLocalName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

function parseHosts(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase().replace(/\.$/, "");
      names.set(name, [...(names.get(name) ?? []), address]);
    }
  }
  return names;
}
