import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { NodeError } from "../node-error.ts";
import { type Reply, type Task, timeUp } from "./machine-task.ts";

/** How long a thread may take until it can run code. */
const START_LIMIT_MS = 10_000;
/** How long after its time code may take to end by itself; loops inside the engine are not interrupted. */
const GRACE_MS = 250;
/** What a thread may use beside the memory of its machines, in megabytes. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 } as const;

/** One thread that runs code, one call after the other. The first call that leaves it in doubt is its last. */
export class SandboxThread {
  readonly #worker: Worker;
  #call: PromiseWithResolvers<Reply> | undefined;
  #isSpent = false;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (reply: Reply) => this.#call?.resolve(reply));
    worker.on("error", (error) => this.#end("the code used more memory than it may", error));
    worker.on("exit", () => this.#end("the code sandbox was closed"));
    worker.unref();
  }

  /** Resolves when it can run code. */
  static async open(program: URL, engine: WebAssembly.Module): Promise<SandboxThread> {
    const worker = new Worker(program, {
      name: "code sandbox",
      workerData: engine,
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: THREAD_LIMITS,
    });
    try {
      await once(worker, "message", { signal: AbortSignal.timeout(START_LIMIT_MS) });
      return new SandboxThread(worker);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /** It must not be given another call. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** Rejects with a `NodeError`, or with the reason of `signal`; the thread is spent then. */
  async run(task: Task, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    const call = Promise.withResolvers<Reply>();
    this.#call = call;
    const stop = () => call.reject(signal.reason);
    const giveUp = () => call.reject(new NodeError("code_failed", timeUp(task)));
    signal.addEventListener("abort", stop);
    // An answer that is there already, but that a busy process has not come to, counts.
    const timer = setTimeout(() => setImmediate(giveUp), task.timeoutMs + GRACE_MS);
    this.#worker.ref();
    try {
      this.#worker.postMessage(task);
      const reply = await call.promise;
      this.#isSpent ||= reply.isSpent;
      return reply;
    } catch (error) {
      this.#isSpent = true;
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      this.#worker.unref();
      this.#call = undefined;
    }
  }

  /** Whatever it runs ends at once. */
  async close(): Promise<void> {
    this.#isSpent = true;
    await this.#worker.terminate();
  }

  #end(message: string, cause?: unknown): void {
    this.#isSpent = true;
    this.#call?.reject(new NodeError("code_failed", message, { cause }));
  }
}
