import { openFirstRun } from "./access/first-run.ts";
import { type App, createApp, endpointFormats } from "./app.ts";
import { applyFile, describeSummary } from "./apply.ts";
import type { CallbackOptions } from "./callbacks/callbacks.ts";
import { Emitter } from "./callbacks/emit.ts";
import { keepOperatorEndpoint } from "./callbacks/operator-endpoint.ts";
import { ModelDesk } from "./catalog/model-desk.ts";
import type { LoadedConfig } from "./config/config.ts";
import type { InstallationFile } from "./config/file.ts";
import { openSecretKey } from "./config/secrets.ts";
import { applyDemo, type Demo } from "./demo/demo.ts";
import type { WorkflowGraph } from "./domain/workflow.ts";
import { openWebFiles } from "./http/web-files.ts";
import {
  configuredModels,
  filesFolder,
  modelTimeouts,
  openConfiguredOutbound,
  openConfiguredStore,
} from "./installation.ts";
import { appLog } from "./log/logger.ts";
import { watchEventLoop } from "./log/metrics.ts";
import { openModels } from "./models/catalog.ts";
import { publishOptions } from "./publish/services.ts";
import { openDiskBlobs } from "./storage/disk-blobs.ts";
import type { Store } from "./storage/store.ts";
import { lastWebBuild, type WebBuild } from "./web-build.ts";
import { openCodeSandbox } from "./workflow/sandbox/quickjs-sandbox.ts";

export interface RunningServer {
  readonly url: string;
  readonly app: App;
  readonly store: Store;
  /** What there is to know about this start, for people: a line each. */
  readonly summary: string[];
  /** How to talk to the built-in demo agent; undefined when a configuration file is in use. */
  readonly demo: Demo | undefined;
  /** Where the pages are. */
  readonly consoleUrl: string;
  /** While nobody can sign in: where one person may become the owner, once. */
  readonly setupUrl: string | undefined;
  /**
   * Lets running turns end or stores them as interrupted, then closes everything in reverse order. Rejects with the
   * first failure, when everything else is closed.
   */
  close(): Promise<void>;
}

/** Where a server is not like any other; fault tests use it. */
export interface ServerOverrides {
  /** Puts something between the server and its store. */
  alterStore?: (store: Store) => Store;
  callbacks?: CallbackOptions | undefined;
  /** The pages to serve; those that were built last when absent. */
  web?: WebBuild | undefined;
  /** Looks up names for everything that goes out. */
  resolve?: (hostname: string) => Promise<string[]>;
}

/**
 * Opens the store and the models, applies the file (or the demo when there is none) and serves. When it rejects,
 * everything it had opened is closed again.
 */
export async function startServer(
  loaded: LoadedConfig,
  file: InstallationFile<WorkflowGraph> | undefined,
  overrides: ServerOverrides = {},
): Promise<RunningServer> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    const failures: unknown[] = [];
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((failure: unknown) => failures.push(failure));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    const { config, secrets } = loaded;
    const secretKey = await openSecretKey(secrets.secretKey, config.storage.dataDirectory);
    const opened = await openConfiguredStore(loaded);
    closers.push(() => opened.close());
    const store = overrides.alterStore?.(opened) ?? opened;
    const blobs = await openDiskBlobs({ folder: filesFolder(loaded), writer: `node-${store.node}` });
    const configured = configuredModels(loaded, file);
    const models = await openModels(configured.map(({ definition }) => definition));
    closers.push(() => models.close());
    const timeouts = modelTimeouts(loaded);
    const modelDesk = new ModelDesk({ store, secretKey, models, configured, timeouts });
    const closeDesk = await modelDesk.open();
    closers.push(async () => closeDesk());
    const outbound = await openConfiguredOutbound(loaded, overrides.resolve);
    closers.push(() => outbound.close());
    const sandbox = openCodeSandbox();
    closers.push(() => sandbox.close());

    const now = () => new Date();
    const summary = [`models: ${models.names.join(", ")}`];
    let demo: Demo | undefined;
    const callbacks = new Emitter({ newId: store.newId, formats: endpointFormats(config) });
    const applying = { store, now, secretKey, callbacks, options: publishOptions(config.callbacks) };
    if (file === undefined) demo = await applyDemo(applying);
    else summary.push(...describeSummary(await applyFile(applying, file)));

    const { operatorUrl } = config.callbacks;
    const { operatorSecret: secret } = secrets;
    await keepOperatorEndpoint(
      applying,
      operatorUrl === undefined ? undefined : { url: operatorUrl, secret },
    );

    const webFiles = await openWebFiles(overrides.web ?? lastWebBuild());
    if ("problem" in webFiles) summary.push(`console: missing: ${webFiles.problem.split("\n", 1)[0]}`);

    const stopWatching = watchEventLoop();
    closers.push(async () => stopWatching());
    const app = createApp({
      store,
      blobs,
      models,
      modelDesk,
      outbound: outbound.general,
      sandbox,
      webFiles,
      callbackOutbound: outbound.callbacks,
      secretKey,
      config,
      callbacks: overrides.callbacks,
      receiverSecret: secrets.receiverSecret,
    });
    closers.push(() => app.stop());
    const { url } = await app.start();
    const setupToken = await openFirstRun(store, { ownerId: demo?.ownerId });
    const consoleUrl = `${config.http.publicUrl ?? url}/console/`;
    const setupUrl = setupToken === undefined ? undefined : `${consoleUrl}setup?token=${setupToken}`;
    return { url, app, store, summary, demo, consoleUrl, setupUrl, close };
  } catch (error) {
    await close().catch((failure: unknown) => appLog.error({ err: failure }, "closing failed"));
    throw error;
  }
}
