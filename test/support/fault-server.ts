/** Child: a whole server like any other, in whose store faults happen and whose clock others move. */
import { flushCompileCache } from "node:module";
import { realClock } from "../../src/callbacks/schedule.ts";
import { readConfig } from "../../src/config/config.ts";
import { createResolver } from "../../src/http/resolver.ts";
import { readConfiguredFile } from "../../src/installation.ts";
import { configureLogging } from "../../src/log/logger.ts";
import { startServer } from "../../src/start-server.ts";
import type { FaultSettings, FaultWord } from "./fault-process.ts";
import { FaultDesk, faultyStore } from "./fault-store.ts";

const environment = process.env;
const settings: FaultSettings = JSON.parse(environment["FAULTS"] ?? "{}");
const desk = new FaultDesk();
desk.order(settings.faults ?? []);
let aheadMs = settings.aheadMs ?? 0;
moveClock(() => aheadMs);

process.on("message", (word: FaultWord) => {
  if (word.faults !== undefined) desk.order(word.faults);
  if (word.aheadMs !== undefined) aheadMs = word.aheadMs;
  process.send?.("done");
});
process.channel?.unref();

const loaded = readConfig(environment);
configureLogging({
  level: loaded.config.log.level,
  destination: { write: (line) => process.stderr.write(line) },
});
const { scale = 1, nameServers } = settings;
const server = await startServer(loaded, await readConfiguredFile(loaded, environment), {
  alterStore: (store) => faultyStore(store, desk),
  callbacks: { clock: { now: () => Date.now(), steady: realClock.steady, scale } },
  ...(nameServers !== undefined && { resolve: createResolver({ servers: nameServers }) }),
});
process.once("SIGTERM", () => void server.close());
// It may never end by itself.
flushCompileCache();
process.stdout.write(`ready at ${server.url}\n`);

/** Moves the machine's time as far as this process sees it; what lasts is not touched. */
function moveClock(ahead: () => number): void {
  const RealDate = Date;
  const now = () => RealDate.now() + ahead();
  globalThis.Date = new Proxy(RealDate, {
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  });
}
