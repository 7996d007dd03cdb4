import { callbackLog } from "../log/logger.ts";

/**
 * Work done again and again, some time after it was done the last time. A failure is logged, in the callbacks' log
 * unless another is given; the next time comes.
 */
export class Rhythm {
  readonly #name: string;
  readonly #intervalMs: number;
  readonly #work: () => Promise<void>;
  readonly #log: typeof callbackLog;
  #timer: NodeJS.Timeout | undefined;
  #running = Promise.resolve();
  #isBusy = false;
  #isWantedAgain = false;
  #isStopped = false;

  constructor(name: string, intervalMs: number, work: () => Promise<void>, log = callbackLog) {
    this.#name = name;
    this.#intervalMs = intervalMs;
    this.#work = work;
    this.#log = log;
  }

  /** Begins after one interval. */
  start(): void {
    if (!this.#isStopped) this.#timer = setTimeout(() => this.#do(), this.#intervalMs);
  }

  /** Does the work now; once more, when it is being done just now. */
  hurry(): void {
    if (this.#isStopped) return;
    if (this.#isBusy) this.#isWantedAgain = true;
    else this.#do();
  }

  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    return this.#running;
  }

  #do(): void {
    clearTimeout(this.#timer);
    this.#isBusy = true;
    this.#isWantedAgain = false;
    this.#running = this.#work()
      .catch((error: unknown) => this.#log.error({ work: this.#name, err: error }, "regular work failed"))
      .then(() => {
        this.#isBusy = false;
        if (this.#isWantedAgain) this.hurry();
        else this.start();
      });
  }
}
