import type { EndpointFormats } from "../callbacks/formats.ts";
import type { TokenCaller } from "../domain/access.ts";
import type { SubmissionActor } from "../domain/channel.ts";
import type { AnyFact, Fact } from "../domain/event.ts";
import type { DeliveryId, EndpointId, UserId } from "../domain/ids.ts";
import type { Emission, Repositories, Store } from "../storage/store.ts";

/** What publishing works with. */
export interface PublishServices {
  store: Store;
  callbacks: PublishCallbacks;
  /** Read the verdicts of channels' servers. */
  formats: EndpointFormats;
  /** Absent: the defaults. */
  options?: {
    /** How long a channel's server may take to answer. 10 s by the spec. */
    auditTimeoutMs?: number;
    /** How long a submission may stay undecided. */
    auditExpiryMs?: number;
  };
}

/** What publishing needs of the engine that delivers events. */
export interface PublishCallbacks {
  /** Writes the events of a fact, inside the transaction that makes it one. Undefined: nobody listens. */
  emit(inside: Repositories, fact: Exclude<AnyFact, Fact<"agent.submitted">>): Promise<Emission | undefined>;
  /** The question to a channel's server. Undefined: the channel has none that wants to be asked. */
  prepareQuestion(inside: Repositories, fact: Fact<"agent.submitted">): Promise<Emission | undefined>;
  /** Says that there is something to send, after the commit. */
  wake(emissions: readonly Emission[]): void;
  /** An endpoint was deleted. */
  endpointChanged(id: EndpointId): unknown;
  /**
   * Sends a question that is kept and hands over what came back, before the delivery is final. Resolves when all of
   * it is stored; at once, without calling `apply`, when somebody else asks it or it was answered.
   */
  ask(
    question: { deliveryId: DeliveryId; timeoutMs: number },
    apply: (answer: Answer) => Promise<void>,
  ): Promise<void>;
}

/** What the operator has decided. */
export function publishOptions({
  auditHours,
}: {
  auditHours: number;
}): NonNullable<PublishServices["options"]> {
  return { auditExpiryMs: auditHours * 3_600_000 };
}

/** What came of asking a channel's server. */
export interface Answer {
  /** How often it was asked, this time included: more than once when it was interrupted. */
  attemptCount: number;
  /** Absent: none came. */
  status?: number;
  responsePrefix: string;
  /** Empty: the status is in the two hundreds. */
  errorCode: string;
  errorMessage: string;
}

/** On whose account something is published: a caller's, the configuration file's, or the command line's. */
export type Actor = TokenCaller | "file" | "system";

export function submissionActor(actor: Actor): SubmissionActor {
  return typeof actor === "string" ? { kind: actor } : { kind: "user", userId: actor.user.id };
}

export function userIdOf(actor: Actor): UserId | undefined {
  return typeof actor === "string" ? undefined : actor.user.id;
}

/** A transaction that changes what is live where, and what it tells of that. */
export interface Change {
  inside: Repositories;
  now: Date;
  /** Writes the fact's events into the transaction; their lanes are woken after it. */
  tell(fact: Parameters<PublishCallbacks["emit"]>[1]): Promise<void>;
}

/** Runs `work` in a transaction and resolves when it is durable and what it told is on its way. */
export async function changing<T>(
  { store, callbacks }: PublishServices,
  now: Date,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const { result, emissions } = await store.transaction(async (inside) => {
    const emissions: Emission[] = [];
    const change: Change = {
      inside,
      now,
      async tell(fact) {
        const emission = await callbacks.emit(inside, fact);
        if (emission !== undefined) emissions.push(emission);
      },
    };
    return { result: await work(change), emissions };
  });
  await store.flushed();
  callbacks.wake(emissions);
  return result;
}
