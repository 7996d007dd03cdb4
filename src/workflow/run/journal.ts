import { setTimeout as delay } from "node:timers/promises";
import type { WorkflowStepId } from "../../domain/ids.ts";
import type { WorkflowStep } from "../../domain/workflow-run.ts";
import type { RunChange, RunClaim, Store } from "../../storage/store.ts";

/** Between attempts to write what the store refused; doubled each time, until the run is given up. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_600;

/** Where a run keeps what became of its steps: with its graph, all there is to go on with it. */
export interface Journal {
  /** Keeps a step as it is when the next group is written. */
  note(step: WorkflowStep): void;
  /** The same for the run itself. */
  change(change: RunChange): void;
  /** Everything noted would survive a power cut when this resolves. Rejects with a `RunLost`. */
  flush(): Promise<void>;
  /** The same, with what became of the run. */
  close(change: RunChange): Promise<void>;
}

/** The run is no longer ours, or cannot be stored: whoever takes it over goes on from what is stored. */
export class RunLost extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RunLost";
  }
}

/** Keeps nothing: for runs that nobody needs after this process. */
export class MemoryJournal implements Journal {
  note(): void {}

  change(): void {}

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Writes what was noted within a tick in one transaction, one after the other. */
export class StoreJournal implements Journal {
  readonly #store: Pick<Store, "workflowRuns" | "flushed">;
  readonly #claim: RunClaim;
  readonly #onLost: (reason: RunLost) => void;
  #noted = new Map<WorkflowStepId, WorkflowStep>();
  #change: RunChange | undefined;
  #isScheduled = false;
  #lost: RunLost | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(
    store: Pick<Store, "workflowRuns" | "flushed">,
    claim: RunClaim,
    onLost: (reason: RunLost) => void,
  ) {
    this.#store = store;
    this.#claim = claim;
    this.#onLost = onLost;
  }

  note(step: WorkflowStep): void {
    this.#noted.set(step.id, step);
    this.#schedule();
  }

  change(change: RunChange): void {
    this.#change = change;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      // Whoever has to know is told by `onLost`.
      this.#write().catch(() => {});
    });
  }

  async flush(): Promise<void> {
    await this.#write();
    await this.#flushed();
  }

  async close(change: RunChange): Promise<void> {
    // Whichever write comes next has it, with the steps that ended with the run.
    this.#change = change;
    await this.#write();
    await this.#flushed();
  }

  #write(): Promise<void> {
    const writing = this.#written.then(() => this.#writeNow());
    this.#written = writing.catch(() => {});
    return writing;
  }

  async #writeNow(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    const change = this.#change;
    if (this.#noted.size === 0 && change === undefined) return;
    const steps = [...this.#noted.values()].map((step) => ({ ...step }));
    this.#noted = new Map();
    this.#change = undefined;
    if (await this.#record(steps, change)) return;
    throw this.#lose(new RunLost("the run was taken over by another node"));
  }

  /** Tries again for a while: a store that is busy, or away for a moment, should not cost the run its process. */
  async #record(steps: readonly WorkflowStep[], change: RunChange | undefined): Promise<boolean> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      try {
        return await this.#store.workflowRuns.record(this.#claim, steps, change);
      } catch (error) {
        if (pauseMs > LONGEST_PAUSE_MS) {
          throw this.#lose(new RunLost("the run cannot be stored", { cause: error }));
        }
        await delay(pauseMs);
      }
    }
  }

  async #flushed(): Promise<void> {
    try {
      await this.#store.flushed();
    } catch (error) {
      throw this.#lose(new RunLost("the run cannot be stored", { cause: error }));
    }
  }

  #lose(reason: RunLost): RunLost {
    if (this.#lost !== undefined) return this.#lost;
    this.#lost = reason;
    this.#onLost(reason);
    return reason;
  }
}
