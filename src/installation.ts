import { X509Certificate } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ConfiguredModel } from "./catalog/model-desk.ts";
import { ConfigError, type Environment, type LoadedConfig, processEnvironment } from "./config/config.ts";
import { type InstallationFile, type ModelEntry, readInstallationFile } from "./config/file.ts";
import { programVersion } from "./config/version.ts";
import type { ModelDefinition } from "./domain/model-definition.ts";
import type { WorkflowGraph } from "./domain/workflow.ts";
import { createOutbound, type Outbound } from "./http/outbound.ts";
import { createResolver } from "./http/resolver.ts";
import { storageFlushed } from "./log/metrics.ts";
import { openSqliteGuest } from "./storage/sqlite/guest.ts";
import { openSqliteStore, type SqliteStoreOptions } from "./storage/sqlite/open.ts";
import { openSqliteReader } from "./storage/sqlite/reader.ts";
import type { Store } from "./storage/store.ts";
import { readGraph } from "./workflow/graph/read-graph.ts";

/** The embedded database inside the data directory. */
export function databaseFile({ config }: Pick<LoadedConfig, "config">): string {
  return resolve(config.storage.dataDirectory, "antiphon.db");
}

/** The folder of uploaded files inside the data directory; many nodes on one database share it. */
export function filesFolder({ config }: Pick<LoadedConfig, "config">): string {
  return resolve(config.storage.dataDirectory, "files");
}

/** What one opens a store as. */
export type StoreRole = "owner" | "guest" | "reader";

/**
 * Opens what the environment says everything is stored in; migrations have run when it resolves.
 * Rejects with `storage_failed` when it cannot be opened or another process owns it. As a `guest` it opens the
 * embedded database beside a server that owns it, for a short piece of work, and rejects when its tables are not
 * those of this version; see `openSqliteGuest` for what a guest may do. As a `reader` the same, without any changes and
 * for as long as one likes.
 */
export async function openConfiguredStore(
  { config, secrets }: LoadedConfig,
  as: StoreRole = "owner",
): Promise<Store> {
  const { durability } = config.storage;
  const store =
    secrets.databaseUrl === undefined
      ? await openSqlite({ path: databaseFile({ config }), durability }, as)
      : await openPostgres(secrets.databaseUrl, durability, as);
  store.observeFlush(storageFlushed);
  return store;
}

/** A store in memory, which ends with the process. */
export function openScratchStore(): Promise<Store> {
  return openSqliteStore({ path: ":memory:", durability: "relaxed" });
}

export interface ConfiguredOutbound {
  /** For HTTP tools and downloads. */
  general: Outbound;
  callbacks: Outbound;
  close(): Promise<void>;
}

/** The guarded ways out that the environment allows. Rejects with a `ConfigError` for a bad certificate file. */
export async function openConfiguredOutbound(
  { config, secrets }: LoadedConfig,
  resolve = createResolver(),
): Promise<ConfiguredOutbound> {
  const { allowedPrivateNetworks, allowMetadata, allowHttpCallbacks, certificatesPath } = config.outbound;
  const common = {
    allowPrivate: allowedPrivateNetworks,
    allowMetadata,
    resolve,
    userAgent: `antiphon/${programVersion()}`,
  };
  const general = createOutbound(common);
  const callbacks = createOutbound({
    ...common,
    allowHttp: allowHttpCallbacks,
    ...(certificatesPath !== undefined && { certificates: await readCertificates(certificatesPath) }),
    ...(secrets.callbackProxyUrl !== undefined && { proxyUrl: secrets.callbackProxyUrl }),
  });
  return {
    general,
    callbacks,
    close: async () => {
      await Promise.all([general.close(), callbacks.close()]);
    },
  };
}

async function readCertificates(path: string): Promise<string[]> {
  const variable = "ANTIPHON_CALLBACK_CA_FILE";
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new ConfigError([`${variable} cannot be read: ${error.message}`]);
  });
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new ConfigError([`${variable} must name a file of certificates in PEM form, ${path} is none`]);
  }
  return certificates;
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}

function openSqlite(options: SqliteStoreOptions, as: StoreRole): Promise<Store> {
  if (as === "owner") return openSqliteStore(options);
  return as === "guest" ? openSqliteGuest(options) : openSqliteReader(options);
}

/** Loaded only where it is used: the driver costs start-up time and memory. */
async function openPostgres(url: string, durability: "full" | "relaxed", as: StoreRole): Promise<Store> {
  const { openPostgresStore } = await import("./storage/postgres/open.ts");
  return openPostgresStore({ url, durability, isGuest: as !== "owner" });
}

/**
 * The configuration file named by the environment or, without one, `antiphon.yaml` in the working directory.
 * Undefined when there is none. Rejects with an `InstallationFileError` that names every problem.
 */
export async function readConfiguredFile(
  loaded: LoadedConfig,
  environment: Environment = processEnvironment(),
): Promise<InstallationFile<WorkflowGraph> | undefined> {
  const named = loaded.config.file.path;
  const path = named ?? join(process.cwd(), "antiphon.yaml");
  if (named === undefined && !(await exists(path))) return undefined;
  const knownModels = environmentModel(loaded).map((model) => model.name);
  return readInstallationFile(path, { environment, knownModels, readWorkflow: readGraph });
}

/**
 * The configured models in order, the default first: the environment's, then the file's. With none of them the
 * `extractive` provider, which is no language model.
 */
export function configuredModels(
  loaded: LoadedConfig,
  file: InstallationFile | undefined,
): ConfiguredModel[] {
  const ofEnvironment = environmentModel(loaded);
  const ofFile = (file?.models ?? []).map((entry) => fileModel(loaded, entry));
  const configured: ConfiguredModel[] = [
    ...ofEnvironment.map((definition) => ({ definition, source: "environment" as const })),
    ...ofFile.map((definition) => ({ definition, source: "file" as const })),
  ];
  if (configured.length > 0) return configured;
  return [{ definition: { provider: "extractive", name: "extractive" }, source: "built-in" }];
}

/** The definitions of `configuredModels`. */
export function modelDefinitions(
  loaded: LoadedConfig,
  file: InstallationFile | undefined,
): ModelDefinition[] {
  return configuredModels(loaded, file).map(({ definition }) => definition);
}

function environmentModel(loaded: LoadedConfig): ModelDefinition[] {
  const { config, secrets } = loaded;
  const { baseUrl, name } = config.models;
  if (baseUrl === undefined || name === undefined) return [];
  const apiKey = secrets.modelApiKey;
  return [
    {
      provider: "openai-compatible",
      name,
      model: name,
      baseUrl,
      timeouts: modelTimeouts(loaded),
      ...(apiKey === undefined ? {} : { apiKey }),
    },
  ];
}

function fileModel(loaded: LoadedConfig, entry: ModelEntry): ModelDefinition {
  const {
    name,
    provider,
    apiKey,
    baseUrl,
    model = name,
    extraBody,
    includeUsage,
    maxTokensField,
    ...rest
  } = entry;
  if (provider === "extractive") return { provider, name };
  // An empty key is what `${KEY:-}` leaves when there is none.
  const common = { ...rest, name, model, apiKey: apiKey || undefined, timeouts: modelTimeouts(loaded) };
  if (provider !== "openai-compatible") return { ...common, provider, baseUrl };
  return { ...common, provider, baseUrl: baseUrl ?? "", extraBody, includeUsage, maxTokensField };
}

/** The time limits of every model. */
export function modelTimeouts({ config }: Pick<LoadedConfig, "config">) {
  const { connectSeconds, firstPartSeconds, idleSeconds } = config.models;
  return {
    connectMs: connectSeconds * 1_000,
    firstByteMs: firstPartSeconds * 1_000,
    betweenBytesMs: idleSeconds * 1_000,
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
