import { PassThrough, Writable } from "node:stream";
import type { Environment } from "../../config/config.ts";
import { runCli } from "../cli.ts";
import { outputTo, type Terminal } from "../terminal.ts";

/** A terminal that remembers what was written, and whose keys the test presses. */
export interface FakeTerminal extends Terminal {
  readonly input: PassThrough;
  /** Everything on standard output so far. */
  readonly written: string;
  /** Everything on standard error so far. */
  readonly noted: string;
  /** 0 unless a command said otherwise. */
  readonly exitCode: number;
  /** What `leave` was called with, if it was. */
  readonly leftWith: number | undefined;
  signal(name: "SIGINT" | "SIGTERM"): void;
}

export function fakeTerminal(environment: Environment = {}): FakeTerminal {
  const [out, err] = [new Recorder(), new Recorder()];
  const listeners = new Set<(signal: "SIGINT" | "SIGTERM") => void>();
  let exitCode = 0;
  let leftWith: number | undefined;
  return {
    environment,
    input: new PassThrough(),
    isInteractive: false,
    out: outputTo(out, false),
    err: outputTo(err, false),
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setExitCode(code) {
      exitCode = code;
    },
    leave(code) {
      leftWith = code;
    },
    signal(name) {
      for (const listener of listeners) listener(name);
    },
    get written() {
      return out.text;
    },
    get noted() {
      return err.text;
    },
    get exitCode() {
      return exitCode;
    },
    get leftWith() {
      return leftWith;
    },
  };
}

/** Runs a command to its end with these words after `antiphon`. */
export async function runCommand(words: string[], environment: Environment = {}): Promise<FakeTerminal> {
  const terminal = fakeTerminal(environment);
  await runCli(["node", "antiphon", ...words], terminal);
  return terminal;
}

class Recorder extends Writable {
  text = "";

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
