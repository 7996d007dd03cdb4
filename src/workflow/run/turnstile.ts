import { effortSpent } from "../language/effort.ts";

/** Nodes that may begin before everything else in the process gets its turn. */
const AT_A_TIME = 100;
/** What their expressions and templates may take together, but for those of the last of them. */
const EFFORT_AT_A_TIME = 50_000;

/** Lets nodes begin a few at a time, so that many quick runs leave room for requests and sockets. */
export class Turnstile {
  #passed = 0;
  #isReset = false;
  #effortBefore = 0;
  #waiting: (() => void)[] = [];

  /** Does it now, or when others had their turn. */
  pass(begin: () => void): void {
    if (!this.#isReset) {
      this.#isReset = true;
      this.#effortBefore = effortSpent();
      setImmediate(() => this.#reset());
    }
    if (this.#passed >= AT_A_TIME || effortSpent() - this.#effortBefore > EFFORT_AT_A_TIME) {
      this.#waiting.push(begin);
      return;
    }
    this.#passed += 1;
    begin();
  }

  #reset(): void {
    this.#passed = 0;
    this.#isReset = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const begin of waiting) this.pass(begin);
  }
}
