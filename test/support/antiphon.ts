import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { CallbackOptions } from "../../src/callbacks/callbacks.ts";
import { readConfig } from "../../src/config/config.ts";
import { readInstallationFile } from "../../src/config/file.ts";
import { type RunningServer, startServer } from "../../src/start-server.ts";
import { readGraph } from "../../src/workflow/graph/read-graph.ts";

/** A whole Antiphon in this process, on its own data, with its own configuration file. */
export interface TestAntiphon extends RunningServer {
  /** The data directory, removed by `close`. */
  readonly dataDirectory: string;
  /** Closes and opens again on the same data. */
  restart(): Promise<TestAntiphon>;
}

export interface TestInstallation {
  /** Content of `antiphon.yaml`. */
  file: Record<string, unknown>;
  /** More `ANTIPHON_*` variables. */
  environment?: Record<string, string>;
  /** PostgreSQL to use instead of SQLite. */
  databaseUrl?: string | undefined;
  /** Such as a clock whose `scale` makes their schedules take less time. */
  callbacks?: CallbackOptions | undefined;
}

/** Starts a server on a free port of 127.0.0.1. Whoever starts it closes it. */
export async function startAntiphon(installation: TestInstallation): Promise<TestAntiphon> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "antiphon-test-"));
  await writeFile(join(dataDirectory, "antiphon.yaml"), stringify(installation.file));
  return open(installation, dataDirectory);
}

async function open(installation: TestInstallation, dataDirectory: string): Promise<TestAntiphon> {
  const environment = {
    ANTIPHON_PORT: "0",
    ANTIPHON_DATA: dataDirectory,
    ANTIPHON_DRAIN_SECONDS: "0",
    ...(installation.databaseUrl === undefined ? {} : { ANTIPHON_DATABASE_URL: installation.databaseUrl }),
    ...installation.environment,
  };
  const file = await readInstallationFile(join(dataDirectory, "antiphon.yaml"), {
    environment,
    readWorkflow: readGraph,
  });
  const server = await startServer(readConfig(environment), file, { callbacks: installation.callbacks });
  return {
    ...server,
    dataDirectory,
    async restart() {
      await server.close();
      return open(installation, dataDirectory);
    },
    async close() {
      await server.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** The `models` section that makes an upstream the default model. */
export function upstreamModel(baseUrl: string, more: Record<string, unknown> = {}) {
  return [{ name: "upstream", provider: "openai-compatible", baseUrl, model: "upstream-model", ...more }];
}
