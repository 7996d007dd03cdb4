import { findLocalModels, howToUse } from "../catalog/local-servers.ts";
import { describeConfig, readConfig } from "../config/config.ts";
import { programVersion } from "../config/version.ts";
import type { Demo } from "../demo/demo.ts";
import { databaseFile, modelDefinitions, readConfiguredFile } from "../installation.ts";
import { configureLogging } from "../log/logger.ts";
import { type RunningServer, startServer } from "../start-server.ts";
import { firstSteps } from "./first-steps.ts";
import { settle } from "./settle.ts";
import type { Terminal } from "./terminal.ts";

/** Seconds that closing may take beyond the time running answers are given; then the process ends regardless. */
const CLOSING_SECONDS = 10;

/** Runs the server; resolves when it has stopped. */
export async function serve(terminal: Terminal): Promise<void> {
  const loaded = readConfig(terminal.environment);
  const { config, secrets } = loaded;
  for (const warning of loaded.warnings) terminal.err.line(`warning: ${warning}`);
  configureLogging({ level: config.log.level, destination: { write: (line) => terminal.err.write(line) } });
  const file = await readConfiguredFile(loaded, terminal.environment);
  const server = await startServer(loaded, file);
  const stopped = toldToStop(terminal, config.http.drainSeconds);
  await settle();

  const { out } = terminal;
  out.line(`antiphon ${programVersion()} is ready at ${server.url}`);
  out.line(`store: ${secrets.databaseUrl === undefined ? databaseFile(loaded) : "PostgreSQL"}`);
  out.line(`file: ${file?.path ?? "none (antiphon.yaml in this directory, or ANTIPHON_CONFIG)"}`);
  for (const line of server.summary) out.line(line);
  const changed = loaded.settings.filter((setting) => !setting.isDefault);
  for (const line of describeConfig({ settings: changed })) out.line(line);
  out.line(`console: ${server.consoleUrl}`);
  if (server.setupUrl !== undefined) {
    out.line(`nobody can sign in yet; become the owner, once, at ${server.setupUrl}`);
  }
  if (server.demo !== undefined) introduceDemo(terminal, server.url, server.demo);
  if (modelDefinitions(loaded, file).every(({ provider }) => provider === "extractive")) {
    await suggestModels(terminal);
  }

  await stopped;
  await close(terminal, config.http.drainSeconds, server);
}

function introduceDemo({ out }: Terminal, url: string, demo: Demo): void {
  out.line(`demo app key: ${demo.appKey}`);
  if (demo.token !== undefined) out.line(`demo access token (user owner): ${demo.token}`);
  out.line();
  for (const line of firstSteps(url, demo)) out.line(line);
  out.line();
  out.line("talk to the demo agent: antiphon chat (or npm run antiphon chat)");
  out.line("let clients of Juzi Insight in: antiphon access-key create --name mine");
}

/** Without a language model: names those on this machine. They are never used without being asked for. */
async function suggestModels({ out }: Terminal): Promise<void> {
  out.line("no language model is configured: answers only quote what is found, see docs/configuration.md");
  for (const server of await findLocalModels()) {
    out.line(
      `${server.program} answers at ${server.baseUrl}; to use it, start with ${howToUse(server).environment}`,
    );
  }
}

/** Resolves with the first signal; a second one ends the process. */
function toldToStop(terminal: Terminal, drainSeconds: number): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    terminal.onSignal((signal) => {
      if (isStopping) terminal.leave(130);
      isStopping = true;
      terminal.err.line(
        `${signal}: stopping; running answers may take ${drainSeconds} s more, a second signal ends at once`,
      );
      resolve();
    });
  });
}

async function close(terminal: Terminal, drainSeconds: number, server: RunningServer): Promise<void> {
  const watchdog = setTimeout(
    () => {
      terminal.err.line("closing took too long; ended by force");
      terminal.leave(1);
    },
    (drainSeconds + CLOSING_SECONDS) * 1_000,
  );
  watchdog.unref();
  await server.close();
  clearTimeout(watchdog);
}
