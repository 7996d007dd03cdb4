import { DomainError } from "../../domain/errors.ts";
import { idSource } from "../../domain/ids.ts";
import { migrate } from "../migrations/migrate.ts";
import type { SettingsCache } from "../repositories/agents.ts";
import { repositories } from "../repositories/index.ts";
import type { Session } from "../session.ts";
import type { Store } from "../store.ts";
import type { StoreOptions } from "../store-options.ts";
import { PostgresConnections } from "./connections.ts";
import { claimNode, type NodeClaim } from "./node-claim.ts";
import { postgresSession } from "./session.ts";

export interface PostgresStoreOptions extends StoreOptions {
  /** `postgres://user:password@host:port/database`. The database exists; its tables are made when missing. */
  url: string;
  /** Most connections for statements, one more holds the node number. Default 10. */
  connections?: number;
}

/** Rejects with `storage_failed` when the database cannot be reached or 64 other nodes use it. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { connections, session, close } = await openPostgresDatabase(options);
  const settingsCache: SettingsCache = new Map();
  return {
    ...repositories(session, settingsCache),
    engine: "postgres",
    node: session.engine.node,
    newId: idSource(session.engine.node, options.now),
    transaction: (work) => session.atomically((inside) => work(repositories(inside, settingsCache))),
    flushed: async () => {
      if (connections.failure !== undefined) throw connections.failure;
    },
    ping: async () => {
      await connections.execute("select 1", []);
    },
    observeFlush: () => {},
    close,
  };
}

/** A migrated database and this process's place in it until `close`. */
interface PostgresDatabase {
  connections: PostgresConnections;
  session: Session;
  close(): Promise<void>;
}

/** The part of a store below its repositories, for what works on whole tables. */
export async function openPostgresDatabase(options: PostgresStoreOptions): Promise<PostgresDatabase> {
  const config = {
    connectionString: options.url,
    options: `-c synchronous_commit=${options.durability === "relaxed" ? "off" : "on"}`,
  };
  const connections = new PostgresConnections({ ...config, max: options.connections ?? 10 });
  const claim = await claimNode(config, (lost) => connections.refuse(lost));
  const close = closeOnce(connections, claim);
  try {
    const session = postgresSession(connections, claim.node);
    await migrate(session.db, session.engine);
    return { connections, session, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function closeOnce(connections: PostgresConnections, claim: NodeClaim): () => Promise<void> {
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await connections.end();
    await claim.close();
    connections.refuse(new DomainError("storage_failed", "the store is closed"));
  }
  return () => {
    closing ??= close();
    return closing;
  };
}
