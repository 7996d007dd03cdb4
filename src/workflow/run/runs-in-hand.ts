import type { WorkflowRunId } from "../../domain/ids.ts";

/** The runs that run here, or are about to. Several may hold one: it is in hand until the last of them lets go. */
export class RunsInHand {
  readonly #holders = new Map<WorkflowRunId, number>();
  readonly #ids = new Set<WorkflowRunId>();

  /** Live. */
  get ids(): ReadonlySet<WorkflowRunId> {
    return this.#ids;
  }

  hold(id: WorkflowRunId): void {
    this.#holders.set(id, (this.#holders.get(id) ?? 0) + 1);
    this.#ids.add(id);
  }

  release(id: WorkflowRunId): void {
    const holders = (this.#holders.get(id) ?? 0) - 1;
    if (holders > 0) {
      this.#holders.set(id, holders);
      return;
    }
    this.#holders.delete(id);
    this.#ids.delete(id);
  }
}
