import { setImmediate } from "node:timers/promises";
import type { ProductEvent } from "../domain/event.ts";
import type { EndpointId } from "../domain/ids.ts";
import { callbackLog } from "../log/logger.ts";
import type { Repositories } from "../storage/store.ts";
import { type Emitter, listeners } from "./emit.ts";

export interface FanOutServices {
  store: Pick<Repositories, "endpoints" | "outbox">;
  emitter: Emitter;
}

const EVENTS_AT_ONCE = 20;
const ENDPOINTS_AT_ONCE = 500;

/**
 * Makes the deliveries of events that more endpoints listen to than were told at once. Goes on where it, or another
 * node, was interrupted, also by `signal`. What fails with one event is logged; it keeps no other waiting. Resolves
 * with the endpoints that have something to send now.
 */
export async function fanOutRest(
  { store, emitter }: FanOutServices,
  signal?: AbortSignal,
): Promise<EndpointId[]> {
  const reached = new Set<EndpointId>();
  for (;;) {
    const unfinished = await store.outbox.unfinished(EVENTS_AT_ONCE);
    let failures = 0;
    for (const { event, cursor } of unfinished) {
      try {
        for await (const endpointId of fanOut({ store, emitter }, event, cursor)) {
          if (signal?.aborted) return [...reached];
          reached.add(endpointId);
        }
      } catch (error) {
        failures += 1;
        callbackLog.error({ eventId: event.id, err: error }, "an event could not be told to all");
      }
    }
    if (unfinished.length < EVENTS_AT_ONCE || failures === unfinished.length) return [...reached];
  }
}

async function* fanOut(
  { store, emitter }: FanOutServices,
  event: ProductEvent,
  from: EndpointId,
): AsyncIterable<EndpointId> {
  let after = from;
  for (let isFannedOut = false; !isFannedOut; ) {
    const { endpoints, cursor, isLast } = await listeners(store, event, { after, limit: ENDPOINTS_AT_ONCE });
    const { bodies, deliveries } = emitter.deliveries(event, endpoints);
    await store.outbox.fanOut({ eventId: event.id, bodies, deliveries, isFannedOut: isLast, cursor });
    for (const { endpointId } of deliveries) yield endpointId;
    after = cursor;
    isFannedOut = isLast;
    await setImmediate();
  }
}
