/** What must be undone whatever happens: processes, directories. Runs in reverse order, each once. */
export class Cleanup {
  readonly #works = new Set<() => Promise<void>>();

  /** Returns the function that does the work now instead of at the end. */
  add(work: () => Promise<void> | void): () => Promise<void> {
    const once = async () => {
      if (this.#works.delete(once)) await work();
    };
    this.#works.add(once);
    return once;
  }

  async run(): Promise<void> {
    for (const work of [...this.#works].reverse()) {
      await work().catch((error: unknown) => console.error("cleaning up failed:", error));
    }
  }
}
