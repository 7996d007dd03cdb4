import type { SecretKey } from "../config/secrets.ts";
import type { Fact } from "../domain/event.ts";
import type { DeliveryId, EndpointId } from "../domain/ids.ts";
import type { Outbound } from "../http/outbound.ts";
import type { Emission, Repositories, Store } from "../storage/store.ts";
import { type Answer, Asking } from "./ask.ts";
import { Chores } from "./chores.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Emitter, type PlainFact } from "./emit.ts";
import type { EndpointFormats } from "./formats.ts";
import type { Keeping } from "./retention.ts";
import { type Clock, realClock } from "./schedule.ts";
import { SigningKeys } from "./signing-keys.ts";

export interface CallbackServices {
  store: Store;
  secretKey: SecretKey;
  outbound: Pick<Outbound, "exchange">;
  formats: EndpointFormats;
}

export interface CallbackOptions {
  /** Absent: the real one. Fault tests shorten schedules with its `scale`. */
  clock?: Clock | undefined;
  /** 0 to 1, for jitter. Absent: chance. */
  random?: () => number;
  /** How long things are kept. Absent: events 30 days, bodies of delivered ones 7. */
  keeping?: Keeping;
}

const STANDARD_KEEPING: Keeping = { eventDays: 30, deliveredBodyDays: 7 };

/** Callbacks: facts become events, events are delivered at least once to every endpoint that listens. */
export class Callbacks {
  readonly #emitter: Emitter;
  readonly #dispatcher: Dispatcher;
  readonly #asking: Asking;
  readonly #chores: Chores;

  constructor(services: CallbackServices, options: CallbackOptions = {}) {
    const clock = options.clock ?? realClock;
    const { newId } = services.store;
    const random = options.random ?? Math.random;
    this.#emitter = new Emitter({ newId, formats: services.formats });
    const signingKeys = new SigningKeys(services.store, services.secretKey);
    const sending = { ...services, newId, clock, signingKeys };
    this.#dispatcher = new Dispatcher({ ...sending, emitter: this.#emitter }, { random });
    this.#asking = new Asking(sending, this.#dispatcher);
    this.#chores = new Chores(
      { ...sending, emitter: this.#emitter, dispatcher: this.#dispatcher },
      options.keeping ?? STANDARD_KEEPING,
    );
  }

  /** What has to be written, together with its cause, because of a fact. Undefined: nobody listens. */
  prepare(
    repositories: Pick<Repositories, "endpoints" | "workspaces">,
    fact: PlainFact,
    after?: DeliveryId,
  ): Promise<Emission | undefined> {
    return this.#emitter.prepare(repositories, fact, after);
  }

  /** Whether anybody may want to be told: for facts that cost something to make. One read of an index. */
  isHeard(
    repositories: Pick<Repositories, "endpoints">,
    about: Pick<PlainFact, "workspaceId" | "type">,
  ): Promise<boolean> {
    return this.#emitter.isHeard(repositories, about);
  }

  /** As `prepare` each, for two facts of one cause, workspace and channel: one read finds who listens. */
  prepareBoth(
    repositories: Pick<Repositories, "endpoints" | "workspaces">,
    one: PlainFact,
    other: PlainFact,
  ): Promise<Emission[]> {
    return this.#emitter.prepareBoth(repositories, one, other);
  }

  /** Prepares and writes. Inside a transaction pass its repositories; `wake` with the result when it is stored. */
  emit(
    repositories: Pick<Repositories, "endpoints" | "workspaces" | "outbox">,
    fact: PlainFact,
  ): Promise<Emission | undefined> {
    return this.#emitter.emit(repositories, fact);
  }

  /** The question to a channel's server. Undefined: the channel has none that wants to be asked. */
  prepareQuestion(
    repositories: Pick<Repositories, "endpoints" | "workspaces">,
    fact: Fact<"agent.submitted">,
  ): Promise<Emission | undefined> {
    return this.#emitter.prepareQuestion(repositories, fact);
  }

  /** Says that there is something to send. Call it after commit and `flushed`; what is never said is found later. */
  wake(emissions: readonly Emission[]): void {
    for (const { deliveries } of emissions) this.#dispatcher.wake(deliveries);
    if (emissions.some(({ isFannedOut }) => !isFannedOut)) this.#chores.fanOutSoon();
  }

  /**
   * Sends a question that is kept, and hands over what came back before anything of it is stored. Resolves when all is
   * stored; at once, without calling `apply`, when somebody else asks it or it was answered. Rejects when the store
   * fails or `apply` does: the question is then kept and can be asked again.
   */
  ask(
    question: { deliveryId: DeliveryId; timeoutMs: number },
    apply: (answer: Answer) => Promise<void>,
  ): Promise<void> {
    return this.#asking.ask(question, apply);
  }

  /**
   * An endpoint was made, changed, paused, disabled, enabled or deleted, and that is stored. When this resolves, nothing
   * is sent from this process that the change forbids; other nodes are told.
   */
  endpointChanged(id: EndpointId): Promise<void> {
    return this.#dispatcher.endpointChanged(id);
  }

  /** Takes back what an earlier process of this node was sending, then begins to send. */
  async start(): Promise<void> {
    await this.#dispatcher.start();
    this.#chores.start();
  }

  /**
   * Begins nothing any more, gives attempts under way so long, stores what came of them and gives the others back.
   * What is emitted afterwards is sent after the next start.
   */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([this.#chores.stop(), this.#asking.stop(graceMs), this.#dispatcher.drain(graceMs)]);
    await this.#dispatcher.close();
  }
}
