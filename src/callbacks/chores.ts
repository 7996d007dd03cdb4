import type { Store } from "../storage/store.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Emitter } from "./emit.ts";
import { fanOutRest } from "./fan-out.ts";
import { REPLAY_STEP_MS, stepReplays } from "./replays.ts";
import { forgetOld, type Keeping } from "./retention.ts";
import { Rhythm } from "./rhythm.ts";
import type { Clock } from "./schedule.ts";

/** How often events are looked for that were left half told. */
const FAN_OUT_MS = 5_000;
const RETENTION_MS = 3_600_000;

export interface ChoreServices {
  store: Store;
  emitter: Emitter;
  clock: Clock;
  dispatcher: Pick<Dispatcher, "isOwn" | "wakeEndpoints">;
}

/** What nobody waits for: the rest of large fan-outs, the deliveries of replays, forgetting what is old. */
export class Chores {
  readonly #fanOut: Rhythm;
  readonly #rhythms: Rhythm[];
  readonly #ending = new AbortController();

  constructor({ store, emitter, clock, dispatcher }: ChoreServices, keeping: Keeping) {
    const { signal } = this.#ending;
    this.#fanOut = new Rhythm("callback fan-out", FAN_OUT_MS, async () =>
      dispatcher.wakeEndpoints(await fanOutRest({ store, emitter }, signal)),
    );
    const replays = new Rhythm("callback replays", REPLAY_STEP_MS, async () => {
      dispatcher.wakeEndpoints(await stepReplays({ store, emitter }, (id) => dispatcher.isOwn(id)));
    });
    const retention = new Rhythm("callback retention", RETENTION_MS, () =>
      forgetOld(store.outbox, { ...keeping, nowMs: clock.now(), signal }),
    );
    this.#rhythms = [this.#fanOut, replays, retention];
  }

  start(): void {
    for (const rhythm of this.#rhythms) rhythm.start();
  }

  /** There is an event that not everybody was told of. */
  fanOutSoon(): void {
    this.#fanOut.hurry();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#rhythms.map((rhythm) => rhythm.stop()));
  }
}
