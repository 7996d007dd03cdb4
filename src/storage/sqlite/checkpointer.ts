import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DomainError } from "../../domain/errors.ts";
import type { SqliteConnection } from "./connection.ts";

/**
 * Frames of the log and how many of them the data file has; -1 when another checkpoint was running. `isFull`: the
 * data file had no room to grow, so the log keeps what it has.
 */
export type CheckpointReply = { frames: number; copied: number } | { isFull: true } | { failure: unknown };

/** Frames (4 kB each) from which on the log is cut short. */
const LONG_LOG_FRAMES = 4000;

/**
 * Copies the write-ahead log into the data file from a thread of its own, because a checkpoint waits for the
 * disk twice. While the store is being written to, the copy never quite catches up, and a log that is not
 * copied whole cannot begin anew: so when it is long, statements wait (the event loop does not) for the rest.
 * The thread starts when it is first needed.
 */
export class Checkpointer {
  readonly #connection: SqliteConnection;
  readonly #path: string;
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(connection: SqliteConnection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  /** Starts a checkpoint unless one is running. */
  request(): void {
    if (this.#isClosed) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Waits for a running checkpoint and ends the thread. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.ref();
    worker.postMessage(true);
    await ended;
  }

  /** Never rejects: a disk that breaks ends the store's promises, as a failed flush does; a full one does not. */
  async #run(): Promise<void> {
    try {
      if ((await this.#checkpoint()) < LONG_LOG_FRAMES || this.#isClosed) return;
      await this.#connection.mutex.lock();
      try {
        await this.#checkpoint();
      } finally {
        this.#connection.mutex.unlock();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#connection.failure ??= new DomainError(
      "storage_failed",
      "the disk refused to keep what was written; the server must be restarted",
      { cause: error },
    );
  }

  /** Resolves with the frames of the log, none when there was no room to copy them. */
  async #checkpoint(): Promise<number> {
    const worker = this.#worker ?? this.#startWorker();
    const answered = once(worker, "message");
    worker.ref();
    worker.postMessage(false);
    const [reply]: CheckpointReply[] = await answered;
    worker.unref();
    if (reply === undefined) throw new Error("no answer from the checkpoint thread");
    if ("failure" in reply) throw reply.failure;
    return "isFull" in reply ? 0 : reply.frames;
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL("./checkpoint-worker.ts", import.meta.url), { workerData: this.#path });
    // It may also die while nobody waits for its answer.
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", () => {
      this.#worker = undefined;
    });
    this.#worker = worker;
    return worker;
  }
}
