/** Nodes that may begin before everything else in the process gets its turn. */
const AT_A_TIME = 100;

/** Lets nodes begin a few at a time, so that many quick runs leave room for requests and sockets. */
export class Turnstile {
  #passed = 0;
  #isReset = false;
  #waiting: (() => void)[] = [];

  /** Does it now, or when others had their turn. */
  pass(begin: () => void): void {
    if (this.#passed >= AT_A_TIME) {
      this.#waiting.push(begin);
      return;
    }
    this.#passed += 1;
    if (!this.#isReset) {
      this.#isReset = true;
      setImmediate(() => this.#reset());
    }
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
