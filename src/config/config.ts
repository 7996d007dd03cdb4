import { cozeVariables, hiagentVariables, insightVariables } from "./family-variables.ts";
import { nearestName } from "./nearest-name.ts";
import { declareSecrets } from "./secret-variables.ts";
import {
  flag,
  networks,
  oneOf,
  text,
  type VariableDeclaration,
  webAddress,
  webOrigin,
  wholeNumber,
} from "./variable.ts";
import { type Environment, type Setting, VariableReader } from "./variable-reader.ts";

export type { Environment } from "./variable-reader.ts";

/** What the environment decides, one slice per room. Holds no secret, so it may be logged and shown. */
export type Config = ReturnType<typeof declareConfig>;

/** What nobody but its user may see. Undefined: not set. */
type Secrets = ReturnType<typeof declareSecrets>;

export interface LoadedConfig {
  config: Config;
  secrets: Secrets;
  /** Sentences about variables that look like ours and are not. */
  warnings: string[];
  /** Every variable as it was read, in the order of the reference page. */
  settings: Setting[];
}

/** Variables with values nobody can use; every one of them is named. */
export class ConfigError extends Error {
  /** One sentence per variable, without values of secrets. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** The environment of this process: the one place that looks at it. */
export function processEnvironment(): Environment {
  return process.env;
}

/**
 * Reads every `ANTIPHON_*` variable. An empty variable counts as not set.
 * Throws a `ConfigError` that names all bad variables at once.
 */
export function readConfig(environment: Environment = processEnvironment()): LoadedConfig {
  const reader = new VariableReader(environment);
  const config = declareConfig(reader);
  const secrets = declareSecrets(reader);
  const problems = [...reader.problems, ...contradictions((name) => reader.isSet(name))];
  if (problems.length > 0) throw new ConfigError(problems);
  const known = reader.settings.map((setting) => setting.name);
  return { config, secrets, warnings: strangers(environment, known), settings: reader.settings };
}

/** The declarations of all variables, in the order of the reference page. */
export function configDeclarations(): VariableDeclaration[] {
  const reader = new VariableReader({});
  declareConfig(reader);
  declareSecrets(reader);
  return reader.declarations;
}

/** One line per variable for people: what it is set to, or for a secret whether it is set. */
export function describeConfig(loaded: Pick<LoadedConfig, "settings">): string[] {
  return loaded.settings.map(({ name, value, isDefault, secret }) => {
    if (isDefault) return value === undefined ? `${name} is not set` : `${name}=${value} (default)`;
    if (secret) return value === undefined ? `${name} is set` : `${name} is set (${value})`;
    return `${name}=${value}`;
  });
}

function declareConfig(read: VariableReader) {
  return {
    http: httpVariables(read),
    storage: storageVariables(read),
    files: fileVariables(read),
    file: {
      path: read.optional("ANTIPHON_CONFIG", text, {
        sentence:
          "Path of the `antiphon.yaml` applied at start. Not set: `antiphon.yaml` in the working directory, if there is one.",
      }),
    },
    log: {
      level: read.value("ANTIPHON_LOG_LEVEL", oneOf("debug", "info", "warn", "error", "silent"), {
        default: "info",
        sentence:
          "Least important lines that are logged; `debug` also shows stack traces on the command line.",
      }),
    },
    models: modelVariables(read),
    chat: chatVariables(read),
    limits: limitVariables(read),
    hiagent: hiagentVariables(read),
    coze: cozeVariables(read),
    insight: insightVariables(read),
    outbound: outboundVariables(read),
    callbacks: {
      eventDays: read.value("ANTIPHON_EVENT_DAYS", wholeNumber(1, 36_500), {
        default: "30",
        unit: "days",
        sentence:
          "How long events, the attempts to deliver them, and triggers that started nothing are kept.",
      }),
      auditHours: read.value("ANTIPHON_AUDIT_HOURS", wholeNumber(1, 8_760), {
        default: "72",
        unit: "hours",
        sentence:
          "How long a channel may take to decide about a version; undecided then, it has to be published again.",
      }),
      operatorUrl: read.optional("ANTIPHON_OPERATOR_URL", webAddress, {
        sentence:
          "Where it is told that callbacks fail, are given up, or work again, in every workspace. Not set: only endpoints that listen to such events are told.",
      }),
      deliveredBodyDays: read.value("ANTIPHON_DELIVERED_BODY_DAYS", wholeNumber(1, 36_500), {
        default: "7",
        unit: "days",
        sentence: "How long the text of delivered events is kept; without it they can only be sent anew.",
      }),
    },
    auditLog: {
      keepDays: read.value("ANTIPHON_AUDIT_LOG_DAYS", wholeNumber(1, 36_500), {
        default: "400",
        unit: "days",
        sentence: "How long the audit log keeps who changed what.",
      }),
    },
    workflows: {
      runsAtOnce: read.value("ANTIPHON_MAX_RUNS", wholeNumber(1, 100_000), {
        default: "2000",
        unit: "runs",
        sentence:
          "Runs of workflows that this node runs at once; what is more is refused, or waits where it was accepted before.",
      }),
      runDays: read.value("ANTIPHON_WORKFLOW_RUN_DAYS", wholeNumber(1, 36_500), {
        default: "30",
        unit: "days",
        sentence:
          "How long runs of workflows are kept with their steps after they have ended; those that run or wait stay.",
      }),
    },
  };
}

function outboundVariables(read: VariableReader) {
  return {
    allowedPrivateNetworks:
      read.optional("ANTIPHON_ALLOW_PRIVATE_CALLBACKS", networks, {
        sentence:
          "Private networks that callbacks, HTTP tools and downloads may reach, without TLS too; all others that are private, loopback or link-local are refused. Model servers are not affected.",
      }) ?? [],
    allowMetadata: read.value("ANTIPHON_ALLOW_METADATA_CALLBACKS", flag, {
      default: "false",
      sentence:
        "`true`: those networks may include the metadata services of clouds, such as 169.254.169.254, which give out credentials.",
    }),
    allowHttpCallbacks: read.value("ANTIPHON_ALLOW_HTTP_CALLBACKS", flag, {
      default: "false",
      sentence: "`true`: callbacks may go without TLS (http:) to public addresses too.",
    }),
    certificatesPath: read.optional("ANTIPHON_CALLBACK_CA_FILE", text, {
      sentence:
        "File with certificates (PEM) of authorities that receivers of callbacks may have theirs from, beside the well-known ones.",
    }),
  };
}

function httpVariables(read: VariableReader) {
  return {
    host: read.value("ANTIPHON_HOST", text, {
      default: "127.0.0.1",
      sentence: "Address to listen on; `0.0.0.0` listens on all of the machine's IPv4 addresses.",
    }),
    port: read.value("ANTIPHON_PORT", wholeNumber(0, 65_535), {
      default: "8787",
      sentence: "Port to listen on; 0 takes any free one.",
    }),
    publicUrl: read.optional("ANTIPHON_PUBLIC_URL", webOrigin, {
      sentence:
        "Address under which clients and browsers reach the server, where a proxy stands before it. Needed for correct links, cookies and `aud` of OAuth behind HTTPS.",
    }),
    trustedProxies:
      read.optional("ANTIPHON_TRUSTED_PROXIES", networks, {
        sentence:
          "Networks of the reverse proxies whose `X-Forwarded-For` is believed: the client is then the rightmost address in it that is none of theirs. Not set: the header is ignored, and all clients of a proxy share its limits.",
      }) ?? [],
    maxBodyBytes: read.value("ANTIPHON_MAX_BODY_BYTES", wholeNumber(1_024, 1_073_741_824), {
      default: "1048576",
      unit: "bytes",
      sentence: "Largest request body that is read.",
    }),
    slowReaderSeconds: read.value("ANTIPHON_SLOW_READER_SECONDS", wholeNumber(1, 3_600), {
      default: "30",
      unit: "seconds",
      sentence: "A client that takes nothing from its stream for this long is cut off; its answer goes on.",
    }),
    drainSeconds: read.value("ANTIPHON_DRAIN_SECONDS", wholeNumber(0, 3_600), {
      default: "10",
      unit: "seconds",
      sentence: "How long running answers may go on after the server was told to stop.",
    }),
  };
}

function storageVariables(read: VariableReader) {
  return {
    dataDirectory: read.value("ANTIPHON_DATA", text, {
      default: "./data",
      sentence:
        "Directory of the embedded database, uploaded files and the made secret key; created when missing.",
    }),
    durability: read.value("ANTIPHON_DURABILITY", oneOf("full", "relaxed"), {
      default: "full",
      sentence:
        "`full`: nothing is acknowledged before it would survive a power cut. `relaxed`: it would survive a killed process, but a power cut may take the last moments.",
    }),
  };
}

function fileVariables(read: VariableReader) {
  return {
    maxMegabytes: read.value("ANTIPHON_MAX_FILE_MB", wholeNumber(1, 10_240), {
      default: "512",
      unit: "megabytes",
      sentence: "Largest file that may be uploaded.",
    }),
    keepDays: read.value("ANTIPHON_FILE_DAYS", wholeNumber(0, 36_500), {
      default: "90",
      unit: "days",
      sentence: "How long an uploaded file is kept; 0: for ever.",
    }),
  };
}

function modelVariables(read: VariableReader) {
  return {
    baseUrl: read.optional("ANTIPHON_MODEL_BASE_URL", webAddress, {
      sentence:
        "Address of an OpenAI-compatible server, such as `http://127.0.0.1:11434/v1`: the quickest way to a default model. Models of `antiphon.yaml` come after it.",
    }),
    name: read.optional("ANTIPHON_MODEL_NAME", text, {
      sentence: "Model to ask that server for, such as `qwen3:8b`.",
    }),
    connectSeconds: read.value("ANTIPHON_MODEL_CONNECT_SECONDS", wholeNumber(1, 600), {
      default: "10",
      unit: "seconds",
      sentence: "How long connecting to a model's server may take.",
    }),
    firstPartSeconds: read.value("ANTIPHON_MODEL_FIRST_PART_SECONDS", wholeNumber(1, 3_600), {
      default: "120",
      unit: "seconds",
      sentence: "How long a model may take until the first part of its answer.",
    }),
    idleSeconds: read.value("ANTIPHON_MODEL_IDLE_SECONDS", wholeNumber(1, 3_600), {
      default: "60",
      unit: "seconds",
      sentence: "How long a model may pause within its answer.",
    }),
  };
}

function chatVariables(read: VariableReader) {
  return {
    busy: read.value("ANTIPHON_BUSY", oneOf("queue", "refuse"), {
      default: "queue",
      sentence:
        "What a question meets whose conversation is still answering another: it waits its turn, or is refused.",
    }),
    queueSeconds: read.value("ANTIPHON_QUEUE_SECONDS", wholeNumber(1, 3_600), {
      default: "120",
      unit: "seconds",
      sentence: "How long such a question waits before it is refused after all.",
    }),
    handoverIdleMinutes: read.value("ANTIPHON_HANDOVER_IDLE_MINUTES", wholeNumber(0, 525_600), {
      default: "60",
      unit: "minutes",
      sentence:
        "A conversation that is with a person goes back to its agent when nothing was said in it for so long; 0: never. An agent may say otherwise.",
    }),
    abortOnDisconnect: read.value("ANTIPHON_ABORT_ON_DISCONNECT", flag, {
      default: "false",
      sentence:
        "`true`: an answer is stopped when the client that asked for it hangs up. `false`: it is finished and stored.",
    }),
  };
}

function limitVariables(read: VariableReader) {
  const count = wholeNumber(0, 1_000_000);
  return {
    turnsPerMinutePerUser: read.value("ANTIPHON_USER_TURNS_PER_MINUTE", count, {
      default: "120",
      unit: "answers per minute",
      sentence: "Answers one end user may begin with one app key; 0: no limit.",
    }),
    concurrentTurnsPerUser: read.value("ANTIPHON_USER_CONCURRENT_TURNS", count, {
      default: "10",
      unit: "answers",
      sentence: "Answers that may run at once for one end user of one app key; 0: no limit.",
    }),
    turnsPerMinutePerKey: read.value("ANTIPHON_KEY_TURNS_PER_MINUTE", count, {
      default: "6000",
      unit: "answers per minute",
      sentence: "Answers that may begin with one app key, all end users together; 0: no limit.",
    }),
    concurrentTurnsPerKey: read.value("ANTIPHON_KEY_CONCURRENT_TURNS", count, {
      default: "2000",
      unit: "answers",
      sentence: "Answers that may run at once for one app key, all end users together; 0: no limit.",
    }),
  };
}

/** What cannot be said of one variable alone. */
function contradictions(isSet: (name: string) => boolean): string[] {
  const [address, name, key] = ["ANTIPHON_MODEL_BASE_URL", "ANTIPHON_MODEL_NAME", "ANTIPHON_MODEL_API_KEY"];
  const problems =
    isSet("ANTIPHON_OPERATOR_SECRET") && !isSet("ANTIPHON_OPERATOR_URL")
      ? ["ANTIPHON_OPERATOR_URL must be set together with ANTIPHON_OPERATOR_SECRET"]
      : [];
  if (isSet(address)) {
    return isSet(name) ? problems : [...problems, `${name} must be set together with ${address}`];
  }
  const lonely = [name, key].filter(isSet).map((set) => `${address} must be set together with ${set}`);
  return [...problems, ...lonely];
}

function strangers(environment: Environment, known: string[]): string[] {
  const prefix = "ANTIPHON_";
  const knownEndings = known.map((name) => name.slice(prefix.length));
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !known.includes(name))
    .sort()
    .map((name) => {
      const nearest = nearestName(name.slice(prefix.length), knownEndings);
      return `${name} is not a known variable${nearest === undefined ? "" : `; did you mean ${prefix}${nearest}?`}`;
    });
}
