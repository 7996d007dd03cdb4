import type { TurnId } from "../domain/ids.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import type { Bus } from "../storage/store.ts";
import { wordsOf } from "./log-words.ts";
import type { TurnLog } from "./turn-log.ts";

/** Where followers ask for a turn: `FollowRequest` as JSON. */
export const FOLLOW = "turn.follow";
/** Where they are told of it: `LogBatch` in words. */
export const FOLLOWED = "turn.followed";

/** What a node says that follows a turn: once at first, then every second, and whenever it missed something. */
export interface FollowRequest {
  /** The follower's own name. */
  follower: string;
  turnId: TurnId;
  /** How many events of the log it has. */
  position: number;
  /** It cannot go on from what it was told last: tell again from `position`. */
  isLost: boolean;
}

/** How long a follower that says nothing is told anything. */
const INTEREST_MS = 5_000;
/** Events are gathered for so long before they are told; for longer where there are so many followers. */
const GATHER_MS = 20;
const GATHER_MS_PER_FOLLOWER = 2;
const EVENTS_AT_ONCE = 500;

/**
 * Tells other nodes what happens in turns that run here, as long as they want to know. A turn nobody follows costs
 * nothing.
 */
export class Followers {
  readonly #bus: Bus;
  readonly #byName = new Map<string, Follower>();

  /** `findLog` finds the log of a turn that runs here. */
  constructor(bus: Bus, findLog: (turnId: TurnId) => TurnLog | undefined) {
    this.#bus = bus;
    bus.listen(FOLLOW, ({ text, from }) => {
      const request: FollowRequest = JSON.parse(text);
      const follower = this.#byName.get(request.follower) ?? this.#begin(request, from, findLog);
      follower?.hear(request);
    });
  }

  #begin(
    { follower: name, turnId, position }: FollowRequest,
    node: number,
    findLog: (turnId: TurnId) => TurnLog | undefined,
  ): Follower | undefined {
    const log = findLog(turnId);
    if (log === undefined) return undefined;
    const tell = (text: string) => this.#bus.tell({ topic: FOLLOWED, text, to: node });
    const follower = new Follower({
      ...{ name, log, position, tell },
      gatherMs: () => Math.max(GATHER_MS, this.#byName.size * GATHER_MS_PER_FOLLOWER),
      onGone: () => this.#byName.delete(name),
    });
    this.#byName.set(name, follower);
    return follower;
  }
}

interface FollowerParts {
  name: string;
  log: TurnLog;
  position: number;
  tell: (text: string) => Promise<void>;
  /** How long events are to be gathered now. */
  gatherMs: () => number;
  /** It has said nothing for too long. */
  onGone: () => void;
}

/** Keeps its log even when the turn has ended: the last words may have been lost. */
class Follower {
  readonly #parts: FollowerParts;
  readonly #unsubscribe: () => void;
  readonly #interest: NodeJS.Timeout;
  #position: number;
  #isAsked = false;
  #isTelling = false;
  #hasLeft = false;
  #due: NodeJS.Timeout | undefined;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#position = parts.position;
    this.#unsubscribe = parts.log.subscribe(() => this.#gather());
    this.#interest = setTimeout(() => this.#leave(), INTEREST_MS).unref();
  }

  hear({ position, isLost }: FollowRequest): void {
    this.#interest.refresh();
    if (isLost) this.#position = position;
    this.#isAsked = true;
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#tellIn(0);
  }

  #gather(): void {
    this.#tellIn(this.#parts.gatherMs());
  }

  #tellIn(milliseconds: number): void {
    if (this.#hasLeft || this.#isTelling || this.#due !== undefined) return;
    this.#due = setTimeout(() => void this.#tell(), milliseconds).unref();
  }

  async #tell(): Promise<void> {
    const { name, log, tell } = this.#parts;
    this.#due = undefined;
    this.#isTelling = true;
    this.#isAsked = false;
    const position = this.#position;
    const events = eventsFrom(log, position);
    this.#position += events.length;
    const before = position === 0 ? { before: log.before } : {};
    const batch = { position, events, length: log.length, ...before };
    for (const word of wordsOf(name, batch)) {
      await tell(word);
      // It may have come back meanwhile, and be told by another.
      if (this.#hasLeft) return;
    }
    this.#isTelling = false;
    if (this.#isAsked || events.length === EVENTS_AT_ONCE) this.#tellIn(0);
    else if (this.#position < log.length) this.#gather();
  }

  #leave(): void {
    this.#hasLeft = true;
    clearTimeout(this.#due);
    this.#unsubscribe();
    this.#parts.onGone();
  }
}

function eventsFrom(log: TurnLog, position: number): TurnEvent[] {
  const events = [];
  for (let event = log.at(position); event !== undefined; event = log.at(position + events.length)) {
    events.push(event);
    if (events.length === EVENTS_AT_ONCE) break;
  }
  return events;
}
