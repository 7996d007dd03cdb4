import { AccessKeyDoor } from "./access/access-key-door.ts";
import { forgetAuditEntries } from "./access/audit-retention.ts";
import { SignInThrottle } from "./access/sign-in.ts";
import { withSamples } from "./callbacks/body-samples.ts";
import { type CallbackOptions, Callbacks } from "./callbacks/callbacks.ts";
import type { EndpointFormats } from "./callbacks/formats.ts";
import { forgetReceivedFeedback } from "./callbacks/retention.ts";
import { Rhythm } from "./callbacks/rhythm.ts";
import { standardFormat } from "./callbacks/standard-format.ts";
import type { ModelDesk } from "./catalog/model-desk.ts";
import { closeAbandonedTurns } from "./chat/abandoned-turns.ts";
import { releaseIdle } from "./chat/handover.ts";
import { keepLateWords } from "./chat/late-words.ts";
import { forgetRequestKeys } from "./chat/request-retention.ts";
import { RunHosts } from "./chat/run-hosts.ts";
import { StatisticsSweep } from "./chat/statistics-sweep.ts";
import { forgetTriggers } from "./chat/trigger-retention.ts";
import { Triggers } from "./chat/triggers.ts";
import { Turns } from "./chat/turns.ts";
import type { Config } from "./config/config.ts";
import type { SecretKey } from "./config/secrets.ts";
import { programVersion } from "./config/version.ts";
import { ChangeWatch } from "./dialects/console/change-watch.ts";
import { consoleDialect } from "./dialects/console/index.ts";
import { consolePages } from "./dialects/console/pages.ts";
import { webhookKeys } from "./dialects/console/webhook-keys.ts";
import { cozeFormats } from "./dialects/coze/callback-format.ts";
import { cozeExamples } from "./dialects/coze/examples.ts";
import { cozeDialect } from "./dialects/coze/index.ts";
import { hiagentExamples } from "./dialects/hiagent/examples.ts";
import { hiagentDialect } from "./dialects/hiagent/index.ts";
import { AdapterDoor } from "./dialects/insight/adapter-door.ts";
import { botIdOf } from "./dialects/insight/callable-agent.ts";
import { feedbackFormat } from "./dialects/insight/callback-format.ts";
import { insightExamples } from "./dialects/insight/examples.ts";
import { insightDialect } from "./dialects/insight/index.ts";
import { feedbackReceiver } from "./dialects/insight/receiver.ts";
import { sessionIdOf } from "./dialects/insight/sessions.ts";
import { oauthDialect } from "./dialects/oauth/index.ts";
import { openAiExamples } from "./dialects/openai/examples.ts";
import { openAiDialect } from "./dialects/openai/index.ts";
import { shareDialect } from "./dialects/share/index.ts";
import type { EndpointId } from "./domain/ids.ts";
import type { Outbound } from "./http/outbound.ts";
import { createHttpServer, type HttpServer } from "./http/server.ts";
import type { WebFiles } from "./http/web-files.ts";
import { Evaluations } from "./learning/evaluations.ts";
import { appLog } from "./log/logger.ts";
import type { ModelCatalog } from "./models/chat-model.ts";
import { AuditSweep } from "./publish/audit-sweep.ts";
import { publishOptions } from "./publish/services.ts";
import type { BlobStore } from "./storage/blob-store.ts";
import { deleteOldFiles } from "./storage/old-files.ts";
import type { Store } from "./storage/store.ts";
import { forgetRuns } from "./workflow/run/run-retention.ts";
import type { CodeSandbox } from "./workflow/sandbox/code-sandbox.ts";
import { WorkflowRuns } from "./workflow/workflow-runs.ts";

/**
 * How often turns are looked for whose node died, or whose end this node could not store; and submissions whose channel
 * nobody asks, or that were not decided in time.
 */
const SWEEP_INTERVAL_MS = 2_000;
/** How often conversations are looked for that are with a person and were quiet for long; minutes are what counts. */
const HANDOVER_SWEEP_INTERVAL_MS = 10_000;
/** How often files, received feedback, triggers, entries of the audit log… are looked for that were kept long enough. */
const FILE_SWEEP_INTERVAL_MS = 3_600_000;
/** How often turns that ended and opinions are counted; what ended since is counted as it is asked for. */
const STATISTICS_INTERVAL_MS = 5_000;
/** How often pages can be told no more of changes that they were told of long ago. */
const CHANGES_SWEEP_INTERVAL_MS = 60_000;
/** Many times as long as anybody looks back. */
const CHANGES_KEPT_MS = 600_000;
/** How often models are looked for that another node changed without this one hearing of it. */
const MODEL_SWEEP_INTERVAL_MS = 3_000;
/** How often evaluations are looked for whose node died. */
const EVALUATION_SWEEP_INTERVAL_MS = 5_000;
const BYTES_PER_MEGABYTE = 1024 * 1024;
/** How a question is asked over each family, in the order they are shown. */
const EXAMPLES = [hiagentExamples, cozeExamples, insightExamples, openAiExamples];
/** Questions that may wait in one conversation. */
const QUEUE_LIMIT = 8;
/** How long attempts to deliver may go on after the server was told to stop, however long answers may. */
const LAST_ATTEMPTS_MS = 10_000;

export interface AppServices {
  store: Store;
  blobs: BlobStore;
  models: ModelCatalog;
  modelDesk: ModelDesk;
  outbound: Pick<Outbound, "request">;
  /** Where code of workflows runs; the caller's to close, after the app. */
  sandbox: CodeSandbox;
  /** The way out for callbacks. */
  callbackOutbound: Pick<Outbound, "exchange">;
  secretKey: SecretKey;
  config: Pick<
    Config,
    | "http"
    | "storage"
    | "files"
    | "chat"
    | "limits"
    | "hiagent"
    | "coze"
    | "insight"
    | "callbacks"
    | "workflows"
    | "auditLog"
  >;
  /** What feedback callbacks that come in are signed with. Absent: that is not checked. */
  receiverSecret?: string | undefined;
  /** The built pages. Absent: none are served. */
  webFiles?: WebFiles | undefined;
  /** Where the engine of callbacks differs from its defaults. */
  callbacks?: CallbackOptions | undefined;
}

/** Everything between the engines and the wire. */
export interface App {
  readonly turns: Turns;
  readonly workflows: WorkflowRuns;
  readonly http: HttpServer;
  readonly callbacks: Callbacks;
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
  const { store, blobs, models, secretKey, config } = services;
  const formats = endpointFormats(config);
  const callbacks = new Callbacks(
    { store, secretKey, outbound: services.callbackOutbound, formats },
    { keeping: config.callbacks, ...services.callbacks },
  );
  const facts = callbacks;
  const publishing = { store, callbacks, formats, options: publishOptions(config.callbacks) };
  const endpoints = {
    store,
    secretKey,
    outbound: services.callbackOutbound,
    formats,
    endpointChanged: (id: EndpointId) => callbacks.endpointChanged(id),
  };
  const hosts = new RunHosts(store);
  const workflows = new WorkflowRuns(services, {
    atOnce: config.workflows.runsAtOnce,
    hostOf: (run) => hosts.of(run),
  });
  keepLateWords(store, { engine: workflows, hosts });
  const turns = new Turns(
    {
      ...services,
      facts,
      workflows: { engine: workflows, hosts },
      triggersDue: () => triggers.wake(),
    },
    {
      busy: config.chat.busy,
      queueTimeoutMs: config.chat.queueSeconds * 1_000,
      queueLimit: QUEUE_LIMIT,
      ...config.limits,
    },
  );
  const evaluations = new Evaluations(services);
  const insightTimeLimitMs = config.insight.replySeconds * 1_000;
  const triggers: Triggers = new Triggers({ store, turns }, { timeLimitMs: insightTimeLimitMs });
  const http = createHttpServer({
    maxBodyBytes: config.http.maxBodyBytes,
    trustedProxies: config.http.trustedProxies,
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
      workflows,
      facts,
      options: {
        extraPrefix: config.hiagent.pathPrefix,
        userIdMaxLength: config.hiagent.userIdMaxLength,
        userIdAscii: config.hiagent.userIdAscii,
        errorsAs200: config.hiagent.errorsAs200,
        strictInputs: config.hiagent.strictInputs,
        runGraceMs: config.hiagent.runGraceSeconds * 1_000,
        strictInputData: config.hiagent.strictInputData,
        abortOnDisconnect: config.chat.abortOnDisconnect,
        timeZoneOffsetMinutes: config.hiagent.timeZoneOffsetMinutes,
      },
    }),
  );

  http.mount(
    cozeDialect({
      store,
      turns,
      workflows,
      facts,
      blobs,
      models,
      publishing,
      endpoints,
      options: {
        maxFileBytes: config.files.maxMegabytes * BYTES_PER_MEGABYTE,
        abortOnDisconnect: config.chat.abortOnDisconnect,
        publicUrl: config.http.publicUrl,
        runReplyMs: config.coze.runSeconds * 1_000,
        pingMs: config.coze.pingSeconds * 1_000,
      },
    }),
  );
  http.mount(openAiDialect({ store, turns }));
  http.mount(
    insightDialect({
      store,
      turns,
      facts,
      triggers,
      door: new AccessKeyDoor({ store, secretKey }, config.insight),
      adapters: new AdapterDoor({ store, secretKey }),
      endpoints,
      options: {
        successStatus: config.insight.successStatus,
        timeLimitMs: insightTimeLimitMs,
        abortOnDisconnect: config.chat.abortOnDisconnect,
      },
    }),
  );
  const signInThrottle = new SignInThrottle();
  const changes = new ChangeWatch(store);
  http.mount(
    consoleDialect({
      ...endpoints,
      workflows,
      publishing,
      facts,
      modelDesk: services.modelDesk,
      evaluations,
      turns,
      insightBotId: botIdOf,
      insightSessionId: sessionIdOf,
      apiExamples: (asked) => EXAMPLES.flatMap((examples) => examples(asked)),
      changes,
      signInThrottle,
      publicUrl: config.http.publicUrl,
      installation: { version: programVersion(), startedAt: new Date(), ...config.storage },
    }),
  );
  http.mount(webhookKeys({ store }));
  if (services.webFiles !== undefined) {
    http.mount(consolePages({ files: services.webFiles, publicUrl: config.http.publicUrl }));
    http.mount(shareDialect({ store, turns, facts, secretKey, files: services.webFiles }));
  }
  if (config.insight.hasReceiver) {
    http.mount(feedbackReceiver({ store, secret: services.receiverSecret }));
  }

  http.mount(
    oauthDialect({
      store,
      secretKey,
      outbound: services.outbound,
      publicUrl: config.http.publicUrl,
      signInThrottle,
    }),
  );

  const closeAbandoned = async () => {
    const closed = await closeAbandonedTurns({ store, facts }, turns.runningIds);
    if (closed > 0) appLog.warn({ turns: closed }, "closed turns that were left open");
  };
  const takeOver = async () => {
    const taken = await turns.takeOver();
    if (taken > 0) appLog.warn({ turns: taken }, "goes on with turns that were left by their process");
  };
  const releaseQuiet = async () => {
    const { handoverIdleMinutes: idleMinutes } = config.chat;
    const released = await releaseIdle({ store, facts }, { now: new Date(), idleMinutes });
    if (released > 0) appLog.info({ conversations: released }, "gave back conversations that were quiet");
  };
  const forgetChanges = async () => {
    await store.changes.forget(new Date(Date.now() - CHANGES_KEPT_MS));
  };
  const statistics = new StatisticsSweep(store);
  const audits = new AuditSweep(publishing);
  const sweepAudits = () => audits.run(new Date());
  const sweeps = [
    new Rhythm("turns", SWEEP_INTERVAL_MS, closeAbandoned, appLog),
    new Rhythm("left turns", SWEEP_INTERVAL_MS, takeOver, appLog),
    new Rhythm("closed turns", SWEEP_INTERVAL_MS, () => turns.cutClosed(), appLog),
    new Rhythm("audits", SWEEP_INTERVAL_MS, sweepAudits, appLog),
    new Rhythm("handovers", HANDOVER_SWEEP_INTERVAL_MS, releaseQuiet, appLog),
    new Rhythm(
      "files",
      FILE_SWEEP_INTERVAL_MS,
      () => deleteOldFiles(services, { now: new Date(), keepDays: config.files.keepDays }),
      appLog,
    ),
    new Rhythm(
      "received feedback",
      FILE_SWEEP_INTERVAL_MS,
      () => forgetReceivedFeedback(services, { now: new Date(), keepDays: config.callbacks.eventDays }),
      appLog,
    ),
    new Rhythm(
      "old triggers",
      FILE_SWEEP_INTERVAL_MS,
      () => forgetTriggers(services, { now: new Date(), keepDays: config.callbacks.eventDays }),
      appLog,
    ),
    new Rhythm(
      "old workflow runs",
      FILE_SWEEP_INTERVAL_MS,
      () => forgetRuns(services, { now: new Date(), keepDays: config.workflows.runDays }),
      appLog,
    ),
    new Rhythm(
      "old audit entries",
      FILE_SWEEP_INTERVAL_MS,
      () => forgetAuditEntries(services, { now: new Date(), keepDays: config.auditLog.keepDays }),
      appLog,
    ),
    new Rhythm("statistics", STATISTICS_INTERVAL_MS, () => statistics.count(new Date()), appLog),
    new Rhythm(
      "statistics of before",
      CHANGES_SWEEP_INTERVAL_MS,
      () => statistics.lookAfter(new Date()),
      appLog,
    ),
    new Rhythm("told changes", CHANGES_SWEEP_INTERVAL_MS, forgetChanges, appLog),
    new Rhythm("evaluations", EVALUATION_SWEEP_INTERVAL_MS, () => evaluations.closeAbandoned(), appLog),
    new Rhythm("models", MODEL_SWEEP_INTERVAL_MS, () => services.modelDesk.refresh(), appLog),
    new Rhythm("request keys", FILE_SWEEP_INTERVAL_MS, () => forgetRequestKeys(services, new Date()), appLog),
  ];
  return {
    turns,
    workflows,
    http,
    callbacks,
    async start() {
      await closeAbandoned();
      await evaluations.closeAbandoned();
      await callbacks.start();
      await sweepAudits();
      await workflows.open();
      await takeOver();
      await triggers.start();
      const address = await http.listen(config.http);
      for (const sweep of sweeps) sweep.start();
      return address;
    },
    async stop() {
      changes.close();
      const sweeping = [...sweeps.map((sweep) => sweep.stop()), triggers.stop()];
      const graceMs = config.http.drainSeconds * 1_000;
      const draining = Promise.all([evaluations.drain(), turns.drain(graceMs), workflows.drain(graceMs)]);
      const delivering = callbacks.stop(Math.min(graceMs, LAST_ATTEMPTS_MS));
      await Promise.all([draining, delivering, http.close({ graceMs: graceMs + 1_000 }), ...sweeping]);
      await audits.settled();
    },
  };
}

/** How each kind of endpoint is spoken to. */
export function endpointFormats({ coze }: Pick<Config, "coze">): EndpointFormats {
  return {
    ...cozeFormats({ numericIds: coze.numericCallbackIds }),
    standard: withSamples(standardFormat),
    insight: feedbackFormat,
  };
}
