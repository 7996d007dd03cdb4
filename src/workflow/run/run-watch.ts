import { setTimeout as delay } from "node:timers/promises";
import { Rhythm } from "../../callbacks/rhythm.ts";
import type { WorkflowRunId } from "../../domain/ids.ts";
import type { WorkflowRun } from "../../domain/workflow-run.ts";
import { workflowLog } from "../../log/logger.ts";
import type { ClaimedRun, Store } from "../../storage/store.ts";
import type { RunningRun } from "../workflow-engine.ts";

const CANCEL = "workflow.cancel";
const WAKE = "workflow.wake";
/** How often the store is asked what is due, abandoned or to be cancelled. */
const LOOK_MS = 2_000;
/** Runs that are taken from the store at once, with all their steps: a run may have megabytes of them. */
const CLAIM_LIMIT = 10;
/** How often a run on another node is looked at: at first, and at last. */
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 500;
/** How long a node may take to cancel a run before its caller is told how it is. */
const CANCEL_PATIENCE_MS = 15_000;

export interface WatchedRuns {
  readonly inHand: ReadonlySet<WorkflowRunId>;
  goOn(claimed: ClaimedRun, requestId: string): RunningRun;
  find(runId: WorkflowRunId): RunningRun | undefined;
  cancelHere(runId: WorkflowRunId): Promise<boolean>;
}

export interface WatchParts {
  store: Pick<Store, "workflowRuns" | "bus" | "flushed">;
  runs: WatchedRuns;
  now: () => Date;
  /** How many more runs may run here. */
  room: () => number;
}

/** Looks after runs beyond this process: what waits for its time, what dead nodes left, what others want to end. */
export class RunWatch {
  readonly #parts: WatchParts;
  readonly #waking: Rhythm;
  readonly #recovering: Rhythm;
  readonly #cancelling: Rhythm;
  #timer: NodeJS.Timeout | undefined;
  #leave: (() => void)[] = [];
  #taking: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#waking = new Rhythm("waking runs", LOOK_MS, () => this.#wakeDue(), workflowLog);
    this.#recovering = new Rhythm("abandoned runs", LOOK_MS, () => this.#recover(), workflowLog);
    this.#cancelling = new Rhythm("runs to cancel", LOOK_MS, () => this.#cancelWanted(), workflowLog);
  }

  async start(): Promise<void> {
    const { bus } = this.#parts.store;
    this.#leave = [
      bus.listen(CANCEL, ({ text }) => void this.#parts.runs.cancelHere(Number(text) as WorkflowRunId)),
      bus.listen(WAKE, () => this.#waking.hurry()),
    ];
    await this.#recover();
    this.#recovering.start();
    this.#cancelling.start();
    this.#waking.hurry();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const leave of this.#leave) leave();
    clearTimeout(this.#timer);
    await Promise.all([this.#waking.stop(), this.#recovering.stop(), this.#cancelling.stop()]);
    clearTimeout(this.#timer);
  }

  /** A run has settled here: it may be that it waits for a time. */
  wake({ status, interrupts }: WorkflowRun): void {
    if (status === "waiting" && interrupts.some(({ dueAt }) => dueAt !== undefined)) this.#waking.hurry();
  }

  async untilSettled(
    runId: WorkflowRunId,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<WorkflowRun | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_LOOK_MS)) {
      signal.throwIfAborted();
      const here = this.#parts.runs.find(runId);
      const leftMs = Math.max(0, deadline - performance.now());
      if (here !== undefined && leftMs > 0) await withPatience(here.settled, leftMs, signal);
      const run = await this.#parts.store.workflowRuns.get(runId);
      if (run === undefined || isSettled(run) || performance.now() >= deadline) return run;
      await withPatience(undefined, Math.min(waitMs, leftMs), signal);
    }
  }

  async cancel(runId: WorkflowRunId): Promise<WorkflowRun | undefined> {
    const { store, runs, now } = this.#parts;
    const deadline = performance.now() + CANCEL_PATIENCE_MS;
    let run = await store.workflowRuns.cancel(runId, now());
    await store.flushed();
    for (
      let waitMs = FIRST_LOOK_MS;
      run?.status === "running";
      waitMs = Math.min(2 * waitMs, LONGEST_LOOK_MS)
    ) {
      if (performance.now() > deadline) break;
      if (!(await runs.cancelHere(runId))) {
        await store.bus.tell({ topic: CANCEL, text: String(runId) });
        await delay(waitMs);
      }
      run = await store.workflowRuns.get(runId);
    }
    return run;
  }

  async #recover(): Promise<void> {
    const { store, runs, room } = this.#parts;
    while (room() > 0 && !this.#isStopped) {
      const limit = Math.min(room(), CLAIM_LIMIT);
      const claimed = await this.#take(() =>
        store.workflowRuns.claimAbandoned({ inHand: runs.inHand, bound: false, limit }),
      );
      if (claimed.length > 0) workflowLog.warn({ runs: claimed.length }, "goes on with runs that were left");
      if (claimed.length < limit) return;
    }
  }

  /** One claim after the other: what was claimed is in hand before the next looks for what is not. */
  #take(claim: () => Promise<ClaimedRun[]>): Promise<ClaimedRun[]> {
    const taking = this.#taking.then(async () => {
      const claimed = await claim();
      for (const one of claimed) this.#parts.runs.goOn(one, one.run.requestId ?? "");
      return claimed;
    });
    this.#taking = taking.catch(() => []);
    return taking;
  }

  async #wakeDue(): Promise<void> {
    const { store, room, now } = this.#parts;
    clearTimeout(this.#timer);
    while (room() > 0 && !this.#isStopped) {
      const limit = Math.min(room(), CLAIM_LIMIT);
      const claimed = await this.#take(() => store.workflowRuns.claimWoken({ now: now(), limit }));
      if (claimed.length < limit) break;
    }
    if (this.#isStopped) return;
    const nextAt = await store.workflowRuns.nextWakeAt();
    const waitMs = nextAt === undefined ? LOOK_MS : nextAt.getTime() - now().getTime();
    if (waitMs < LOOK_MS && !this.#isStopped) {
      this.#timer = setTimeout(() => this.#waking.hurry(), Math.max(waitMs, 1));
    }
  }

  async #cancelWanted(): Promise<void> {
    const { store, runs } = this.#parts;
    if (runs.inHand.size === 0) return;
    const wanted = await store.workflowRuns.cancelWanted([...runs.inHand]);
    await Promise.all([...wanted].map((runId) => runs.cancelHere(runId)));
  }
}

/** Ended, or waiting for somebody: what only waits for its time goes on by itself. */
function isSettled({ status, interrupts }: WorkflowRun): boolean {
  if (status !== "waiting") return status !== "running";
  return interrupts.some(({ kind }) => kind !== "delay");
}

/** Resolves when `work` does, or the time is up. Rejects with the reason of `signal`. */
async function withPatience(
  work: Promise<unknown> | undefined,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  const enough = new AbortController();
  const patience = delay(milliseconds, undefined, { signal: AbortSignal.any([signal, enough.signal]) });
  await Promise.race([patience.catch(() => {}), ...(work === undefined ? [] : [work])]);
  enough.abort();
  signal.throwIfAborted();
}
