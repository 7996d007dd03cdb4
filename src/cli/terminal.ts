import type { Readable, Writable } from "node:stream";
import { type Environment, processEnvironment } from "../config/config.ts";

/** What a command may use of the process it runs in; tests hand in their own. */
export interface Terminal {
  readonly environment: Environment;
  readonly input: Readable;
  /** Somebody types and reads: standard input and output are both a terminal. */
  readonly isInteractive: boolean;
  /** Standard output: what was asked for. */
  readonly out: Output;
  /** Standard error: everything beside it. */
  readonly err: Output;
  /** Calls back for Ctrl-C and for being told to end, instead of ending. Returns the function that ends this. */
  onSignal(listener: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /** Decides what the process says when it ends by itself. */
  setExitCode(code: number): void;
  /** Ends the process at once, whatever still runs. */
  leave(code: number): void;
}

export interface Output {
  readonly stream: Writable;
  /** Whether letters may be dimmed. */
  readonly hasStyle: boolean;
  write(text: string): void;
  line(text?: string): void;
}

/** An output over a stream; `hasStyle` allows escape sequences. */
export function outputTo(stream: Writable, hasStyle: boolean): Output {
  const write = (text: string) => {
    stream.write(text);
  };
  return { stream, hasStyle, write, line: (text = "") => write(`${text}\n`) };
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const environment = processEnvironment();
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endWhenNobodyReads);
  return {
    environment,
    input: process.stdin,
    isInteractive: process.stdin.isTTY && process.stdout.isTTY,
    out: outputTo(process.stdout, hasStyle(process.stdout, environment)),
    err: outputTo(process.stderr, hasStyle(process.stderr, environment)),
    onSignal(listener) {
      process.on("SIGINT", listener);
      process.on("SIGTERM", listener);
      return () => {
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    },
    setExitCode(code) {
      process.exitCode = code;
    },
    leave: (code) => process.exit(code),
  };
}

/** `antiphon chat | head` is no failure: when the reader has gone there is nothing left to do. */
function endWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}

function hasStyle(stream: NodeJS.WriteStream, environment: Environment): boolean {
  return stream.isTTY && (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
}

/** The text in faint letters, where that is possible. */
export function dim({ hasStyle }: Output, text: string): string {
  return hasStyle ? `\u001b[2m${text}\u001b[22m` : text;
}

/**
 * The text without control characters: what came from elsewhere must not move the cursor, clear the screen or
 * change the clipboard of whoever reads it.
 */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, "");
}
