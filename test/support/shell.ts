import { spawn } from "node:child_process";
import { once } from "node:events";
import { eventually } from "./eventually.ts";

/** A command that goes on until it is ended. */
export interface ShellJob {
  /** Everything it has printed so far, to either stream. */
  readonly output: string;
  /** Resolves with the match when the output has one; rejects when it has none in time. */
  says(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  /** Ctrl-C. Resolves when it has ended. */
  interrupt(): Promise<void>;
}

/** Shell commands as people type them, in one folder and environment. */
export interface Shell {
  /** Resolves with what the command printed; rejects when it fails. */
  run(command: string): Promise<string>;
  start(command: string): ShellJob;
  /** Ends everything that still runs, with all its children. */
  close(): Promise<void>;
}

export function openShell(options: { cwd: string; env: Record<string, string | undefined> }): Shell {
  const running = new Map<number, Promise<unknown>>();

  function launch(command: string) {
    const child = spawn("/bin/sh", ["-c", command], {
      ...options,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const pid = child.pid ?? 0;
    const job = { pid, output: "", code: undefined as number | null | undefined };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        job.output += text;
      });
    }
    const ended = once(child, "close").then(([code]) => {
      running.delete(pid);
      job.code = code;
    });
    running.set(pid, ended);
    return { job, ended };
  }

  return {
    async run(command) {
      const { job, ended } = launch(command);
      await ended;
      if (job.code === 0) return job.output;
      throw new Error(`${command}\nended with ${job.code}:\n${job.output}`);
    },
    start(command) {
      const { job, ended } = launch(command);
      return {
        get output() {
          return job.output;
        },
        says: (pattern, withinMs = 30_000) =>
          eventually(() => {
            const found = pattern.exec(job.output);
            if (found !== null) return found;
            throw new Error(`${command}\ndoes not say ${pattern}:\n${job.output}`);
          }, withinMs),
        async interrupt() {
          signal(job.pid, "SIGINT");
          await ended;
        },
      };
    },
    async close() {
      const left = [...running];
      for (const [pid] of left) signal(pid, "SIGKILL");
      await Promise.all(left.map(([, ended]) => ended));
    },
  };
}

/** To the command and everything it has started. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
