import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Attempt } from "../domain/endpoint.ts";
import type { DeliveryId, EndpointId } from "../domain/ids.ts";
import { callbackAsked } from "../log/callback-metrics.ts";
import type { Claim, Store } from "../storage/store.ts";
import { breakerPosition } from "./breaker.ts";
import type { Finished } from "./finish.ts";
import { type SendingServices, send } from "./sending.ts";

/** What came of asking an endpoint. */
export interface Answer extends Pick<Attempt, "status" | "responsePrefix" | "errorMessage"> {
  /** How often it was asked, this time included: more than once when it was interrupted. */
  attemptCount: number;
  /** Empty: an answer with a status in the two hundreds came. */
  errorCode: string;
}

/** What asking needs of those who deliver. */
export interface AskingDispatcher {
  finish(finished: Finished): Promise<void>;
  doubt(token: string): void;
  learnSuccess(id: EndpointId): Pick<Finished, "health" | "news">;
}

/** Questions under way at once. */
const LIMIT = 256;
const LEASE_SLACK_MS = 10_000;
/** How long answers may still be stored after the last of them came. */
const LAST_RESULTS_MS = 5_000;

/** Sends what somebody waits for: beside the lanes, with no schedule and no rate. */
export class Asking {
  readonly #services: SendingServices & { store: Store };
  readonly #dispatcher: AskingDispatcher;
  readonly #underWay = new Map<Promise<void>, AbortController>();
  readonly #queue: (() => void)[] = [];
  readonly #asked = new Set<DeliveryId>();
  #count = 0;

  constructor(services: SendingServices & { store: Store }, dispatcher: AskingDispatcher) {
    this.#services = services;
    this.#dispatcher = dispatcher;
  }

  async ask(
    question: { deliveryId: DeliveryId; timeoutMs: number },
    apply: (answer: Answer) => Promise<void>,
  ): Promise<void> {
    if (this.#asked.has(question.deliveryId)) return;
    this.#asked.add(question.deliveryId);
    const controller = new AbortController();
    const asking = this.#askInTurn(question, apply, controller.signal);
    this.#underWay.set(asking, controller);
    try {
      await asking;
    } finally {
      this.#underWay.delete(asking);
      this.#asked.delete(question.deliveryId);
    }
  }

  /**
   * Lets questions under way end, then ends them; those are kept and can be asked again. Resolves when all are stored,
   * or when the store has taken too long for that.
   */
  async stop(graceMs: number): Promise<void> {
    const hurry = new AbortController();
    const timer = setTimeout(() => {
      for (const controller of this.#underWay.values()) controller.abort();
    }, graceMs);
    const timeIsUp = delay(graceMs + LAST_RESULTS_MS, undefined, { signal: hurry.signal });
    await Promise.race([Promise.allSettled(this.#underWay.keys()), timeIsUp.catch(() => undefined)]);
    clearTimeout(timer);
    hurry.abort();
  }

  async #askInTurn(
    question: { deliveryId: DeliveryId; timeoutMs: number },
    apply: (answer: Answer) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#count >= LIMIT) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#count += 1;
    try {
      await this.#askNow(question, apply, signal);
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#count -= 1;
      else next();
    }
  }

  async #askNow(
    { deliveryId, timeoutMs }: { deliveryId: DeliveryId; timeoutMs: number },
    apply: (answer: Answer) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, clock } = this.#services;
    const steadyMs = clock.steady();
    const token = randomUUID();
    const now = new Date(clock.now());
    let came: { answer?: Answer; finished: Finished };
    try {
      const leaseMs = timeoutMs + LEASE_SLACK_MS;
      const claim = await store.outbox.claimOne({ id: deliveryId, now, token, leaseMs });
      if (claim === undefined) return;
      came = await this.#answerOf(claim, timeoutMs, signal);
    } catch (error) {
      this.#dispatcher.doubt(token);
      throw error;
    }
    callbackAsked((clock.steady() - steadyMs) / 1_000);
    const { answer, finished } = came;
    try {
      if (answer !== undefined) await apply(answer);
    } catch (error) {
      await this.#dispatcher.finish({ ...finished, result: { ...finished.result, to: "held" } });
      throw error;
    }
    await this.#dispatcher.finish(finished);
  }

  /** No answer: the question is kept, because the process stops. */
  async #answerOf(
    claim: Claim,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<{ answer?: Answer; finished: Finished }> {
    const { store, formats, clock } = this.#services;
    const { delivery } = claim;
    const { attemptCount } = delivery;
    const result = {
      deliveryId: delivery.id,
      endpointId: delivery.endpointId,
      token: claim.token,
      isFailure: true,
    };
    const endpoint = await store.endpoints.find(delivery.endpointId);
    const refusal = endpoint?.url === undefined ? "endpoint_deleted" : await this.#refusal(endpoint);
    if (endpoint === undefined || refusal !== undefined) {
      const lastError = refusal ?? "endpoint_deleted";
      const errorMessage = REFUSALS[lastError];
      const now = new Date(clock.now());
      return {
        answer: { attemptCount, responsePrefix: "", errorCode: lastError, errorMessage },
        finished: { delivery, result: { ...result, to: "exhausted", lastError, now } },
      };
    }
    const sent = await send(this.#services, claim, endpoint, { timeoutMs, signal });
    const now = new Date(clock.now());
    const { attempt, outcome, report } = sent;
    if (outcome.kind === "cut") {
      const kept = { ...result, attempt, to: "held" as const, isFailure: false, lastError: "", now };
      return { finished: { delivery, result: kept } };
    }
    const { readVerdict } = formats[endpoint.kind];
    const isAnswered =
      outcome.kind === "delivered" &&
      (readVerdict === undefined || readVerdict(report.responsePrefix) !== undefined);
    if (isAnswered) {
      const learned = this.#dispatcher.learnSuccess(endpoint.id);
      const done = { ...result, attempt, to: "delivered" as const, isFailure: false, lastError: "", now };
      return {
        answer: { ...report, attemptCount },
        finished: { delivery, result: done, ...learned, endpoint },
      };
    }
    const lastError = outcome.kind === "delivered" ? "verdict_missing" : outcome.errorCode;
    const errorCode = report.errorCode === "" && outcome.kind === "failed" ? lastError : report.errorCode;
    const failed = { ...attempt, outcome: "fail" as const, errorCode: lastError };
    return {
      answer: { ...report, attemptCount, errorCode },
      finished: { delivery, result: { ...result, attempt: failed, to: "exhausted", lastError, now } },
    };
  }

  /** Why an endpoint is not asked at all. */
  async #refusal({
    id,
    state,
  }: {
    id: EndpointId;
    state: string;
  }): Promise<keyof typeof REFUSALS | undefined> {
    if (state === "disabled") return "endpoint_disabled";
    if (state === "paused") return "endpoint_paused";
    const [health] = await this.#services.store.endpoints.health([id]);
    const isOpen = breakerPosition(health?.breaker, this.#services.clock.now()) === "open";
    return isOpen ? "endpoint_unavailable" : undefined;
  }
}

const REFUSALS = {
  endpoint_deleted: "there is no such endpoint any more",
  endpoint_disabled: "the endpoint is disabled",
  endpoint_paused: "the endpoint is paused",
  endpoint_unavailable: "the endpoint has failed too often just now; it is tried again shortly",
} as const;
