import { callbackLog } from "../log/logger.ts";

/** Work done again and again, some time after it was done the last time. A failure is logged; the next time comes. */
export class Rhythm {
  readonly #name: string;
  readonly #intervalMs: number;
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #running = Promise.resolve();
  #isStopped = false;

  constructor(name: string, intervalMs: number, work: () => Promise<void>) {
    this.#name = name;
    this.#intervalMs = intervalMs;
    this.#work = work;
  }

  /** Begins after one interval. */
  start(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#work()
        .catch((error: unknown) => callbackLog.error({ work: this.#name, err: error }, "regular work failed"))
        .then(() => this.start());
    }, this.#intervalMs);
  }

  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    return this.#running;
  }
}
