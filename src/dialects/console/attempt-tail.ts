import { type AttemptId, firstIdAt, idTimeMs } from "../../domain/ids.ts";
import type { FrameSource } from "../../http/route.ts";
import { httpLog } from "../../log/logger.ts";
import type { AttemptScope, Outbox } from "../../storage/store.ts";
import { presentAttemptLine } from "./present.ts";
import { formatId } from "./wire.ts";

const POLL_MS = 1_000;
/** Proxies close connections on which nothing comes. */
const SIGN_OF_LIFE_MS = 15_000;
/** How late an attempt may be written after its id was made, by whichever node. */
const LATENESS_MS = 10_000;
/** How long a reader is told more after it may be told no more, at most. */
const CHECK_MS = 30_000;
const BATCH = 200;
/** Ids looked at in one query: more than come in while one may be late, unless thousands a second do. */
const SCAN = 20_000;

type Reading = Pick<Outbox, "attemptsAfter" | "attemptLines">;

/**
 * Attempts as they end, as server-sent events. The store is asked once a second, and only while the reader has taken
 * what there was; that also finds what other nodes did. What is written late is still found, because each look goes
 * back a while; none comes twice on one stream.
 */
export class AttemptTail implements FrameSource {
  readonly #outbox: Reading;
  readonly #of: AttemptScope;
  readonly #mayRead: () => Promise<boolean>;
  readonly #seen = new Set<AttemptId>();
  readonly #frames: string[] = [": here\n\n"];
  #newest: AttemptId;
  /** Nothing up to here is looked at again. */
  #floor = 0;
  /** True: what there is now was there before the reader came. */
  #isBefore: boolean;
  #wake: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #saidMs = Date.now();
  #checkedMs = Date.now();
  #isEnded = false;

  constructor({
    outbox,
    of,
    after,
    mayRead,
  }: {
    outbox: Reading;
    of: AttemptScope;
    after: AttemptId | undefined;
    /** Asked now and then: what the reader may see can change while it reads. */
    mayRead: () => Promise<boolean>;
  }) {
    this.#outbox = outbox;
    this.#of = of;
    this.#mayRead = mayRead;
    this.#isBefore = after === undefined;
    this.#newest = after ?? (firstIdAt(Date.now()) as AttemptId);
  }

  /** Remembers what was there before the reader came. Resolves before its answer begins, so that nothing is lost. */
  async begin(): Promise<this> {
    if (this.#isBefore) await this.#read();
    return this;
  }

  next(): string | undefined | null {
    return this.#isEnded ? null : this.#frames.shift();
  }

  subscribe(wake: () => void): () => void {
    this.#wake = wake;
    this.#again(0);
    return () => {
      this.#isEnded = true;
      clearTimeout(this.#timer);
    };
  }

  #again(delayMs: number): void {
    if (!this.#isEnded) this.#timer = setTimeout(() => void this.#look(), delayMs);
  }

  async #look(): Promise<void> {
    let isMore = false;
    try {
      if (Date.now() - this.#checkedMs > CHECK_MS) await this.#check();
      if (this.#frames.length === 0) isMore = await this.#read();
    } catch (error) {
      httpLog.warn({ err: error }, "attempts could not be read; they are looked for again");
    }
    if (this.#isEnded || this.#frames.length > 0) this.#wake();
    this.#again(isMore ? 0 : POLL_MS);
  }

  async #check(): Promise<void> {
    if (!(await this.#mayRead())) this.#isEnded = true;
    this.#checkedMs = Date.now();
  }

  /** Resolves with whether there is more to read at once. */
  async #read(): Promise<boolean> {
    const late = firstIdAt(idTimeMs(this.#newest) - LATENESS_MS);
    const after = Math.max(late, this.#floor) as AttemptId;
    const ids = await this.#outbox.attemptsAfter({ of: this.#of, after, limit: SCAN });
    const fresh = ids.filter((id) => !this.#seen.has(id));
    const batch = this.#isBefore ? fresh : fresh.slice(0, BATCH);
    if (!this.#isBefore) await this.#tell(batch);
    this.#isBefore = false;
    this.#note(batch);
    const isFull = ids.length === SCAN;
    if (isFull && fresh.length === batch.length) this.#floor = ids[SCAN - 1] ?? this.#floor;
    return isFull || fresh.length > batch.length;
  }

  async #tell(batch: readonly AttemptId[]): Promise<void> {
    for (const line of await this.#outbox.attemptLines(batch)) {
      const data = JSON.stringify(presentAttemptLine(line));
      this.#frames.push(`id: ${formatId(line.id)}\nevent: attempt\ndata: ${data}\n\n`);
    }
    const nowMs = Date.now();
    if (this.#frames.length === 0 && nowMs - this.#saidMs > SIGN_OF_LIFE_MS) this.#frames.push(": here\n\n");
    if (this.#frames.length > 0) this.#saidMs = nowMs;
  }

  #note(batch: readonly AttemptId[]): void {
    for (const id of batch) {
      this.#seen.add(id);
      if (id > this.#newest) this.#newest = id;
    }
    const oldest = firstIdAt(idTimeMs(this.#newest) - LATENESS_MS);
    for (const id of this.#seen) if (id < oldest) this.#seen.delete(id);
  }
}
