import type { Delivery, Endpoint, EndpointHealth } from "../domain/endpoint.ts";
import type { EndpointId } from "../domain/ids.ts";
import type { DeliveryResult, Emission, Repositories, Store } from "../storage/store.ts";
import { type Emitter, forOthers, type PlainFact } from "./emit.ts";
import type { HealthNews } from "./health.ts";

/** An attempt that is over, or a claim that is given back. */
export interface Finished {
  delivery: Delivery;
  result: DeliveryResult;
  /** Absent: it says nothing of the endpoint. */
  health?: EndpointHealth;
  /** What the endpoint's people should hear; only with `endpoint`. */
  news?: HealthNews | "gone" | "hopeless";
  endpoint?: Endpoint;
}

/** A finished attempt with what was made of it in an earlier try to write it. */
export interface Writing extends Finished {
  emissions?: Emission[];
}

interface Written {
  /** To be sent, like any others. */
  emissions: Emission[];
  /** Endpoints that are disabled now. */
  disabled: EndpointId[];
}

const NOTHING: Written = { emissions: [], disabled: [] };

/**
 * Writes what came of attempts, and what follows from it, all in one transaction. May be called again with the same
 * ones when it is not known whether they were written.
 */
export async function write(
  { store, emitter }: { store: Store; emitter: Pick<Emitter, "prepare"> },
  group: readonly Writing[],
): Promise<Written> {
  const results = group.map(({ result }) => result);
  const health = latestHealth(group);
  const consequential = group.filter(hasConsequences);
  if (consequential.length === 0) {
    await store.outbox.record(results, health);
    return NOTHING;
  }
  return store.transaction(async (inside) => {
    const written: Written = { emissions: [], disabled: [] };
    await inside.outbox.record(results, health);
    for (const one of consequential) {
      if (isOver(one) && one.delivery.orderKey !== "") {
        const { endpointId, orderKey, id } = one.delivery;
        await inside.outbox.markGap(endpointId, orderKey, id);
      }
      if (one.news === undefined && (await isHopeless(inside, one))) one.news = "hopeless";
      if (await disable(inside, one)) written.disabled.push(one.delivery.endpointId);
      written.emissions.push(...(await tell(inside, emitter, one)));
    }
    return written;
  });
}

function latestHealth(group: readonly Writing[]): EndpointHealth[] {
  const latest = new Map<EndpointId, EndpointHealth>();
  for (const { health } of group) if (health !== undefined) latest.set(health.endpointId, health);
  return [...latest.values()];
}

function hasConsequences(one: Writing): boolean {
  return one.news !== undefined || isOver(one);
}

/** It was given up, and nobody has been waiting who would see. */
function isOver({ result, delivery }: Writing): boolean {
  return result.to === "exhausted" && delivery.trigger !== "test" && delivery.trigger !== "sync";
}

/** Events given up one after the other that end a feedback endpoint. Source: spec page of Insight §2, `enabled`. */
const HOPELESS_AT = 50;

/** Whether the latest events for a feedback endpoint were all given up, since somebody last changed or enabled it. */
async function isHopeless({ endpoints, outbox }: Repositories, one: Writing): Promise<boolean> {
  if (one.endpoint?.kind !== "insight" || !isOver(one)) return false;
  const current = await endpoints.find(one.endpoint.id);
  const states = ["delivered" as const, "exhausted" as const];
  const latest = await outbox.listDeliveries({ endpointId: one.endpoint.id, states, limit: HOPELESS_AT });
  if (current === undefined || latest.length < HOPELESS_AT) return false;
  return latest.every(
    ({ state, endedAt }) => state === "exhausted" && endedAt !== undefined && endedAt > current.updatedAt,
  );
}

/** True also when it was disabled before. */
async function disable(inside: Repositories, { news, endpoint, result }: Writing): Promise<boolean> {
  if (endpoint === undefined || news === undefined || news === "failing" || news === "recovered")
    return false;
  const current = await inside.endpoints.findToChange(endpoint.id);
  if (current === undefined) return false;
  if (current.state !== "disabled") {
    const stateReason = REASONS[news];
    await inside.endpoints.save({ ...current, state: "disabled", stateReason, updatedAt: result.now });
  }
  await inside.outbox.hold(endpoint.id);
  return true;
}

const REASONS = {
  gone: "the receiver answered with status 410: it wants no more events",
  disable: "120 hours of failures without one success",
  hopeless: `${HOPELESS_AT} events in a row could not be delivered`,
} as const;

/** Writes the events that follow; none of those whose earlier writing had come through after all. */
async function tell(
  inside: Repositories,
  emitter: Pick<Emitter, "prepare">,
  one: Writing,
): Promise<Emission[]> {
  one.emissions ??= await prepareAll(inside, emitter, one);
  const told = [];
  for (const emission of one.emissions) {
    if ((await inside.outbox.findEvent(emission.event.id)) === undefined) await inside.outbox.add(emission);
    told.push(emission);
  }
  return told;
}

async function prepareAll(
  inside: Repositories,
  emitter: Pick<Emitter, "prepare">,
  one: Writing,
): Promise<Emission[]> {
  const emissions = [];
  for (const fact of factsOf(one)) {
    const emission = await emitter.prepare(inside, fact);
    const told = emission && forOthers(emission, one.delivery.endpointId);
    if (told !== undefined) emissions.push(told);
  }
  return emissions;
}

/** Told to everybody but the endpoint that it is about. */
function factsOf(one: Writing): PlainFact[] {
  const { delivery, result, endpoint, news } = one;
  const { endpointId, workspaceId } = delivery;
  const about = { workspaceId, subject: `endpoint:${endpointId}`, at: result.now };
  const facts: PlainFact[] = [];
  // The loss of such news is no news: two endpoints that are both down would tell each other for ever.
  if (isOver(one) && !/^(endpoint|delivery)\./.test(delivery.eventType)) {
    const { id: deliveryId, eventId, eventType, attemptCount: attempts } = delivery;
    const data = { deliveryId, endpointId, eventId, eventType, attempts, lastError: result.lastError };
    facts.push({ type: "delivery.exhausted", ...about, data });
  }
  if (endpoint === undefined || news === undefined) return facts;
  const named = { endpointId, name: endpoint.name, url: endpoint.url ?? "" };
  switch (news) {
    case "failing":
      facts.push({
        type: "endpoint.failing",
        ...about,
        data: { ...named, failures: one.health?.consecutiveFailures ?? 0 },
      });
      break;
    case "recovered":
      facts.push({ type: "endpoint.recovered", ...about, data: named });
      break;
    case "disable":
    case "gone":
    case "hopeless":
      facts.push({ type: "endpoint.disabled", ...about, data: { ...named, reason: REASONS[news] } });
      break;
    default:
      news satisfies never;
  }
  return facts;
}
