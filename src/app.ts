import { Turns } from "./chat/turns.ts";
import type { Config } from "./config/config.ts";
import { hiagentDialect } from "./dialects/hiagent/index.ts";
import type { Outbound } from "./http/outbound.ts";
import { createHttpServer, type HttpServer } from "./http/server.ts";
import { appLog } from "./log/logger.ts";
import type { ModelCatalog } from "./models/chat-model.ts";
import type { Store } from "./storage/store.ts";

/** How often turns are looked for whose node died, or whose end this node could not store. */
const SWEEP_INTERVAL_MS = 2_000;
/** Questions that may wait in one conversation. */
const QUEUE_LIMIT = 8;

export interface AppServices {
  store: Store;
  models: ModelCatalog;
  outbound: Pick<Outbound, "request">;
  config: Pick<Config, "http" | "chat" | "limits" | "hiagent">;
}

/** Everything between the engines and the wire. */
export interface App {
  readonly turns: Turns;
  readonly http: HttpServer;
  /**
   * Closes what an earlier process left open, then accepts connections and begins to look after dead nodes.
   * Resolves with the address.
   */
  start(): Promise<{ url: string; port: number }>;
  /**
   * Takes no new work, gives running turns the drain time, stores the rest as interrupted, ends all streams.
   * The store is the caller's to close, afterwards.
   */
  stop(): Promise<void>;
}

/** Puts the rooms together. Starts nothing; a test can build twenty. */
export function createApp(services: AppServices): App {
  const { store, config } = services;
  const turns = new Turns(services, {
    busy: config.chat.busy,
    queueTimeoutMs: config.chat.queueSeconds * 1_000,
    queueLimit: QUEUE_LIMIT,
    ...config.limits,
  });
  const http = createHttpServer({
    maxBodyBytes: config.http.maxBodyBytes,
    slowReaderTimeoutMs: config.http.slowReaderSeconds * 1_000,
    readiness: () =>
      store.ping().then(
        () => [],
        (error: Error) => [error.message],
      ),
  });
  http.mount(
    hiagentDialect({
      store,
      turns,
      options: {
        extraPrefix: config.hiagent.pathPrefix,
        userIdMaxLength: config.hiagent.userIdMaxLength,
        userIdAscii: config.hiagent.userIdAscii,
        errorsAs200: config.hiagent.errorsAs200,
        strictInputs: config.hiagent.strictInputs,
        abortOnDisconnect: config.chat.abortOnDisconnect,
        timeZoneOffsetMinutes: config.hiagent.timeZoneOffsetMinutes,
      },
    }),
  );

  let sweeper: NodeJS.Timeout | undefined;
  let sweeping = Promise.resolve();
  const closeAbandoned = async () => {
    const closed = await store.turns.closeAbandoned({ now: new Date(), ownTurns: turns.runningIds });
    if (closed > 0) appLog.warn({ turns: closed }, "closed turns that were left open");
  };
  const sweepLater = () => {
    sweeper = setTimeout(() => {
      sweeping = closeAbandoned()
        .catch((error) => appLog.error({ err: error }, "sweep failed"))
        .finally(() => {
          if (sweeper !== undefined) sweepLater();
        });
    }, SWEEP_INTERVAL_MS);
  };
  return {
    turns,
    http,
    async start() {
      await closeAbandoned();
      const address = await http.listen(config.http);
      sweepLater();
      return address;
    },
    async stop() {
      clearTimeout(sweeper);
      sweeper = undefined;
      const graceMs = config.http.drainSeconds * 1_000;
      const draining = turns.drain(graceMs);
      await Promise.all([draining, http.close({ graceMs: graceMs + 1_000 }), sweeping]);
    },
  };
}
