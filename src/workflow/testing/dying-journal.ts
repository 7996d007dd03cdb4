import type { WorkflowStepId } from "../../domain/ids.ts";
import type { WorkflowStep } from "../../domain/workflow-run.ts";
import type { RunChange } from "../../storage/store.ts";
import { type Journal, RunLost } from "../run/journal.ts";

/** Keeps what it is told until so many writes were made; from then on its process is dead. */
export class DyingJournal implements Journal {
  readonly #stored = new Map<WorkflowStepId, WorkflowStep>();
  readonly #onLost: (reason: RunLost) => void;
  readonly #writesBefore: number;
  writes = 0;
  closed: RunChange | undefined;

  constructor(
    onLost: (reason: RunLost) => void,
    { steps = [], writes = Number.POSITIVE_INFINITY }: { steps?: readonly WorkflowStep[]; writes?: number },
  ) {
    this.#onLost = onLost;
    this.#writesBefore = writes;
    for (const step of steps) this.#stored.set(step.id, structuredClone(step));
  }

  /** As the next process reads it. */
  get steps(): WorkflowStep[] {
    return [...this.#stored.values()]
      .map((step) => structuredClone(step))
      .sort((one, other) => one.sequence - other.sequence);
  }

  note(step: WorkflowStep): void {
    if (!this.#isAlive()) return;
    this.#stored.set(step.id, structuredClone(step));
  }

  change(): void {}

  async flush(): Promise<void> {
    if (this.writes > this.#writesBefore) throw new RunLost("dead");
  }

  async close(change: RunChange): Promise<void> {
    if (!this.#isAlive()) throw new RunLost("dead");
    this.closed = structuredClone(change);
  }

  #isAlive(): boolean {
    this.writes += 1;
    if (this.writes === this.#writesBefore + 1) queueMicrotask(() => this.#onLost(new RunLost("dead")));
    return this.writes <= this.#writesBefore;
  }
}
