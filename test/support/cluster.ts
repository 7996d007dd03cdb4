import { randomBytes } from "node:crypto";
import {
  type AntiphonProcess,
  NO_LIMITS,
  type ProcessInstallation,
  startAntiphonProcess,
} from "./antiphon-process.ts";
import { createDatabase } from "./databases.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** A server among several on one PostgreSQL. */
export interface ClusterNode {
  readonly server: AntiphonProcess;
  /** Between the node and the database. */
  readonly network: TcpProxy;
}

export interface Cluster {
  readonly nodes: readonly ClusterNode[];
  /** The database, past all proxies. */
  readonly databaseUrl: string;
  close(): Promise<void>;
}

export interface ClusterOptions extends Omit<ProcessInstallation, "databaseUrl" | "dataDirectory"> {
  /** How many servers. */
  size: number;
  /** An empty database. Absent: one of the server that all tests share. */
  databaseUrl?: string;
}

/** Starts servers on one database, each a process of its own behind a proxy of its own. */
export async function startCluster({ size, ...options }: ClusterOptions): Promise<Cluster> {
  const databaseUrl = options.databaseUrl ?? (await createDatabase());
  const environment = {
    ...NO_LIMITS,
    ANTIPHON_SECRET_KEY: randomBytes(32).toString("base64"),
    ...options.environment,
  };
  const nodes: ClusterNode[] = [];
  const close = async () => {
    for (const { server, network } of nodes) {
      server.kill("SIGCONT");
      await server.close();
      await network.close();
    }
  };
  try {
    for (let count = 0; count < size; count += 1) {
      const network = await startTcpProxy({ port: Number(new URL(databaseUrl).port) });
      const server = await startAntiphonProcess({
        ...options,
        environment,
        databaseUrl: network.through(databaseUrl),
      }).catch(async (failure: unknown) => {
        await network.close();
        throw failure;
      });
      nodes.push({ server, network });
    }
  } catch (failure) {
    await close();
    throw failure;
  }
  return { nodes, databaseUrl, close };
}
