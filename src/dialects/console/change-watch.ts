import { DomainError } from "../../domain/errors.ts";
import type { UserId, WorkspaceId } from "../../domain/ids.ts";
import { appLog } from "../../log/logger.ts";
import type { ChangeMark, ChangeTopic, Store } from "../../storage/store.ts";

const INTERVAL_MS = 1_000;
/** Browser tabs that one process keeps up to date, of all people and of one. */
const LISTENER_LIMIT = 2_000;
const OWN_LISTENER_LIMIT = 100;

/** Who wants to be told. */
export interface Listener {
  userId: UserId;
  /** Called with what changed, no topic twice. */
  hear(topics: ChangeTopic[]): void;
  /** Nothing more will be told: the server stops. */
  over(): void;
}

export interface Listening {
  /** What changed in the last half minute: all that a page may have missed which was loaded since. */
  lately: ChangeTopic[];
  end(): void;
}

interface Watched {
  listeners: Set<Listener>;
  /** By topic and span. Absent: not looked at yet. */
  marks?: Map<string, ChangeMark>;
}

/**
 * Tells what changes in workspaces, on whatever node it is changed. Asks the store once a second for all of them
 * together, as long as anybody listens in this process.
 */
export class ChangeWatch {
  readonly #store: Pick<Store, "changes">;
  readonly #watched = new Map<WorkspaceId, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(store: Pick<Store, "changes">) {
    this.#store = store;
  }

  /**
   * Begins to listen. Resolves when every change committed from now on will be told. Rejects with `rate_limited`
   * where too many listen already, and with `shutting_down` once it is closed.
   */
  async listen(workspaceId: WorkspaceId, listener: Listener): Promise<Listening> {
    if (this.#isClosed) throw new DomainError("shutting_down", "the server is stopping");
    this.#requireRoom(listener);
    const watched = this.#watched.get(workspaceId) ?? { listeners: new Set() };
    watched.listeners.add(listener);
    this.#watched.set(workspaceId, watched);
    const end = () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size === 0 && this.#watched.get(workspaceId) === watched) {
        this.#watched.delete(workspaceId);
      }
    };
    try {
      while (watched.marks === undefined && !this.#isClosed) await this.#look();
    } catch (error) {
      end();
      throw error;
    }
    this.#keepLooking();
    const marks = [...(watched.marks?.values() ?? [])];
    return { lately: topicsOf(marks.filter(({ mark }) => mark !== "")), end };
  }

  /** Ends all who listen, for good. */
  close(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners()) listener.over();
    this.#watched.clear();
    clearTimeout(this.#timer);
  }

  #requireRoom({ userId }: Listener): void {
    const listeners = this.#listeners();
    const own = listeners.filter((other) => other.userId === userId).length;
    if (listeners.length < LISTENER_LIMIT && own < OWN_LISTENER_LIMIT) return;
    throw new DomainError("rate_limited", "too many pages are kept up to date by this server");
  }

  #listeners(): Listener[] {
    return [...this.#watched.values()].flatMap(({ listeners }) => [...listeners]);
  }

  #keepLooking(): void {
    if (this.#timer !== undefined || this.#watched.size === 0) return;
    this.#timer = setTimeout(async () => {
      try {
        await this.#look();
      } catch (error) {
        appLog.warn({ err: error }, "could not see what changed; looks again");
      }
      this.#timer = undefined;
      this.#keepLooking();
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  /** One look at a time. */
  #look(): Promise<void> {
    this.#looking ??= this.#compare().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #compare(): Promise<void> {
    const looked = [...this.#watched.entries()];
    const marks = await this.#store.changes.marks(
      looked.map(([id]) => id),
      new Date(),
    );
    for (const [id, watched] of looked) tell(watched, marksOf(id, marks));
  }
}

function marksOf(id: WorkspaceId, marks: readonly ChangeMark[]): ChangeMark[] {
  return marks.filter(({ workspaceId = id }) => workspaceId === id);
}

function tell(watched: Watched, marks: readonly ChangeMark[]): void {
  const before = watched.marks;
  watched.marks = new Map(marks.map((mark) => [`${mark.topic} ${mark.span}`, mark]));
  if (before === undefined) return;
  const changed = marks.filter(({ topic, span, mark }) => before.get(`${topic} ${span}`)?.mark !== mark);
  const topics = topicsOf(changed);
  if (topics.length > 0) for (const { hear } of [...watched.listeners]) hear(topics);
}

function topicsOf(marks: readonly ChangeMark[]): ChangeTopic[] {
  return [...new Set(marks.map(({ topic }) => topic))];
}
