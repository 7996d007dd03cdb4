import type { EndpointId } from "../domain/ids.ts";
import { callbackLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";

const WAKE_TOPIC = "callbacks-due";
const CHANGE_TOPIC = "callbacks-endpoint";
/** How long words to another node wait for others. */
const GATHER_MS = 5;
/** Ids in one word; they have 16 digits at most. */
const IDS_PER_WORD = 300;

/** What the nodes tell one another about endpoints. What is lost is found by looking, some seconds later. */
export class Wakes {
  readonly #store: Pick<Store, "bus">;
  readonly #hear: { due(id: EndpointId, atMs: number): void; changed(id: EndpointId): Promise<void> };
  readonly #gathered = new Map<number, Set<EndpointId>>();
  #timer: NodeJS.Timeout | undefined;
  #leave: (() => void)[] = [];

  constructor(
    store: Pick<Store, "bus">,
    hear: { due(id: EndpointId, atMs: number): void; changed(id: EndpointId): Promise<void> },
  ) {
    this.#store = store;
    this.#hear = hear;
  }

  start(): void {
    const { bus } = this.#store;
    this.#leave = [
      bus.listen(WAKE_TOPIC, ({ text }) => {
        for (const id of idsIn(text)) this.#hear.due(id, Date.now());
      }),
      bus.listen(CHANGE_TOPIC, ({ text }) => {
        for (const id of idsIn(text)) {
          this.#hear
            .changed(id)
            .catch((error: unknown) => callbackLog.warn({ endpointId: id, err: error }, "endpoint not read"));
        }
      }),
    ];
  }

  stop(): void {
    for (const leave of this.#leave.splice(0)) leave();
    clearTimeout(this.#timer);
    this.#send();
  }

  /** Something is due at an endpoint of that node. */
  tell(node: number, id: EndpointId): void {
    const ids = this.#gathered.get(node) ?? new Set();
    this.#gathered.set(node, ids.add(id));
    this.#timer ??= setTimeout(() => this.#send(), GATHER_MS);
  }

  tellChanged(id: EndpointId): Promise<void> {
    return this.#store.bus.tell({ topic: CHANGE_TOPIC, text: String(id) });
  }

  #send(): void {
    this.#timer = undefined;
    for (const [to, ids] of this.#gathered) {
      const all = [...ids];
      for (let start = 0; start < all.length; start += IDS_PER_WORD) {
        void this.#store.bus.tell({
          topic: WAKE_TOPIC,
          text: all.slice(start, start + IDS_PER_WORD).join(","),
          to,
        });
      }
    }
    this.#gathered.clear();
  }
}

function idsIn(text: string): EndpointId[] {
  return text
    .split(",")
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0)
    .map((id) => id as EndpointId);
}
