/** Text that a node is still writing: one writer, any number of readers from its beginning. */
export class TextStream {
  #text = "";
  #isEnded = false;
  #isRead = false;
  #wakes: (() => void)[] = [];

  get text(): string {
    return this.#text;
  }

  /** Somebody tells it on: what was written cannot be taken back. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Forgets what was written, as long as nobody reads. */
  clear(): void {
    this.#text = "";
  }

  append(text: string): void {
    this.#text += text;
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *pieces(): AsyncIterable<string> {
    this.#isRead = true;
    let told = 0;
    for (;;) {
      if (told < this.#text.length) {
        const piece = this.#text.slice(told);
        told = this.#text.length;
        yield piece;
      } else if (this.#isEnded) return;
      else await new Promise<void>((resolve) => this.#wakes.push(resolve));
    }
  }

  #wake(): void {
    const wakes = this.#wakes;
    this.#wakes = [];
    for (const wake of wakes) wake();
  }
}
