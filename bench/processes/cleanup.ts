/** What must be undone whatever happens: processes, directories. Runs in reverse order, each once. */
export class Cleanup {
  readonly #works = new Set<() => Promise<void>>();
  #hasBegun = false;

  /** Returns the function that does the work now instead of at the end; at once when the end has come already. */
  add(work: () => Promise<void> | void): () => Promise<void> {
    const once = async () => {
      if (this.#works.delete(once)) await work();
    };
    this.#works.add(once);
    if (this.#hasBegun) void this.run();
    return once;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  async run(): Promise<void> {
    this.#hasBegun = true;
    for (const work of [...this.#works].reverse()) {
      await work().catch((error: unknown) => console.error("cleaning up failed:", error));
    }
  }
}
