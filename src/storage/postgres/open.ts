import { DomainError } from "../../domain/errors.ts";
import { idSource } from "../../domain/ids.ts";
import { migrate } from "../migrations/migrate.ts";
import type { SettingsCache } from "../repositories/agents.ts";
import { repositories } from "../repositories/index.ts";
import type { Store } from "../store.ts";
import type { StoreOptions } from "../store-options.ts";
import { PostgresConnections } from "./connections.ts";
import { claimNode } from "./node-claim.ts";
import { postgresSession } from "./session.ts";

export interface PostgresStoreOptions extends StoreOptions {
  /** `postgres://user:password@host:port/database`. The database exists; its tables are made when missing. */
  url: string;
  /** Most connections for statements, one more holds the node number. Default 10. */
  connections?: number;
}

/** Rejects with `storage_failed` when the database cannot be reached or 64 other nodes use it. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const config = {
    connectionString: options.url,
    options: `-c synchronous_commit=${options.durability === "relaxed" ? "off" : "on"}`,
  };
  const connections = new PostgresConnections({ ...config, max: options.connections ?? 10 });
  const claim = await claimNode(config, (lost) => {
    connections.failure = lost;
  });
  const session = postgresSession(connections, claim.node);
  const settingsCache: SettingsCache = new Map();
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await connections.end();
    connections.failure = new DomainError("storage_failed", "the store is closed");
    await claim.close();
  }

  try {
    await migrate(session.db, session.engine);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...repositories(session, settingsCache),
    engine: "postgres",
    node: claim.node,
    newId: idSource(claim.node, options.now),
    transaction: (work) => session.atomically((inside) => work(repositories(inside, settingsCache))),
    flushed: async () => {
      if (connections.failure !== undefined) throw connections.failure;
    },
    ping: async () => {
      await connections.execute("select 1", []);
    },
    observeFlush: () => {},
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
