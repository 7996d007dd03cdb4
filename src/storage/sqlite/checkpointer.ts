import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DomainError } from "../../domain/errors.ts";
import type { SqliteConnection } from "./connection.ts";

/** Frames of the log and how many of them the data file has. -1 when another checkpoint was running. */
export type CheckpointReply = { frames: number; copied: number } | { failure: unknown };

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
    const ended = once(worker, "exit");
    worker.ref();
    worker.postMessage(true);
    await ended;
  }

  /** Never rejects: a disk that refuses ends the store's promises, as a failed flush does. */
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
      this.#connection.failure ??= new DomainError(
        "storage_failed",
        "the disk refused to keep what was written; the server must be restarted",
        { cause: error },
      );
    }
  }

  async #checkpoint(): Promise<number> {
    this.#worker ??= new Worker(new URL("./checkpoint-worker.ts", import.meta.url), {
      workerData: this.#path,
    });
    const answered = once(this.#worker, "message");
    this.#worker.ref();
    this.#worker.postMessage(false);
    const [reply]: CheckpointReply[] = await answered;
    this.#worker.unref();
    if (reply === undefined) throw new Error("no answer from the checkpoint thread");
    if ("failure" in reply) throw reply.failure;
    return reply.frames;
  }
}
