import { constants } from "node:fs";
import { access, readdir, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import type { LoadedConfig } from "../config/config.ts";
import { openSecretKey, SecretKeyError } from "../config/secrets.ts";
import { ID_EPOCH_MS } from "../domain/ids.ts";
import { filesFolder } from "../installation.ts";
import type { Finding } from "./doctor.ts";

const LEAST_NODE_MAJOR = 24;
const MIB = 1024 * 1024;
const SCARCE_BYTES = 1024 * MIB;
const TOO_FEW_BYTES = 64 * MIB;

export function checkNode(version: string): Finding {
  const subject = "node";
  if (Number(version.split(".")[0]) >= LEAST_NODE_MAJOR) return { status: "ok", subject, text: version };
  const text = `${version} is too old`;
  return {
    status: "fail",
    subject,
    text,
    advice: [`install Node ${LEAST_NODE_MAJOR}, or start with npm start`],
  };
}

/** Whether the data directory, or the place where it will be made, can be written and has room. */
export async function checkDataDirectory({ config }: LoadedConfig): Promise<Finding> {
  const subject = "data directory";
  const wanted = resolve(config.storage.dataDirectory);
  const existing = await nearestExisting(wanted);
  const text = existing === wanted ? wanted : `${wanted} will be made at start`;
  if (!(await stat(existing)).isDirectory()) {
    const advice = ["set ANTIPHON_DATA to a directory"];
    return { status: "fail", subject, text: `${existing} is not a directory`, advice };
  }
  if (!(await allows(existing, constants.W_OK | constants.X_OK))) {
    const advice = [`let this user write there, or set ANTIPHON_DATA to another place`];
    return { status: "fail", subject, text: `${existing} cannot be written`, advice };
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const room = `${text}, ${Math.floor(free / MIB)} MiB free`;
  if (free < TOO_FEW_BYTES) return { status: "fail", subject, text: room, advice: ["make room on the disk"] };
  if (free < SCARCE_BYTES)
    return { status: "warn", subject, text: room, advice: ["make room before it fills"] };
  return { status: "ok", subject, text: room };
}

/** Whether uploaded files can be kept, and how many there are. */
export async function checkFiles(loaded: LoadedConfig): Promise<Finding> {
  const subject = "uploaded files";
  const folder = filesFolder(loaded);
  const shared = loaded.secrets.databaseUrl === undefined ? [] : ["all nodes of the database must share it"];
  if (!(await allows(folder, constants.F_OK))) {
    return { status: "ok", subject, text: `none yet, ${folder} is made at start`, advice: shared };
  }
  if (!(await stat(folder)).isDirectory() || !(await allows(folder, constants.W_OK | constants.X_OK))) {
    const advice = ["make it a directory that this user may write to"];
    return { status: "fail", subject, text: `${folder} cannot be used`, advice };
  }
  const names = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
  let bytes = 0;
  for (const name of names) bytes += (await stat(join(folder, name))).size;
  const text = `${names.length} in ${folder}, ${Math.ceil(bytes / MIB)} MiB`;
  return { status: "ok", subject, text, advice: shared };
}

export async function checkSecretKey({ config, secrets }: LoadedConfig): Promise<Finding> {
  const subject = "secret key";
  if (secrets.secretKey !== undefined) return { status: "ok", subject, text: "from ANTIPHON_SECRET_KEY" };
  const path = join(resolve(config.storage.dataDirectory), "secret.key");
  if (!(await allows(path, constants.F_OK))) {
    return { status: "ok", subject, text: "none yet, made at the first start" };
  }
  try {
    const { id } = await openSecretKey(undefined, config.storage.dataDirectory);
    const mode = (await stat(path)).mode & 0o077;
    if (mode === 0) return { status: "ok", subject, text: `${path} (id ${id})` };
    return { status: "warn", subject, text: `${path} can be read by others`, advice: [`chmod 600 ${path}`] };
  } catch (error) {
    const text = error instanceof SecretKeyError ? error.message : `${path} cannot be read`;
    return { status: "fail", subject, text, advice: ["bring back the key this data was written with"] };
  }
}

/** Whether the port is free, or taken by an antiphon that answers. */
export async function checkPort({ config }: LoadedConfig): Promise<Finding> {
  const subject = "port";
  const { host, port } = config.http;
  if (port === 0) return { status: "ok", subject, text: "any free one" };
  const code = await tryToListen(host, port);
  if (code === undefined) return { status: "ok", subject, text: `${host}:${port} is free` };
  if (code !== "EADDRINUSE") {
    const advice = ["set ANTIPHON_HOST to an address of this machine, ANTIPHON_PORT above 1023"];
    return { status: "fail", subject, text: `${host}:${port} cannot be listened on (${code})`, advice };
  }
  const local = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  if (await isHealthy(`http://${local.includes(":") ? `[${local}]` : local}:${port}/healthz`)) {
    return { status: "ok", subject, text: `${host}:${port} is taken by a server that is alive` };
  }
  const advice = ["stop the program that has it, or set ANTIPHON_PORT"];
  return { status: "fail", subject, text: `${host}:${port} is taken by another program`, advice };
}

/** Ids begin with the time: a clock before their zero would make ids below zero. */
export function checkClock(now: Date): Finding {
  const subject = "clock";
  const text = now.toISOString();
  if (now.getTime() > ID_EPOCH_MS) return { status: "ok", subject, text };
  return {
    status: "fail",
    subject,
    text: `${text} is in the past`,
    advice: ["set the clock, switch on NTP"],
  };
}

async function nearestExisting(path: string): Promise<string> {
  if (path === dirname(path) || (await allows(path, constants.F_OK))) return path;
  return nearestExisting(dirname(path));
}

function allows(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** The error's code, or undefined when the port could be had; it is free again afterwards. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const body: unknown = await response.json();
    return response.ok && typeof body === "object" && body !== null && Reflect.get(body, "status") === "ok";
  } catch {
    // Whoever has the port does not speak like us; that is the finding.
    return false;
  }
}
