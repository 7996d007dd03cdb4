import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";

export interface ProcessInstallation {
  /** Content of `antiphon.yaml`. */
  file: Record<string, unknown>;
  /** More `ANTIPHON_*` variables. */
  environment?: Record<string, string>;
  /** PostgreSQL to use instead of SQLite. */
  databaseUrl?: string | undefined;
  /** Existing data directory to use; then it is not removed by `close`. */
  dataDirectory?: string;
  /** Largest file the process may write, in blocks of 512 bytes: a disk that is full from there on. */
  fileSizeBlocks?: number;
  /** Started instead of the program that people start; says where it is ready like that, and answers words. */
  program?: string;
}

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A whole Antiphon as a process of its own, started as people start it. */
export interface AntiphonProcess {
  /** Changes with every `restart`. */
  readonly url: string;
  readonly pid: number;
  readonly dataDirectory: string;
  /** Standard error of all starts so far: log lines and what is said to people. */
  readonly errors: string;
  /** The log lines of all starts so far, parsed. */
  logs(): Record<string, unknown>[];
  kill(signal: NodeJS.Signals): void;
  /** Says something to a `program`; resolves when it has answered. Rejects when the process is gone. */
  send(word: object): Promise<void>;
  /** Resolves when the process of the last start has ended. */
  waitExit(): Promise<ProcessEnd>;
  /** Starts again on the same data; ends what still runs with SIGKILL first. Resolves when it is ready. */
  restart(): Promise<void>;
  /** Starts and kills again with SIGKILL after so long, ready or not. Resolves when the process has ended. */
  killDuringStart(afterMs: number): Promise<void>;
  /** Ends the process with SIGKILL and removes its data. */
  close(): Promise<void>;
}

const PROGRAM = join(import.meta.dirname, "../../bin/antiphon.js");
/** Where the program that people start keeps compiled code: others start three times as fast with it. */
const COMPILED = join(import.meta.dirname, "../../node_modules/.cache/antiphon");

/** Variables that lift every limit on how much one caller may ask. */
export const NO_LIMITS = {
  ANTIPHON_USER_TURNS_PER_MINUTE: "0",
  ANTIPHON_USER_CONCURRENT_TURNS: "0",
  ANTIPHON_KEY_TURNS_PER_MINUTE: "0",
  ANTIPHON_KEY_CONCURRENT_TURNS: "0",
};

/** Starts a server on a free port of 127.0.0.1 and resolves when it is ready. Whoever starts it closes it. */
export async function startAntiphonProcess(installation: ProcessInstallation): Promise<AntiphonProcess> {
  const dataDirectory =
    installation.dataDirectory ?? (await mkdtemp(join(tmpdir(), "antiphon-process-test-")));
  const configPath = join(dataDirectory, "antiphon.yaml");
  await writeFile(configPath, stringify(installation.file));
  let errors = "";
  const start = () => {
    const launched = launch(installation, dataDirectory, configPath);
    launched.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    return launched;
  };
  let launched = start();
  let url = await readiness(launched, () => errors);
  const end = async () => {
    launched.child.kill("SIGKILL");
    await launched.ended;
  };
  return {
    get url() {
      return url;
    },
    get pid() {
      return launched.child.pid ?? 0;
    },
    dataDirectory,
    get errors() {
      return errors;
    },
    logs: () => errors.split("\n").flatMap(parseLogLine),
    kill: (signal) => launched.child.kill(signal),
    async send(word) {
      const answered = once(launched.child, "message");
      const gone = launched.ended.then(() => {
        throw new Error("the server ended before it answered");
      });
      launched.child.send(word);
      await Promise.race([answered, gone]);
    },
    waitExit: () => launched.ended,
    async restart() {
      await end();
      launched = start();
      url = await readiness(launched, () => errors);
    },
    async killDuringStart(afterMs) {
      await end();
      launched = start();
      await delay(afterMs);
      await end();
    },
    async close() {
      await end();
      if (installation.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Starts a server that must not come up; resolves with how it ended and what it said. */
export async function startRefused(
  installation: ProcessInstallation & { dataDirectory: string },
): Promise<ProcessEnd & { errors: string }> {
  const configPath = join(installation.dataDirectory, "antiphon.yaml");
  const { child, stderr, ended } = launch(installation, installation.dataDirectory, configPath);
  let errors = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const watchdog = setTimeout(() => child.kill("SIGKILL"), 15_000);
  const end = await ended;
  clearTimeout(watchdog);
  return { ...end, errors };
}

interface Launched {
  child: ChildProcess;
  stdout: Readable;
  stderr: Readable;
  ended: Promise<ProcessEnd>;
}

function launch(installation: ProcessInstallation, dataDirectory: string, configPath: string): Launched {
  const environment = {
    PATH: process.env["PATH"],
    ANTIPHON_PORT: "0",
    ANTIPHON_DATA: dataDirectory,
    ANTIPHON_CONFIG: configPath,
    ANTIPHON_LOG_LEVEL: "warn",
    ...(installation.program !== undefined && { NODE_COMPILE_CACHE: COMPILED }),
    ...(installation.databaseUrl === undefined ? {} : { ANTIPHON_DATABASE_URL: installation.databaseUrl }),
    ...installation.environment,
  };
  const { fileSizeBlocks, program } = installation;
  const command = [process.execPath, ...(program === undefined ? [PROGRAM, "serve"] : [program])];
  // A write past the limit then fails like one on a full disk, instead of ending the process.
  const limited = ["/bin/sh", "-c", `trap '' XFSZ; ulimit -f ${fileSizeBlocks}; exec "$@"`, "sh", ...command];
  const [file = "", ...rest] = fileSizeBlocks === undefined ? command : limited;
  const child = spawn(file, rest, {
    cwd: dataDirectory,
    env: environment,
    stdio: ["ignore", "pipe", "pipe", ...(program === undefined ? [] : ["ipc" as const])],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("the server has no output");
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const ended = once(child, "close").then(([code, signal]) => {
    process.off("exit", killWithUs);
    return { code, signal } satisfies ProcessEnd;
  });
  return { child, stdout, stderr, ended };
}

/** A machine with ten other servers on it takes its time. */
const READY_MS = 90_000;

/** The address the process prints once it accepts connections. */
function readiness({ stdout, ended }: Launched, errors: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (reason: string) => reject(new Error(`${reason}\n${output}${errors()}`));
    const timer = setTimeout(() => fail(`the server is not ready after ${READY_MS} ms`), READY_MS);
    stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const url = /ready at (http:\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    void ended.then((end) => {
      clearTimeout(timer);
      fail(`the server ended with ${JSON.stringify(end)}`);
    });
  });
}

function parseLogLine(line: string): Record<string, unknown>[] {
  if (!line.startsWith("{")) return [];
  return [JSON.parse(line)];
}
