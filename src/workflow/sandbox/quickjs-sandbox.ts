import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { NodeError } from "../node-error.ts";
import type { CodeJob, CodeResult, CodeSandbox } from "./code-sandbox.ts";
import { SandboxThread } from "./sandbox-thread.ts";
import { withMemoryCap } from "./wasm-memory.ts";

/** Most bytes of a machine's whole memory: what code may use, and what the engine needs itself. */
const MACHINE_BYTES = 80 * 1024 * 1024;
const INPUT_LIMIT_BYTES = 4 * 1024 * 1024;
const MOST_THREADS = 4;

export interface CodeSandboxOptions {
  /** Calls that run at the same time, a thread for each. */
  threads?: number;
  /** Calls that may wait for a thread. */
  queueLimit?: number;
  /** Milliseconds after which a thread without work is ended. */
  idleMs?: number;
  /** The JavaScript engine, a WebAssembly file. Absent: the one that is installed. */
  engineFile?: string;
  /** What the threads run. */
  program?: URL;
}

/**
 * Runs code in QuickJS, compiled to WebAssembly, in threads without an environment. Nothing is loaded or started before
 * the first call. Code has the language, with promises and `console`, and nothing of Node or the web; `Date` is UTC, and
 * `Math.random` is no secret.
 */
export function openCodeSandbox(options: CodeSandboxOptions = {}): CodeSandbox {
  return new QuickJsSandbox(options);
}

class QuickJsSandbox implements CodeSandbox {
  readonly #options: CodeSandboxOptions & Required<Omit<CodeSandboxOptions, "engineFile">>;
  readonly #threads = new Set<SandboxThread>();
  /** Those without work, with what ends them. */
  readonly #idle = new Map<SandboxThread, NodeJS.Timeout>();
  /** Calls that wait for their turn, in order. */
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #engine: Promise<WebAssembly.Module> | undefined;
  #isClosed = false;

  constructor(options: CodeSandboxOptions) {
    this.#options = {
      threads: Math.min(availableParallelism(), MOST_THREADS),
      queueLimit: 1_000,
      idleMs: 60_000,
      program: new URL("./sandbox-worker.ts", import.meta.url),
      ...options,
    };
  }

  async run({ code, input, timeoutMs }: CodeJob, signal: AbortSignal): Promise<CodeResult> {
    await this.#turn(signal);
    try {
      const json = JSON.stringify(input) ?? "null";
      if (Buffer.byteLength(json) > INPUT_LIMIT_BYTES) throw failed("the code was given more than 4 MB");
      const thread = await this.#thread();
      try {
        const reply = await thread.run({ code, input: json, timeoutMs }, signal);
        if ("failure" in reply) throw failed(reply.failure);
        return { output: dataOf(reply.output), logs: reply.logs };
      } finally {
        await this.#putBack(thread);
      }
    } finally {
      this.#nextTurn();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const proceed of this.#waiting) proceed();
    await Promise.all([...this.#threads].map((thread) => this.#end(thread)));
  }

  /** Resolves when the call may have a thread. */
  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isClosed) throw failed("the code sandbox is closed");
    if (this.#running < this.#options.threads) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.size >= this.#options.queueLimit) {
      throw new NodeError("code_failed", "too many calls of code wait", { isPassing: true });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => {
      this.#waiting.delete(resolve);
      reject(signal.reason);
    };
    this.#waiting.add(resolve);
    signal.addEventListener("abort", stop, { once: true });
    await promise.finally(() => signal.removeEventListener("abort", stop));
  }

  /** Hands the turn to whoever waits longest. */
  #nextTurn(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running -= 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }

  async #thread(): Promise<SandboxThread> {
    for (const [thread, timer] of [...this.#idle].reverse()) {
      clearTimeout(timer);
      this.#idle.delete(thread);
      if (!thread.isSpent) return thread;
      await this.#end(thread);
    }
    return await this.#open();
  }

  async #open(): Promise<SandboxThread> {
    const thread = await this.#start();
    this.#threads.add(thread);
    if (!this.#isClosed) return thread;
    await this.#end(thread);
    throw failed("the code sandbox is closed");
  }

  async #start(): Promise<SandboxThread> {
    try {
      this.#engine ??= loadEngine(this.#options.engineFile);
      return await SandboxThread.open(this.#options.program, await this.#engine);
    } catch (error) {
      this.#engine = undefined;
      throw failed("the code sandbox cannot be started", error);
    }
  }

  async #putBack(thread: SandboxThread): Promise<void> {
    if (thread.isSpent) await this.#end(thread);
    else this.#idle.set(thread, setTimeout(() => this.#end(thread), this.#options.idleMs).unref());
  }

  async #end(thread: SandboxThread): Promise<void> {
    clearTimeout(this.#idle.get(thread));
    this.#idle.delete(thread);
    this.#threads.delete(thread);
    await thread.close();
  }
}

async function loadEngine(
  file = createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm"),
): Promise<WebAssembly.Module> {
  return WebAssembly.compile(withMemoryCap(await readFile(file), MACHINE_BYTES));
}

function failed(message: string, cause?: unknown): NodeError {
  return new NodeError("code_failed", message, { cause });
}

/** Reads JSON that code has made, without names that would change what an object is. */
function dataOf(json: string): unknown {
  if (!/__proto__|\\u005f/i.test(json)) return JSON.parse(json);
  return JSON.parse(json, (key, value) => (key === "__proto__" ? undefined : value));
}
