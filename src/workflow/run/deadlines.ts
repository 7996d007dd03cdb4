/** How late somebody may be told. */
const SWEEP_MS = 20;

/** Something that ends at a time, unless it is taken out before. */
export interface Deadline {
  /** As `performance.now()` counts. */
  dueAtMs: number;
  expire(): void;
}

/**
 * Ends what takes too long. Adding and taking out cost next to nothing, as nearly everything is over in time: one timer
 * looks at all of them now and then.
 */
export class Deadlines {
  readonly #open = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  add(deadline: Deadline): void {
    this.#open.add(deadline);
    this.#timer ??= setTimeout(() => this.#sweep(), SWEEP_MS);
  }

  delete(deadline: Deadline): void {
    this.#open.delete(deadline);
  }

  #sweep(): void {
    const now = performance.now();
    for (const deadline of this.#open) {
      if (deadline.dueAtMs > now) continue;
      this.#open.delete(deadline);
      deadline.expire();
    }
    if (this.#open.size === 0) this.#timer = undefined;
    else this.#timer?.refresh();
  }
}
