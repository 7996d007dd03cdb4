import { setTimeout as delay } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import { storageLog } from "../../log/logger.ts";
import type { Bus } from "../store.ts";
import { CLIENT_DEFAULTS, type PostgresConnections } from "./connections.ts";

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const HEARTBEAT_MS = 5_000;
/** Everybody hears this channel; each node also one of its own. */
const CHANNEL = "antiphon";

type Hear = (word: { text: string; from: number }) => void;

/**
 * Words between nodes by LISTEN and NOTIFY. It listens over a connection of its own, opened with the first listener
 * and again whenever it breaks, and speaks over the pool.
 */
export class PostgresBus implements Bus {
  readonly #config: ClientConfig;
  readonly #connections: PostgresConnections;
  readonly #node: number;
  readonly #closing = new AbortController();
  readonly #listeners = new Map<string, Set<Hear>>();
  #listening: Promise<void> | undefined;

  constructor(config: ClientConfig, connections: PostgresConnections, node: number) {
    this.#config = config;
    this.#connections = connections;
    this.#node = node;
  }

  async tell({ topic, text, to }: { topic: string; text: string; to?: number }): Promise<void> {
    if (to === this.#node) return;
    const channel = to === undefined ? CHANNEL : channelOf(to);
    const payload = `${this.#node} ${topic} ${text}`;
    try {
      await this.#connections.execute("select pg_notify($1, $2)", [channel, payload], "bus");
    } catch (error) {
      storageLog.warn({ err: error, topic }, "a word to other nodes was lost");
    }
  }

  listen(topic: string, hear: Hear): () => void {
    const hearers = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, hearers.add(hear));
    this.#listening ??= this.#keepListening();
    return () => hearers.delete(hear);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#listening;
  }

  async #keepListening(): Promise<void> {
    let wait = FIRST_RETRY_MS;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#listenUntilBroken(() => {
          wait = FIRST_RETRY_MS;
        });
      } catch (error) {
        storageLog.warn({ err: error }, "cannot hear other nodes");
      }
      await pause(wait, this.#closing.signal);
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    }
  }

  /** Resolves when the store closes, rejects when the connection breaks. */
  async #listenUntilBroken(onListening: () => void): Promise<void> {
    const client = new Client({ ...this.#config, ...CLIENT_DEFAULTS, query_timeout: HEARTBEAT_MS });
    const broken = new AbortController();
    client.on("error", (error) => broken.abort(error));
    client.on("end", () => broken.abort(new Error("the connection ended")));
    const over = AbortSignal.any([broken.signal, this.#closing.signal]);
    client.on("notification", ({ payload }) => this.#hear(payload ?? ""));
    try {
      await client.connect();
      await client.query(`set idle_session_timeout = 0; listen ${CHANNEL}; listen ${channelOf(this.#node)}`);
      onListening();
      while (!this.#closing.signal.aborted) {
        await pause(HEARTBEAT_MS, over);
        if (this.#closing.signal.aborted) return;
        broken.signal.throwIfAborted();
        await client.query("select 1");
      }
    } finally {
      client.end().catch((error: unknown) => storageLog.debug({ err: error }, "lost connection did not end"));
    }
  }

  #hear(payload: string): void {
    const [, from, topic = "", text = ""] = /^(\d+) (\S+) (.*)$/s.exec(payload) ?? [];
    if (from === undefined || Number(from) === this.#node) return;
    for (const hear of this.#listeners.get(topic) ?? []) {
      try {
        hear({ text, from: Number(from) });
      } catch (error) {
        storageLog.error({ err: error, topic }, "a word from another node was not understood");
      }
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal, ref: false });
  } catch {
    // Whoever pauses looks why.
  }
}

function channelOf(node: number): string {
  return `${CHANNEL}_node_${node}`;
}
