import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A process of the test's own that can be killed like a crash. */
export interface Child {
  readonly pid: number;
  /** Resolves with the first line it prints; rejects with what it complained about when it ends before. */
  firstLine: Promise<string>;
  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** Runs a script of this folder. It is killed at the latest when the test ends. */
export function startChild(script: string, ...parameters: string[]): Child {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...parameters], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  const firstLine = readFirstLine(child);
  firstLine.catch(() => {}); // Whoever wants it awaits it.
  return { pid: child.pid ?? 0, firstLine, kill };
}

function readFirstLine({ stdout, stderr, ...child }: ChildProcess): Promise<string> {
  let output = "";
  let complaint = "";
  stderr?.on("data", (chunk) => {
    complaint += chunk;
  });
  return new Promise((resolve, reject) => {
    stdout?.on("data", (chunk) => {
      output += chunk;
      const end = output.indexOf("\n");
      if (end >= 0) resolve(output.slice(0, end));
    });
    stdout?.on("end", () => reject(new Error(`the child ended: ${complaint || child.exitCode}`)));
  });
}
