import type { ClientConfig } from "pg";
import { DomainError } from "../../domain/errors.ts";
import { idSource } from "../../domain/ids.ts";
import { migrate } from "../migrations/migrate.ts";
import { repositories, sharedParts } from "../repositories/index.ts";
import type { Session } from "../session.ts";
import type { Store } from "../store.ts";
import type { StoreOptions } from "../store-options.ts";
import { PostgresBus } from "./bus.ts";
import { PostgresConnections } from "./connections.ts";
import { claimNode, type NodeClaim } from "./node-claim.ts";
import { postgresSession, workingNodes } from "./session.ts";

export interface PostgresStoreOptions extends StoreOptions {
  /** `postgres://user:password@host:port/database`. The database exists; its tables are made when missing. */
  url: string;
  /** Most connections for statements, one more holds the node number. Default 10. */
  connections?: number;
  /** For a short piece of work beside the nodes that serve: no work falls to it. */
  isGuest?: boolean;
}

/** Rejects with `storage_failed` when the database cannot be reached or 64 other nodes use it. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { connections, session, claim, close } = await openPostgresDatabase(options);
  if (options.isGuest !== true) await claim.serve();
  const { node } = session.engine;
  const newId = idSource(node, options.now);
  const parts = sharedParts(newId);
  const bus = new PostgresBus(configOf(options), connections, node);
  return {
    ...repositories(session, parts),
    engine: "postgres",
    node,
    newId,
    transaction: (work) => session.atomically((inside) => work(repositories(inside, parts))),
    flushed: async () => {
      if (connections.failure !== undefined) throw connections.failure;
    },
    ping: async () => {
      await connections.execute("select 1", []);
    },
    liveNodes: () => workingNodes(session),
    bus,
    observeFlush: () => {},
    close: async () => {
      await bus.close();
      await close();
    },
  };
}

/** A migrated database and this process's place in it until `close`. */
interface PostgresDatabase {
  connections: PostgresConnections;
  session: Session;
  claim: NodeClaim;
  close(): Promise<void>;
}

/** The part of a store below its repositories, for what works on whole tables. */
export async function openPostgresDatabase(options: PostgresStoreOptions): Promise<PostgresDatabase> {
  const config = configOf(options);
  const connections = new PostgresConnections({ ...config, max: options.connections ?? 10 });
  const claim = await claimNode(config, options.isGuest === true, (lost) => connections.refuse(lost));
  const close = closeOnce(connections, claim);
  try {
    const session = postgresSession(connections, claim.node);
    await migrate(session.db, session.engine);
    return { connections, session, claim, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function configOf(options: PostgresStoreOptions): ClientConfig {
  return {
    connectionString: options.url,
    options: `-c synchronous_commit=${options.durability === "relaxed" ? "off" : "on"}`,
  };
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
