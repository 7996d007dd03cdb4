import pino, { type DestinationStream, type Level, type Logger } from "pino";

export type LogLevel = Level | "silent";

/** Field names that hold credentials somewhere. Nobody logs them on purpose; this is the safety net. */
const SECRET_FIELDS = new Set([
  "authorization",
  "Authorization",
  "cookie",
  "apikey",
  "Apikey",
  "apiKey",
  "api_key",
  "appkey",
  "AppKey",
  "appKey",
  "secret",
  "token",
  "accessToken",
  "access_token",
  "password",
]);

const SCRUB_DEPTH = 3;

/** A copy without credentials where there are any; otherwise the object itself, unchanged. */
function withoutSecrets(fields: Record<string, unknown>, depth = 1): Record<string, unknown> {
  let clean = fields;
  for (const [name, value] of Object.entries(fields)) {
    const cleanValue = SECRET_FIELDS.has(name) ? "[redacted]" : withoutSecretsInside(value, depth);
    if (cleanValue === value) continue;
    if (clean === fields) clean = { ...fields };
    clean[name] = cleanValue;
  }
  return clean;
}

function withoutSecretsInside(value: unknown, depth: number): unknown {
  const isPlain =
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Error);
  return isPlain && depth < SCRUB_DEPTH ? withoutSecrets(value as Record<string, unknown>, depth + 1) : value;
}

let output: DestinationStream | undefined;

const root = pino(
  {
    level: "trace",
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: (fields) => withoutSecrets(fields) },
  },
  { write: (line) => output?.write(line) },
);

const rooms: Logger[] = [];

function roomLog(room: string): Logger {
  const log = root.child({ room }, { level: "silent" });
  rooms.push(log);
  return log;
}

export const appLog = roomLog("app");
export const httpLog = roomLog("http");
export const storageLog = roomLog("storage");
export const chatLog = roomLog("chat");
export const accessLog = roomLog("access");
export const callbackLog = roomLog("callbacks");
export const workflowLog = roomLog("workflow");
export const publishLog = roomLog("publish");

/**
 * Makes the loggers of all rooms speak, from `level` upwards; until this is called they are silent. JSON lines
 * go to `destination`, standard error when absent: standard output belongs to what people read at start.
 */
export function configureLogging(options: { level: LogLevel; destination?: DestinationStream }): void {
  output = options.destination ?? standardError();
  for (const log of rooms) log.level = options.level;
}

/** Written in the background, so that a reader of the log who stalls never stalls the server. */
function standardError(): DestinationStream {
  return pino.destination({ fd: 2, sync: false, maxLength: 16 * 1024 * 1024 });
}
