import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Cleanup } from "./cleanup.ts";

/** Milliseconds a process has to end after it was asked to, before it is killed. */
const GRACE_MS = 8_000;

/** A file of ours running in a process of its own. It ends when this process does. */
export interface Child {
  readonly pid: number;
  /** Sends a message and resolves with the next one that comes back. Rejects when the process ends first. */
  ask(message: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a file of this folder; resolves with its first message as `hello`. */
export async function startChild(
  cleanup: Cleanup,
  file: string,
  options: { arguments?: string[]; execArguments?: string[] } = {},
): Promise<{ child: Child; hello: unknown }> {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const running = fork(path, options.arguments ?? [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: options.execArguments ?? [],
  });
  const stop = cleanup.add(() => endProcess(running));
  const hello = await nextMessage(running, file);
  const child: Child = {
    pid: running.pid ?? 0,
    ask: (message) => {
      const answer = nextMessage(running, file);
      running.send(message as object);
      return answer;
    },
    stop,
  };
  return { child, hello };
}

/** Asks a process to end, then insists. Resolves when it is gone. */
export async function endProcess(running: ChildProcess): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => running.kill("SIGKILL"), GRACE_MS);
    running.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    running.kill("SIGTERM");
  });
}

function nextMessage(running: ChildProcess, file: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      running.off("exit", onExit);
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null) => {
      running.off("message", onMessage);
      reject(new Error(`${file} ended (${signal ?? code}) before it answered`));
    };
    running.once("message", onMessage);
    running.once("exit", onExit);
  });
}
