import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../src/domain/errors.ts";
import type { Repositories, Store } from "../../src/storage/store.ts";

/** Rooms of the store whose methods can be made to fail. */
const ROOMS = ["outbox", "replays", "submissions", "endpoints", "turns", "triggers", "workflowRuns"] as const;

/**
 * Where something is to happen: before or after a method such as `outbox.record`; before or after the `commit` of a
 * transaction that has emitted something; after a `flush`.
 */
export type FaultPoint = `${"before" | "after"} ${(typeof ROOMS)[number]}.${string}` | CommitPoint;
type CommitPoint = "before commit" | "after commit" | "after flush";

/** What is to happen there. */
export interface Fault {
  at: FaultPoint;
  /** `kill`: the process, with SIGKILL. `fail`: as a store that is out of order; after the work it was done all the same. */
  does: "kill" | "fail" | "wait";
  /** How often it passes there unharmed before; 0 when absent. */
  skip?: number;
  /** How often it happens; once when absent. */
  times?: number;
  /** Of `wait`. */
  waitMs?: number;
}

/** The faults that are still to come. */
export class FaultDesk {
  #faults: { fault: Fault; skip: number; times: number }[] = [];

  /** Replaces all. */
  order(faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }));
  }

  async pass(point: FaultPoint): Promise<void> {
    for (const waiting of this.#faults) {
      if (waiting.fault.at !== point || waiting.times === 0) continue;
      if (waiting.skip > 0) {
        waiting.skip -= 1;
        continue;
      }
      waiting.times -= 1;
      await happen(waiting.fault);
    }
  }
}

async function happen({ does, at, waitMs = 0 }: Fault): Promise<void> {
  if (does === "wait") await delay(waitMs);
  else if (does === "fail")
    throw new DomainError("storage_failed", `the store failed ${at}, as it was told to`);
  else {
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => {});
  }
}

/** A store in which the ordered faults happen. */
export function faultyStore(store: Store, desk: FaultDesk): Store {
  return {
    ...store,
    ...faultyRooms(store, desk, () => {}),
    async transaction(work) {
      let hasEmitted = false;
      const result = await store.transaction(async (inside) => {
        const rooms = faultyRooms(inside, desk, () => {
          hasEmitted = true;
        });
        const made = await work({ ...inside, ...rooms });
        if (hasEmitted) await desk.pass("before commit");
        return made;
      });
      if (hasEmitted) await desk.pass("after commit");
      return result;
    },
    async flushed() {
      await store.flushed();
      await desk.pass("after flush");
    },
  };
}

function faultyRooms(
  repositories: Repositories,
  desk: FaultDesk,
  emitted: () => void,
): Pick<Repositories, (typeof ROOMS)[number]> {
  const { outbox, replays, submissions, endpoints, turns, triggers, workflowRuns } = repositories;
  const noting = {
    ...outbox,
    add: (emission: Parameters<typeof outbox.add>[0]) => {
      emitted();
      return outbox.add(emission);
    },
  };
  return {
    outbox: faultyRoom("outbox", noting, desk),
    replays: faultyRoom("replays", replays, desk),
    submissions: faultyRoom("submissions", submissions, desk),
    endpoints: faultyRoom("endpoints", endpoints, desk),
    turns: faultyRoom("turns", turns, desk),
    triggers: faultyRoom("triggers", triggers, desk),
    workflowRuns: faultyRoom("workflowRuns", workflowRuns, desk),
  };
}

function faultyRoom<Room extends object>(name: (typeof ROOMS)[number], room: Room, desk: FaultDesk): Room {
  return new Proxy(room, {
    get: (target, member) => {
      const method: unknown = Reflect.get(target, member, target);
      if (typeof method !== "function") return method;
      return async (...given: unknown[]) => {
        const point = `${name}.${String(member)}` as const;
        await desk.pass(`before ${point}`);
        const result: unknown = await Reflect.apply(method, target, given);
        await desk.pass(`after ${point}`);
        return result;
      };
    },
  });
}
