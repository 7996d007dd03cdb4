import { setTimeout as delay } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import { DomainError } from "../../domain/errors.ts";
import { MAX_NODES } from "../../domain/ids.ts";
import { storageLog } from "../../log/logger.ts";
import { CLIENT_DEFAULTS } from "./connections.ts";
import { NODE_LOCKS } from "./session.ts";

const HEARTBEAT_MS = 2_000;
const QUERY_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/** The database's clock: nodes need not agree on theirs. */
const NOW_MS = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
const HEARTBEAT = `insert into nodes (node, heartbeat_at) values ($1, ${NOW_MS})
  on conflict (node) do update set heartbeat_at = ${NOW_MS}`;

/** What holds a node number and notices when it no longer does. */
export interface NodeClaim {
  readonly node: number;
  /** From now on this node says every two seconds that it works. The tables exist. */
  serve(): Promise<void>;
  close(): Promise<void>;
}

/** Told when the number is no longer surely ours (`lost`) and when it is again (`undefined`). */
type Observer = (lost: DomainError | undefined) => void;

/**
 * Claims the lowest free node number, as a guest the highest: an advisory lock of a connection of its own, which the server releases
 * when the process dies, and within seconds when its machine does. Rejects with `storage_failed` when the
 * database cannot be reached or all numbers are taken. A lost connection is reported, and the same number is
 * claimed again until that succeeds.
 */
export async function claimNode(
  config: ClientConfig,
  isGuest: boolean,
  observer: Observer,
): Promise<NodeClaim> {
  const client = await connect(config);
  try {
    for (let tried = 0; tried < MAX_NODES; tried += 1) {
      const node = isGuest ? MAX_NODES - 1 - tried : tried;
      if (await tryLock(client, node)) return new HeldNode(config, client, node, observer);
    }
  } catch (error) {
    await client.end();
    throw new DomainError("storage_failed", "cannot claim a node number", { cause: error });
  }
  await client.end();
  throw new DomainError("storage_failed", `all ${MAX_NODES} node numbers are taken`);
}

class HeldNode implements NodeClaim {
  readonly node: number;
  readonly #config: ClientConfig;
  readonly #observer: Observer;
  readonly #closing = new AbortController();
  readonly #heartbeat: NodeJS.Timeout;
  #client: Client | undefined;
  #isServing = false;
  #reclaiming: Promise<void> | undefined;

  constructor(config: ClientConfig, client: Client, node: number, observer: Observer) {
    this.node = node;
    this.#config = config;
    this.#observer = observer;
    this.#hold(client);
    this.#heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS).unref();
  }

  async serve(): Promise<void> {
    this.#isServing = true;
    await this.#beat();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#heartbeat);
    await this.#reclaiming;
    const client = this.#client;
    this.#client = undefined;
    try {
      if (this.#isServing) await client?.query("delete from nodes where node = $1", [this.node]);
    } catch (error) {
      storageLog.debug({ err: error }, "the node's row stays until the next one takes the number");
    }
    await client?.end();
  }

  #hold(client: Client): void {
    this.#client = client;
    client.on("error", (error) => this.#lose(client, error));
    client.on("end", () => this.#lose(client, new Error("the connection ended")));
  }

  async #beat(): Promise<void> {
    const client = this.#client;
    try {
      if (this.#isServing) await client?.query(HEARTBEAT, [this.node]);
      else await client?.query("select 1");
    } catch (error) {
      if (client !== undefined) this.#lose(client, error);
    }
  }

  #lose(client: Client, cause: unknown): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    this.#client = undefined;
    this.#observer(
      new DomainError("storage_failed", "the connection that holds the node number was lost", { cause }),
    );
    storageLog.warn({ node: this.node, err: cause }, "node number lost");
    client.end().catch((error: unknown) => storageLog.debug({ err: error }, "lost connection did not end"));
    this.#reclaiming = this.#reclaim();
  }

  async #reclaim(): Promise<void> {
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      try {
        await delay(wait, undefined, { signal: this.#closing.signal, ref: false });
      } catch {
        return; // The store is closing.
      }
      if (await this.#tryAgain()) return;
    }
  }

  async #tryAgain(): Promise<boolean> {
    let client: Client | undefined;
    try {
      client = await connect(this.#config);
      if (await tryLock(client, this.node)) {
        this.#hold(client);
        this.#observer(undefined);
        storageLog.info({ node: this.node }, "node number claimed again");
        return true;
      }
    } catch (error) {
      storageLog.warn({ node: this.node, err: error }, "node number not claimed yet");
    }
    // Also after an error: a connection left open could hold the lock that was asked for too slowly.
    await client?.end();
    return false;
  }
}

async function connect(config: ClientConfig): Promise<Client> {
  const client = new Client({ ...config, ...CLIENT_DEFAULTS, query_timeout: QUERY_TIMEOUT_MS });
  // Replaced by the holder's own listener; until then a failure shows as a rejected query.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(
      "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;" +
        " set idle_session_timeout = 0",
    );
    return client;
  } catch (error) {
    await client.end();
    throw new DomainError("storage_failed", "cannot reach the database", { cause: error });
  }
}

async function tryLock(client: Client, node: number): Promise<boolean> {
  const { rows } = await client.query("select pg_try_advisory_lock($1, $2) as locked", [NODE_LOCKS, node]);
  return rows[0]?.locked === true;
}
